"""The whole plan: which resource a value refers to, known or not, and what is certain to be made before what."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from local_cloud.server.plan.identities import Identities, PathOf
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.subscriptions import without_subscription
from local_cloud.server.plan.symbols import Elsewhere, Key, Symbol
from local_cloud.server.plan.walking import known_way
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.rules import values_at, without_indexes
from local_cloud.server.values.unknowns import NotKnownYet, refusing_unknowns
from local_cloud.server.wire import UNKNOWN


class Plan:
    """
    All planned resources.

    Args:
        resources: in the order of registration.
        types: the registered resource types by token.
        path_of: ARM paths of types that are not registered.
        subscription: what the default provider of azure-native is configured for.
        trusting: whether the only subscription that the program names is taken for its own where nothing tells.

    Attributes:
        inline: what resources declare within their own inputs although it has ids of its own: the subnets of a network. References may
            lead there; `of` does not have them.
    """

    def __init__(
        self,
        resources: Iterable[Planned],
        types: Mapping[str, ResourceType],
        *,
        path_of: PathOf = lambda _resource: None,
        subscription: str | None = None,
        trusting: bool = True,
    ) -> None:
        self.resources: Sequence[Planned] = tuple(resources)
        self.types = types
        self.inline: Sequence[Planned] = tuple(
            part for each in self.resources if each.token in types for part in types[each.token].inline(each)
        )
        self._before: dict[str, frozenset[str]] = {}
        self._narrowed: dict[str, Planned] = {}
        self._identities = Identities(self, path_of=path_of, subscription=subscription, trusting=trusting)
        self._texts: dict[tuple[str, str], Mapping[str, Sequence[Planned]]] = {}

    @cached_property
    def by_urn(self) -> Mapping[str, Planned]:
        """The resources by URN."""
        return {each.urn: each for each in self.resources}

    @cached_property
    def _by_token(self) -> Mapping[str, list[Planned]]:
        found: dict[str, list[Planned]] = {}
        for each in self.resources:
            found.setdefault(each.token, []).append(each)
        return found

    def of(self, *tokens: str) -> Iterator[Planned]:
        """The resources of some types."""
        for token in tokens:
            only = self._narrowed.get(token)
            yield from self._by_token.get(token, ()) if only is None else [only]

    @contextlib.contextmanager
    def narrowed_to(self, resource: Planned) -> Generator[None, None, None]:
        """For a while, `of` knows no other resource of this one's type."""
        self._narrowed[resource.token] = resource
        try:
            yield
        finally:
            del self._narrowed[resource.token]

    def follows(self, later: Planned, earlier: Planned) -> bool:
        """
        Whether something makes sure that one resource is made after another: a chain of dependencies, or of parents.

        What is imported is not made at all.
        """
        if later.imported or earlier.imported:
            return True
        return (earlier.declared_by or earlier.urn) in self.before(later)

    def before(self, resource: Planned) -> frozenset[str]:
        """URNs of everything that is certain to be made before a resource."""
        urn = resource.urn
        known = self._before.get(urn)
        if known is not None:
            return known
        found: set[str] = set()
        pending = [urn]
        while pending:
            waiting = self.by_urn.get(pending.pop())
            for each in waiting.waits_for if waiting is not None else ():
                if each not in found:
                    found.add(each)
                    pending.append(each)
        self._before[urn] = frozenset(found)
        return self._before[urn]

    # -- values

    def key(self, resource: Planned, path: str) -> Key:
        """
        The first value at a path, for comparison.

        Raises:
            NotKnownYet: it cannot be told what it will be.
        """
        return next(iter(self.keys(resource, path)), None)

    def known(self, resource: Planned, path: str) -> Any:
        """
        The first value at a path, text without case; None where there is none.

        Raises:
            NotKnownYet: only the cloud can tell it.
        """
        value = self.key(resource, path)
        if isinstance(value, Symbol):
            raise NotKnownYet
        return value

    def as_known(self, resource: Planned, path: str) -> Key:
        """The first value at a path, for comparison; None where there is none or it cannot be told."""
        try:
            return self.key(resource, path)
        except NotKnownYet:
            return None

    def keys(self, resource: Planned, path: str) -> list[Key]:
        """
        Every value at a path (`rules[].ref`), for comparison.

        Raises:
            NotKnownYet: it cannot be told what one of them will be.
        """
        return [self._key(resource, at, value) for at, value in known_way(resource.inputs, path) if value is not None]

    def key_at(self, resource: Planned, at: str) -> Key:
        """
        The value at an exact path (`rules[2].ref`), for comparison.

        Raises:
            NotKnownYet: it cannot be told what it will be.
        """
        found = [
            each for where, each in known_way(resource.inputs, without_indexes(at)) if where == at and each is not None
        ]
        return self._key(resource, at, found[0]) if found else None

    def by_text(self, token: str, name: str) -> Mapping[str, Sequence[Planned]]:
        """The resources of a type by a top-level property that is a known text; compared without case and without a last full stop."""
        if (token, name) not in self._texts:
            found: dict[str, list[Planned]] = {}
            for each in self.of(token):
                text = each.inputs.get(name)
                if isinstance(text, str):
                    found.setdefault(text.casefold().rstrip("."), []).append(each)
            self._texts[token, name] = found
        return self._texts[token, name]

    def has_unknown(self, token: str, name: str) -> bool:
        """Whether a top-level property is not known of some resource of a type."""
        return any(each.inputs.get(name) is UNKNOWN for each in self.of(token))

    def _key(self, resource: Planned, at: str, value: Any) -> Key:
        if isinstance(value, str):
            return self._text(resource, value)
        if value is not UNKNOWN:
            return value
        origin = resource.origins.get(at)
        if origin is None or origin.attribute is None:
            raise NotKnownYet
        return self._attribute(origin.resources[0], origin.attribute)

    def _text(self, resource: Planned, value: str) -> str:
        """A known text without case; an ARM id that leads to a resource of the plan is that resource's identity."""
        if value.startswith("/subscriptions/") and self._identities.leads_to(value, resource) is not None:
            return without_subscription(value)
        return value.casefold()

    def _attribute(self, urn: str, attribute: str) -> Key:
        """The output of a resource: what its inputs say of it, or a symbol."""
        resource = self.by_urn.get(urn)
        if resource is not None and attribute == "name":
            name = self._identities.name_of(resource)
            return name if name is not None else Symbol(urn, attribute)
        if resource is not None and attribute == "id":
            return self.identity(resource) or Symbol(urn, "id")
        return Symbol(urn, attribute)

    # -- identities and references

    def identity(self, resource: Planned) -> Key:
        """The ARM id without its subscription, where the inputs tell the whole of it; ids are compared without case."""
        return self._identities.of(resource)

    def own_id(self, identity: str) -> str:
        """A known ARM id in lower case, without its subscription where that is the program's own."""
        return self._identities.own_id(identity)

    @property
    def assumes(self) -> frozenset[str]:
        """Subscriptions that literal ids name and that are taken for the program's own without proof."""
        return frozenset(self._identities.subscriptions.assumed)

    def target(self, resource: Planned, path: str, *tokens: str) -> Planned | Elsewhere:
        """
        The resource that the first value at a path refers to.

        Args:
            resource: which refers.
            path: the property that refers: an ARM id, a Cloudflare id, or whatever other output.
            tokens: types that it may refer to; none for any.
        """
        return next(iter(self.targets(resource, path, *tokens)), Elsewhere.NOWHERE)

    def targets(self, resource: Planned, path: str, *tokens: str) -> list[Planned | Elsewhere]:
        """The resource that each value at a path refers to; one that cannot be told where what they would be in is not known."""
        try:
            found = list(known_way(resource.inputs, path))
        except NotKnownYet:
            return [Elsewhere.UNKNOWN]
        return [self._target(resource, at, value, tokens) for at, value in found if value is not None]

    def _target(self, resource: Planned, at: str, value: Any, tokens: Sequence[str]) -> Planned | Elsewhere:
        if value is UNKNOWN:
            origin = resource.origins.get(at)
            found = [self.by_urn[urn] for urn in origin.resources if urn in self.by_urn] if origin else []
            fitting = [each for each in found if not tokens or each.token in tokens]
            if not fitting and len(found) == 1:
                fitting = [each for each in self.inline if each.declared_by == found[0].urn and each.token in tokens]
            # Made from several resources, or from one of another type: whatever became of it cannot be told.
            return fitting[0] if len(fitting) == 1 else Elsewhere.UNKNOWN
        if not isinstance(value, str):
            return Elsewhere.OUTSIDE
        found = self._identities.leads_to(value, resource)
        return found if found is not None and (not tokens or found.token in tokens) else Elsewhere.OUTSIDE

    def origin_at(self, resource: Planned, at: str, *tokens: str) -> Planned | None:
        """The one resource of some types that the value at an exact path comes from, or leads to by its known id."""
        found = next((each for where, each in values_at(resource.inputs, without_indexes(at)) if where == at), None)
        target = self._target(resource, at, found, tokens) if found is not None else None
        if isinstance(target, Planned):
            return target
        origin = resource.origins.get(at)
        fitting = [
            each
            for urn in (origin.resources if origin else ())
            if (each := self.by_urn.get(urn)) and each.token in tokens
        ]
        return fitting[0] if len(fitting) == 1 else None

    def made_of(self, resource: Planned, at: str) -> Planned | None:
        """The one resource that the value at an exact path is made of, though it is none of its outputs as it is."""
        origin = resource.origins.get(at)
        if origin is None or origin.attribute is not None or len(origin.resources) != 1:
            return None
        return self.by_urn.get(origin.resources[0])

    def text_at(self, resource: Planned, at: str) -> str | None:
        """The known text at an exact path; None for anything else."""
        found = next((each for where, each in values_at(resource.inputs, without_indexes(at)) if where == at), None)
        return found if isinstance(found, str) else None

    def count(self, resource: Planned, path: str) -> int:
        """How many items the list at a path has; none where it is not known."""
        return sum(1 for _ in values_at(resource.inputs, f"{path}[]"))

    def by_identity(self, identity: str, asker: Planned | None = None) -> Planned | None:
        """The resource with an ARM id; one that names a subscription leads to the program's own resources only."""
        return self._identities.leads_to(identity, asker)

    def parent(self, resource: Planned, *tokens: str) -> Planned | None:
        """What a resource lies in, by its ARM id: a database's server, a secret's vault."""
        found = self._identities.by_id.get(self.place(resource))
        return found if found is not None and (not tokens or found.token in tokens) else None

    def place(self, resource: Planned) -> str | None:
        """The ARM id of what a resource lies in, whether it is in the plan or not; None where it cannot be told."""
        return self._identities.place(resource)

    def children(self, resource: Planned, *tokens: str) -> list[Planned]:
        """What lies in a resource, of some types."""
        return [each for each in self._identities.by_place.get(self.identity(resource), ()) if each.token in tokens]

    def as_far_as_known(self, read: Callable[[Plan, Planned], Iterator[Any]], resource: Planned) -> list[Any]:
        """Everything that a function reads of a resource; nothing where it meets what is not known yet."""
        try:
            return list(read(self, resource))
        except NotKnownYet:
            return []

    def read(self, resource: Planned) -> Mapping[str, Any]:
        """A resource's inputs; reading one that is not known yet raises NotKnownYet."""
        return refusing_unknowns(resource.inputs)
