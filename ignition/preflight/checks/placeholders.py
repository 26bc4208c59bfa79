"""Placeholders that are left in the configuration."""

from collections.abc import Iterator

from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, _clouds: Clouds) -> Iterator[Said]:
    left = plan.placeholders()
    for path, value in left:
        yield failed(f"{path} is still {value}", f"`pulumi config set --path '{path}' VALUE`")
    if not left:
        yield passed("none is left")


CHECK = Check("placeholders", "the stack's configuration", "nothing", _run)
