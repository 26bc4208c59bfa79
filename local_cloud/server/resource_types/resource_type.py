"""
A resource type: one class per file with create, read, update and delete, its rules and one example.

Check and Diff are generic and derived from the SDK; a type declares only what the service requires beyond that.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.schemas.reading import schema_of
from local_cloud.server.schemas.schema import Schema

if TYPE_CHECKING:
    from local_cloud.server.cloud import Cloud
    from local_cloud.server.generic.transitions import Transition
    from local_cloud.server.plan.planned import Planned
    from local_cloud.server.plan.rules import PlanRule
    from local_cloud.server.resource_types.recovery import Recovery
    from local_cloud.server.rules import Rule


@dataclass(frozen=True)
class Call:
    """The context of an operation: the cloud, the resource's URN and the provider's configuration."""

    cloud: Cloud
    urn: str
    config: Mapping[str, Any]


class ResourceType(ABC):
    """
    One resource type.

    Attributes:
        token: Pulumi's type token, `azure-native:keyvault:Vault`.
        rules: what the service requires beyond the SDK's types.
        plan_rules: what it requires of several resources together.
        create_only: properties whose change makes a new resource.
        immutable: properties that cannot change and that the real provider nevertheless sends as an update; the update is refused.
        transitions: changes that the service takes in one direction only.
        wrong_enums: properties for which the SDK enumerates the values of another service; a rule of the type lists the right ones.
        write_only: inputs that an output of the same name never gives back.
        secret_outputs: outputs that are secret whatever the inputs were.
        unseen: what the cloud may refuse that no rule speaks of, and only the cloud knows; clauses by property.
        after_lost_state: how to recover it when the stack's state is lost.
        example: inputs that pass, by wire name; tests build on them.
    """

    token: ClassVar[str]
    rules: ClassVar[Sequence[Rule]] = ()
    plan_rules: ClassVar[Sequence[PlanRule]] = ()
    create_only: ClassVar[Sequence[str]] = ()
    immutable: ClassVar[Sequence[str]] = ()
    transitions: ClassVar[Sequence[Transition]] = ()
    wrong_enums: ClassVar[Sequence[str]] = ()
    write_only: ClassVar[Sequence[str]] = ()
    secret_outputs: ClassVar[Sequence[str]] = ()
    unseen: ClassVar[Mapping[str, str]] = {}
    after_lost_state: ClassVar[Recovery | None] = None
    example: ClassVar[Mapping[str, Any]]

    @property
    @abstractmethod
    def real(self) -> bool:
        """Whether a real local part stands behind the type; otherwise it is kept as state only."""

    @property
    @abstractmethod
    def sdk(self) -> tuple[str, str]:
        """The SDK's module and class."""

    @functools.cached_property
    def schema(self) -> Schema:
        """What the SDK says of the type."""
        return schema_of(*self.sdk)

    @property
    def recovery(self) -> Recovery:
        """How to recover it when the stack's state is lost."""
        if self.after_lost_state is None:
            raise NotImplementedError(f"{self.token} does not say what becomes of it after a lost state")
        return self.after_lost_state

    def id_parts(self, inputs: Inputs, config: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  for types that need it
        """What an id is made of: the inputs, and what the provider's configuration adds."""
        return inputs

    @property
    def name_property(self) -> str | None:
        """The property that gets a made-up name when the program gives none."""
        return None

    def invent_name(self, logical: str, digest: str) -> str:
        """
        The name for a resource whose program gives none.

        Args:
            logical: the resource's name in the program.
            digest: 64 hex digits that stay the same for as long as the engine's seed does.
        """
        return f"{logical}{digest[:8]}"

    @property
    def replacing(self) -> frozenset[str]:
        """Properties whose change makes a new resource."""
        return frozenset(self.create_only)

    @functools.cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The type's rules and those that it shares with its package."""
        return tuple(self.rules)

    @functools.cached_property
    def all_plan_rules(self) -> tuple[PlanRule, ...]:
        """What it asks of several resources together, and what every type of its package asks."""
        return tuple(self.plan_rules)

    def inline(self, planned: Planned) -> Iterator[Planned]:  # noqa: ARG002  for types that declare others
        """What a resource of this type declares within its inputs that has an id of its own, as if it were declared apart."""
        return iter(())

    def ends_before_replaced(self, old: Inputs) -> bool:  # noqa: ARG002  for types whose names are taken
        """Whether the old resource ends before the one that replaces it is made, given the old inputs."""
        return False

    def same(self, path: str, old: Any, new: Any) -> bool:  # noqa: ARG002  for types that write a value in several ways
        """Whether two values differ in writing only, so that the real provider reports no change."""
        return False

    def defaults(self, inputs: Inputs) -> Inputs:  # noqa: ARG002  for types that have any
        """Properties that the real provider fills in when they are missing."""
        return {}

    def known_at_preview(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  for types that have any
        """Outputs that are not inputs but certain before the resource exists."""
        return {}

    @abstractmethod
    def create(self, call: Call, inputs: Inputs) -> Resource:
        """Creates the resource; creating it again for the same URN must not make a second one."""

    @abstractmethod
    def read(self, call: Call, resource_id: str) -> Resource | None:
        """Reads the real resource; None if it is gone."""

    @abstractmethod
    def update(self, call: Call, resource: Resource, inputs: Inputs) -> Resource:
        """Updates the resource to new inputs."""

    @abstractmethod
    def delete(self, call: Call, resource: Resource) -> None:
        """Deletes the resource; a missing one is not an error."""
