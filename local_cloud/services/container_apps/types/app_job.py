"""Container Apps: a job, which runs to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, Range, Valid, part
from local_cloud.services.container_apps.rules.access_in_plan import JOBS_ACCESS
from local_cloud.services.container_apps.rules.apps_in_plan import JOBS_IN_ENVIRONMENT
from local_cloud.services.container_apps.rules.containers import CONTAINER_RULES, DOCS, example_of
from local_cloud.services.container_apps.rules.first_reads_in_plan import JOBS_FIRST_READS
from local_cloud.services.container_apps.rules.ingress import ENVIRONMENT_ID
from local_cloud.services.container_apps.rules.private_ways_in_plan import JOBS_WAYS
from local_cloud.services.container_apps.specs import job_of

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_JOBS: Final = f"{DOCS}/jobs"
_TRIGGERS: Final = {
    "Manual": "manualTriggerConfig",
    "Schedule": "scheduleTriggerConfig",
    "Event": "eventTriggerConfig",
}
_FIELD: Final = r"(\*|[\w]+)(-\w+)?(/\d+)?"
_EXAMPLE: Final = example_of(job=True)


def _has_its_trigger(inputs: Inputs) -> bool:
    configuration = part(inputs, "configuration")
    wanted = _TRIGGERS.get(configuration.get("triggerType") or "Manual")
    if wanted is None:
        return True  # the list of trigger types speaks of it
    others = [each for each in _TRIGGERS.values() if each != wanted and configuration.get(each) is not None]
    return not others and configuration.get(wanted) is not None


def _completes_what_it_starts(inputs: Inputs) -> bool:
    configuration = part(inputs, "configuration")
    given = [part(configuration, each) for each in _TRIGGERS.values()]
    return all((each.get("replicaCompletionCount") or 1) <= (each.get("parallelism") or 1) for each in given)


def _scales_up(inputs: Inputs) -> bool:
    scale = part(part(part(inputs, "configuration"), "eventTriggerConfig"), "scale")
    least, most = scale.get("minExecutions") or 0, scale.get("maxExecutions")
    return 0 <= least <= (100 if most is None else most)


def _is_cron(text: str) -> bool:
    fields = text.split()
    return len(fields) == 5 and all(re.fullmatch(rf"{_FIELD}(,{_FIELD})*", field) for field in fields)


class Job(AzureType):
    """A job; the environment that it runs in is decided once."""

    token = "azure-native:app:Job"
    path = "Microsoft.App/jobs/{jobName}"
    create_only = ("environmentId",)
    unseen: ClassVar = {
        "template.containers[].image": (
            "the image or its tag is not there, is for another processor, or its registry refuses the credentials"
        ),
        "template.containers[].resources.cpu": "the subscription's quota of cores in the region or the environment is used up",
    }
    rules = (
        Pattern(
            path="jobName",
            regex=r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
            says="a job's name has 2 to 32 lower-case letters, digits and single hyphens, begins with a letter "
            "and ends with a letter or digit",
            source=f"{NAME_RULES}#microsoftapp",
            passes="job-ignition-dev-migrate",
            fails="Migrate",
        ),
        ENVIRONMENT_ID,
        Combination(
            path="environmentId",
            test=lambda inputs: inputs.get("environmentId") is not None,
            says="a job needs an environmentId",
            source=_JOBS,
            passes={"environmentId": _EXAMPLE["environmentId"]},
            fails={"environmentId": None},
        ),
        Combination(
            path="configuration.triggerType",
            test=_has_its_trigger,
            says="a job has the configuration of its own trigger and no other: manualTriggerConfig for Manual, "
            "scheduleTriggerConfig for Schedule, eventTriggerConfig for Event",
            source=_JOBS,
            passes={
                "configuration.triggerType": "Schedule",
                "configuration.manualTriggerConfig": None,
                "configuration.scheduleTriggerConfig": {"cronExpression": "0 3 * * *"},
            },
            fails={"configuration.triggerType": "Schedule"},
        ),
        Valid(
            path="configuration.scheduleTriggerConfig.cronExpression",
            test=_is_cron,
            says="a schedule has the five fields of cron, in UTC: 0 3 * * *",
            source=f"{_JOBS}#scheduled-jobs",
            passes="*/15 8-18 * * 1-5",
            fails="every day",
        ),
        Range(
            path="configuration.replicaTimeout",
            least=1,
            most=2**31 - 1,
            says="a replica may run for a second at least",
            source=_JOBS,
            passes=600,
            fails=0,
        ),
        Range(
            path="configuration.replicaRetryLimit",
            least=0,
            most=2**31 - 1,
            says="a failed replica is tried again 0 times or more often",
            source=_JOBS,
            passes=0,
            fails=-1,
        ),
        Combination(
            path="configuration",
            test=_completes_what_it_starts,
            says="replicaCompletionCount is not above parallelism",
            source=f"{_JOBS}#job-settings",
            passes={"configuration.manualTriggerConfig": {"parallelism": 2, "replicaCompletionCount": 2}},
            fails={"configuration.manualTriggerConfig": {"parallelism": 1, "replicaCompletionCount": 2}},
        ),
        Combination(
            path="configuration.eventTriggerConfig.scale",
            test=_scales_up,
            says="maxExecutions, 100 where it is left out, is not below minExecutions, and neither is below 0",
            source=f"{_JOBS}#event-driven-jobs",
            passes={"configuration.eventTriggerConfig": {"scale": {"minExecutions": 0, "maxExecutions": 10}}},
            fails={"configuration.eventTriggerConfig": {"scale": {"minExecutions": 10, "maxExecutions": 5}}},
        ),
        *CONTAINER_RULES,
    )
    plan_rules = (*JOBS_IN_ENVIRONMENT, *JOBS_ACCESS, *JOBS_FIRST_READS, *JOBS_WAYS)
    example: ClassVar = {
        **_EXAMPLE,
        "configuration": {
            **_EXAMPLE["configuration"],
            "triggerType": "Manual",
            "replicaTimeout": 600,
            "replicaRetryLimit": 0,
            "manualTriggerConfig": {"parallelism": 1, "replicaCompletionCount": 1},
        },
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The job waits to be started."""
        return {"runningState": "Ready"}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Declared; nothing runs until somebody starts it."""
        parts.platform.put_job(job_of(resource.inputs))
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the job was deleted."""
        return resource if resource.inputs["jobName"] in parts.platform.jobs() else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Its executions end."""
        parts.platform.delete_job(resource.inputs["jobName"])
