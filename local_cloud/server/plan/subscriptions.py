"""Whose subscription a literal ARM id names: the program's own, another one, or one of which nothing tells whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from local_cloud.server.plan.planned import Planned
from local_cloud.server.values.shapes import is_list, is_object

PLACEHOLDER_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""What a preview says of the subscription where the program's provider is configured for none."""

_PROVIDER: Final = "pulumi:providers:azure-native"
_SUBSCRIPTION: Final = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_ROLE: Final = re.compile(r"^/subscriptions/[^/]+/providers/Microsoft\.Authorization/roleDefinitions/", re.IGNORECASE)


def subscription_of(identity: str) -> str | None:
    """The subscription that an ARM id names, in lower case."""
    found = _SUBSCRIPTION.match(identity)
    return found.group(1).casefold() if found else None


def without_subscription(identity: str) -> str:
    """An ARM id in lower case, without its subscription."""
    return _SUBSCRIPTION.sub("", identity.rstrip("/")).casefold()


def literal_ids(value: Any) -> Iterator[str]:
    """Every ARM id in some inputs that is a known text."""
    if isinstance(value, str):
        if value.startswith("/subscriptions/"):
            yield value
    elif is_object(value):
        for each in value.values():
            yield from literal_ids(each)
    elif is_list(value):
        for each in value:
            yield from literal_ids(each)


class Subscriptions:
    """
    What is known of the program's subscriptions.

    A provider that is configured for a subscription answers the question. Without one, the plan may: a resource that waits for another
    one and names it by a literal id means it, and the built-in roles are named in one's own subscription. Where neither tells, an id of
    the only subscription that the program names probably is its own: this is an assumption, and what rests on it is a warning.

    Args:
        resources: all resources of the plan.
        configured: the subscription that the default provider is configured for.
        trusting: whether to make the assumption.
        named: the resource whose id, without a subscription, a literal is.
        follows: whether one resource is made after another for certain.
    """

    def __init__(
        self,
        resources: Iterable[Planned],
        *,
        configured: str | None,
        trusting: bool,
        named: Callable[[str], Planned | None],
        follows: Callable[[Planned, Planned], bool],
    ) -> None:
        self._resources = tuple(resources)
        self._configured = configured.casefold() if configured else None
        self._trusting = trusting
        self._named = named
        self._follows = follows
        self.assumed: set[str] = set()
        """Subscriptions that were taken for the program's own without proof."""

    def is_own(self, subscription: str, provider: str = "") -> bool:
        """Whether a subscription is the one that a provider, given by its URN, works in."""
        known = self._of_provider.get(provider) if provider else self._configured
        if known is not None:
            return known == subscription
        if subscription == PLACEHOLDER_SUBSCRIPTION or subscription in self._proved:
            return True
        if self._trusting and self._all == frozenset((subscription,)):
            self.assumed.add(subscription)
            return True
        return False

    def is_certain(self, subscription: str, provider: str = "") -> bool:
        """Whether a subscription is a provider's own beyond doubt."""
        return self.is_own(subscription, provider) and subscription not in self.assumed

    @cached_property
    def _of_provider(self) -> Mapping[str, str]:
        """The subscriptions of the providers that the program declares."""
        given = {each.urn: each.inputs.get("subscriptionId") for each in self._resources if each.token == _PROVIDER}
        return {urn: value.casefold() for urn, value in given.items() if isinstance(value, str)}

    @cached_property
    def _literals(self) -> Mapping[str, list[Planned]]:
        found: dict[str, list[Planned]] = {}
        for resource in self._resources:
            for each in literal_ids(resource.inputs):
                found.setdefault(each, []).append(resource)
        return found

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset(found for each in self._literals if (found := subscription_of(each)) is not None)

    @cached_property
    def _proved(self) -> frozenset[str]:
        proved = {
            found for each in self._literals if _ROLE.match(each) and (found := subscription_of(each)) is not None
        }
        if len(proved) > 1:
            proved = set[str]()
        for each, users in self._literals.items():
            target, subscription = self._named(without_subscription(each)), subscription_of(each)
            if target is None or subscription is None:
                continue
            if any(self._follows(user, target) for user in users):
                proved.add(subscription)
        return frozenset(proved)
