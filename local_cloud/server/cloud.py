"""What the operations of a resource type may use: the records of all resources, and the real parts by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from local_cloud.server.resource_types.resource import Resource

if TYPE_CHECKING:
    from local_cloud.parts import Parts


class Records(Protocol):
    """Everything the cloud has made, by provider id; survives restarts."""

    def get(self, resource_id: str) -> Resource | None:
        """The resource, or None."""
        ...

    def put(self, token: str, urn: str, resource: Resource) -> None:
        """Keeps the resource, replacing what stood there."""
        ...

    def remove(self, resource_id: str) -> None:
        """Removes the record; a missing one is not an error."""
        ...

    def owner(self, resource_id: str) -> str | None:
        """The URN that made the resource, or None."""
        ...


class Cloud(Protocol):
    """
    A running local cloud.

    One without parts keeps everything as state only; the tests of the verbs use such a one.
    """

    @property
    def records(self) -> Records:
        """The records of this cloud."""
        ...

    @property
    def parts(self) -> Parts | None:
        """The real parts behind the resource types."""
        ...

    def is_in_state(self, resource_id: str) -> bool:
        """Whether the engine's state holds the resource; not what a run made that was killed before it could note it down."""
        ...

    def serves(self, urn: str) -> bool:
        """Whether the resource belongs to a stack that this cloud makes, changes and deletes things for."""
        ...
