"""The ARM ids that follow from a plan's inputs, and the resources that literal ids lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.subscriptions import Subscriptions, subscription_of, without_subscription
from local_cloud.server.plan.symbols import Key, Symbol
from local_cloud.server.values.unknowns import NotKnownYet
from local_cloud.server.wire import UNKNOWN

if TYPE_CHECKING:
    from local_cloud.server.plan.plan import Plan

PathOf = Callable[[Planned], str | None]
"""The ARM path of a resource whose type is not registered, as far as its name and its inputs tell."""

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


class Identities:
    """
    Ids of the plan's resources: without a subscription, in lower case.

    Args:
        plan: the plan.
        path_of: paths of types that are not registered.
        subscription: what the default provider is configured for.
        trusting: whether the only subscription that the program names is taken for its own where nothing tells.
    """

    def __init__(self, plan: Plan, *, path_of: PathOf, subscription: str | None, trusting: bool) -> None:
        self._plan = plan
        self._path_of = path_of
        self._known: dict[str, Key] = {}
        self.subscriptions = Subscriptions(
            plan.resources,
            configured=subscription,
            trusting=trusting,
            named=self._in_a_group,
            follows=plan.follows,
        )

    def of(self, resource: Planned) -> Key:
        """A resource's id, where the inputs tell the whole of it."""
        if resource.urn not in self._known:
            self._known[resource.urn] = None  # for what refers to itself by way of others
            self._known[resource.urn] = self._of(resource)
        return self._known[resource.urn]

    def own_id(self, identity: str) -> str:
        """A literal id without its subscription where that is the program's own; else as it is, in lower case."""
        subscription = subscription_of(identity)
        if subscription is None or self.subscriptions.is_own(subscription):
            return without_subscription(identity)
        return identity.rstrip("/").casefold()

    def leads_to(self, identity: str, asker: Planned | None = None) -> Planned | None:
        """
        The resource of the plan that a literal id is the id of.

        An id that seems to be the asking resource's own is that of another subscription, unless the subscription is known.
        """
        found, subscription = self.by_id.get(without_subscription(identity)), subscription_of(identity)
        if found is None or subscription is None:
            return found
        if asker is not None and found is asker and not self.subscriptions.is_certain(subscription, found.provider):
            return None
        return found if self.subscriptions.is_own(subscription, found.provider) else None

    def name_of(self, resource: Planned) -> Key:
        """The name that the program gives a resource, or that the provider makes up and somebody uses."""
        parameters = _PARAMETER.findall(self._path(resource) or "")
        own = resource.inputs.get(parameters[-1]) if parameters else None
        return own.casefold() if isinstance(own, str) else self._told.get((resource.urn, "name"))

    @cached_property
    def by_id(self) -> Mapping[Key, Planned]:
        """The resources by id."""
        return self._unambiguous(self._all())

    @cached_property
    def by_place(self) -> Mapping[Key, Sequence[Planned]]:
        """What lies in each resource, by that one's id."""
        found: dict[Key, list[Planned]] = {}
        for each in self._plan.resources:
            if (place := self.place(each)) is not None:
                found.setdefault(place, []).append(each)
        return found

    def place(self, resource: Planned) -> str | None:
        """The id of what a resource lies in; None where it cannot be told."""
        identity = self.of(resource)
        return identity.rsplit("/", 2)[0] if isinstance(identity, str) else None

    def _in_a_group(self, identity: str) -> Planned | None:
        return self._in_groups.get(identity)

    @cached_property
    def _in_groups(self) -> Mapping[Key, Planned]:
        """The resources whose ids hold no literal id: not those of a scope."""
        return self._unambiguous(each for each in self._all() if "{scope}" not in (self._path(each) or "{scope}"))

    def _all(self) -> Iterator[Planned]:
        yield from self._plan.resources
        yield from self._plan.inline

    def _unambiguous(self, resources: Iterable[Planned]) -> Mapping[Key, Planned]:
        found: dict[Key, list[Planned]] = {}
        for each in resources:
            if (identity := self.of(each)) is not None:
                found.setdefault(identity, []).append(each)
        # The same id by two providers may be two subscriptions: which is meant cannot be told.
        return {key: some[0] for key, some in found.items() if len({each.provider for each in some}) == 1}

    @cached_property
    def _told(self) -> Mapping[tuple[str, str], str]:
        """Outputs that are known although no input says them, from whoever uses them."""
        found: dict[tuple[str, str], str] = {}
        for resource in self._plan.resources:
            for path, origin in resource.origins.items():
                value = resource.inputs.get(path)
                if origin.attribute is not None and isinstance(value, str):
                    found[origin.resources[0], origin.attribute] = value.casefold()
        return found

    def _path(self, resource: Planned) -> str | None:
        path: str | None = getattr(self._plan.types.get(resource.token), "path", None)
        return path if path is not None or resource.token in self._plan.types else self._path_of(resource)

    def _of(self, resource: Planned) -> Key:
        path = self._path(resource)
        if path is None:
            return None
        parameters = _PARAMETER.findall(path)
        values = {name: self._part(resource, name, own=name == parameters[-1]) for name in parameters}
        if "subscriptionId" in values:
            values["subscriptionId"] = "own"  # it is left out at the end
        if any(value is None for value in values.values()):
            return None
        own = _PARAMETER.sub(lambda found: str(values[found.group(1)]), path)
        if own.startswith("/"):
            whole = own.replace("//", "/")
            return self.own_id(whole) if "scope" in values else without_subscription(whole)
        group = self._part(resource, "resourceGroupName")
        return f"/resourcegroups/{group}/providers/{own}".casefold() if group is not None else None

    def _part(self, resource: Planned, name: str, *, own: bool = False) -> str | None:
        given = resource.inputs.get(name)
        if own and (given is None or (given is UNKNOWN and name not in resource.origins)):
            value = self.name_of(resource)
            return str(value) if value is not None else f"<{resource.urn}#name>"
        if isinstance(given, str):
            return given.casefold()
        try:
            value = self._plan.key(resource, name)
        except NotKnownYet:
            return None
        if isinstance(value, Symbol):
            return f"<{value.urn}#{value.attribute}>"
        return None if value is None else str(value)
