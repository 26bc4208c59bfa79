"""How an app is, for `status`, for the console and for the outputs of its resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from local_cloud.services.container_apps.backend.app import App
from local_cloud.services.container_apps.backend.processes.launch import ListenAddress
from local_cloud.services.container_apps.backend.processes.replica import ReplicaStatus
from local_cloud.services.container_apps.backend.routing.ingress import fqdn
from local_cloud.services.container_apps.backend.state import RevisionState

RunningState = Literal["Running", "Progressing", "Degraded", "Failed", "Stopped"]


@dataclass(frozen=True, kw_only=True)
class RevisionStatus:
    """
    One revision.

    Attributes:
        reason: why it failed.
        weight: its share of the traffic in percent.
    """

    name: str
    state: RevisionState
    reason: str | None
    active: bool
    weight: int
    created: float
    replicas: tuple[ReplicaStatus, ...]


@dataclass(frozen=True, kw_only=True)
class AppStatus:
    """
    One app.

    Attributes:
        state: `Degraded` runs with too few ready replicas, or an old revision serves after a new one failed.
        fqdn: its host name; None without ingress.
        override: the command that runs in the place of its first container.
        revisions: oldest first.
    """

    name: str
    state: RunningState
    fqdn: str | None
    latest_revision: str | None
    latest_ready_revision: str | None
    latest_revision_fqdn: str | None
    custom_domains: tuple[str, ...]
    override: tuple[str, ...] | None
    revisions: tuple[RevisionStatus, ...]

    @property
    def replicas(self) -> tuple[ReplicaStatus, ...]:
        """Of all revisions."""
        return tuple(replica for revision in self.revisions for replica in revision.replicas)

    @property
    def listen(self) -> tuple[ListenAddress, ...]:
        """The variables that tell its containers the address to listen on."""
        return tuple(dict.fromkeys(address for replica in self.replicas for address in replica.listen))

    @property
    def failures(self) -> int:
        """Failed starts in a row, of the worst replica."""
        return max((replica.failures for replica in self.replicas), default=0)

    @property
    def trouble(self) -> str | None:
        """What keeps it from running, as far as it is known."""
        if self.state == "Running":
            return None
        failed = (each.reason for each in self.revisions if each.name == self.latest_revision)
        replicas = (each.last_failure for each in self.replicas if not each.ready)
        return next((each for each in (*failed, *replicas) if each is not None), None)

    @property
    def ready(self) -> int:
        """How many replicas take traffic."""
        return sum(replica.ready for replica in self.replicas)

    @property
    def restarts(self) -> int:
        """Of all replicas."""
        return sum(replica.restarts for replica in self.replicas)


def status_of(app: App, domain: str) -> AppStatus:
    """How an app is now."""
    record, running, weights, ingress = app.record, app.running, app.weights(), app.spec.ingress
    latest = record.latest

    def host(name: str | None) -> str | None:
        return fqdn(name, domain, external=ingress.external) if ingress is not None and name is not None else None

    revisions = tuple(
        RevisionStatus(
            name=each.name,
            state=each.state,
            reason=each.reason,
            active=each.name in running,
            weight=weights.get(each.name, 0),
            created=each.created,
            replicas=running[each.name].status() if each.name in running else (),
        )
        for each in sorted(record.revisions, key=lambda each: each.created)
    )
    return AppStatus(
        name=record.spec.name,
        state=_state(app, latest.state if latest is not None else None),
        fqdn=host(record.spec.name),
        latest_revision=latest.name if latest is not None else None,
        latest_ready_revision=record.latest_ready,
        latest_revision_fqdn=host(latest.name if latest is not None else None),
        custom_domains=tuple(each.name for each in ingress.custom_domains) if ingress is not None else (),
        override=record.override.command if record.override is not None else None,
        revisions=revisions,
    )


def _state(app: App, latest: RevisionState | None) -> RunningState:
    serving = app.running.get(app.record.latest_ready or "")
    if latest == "Provisioning":
        return "Progressing"
    if serving is None:
        return "Failed" if latest == "Failed" else "Stopped"
    return "Running" if serving.ready and latest != "Failed" else "Degraded"
