"""Create, read, update and delete on the records of a cloud, for types with and without a real part."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from local_cloud.server.generic import outputs
from local_cloud.server.resource_types.resource import Inputs, Outputs, Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call, ResourceType

if TYPE_CHECKING:
    from local_cloud.parts import Parts


class RecordedType(ResourceType):
    """
    Create, read, update and delete on the cloud's records.

    A type with a real part behind it overrides `apply_part` and `delete_part`, and `read_part` where the part can change on its own.
    """

    @property
    def real(self) -> bool:
        """Whether a real local part stands behind the type."""
        return (
            type(self).apply_part is not RecordedType.apply_part
            or type(self).after_change is not RecordedType.after_change
        )

    @abstractmethod
    def identify(self, call: Call, inputs: Inputs) -> str:
        """The provider id that these inputs lead to."""

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  for types that have any
        """Outputs that are not inputs, for a resource that exists; merged over the inputs that come back."""
        return {}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:  # noqa: ARG002  for types that have any
        """
        Brings the real part to the desired state, whether the part exists or not; doing it again changes nothing.

        Returns:
            Outputs that only the part knows, merged over the computed ones.
        """
        return {}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Deletes the real part; a part that is already gone is not an error."""

    def after_change(self, parts: Parts) -> None:
        """Runs after a change was recorded, for parts that depend on several resources together."""

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:  # noqa: ARG002  for types that have any
        """
        The resource as the real part is now; None where it is gone.

        What differs from the declaration comes back in inputs and outputs alike, so that the next run puts it right. What
        the cloud never gives back (a password, a secret's value) stays as it is recorded. Asked for every resource of a
        refresh: an answer that has not changed should cost no connection.
        """
        return resource

    def create(self, call: Call, inputs: Inputs) -> Resource:
        """Creates the resource; an id that another resource has is refused, as the clouds do."""
        resource_id = self._free_id(call, inputs)
        owner = call.cloud.records.owner(resource_id)
        if owner == call.urn:
            self._refuse_replacement_under_its_own_id(call, resource_id, inputs)
        elif owner is not None and self.read(call, resource_id) is not None:
            raise Refusal(
                f"{resource_id} exists already; import it with `pulumi import {self.token} NAME {resource_id}` "
                "or choose another name"
            )
        return self._apply(call, resource_id, inputs)

    def _free_id(self, call: Call, inputs: Inputs) -> str:
        """
        The id for a new resource.

        A replacement of a resource with a generated id gets another id, because the engine deletes the old resource last. A record
        that is missing from the engine's state was left by a killed run; that resource is created again under its id.
        """
        resource_id = first = self.identify(call, inputs)
        number = 1
        while call.cloud.records.owner(resource_id) == call.urn and call.cloud.is_in_state(resource_id):
            number += 1
            resource_id = self.identify(replace(call, urn=f"{call.urn}#{number}"), inputs)
            if resource_id == first:
                break  # named by its inputs
        return resource_id

    def _refuse_replacement_under_its_own_id(self, call: Call, resource_id: str, inputs: Inputs) -> None:
        """Refuses a replacement under the same id: the engine creates the new resource before it deletes the old one."""
        kept = call.cloud.records.get(resource_id)
        changed = sorted(name for name in self.replacing if kept and kept.inputs.get(name) != inputs.get(name))
        if changed:
            raise Refusal(
                f"{resource_id} exists already, with another {' and '.join(changed)}; a changed {changed[0]} makes a new resource: "
                "give it another name, or end the old one first with `delete_before_replace=True` among its options"
            )

    def read(self, call: Call, resource_id: str) -> Resource | None:
        """The record, updated from the real part; a record whose part is gone is removed."""
        kept = call.cloud.records.get(resource_id)
        if kept is None or call.cloud.parts is None:
            return kept
        found = self.read_part(call.cloud.parts, kept)
        if found is None:
            call.cloud.records.remove(resource_id)
        return found

    def update(self, call: Call, resource: Resource, inputs: Inputs) -> Resource:
        """Updates the resource to the new inputs."""
        return self._apply(call, resource.id, inputs)

    def delete(self, call: Call, resource: Resource) -> None:
        """Deletes the real part and its record."""
        if call.cloud.parts is not None:
            self.delete_part(call.cloud.parts, resource)
        call.cloud.records.remove(resource.id)
        if call.cloud.parts is not None:
            self.after_change(call.cloud.parts)

    def _apply(self, call: Call, resource_id: str, inputs: Inputs) -> Resource:
        known = outputs.before_service(self, inputs)
        resource = Resource(
            resource_id, inputs, outputs.merged(known, self.computed_outputs(call, resource_id, inputs))
        )
        if call.cloud.parts is not None:
            from_part = self.apply_part(call.cloud.parts, resource)
            resource = Resource(resource_id, inputs, outputs.merged(resource.outputs, from_part))
        call.cloud.records.put(self.token, call.urn, resource)
        if call.cloud.parts is not None:
            self.after_change(call.cloud.parts)
        return resource
