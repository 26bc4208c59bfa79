"""Types whose outputs are random: generated at create, then kept for as long as the resource lives."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call

GENERATED_AGAIN: Final = MadeAnew(
    "its value was in the state alone: a new one is drawn, and whatever is made with it changes"
)


class GeneratedOnce(BridgedType):
    """A value, a key or a signature that would differ if it were generated again."""

    @property
    def real(self) -> bool:
        """The values are as good as the real provider's."""
        return True

    @abstractmethod
    def generate(self, inputs: Inputs) -> Outputs:
        """The outputs that are not inputs."""

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """The recorded outputs of an existing resource; newly generated ones for a new resource."""
        kept = call.cloud.records.get(resource_id)
        if kept is None:
            return self.generate(inputs)
        return {name: value for name, value in kept.outputs.items() if name not in kept.inputs}
