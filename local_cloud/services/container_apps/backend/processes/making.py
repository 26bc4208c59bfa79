"""From an app's record to the replicas of its revisions."""

from __future__ import annotations

from collections.abc import Callable

from local_cloud.services.container_apps.backend.processes.app_context import AppContext
from local_cloud.services.container_apps.backend.processes.images import Mapped
from local_cloud.services.container_apps.backend.processes.launch import Workload
from local_cloud.services.container_apps.backend.processes.replica import Replica
from local_cloud.services.container_apps.backend.revision import Numbers, RunningRevision
from local_cloud.services.container_apps.backend.spec import Template
from local_cloud.services.container_apps.backend.state import AppRecord, RevisionRecord


class Maker:
    """
    Makes revisions and replicas of one app.

    Args:
        record: the app's record of the moment, whose secrets and override new replicas get.
        context: what it uses.
        changed: what replicas call after a change of readiness.
        report: what replicas tell in sentences.
    """

    def __init__(
        self,
        record: Callable[[], AppRecord],
        context: AppContext,
        *,
        changed: Callable[[], None],
        report: Callable[[str], None],
    ) -> None:
        self._record = record
        self._context = context
        self._changed = changed
        self._report = report

    def revision(self, known: RevisionRecord, numbers: Numbers) -> RunningRevision:
        """
        A revision; replicas of the numbers are made, not started.

        Raises:
            ImageUnmapped: nothing runs in the place of an image.
        """
        return RunningRevision(
            known.name,
            known.template.scale,
            lambda number: self._replica(known.name, known.template, number),
            numbers=numbers,
            fixed_ports=self.fixed_ports(known.template),
            mapped=self.mapped(known.template),
        )

    def mapped(self, template: Template) -> tuple[Mapped | None, ...]:
        """See `Launcher.mapped`."""
        return self._context.launcher.mapped(template, self._record().override)

    def fixed_ports(self, template: Template) -> tuple[int, ...]:
        """See `Launcher.fixed_ports`."""
        record = self._record()
        target_port = record.spec.ingress.target_port if record.spec.ingress is not None else None
        return self._context.launcher.fixed_ports(template, target_port, record.override)

    @property
    def remedy(self) -> str:
        """What a person does when replicas fail, by what decides what they run."""
        if self._record().override is not None:
            return (
                "Fix the command, or what its log shows, and give it again: `ignition up --run APP=COMMAND`; "
                "`--run APP=` goes back to what the image stands for."
            )
        return (
            f"Fix what its log shows, or what {self._context.launcher.images.file} runs for its image, "
            "and type `ignition up` again."
        )

    def _replica(self, revision: str, template: Template, number: int) -> Replica:
        workload = self._workload(revision, template, f"{revision}-{number}")
        launcher, override = self._context.launcher, self._record().override
        return Replica(
            workload.replica,
            [launcher.plan(workload, each, first=False) for each in template.init_containers],
            [
                launcher.plan(workload, each, first=at == 0, override=override if at == 0 else None)
                for at, each in enumerate(template.containers)
            ],
            changed=self._changed,
            report=self._report,
            back_off=self._context.back_off,
        )

    def _workload(self, revision: str, template: Template, replica: str) -> Workload:
        record = self._record()
        spec, domain = record.spec, self._context.domain_of(record.spec.environment)
        variables = {
            "CONTAINER_APP_NAME": spec.name,
            "CONTAINER_APP_REVISION": revision,
            "CONTAINER_APP_REPLICA_NAME": replica,
            "CONTAINER_APP_ENV_DNS_SUFFIX": domain,
        }
        if spec.ingress is not None:
            variables["CONTAINER_APP_HOSTNAME"] = f"{revision}.{domain}"
            variables["CONTAINER_APP_PORT"] = str(spec.ingress.target_port)
        return Workload(
            name=spec.name,
            replica=replica,
            identities=spec.identities,
            variables=variables,
            secrets=record.secrets,
            target_port=spec.ingress.target_port if spec.ingress is not None else None,
            grace_s=template.termination_grace_s,
        )
