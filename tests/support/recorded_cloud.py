"""A cloud that only remembers, for the verbs of resource types."""

from __future__ import annotations

from dataclasses import dataclass, field

from local_cloud.server.resource_types.resource import Resource
from local_cloud.server.resource_types.resource_type import Call


@dataclass
class RememberedRecords:
    """Records in memory; ids are compared without case, as the real ones are."""

    kept: dict[str, tuple[str, Resource]] = field(default_factory=dict)

    def get(self, resource_id: str) -> Resource | None:
        found = self.kept.get(resource_id.lower())
        return found[1] if found else None

    def put(self, token: str, urn: str, resource: Resource) -> None:
        self.kept[resource.id.lower()] = (urn, resource)

    def remove(self, resource_id: str) -> None:
        self.kept.pop(resource_id.lower(), None)

    def owner(self, resource_id: str) -> str | None:
        found = self.kept.get(resource_id.lower())
        return found[0] if found else None


@dataclass
class RecordedCloud:
    """A cloud of records alone."""

    records: RememberedRecords = field(default_factory=RememberedRecords)
    parts: None = None
    in_state: set[str] = field(default_factory=set)

    def is_in_state(self, resource_id: str) -> bool:
        return resource_id in self.in_state

    def serves(self, urn: str) -> bool:
        return True


def call_for(token: str, name: str = "example", cloud: RecordedCloud | None = None) -> Call:
    """What a verb is told when the resource of that name is served."""
    urn = f"urn:pulumi:dev::ignition::{token}::{name}"
    return Call(cloud or RecordedCloud(), urn, {"subscriptionId": "22222222-2222-2222-2222-222222222222"})
