"""Resource types that are kept as state only: full Check, Diff and Read, and the outputs that programs use, with no part behind them."""

from __future__ import annotations

from abc import abstractmethod

from local_cloud.server import outputs
from local_cloud.server.resource_type import Call, Inputs, Outputs, Refusal, Resource, ResourceType


class RecordedType(ResourceType):
    """
    The four verbs over the cloud's records.

    A type with a real part extends `create`, `update` and `delete`, calling these last or first, and overrides `read`.
    """

    @abstractmethod
    def identify(self, call: Call, inputs: Inputs) -> str:
        """The provider id that these inputs lead to."""

    def computed(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  for types that have any
        """Outputs that are not inputs, for a resource that exists; merged over the inputs that come back."""
        return {}

    def create(self, call: Call, inputs: Inputs) -> Resource:
        """Records the resource; an id that another resource holds is refused as the clouds refuse it."""
        resource_id = self.identify(call, inputs)
        owner = call.cloud.records.owner(resource_id)
        if owner is not None and owner != call.urn:
            raise Refusal(
                f"{resource_id} exists already; import it with `pulumi import {self.token} NAME {resource_id}` or choose another name"
            )
        return self._record(call, resource_id, inputs)

    def read(self, call: Call, resource_id: str) -> Resource | None:
        """The record."""
        return call.cloud.records.get(resource_id)

    def update(self, call: Call, resource: Resource, inputs: Inputs) -> Resource:
        """Records the new inputs, keeping computed outputs that do not depend on them."""
        return self._record(call, resource.id, inputs)

    def delete(self, call: Call, resource: Resource) -> None:
        """Forgets the record."""
        call.cloud.records.remove(resource.id)

    def _record(self, call: Call, resource_id: str, inputs: Inputs) -> Resource:
        shaped = outputs.echoed(self.schema.outputs, inputs)
        known = outputs.merged(shaped, self.known_at_preview(inputs))
        resource = Resource(resource_id, inputs, outputs.merged(known, self.computed(call, resource_id, inputs)))
        call.cloud.records.put(self.token, call.urn, resource)
        return resource
