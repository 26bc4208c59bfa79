"""Types whose outputs are made from chance: drawn once, kept for as long as the resource lives."""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call

DRAWN_AGAIN: Final = MadeAnew(
    "its value was in the state alone: a new one is drawn, and whatever is made with it changes"
)


class DrawnOnce(BridgedType):
    """A value, a key or a signature that a second draw would change."""

    @property
    def real(self) -> bool:
        """The values are as good as the real provider's."""
        return True

    @abstractmethod
    def draw(self, inputs: Inputs) -> Outputs:
        """The outputs that are not inputs."""

    def computed(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """What was drawn when the resource was made; drawn now where it is new."""
        kept = call.cloud.records.get(resource_id)
        if kept is None:
            return self.draw(inputs)
        return {name: value for name, value in kept.outputs.items() if name not in kept.inputs}
