"""Waiting between two resources, for what a cloud needs to spread. The local cloud has nothing to wait for."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.rules import Pattern

_SOURCE: Final = "https://www.pulumi.com/registry/packages/time/api-docs/sleep/"


def _duration(path: str) -> Pattern:
    return Pattern(
        path=path,
        regex=r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+",
        says="a duration is a number and a unit, 120s for example",
        source=_SOURCE,
        passes="120s",
        fails="120",
    )


class Sleep(BridgedType):
    """A pause at create or destroy; kept as state, and over at once."""

    token = "time:index/sleep:Sleep"
    after_lost_state = MadeAnew("it is a pause, which is waited for once more")
    module = "pulumiverse_time"
    create_only = ("triggers",)
    rules = (_duration("createDuration"), _duration("destroyDuration"))
    example: ClassVar = {"createDuration": "120s", "triggers": {"role": "a"}}
