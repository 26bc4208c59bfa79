"""
The stack's jobs as people see them: what each is, what starts it in the cloud, and how its executions ended.

Running them is `backends.container_apps.jobs`', being asked to is `daemon.job_routes`'.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.runtime.errors import CloudRefusal
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import part
from local_cloud.services.container_apps.backend import Container, Execution, JobSpec

_TOKEN: Final = "azure-native:app:Job"


@dataclass(frozen=True, kw_only=True)
class ShownJob:
    """
    A job.

    Attributes:
        trigger: what starts it in the cloud; here somebody does each time.
        executions: those that are kept, the latest first.
    """

    name: str
    trigger: str
    spec: JobSpec
    executions: Sequence[Execution]

    @property
    def containers(self) -> Sequence[Container]:
        """Everything that runs in a replica, in the order of starting."""
        return (*self.spec.init_containers, *self.spec.containers)

    def execution(self, name: str) -> Execution | None:
        """One that is kept, by its name."""
        return next((each for each in self.executions if each.name == name), None)


def jobs_of(cloud: LocalCloud) -> dict[str, ShownJob]:
    """Every job there is, by name."""
    platform = cloud.parts.platform
    declared = {each.resource.inputs.get("jobName"): each.resource.inputs for each in cloud.records.of_type(_TOKEN)}
    found: dict[str, ShownJob] = {}
    for name in platform.jobs():
        with contextlib.suppress(CloudRefusal):  # deleted since
            record = platform.job(name).record
            found[name] = ShownJob(
                name=name,
                trigger=trigger_of(declared.get(name, {})),
                spec=record.spec,
                executions=record.executions[::-1],
            )
    return found


def trigger_of(inputs: Inputs) -> str:
    """What starts a job in the cloud, from its inputs."""
    configuration = part(inputs, "configuration")
    kind = configuration.get("triggerType") or "Manual"
    cron = part(configuration, "scheduleTriggerConfig").get("cronExpression")
    return f"{kind}, {cron}" if cron else kind


def exit_codes_of(execution: Execution) -> dict[str, int]:
    """The exit codes by container, with the replica's number where there are several replicas."""
    one = len({each.partition("/")[0] for each in execution.log_files}) <= 1
    return {
        each.partition("/")[2] if one else each.removeprefix(f"{execution.name}-"): code
        for each, code in execution.exit_codes.items()
    }


def took(execution: Execution) -> str | None:
    """How long it ran; None while it does."""
    if execution.ended is None:
        return None
    seconds = execution.ended - execution.started
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60} min {int(seconds) % 60} s"
