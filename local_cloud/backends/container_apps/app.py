"""
One app: its revisions, which of them run, and what a change of the declaration means.

Replicas are `revision`'s; routing is `ingress`'s, which asks here where traffic goes.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from local_cloud.backends import log_files
from local_cloud.backends.container_apps.errors import RevisionFailed, quoted
from local_cloud.backends.container_apps.events import Events
from local_cloud.backends.container_apps.launch import Launcher, Owner
from local_cloud.backends.container_apps.replica import Replica
from local_cloud.backends.container_apps.revision import RunningRevision
from local_cloud.backends.container_apps.secrets import SecretResolver, check_references, resolved
from local_cloud.backends.container_apps.spec import AppSpec, Override, Template
from local_cloud.backends.container_apps.state import AppRecord, RevisionRecord, Sealed
from local_cloud.backends.errors import BackendError, CloudRefusal
from local_cloud.backends.ports import PortTaken, is_free, owner_of
from local_cloud.backends.supervisor import BackOff

_WAIT_S: Final = 0.5
_LOGS_KEPT: Final = 20


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """
    What every app of a platform uses.

    Attributes:
        domain_of: the default domain of an environment.
        route: brings the ingress in line with the apps, at once.
        changed: notes that the ingress may have to follow, soon.
        attempts: failed starts in a row after which a new revision has failed.
        timeout_s: how long a new revision may take.
    """

    launcher: Launcher
    records: Sealed[AppRecord]
    resolve_secret: SecretResolver
    domain_of: Callable[[str], str]
    route: Callable[[], None]
    changed: Callable[[], None]
    events: Events
    back_off: BackOff
    attempts: int
    timeout_s: float


class App:
    """
    A running app; safe to use from several threads, changes take turns.

    Args:
        record: what is known of it.
        around: what it uses.
    """

    def __init__(self, record: AppRecord, around: Surroundings) -> None:
        self.record = record
        self._around = around
        self._running: dict[str, RunningRevision] = {}
        self._changing = threading.RLock()
        self._moved = threading.Condition()
        self._ending = threading.Event()

    @property
    def spec(self) -> AppSpec:
        """As it is declared."""
        return self.record.spec

    @property
    def running(self) -> dict[str, RunningRevision]:
        """The active revisions by name, oldest first."""
        return dict(self._running)

    def weights(self) -> dict[str, int]:
        """The shares of the traffic by revision; revisions that do not run get none."""
        latest = self.record.latest_ready
        if self.spec.ingress is None or self.spec.revisions_mode == "Single":
            return {latest: 100} if latest is not None else {}
        shares: dict[str, int] = {}
        for traffic in self.spec.ingress.traffic:
            name = latest if traffic.latest_revision else traffic.revision_name
            if name is not None:
                shares[name] = shares.get(name, 0) + traffic.weight
        return shares

    def resume(self) -> None:
        """Take up the revisions that an earlier daemon ran; what it was in the middle of is given up."""
        with self._changing:
            for known in self.record.revisions:
                if known.state == "Running":
                    revision = self._revision(known, known.numbers.running != ())
                    for replica in revision.replicas:
                        replica.start()
                    self._start_missing(revision, revision.least)
                elif known.state == "Provisioning":
                    self._note(known, state="Failed", reason="the local cloud ended while it was being provisioned")
            self._keep()

    def put(self, spec: AppSpec) -> None:
        """
        Bring the app to a declaration; returns when its revision serves.

        Raises:
            CloudRefusal: Azure would refuse it; nothing has changed.
            RevisionFailed: the new revision did not become ready; the old one serves.
            BackendError: this machine cannot run it.
        """
        with self._changing:
            check_references((*spec.template.init_containers, *spec.template.containers), spec.secrets)
            self._check_traffic(spec)
            known = self.record.revision(spec.revision_name)
            if known is not None and known.template.digest != spec.template.digest:
                raise CloudRefusal(
                    "InvalidParameterValueInContainerTemplate",
                    "Field 'template.revisionsuffix' is invalid with details: 'Invalid value: "
                    f'"{spec.template.revision_suffix}": revision with suffix {spec.template.revision_suffix} already exists.\'',
                )
            secrets = resolved(spec.secrets, self._around.resolve_secret)
            self.record = replace(self.record, spec=spec, secrets=secrets)
            if known is None or known.name not in self._running:
                self._provision(known or self._new(spec))
            self._settle()

    def override(self, override: Override | None) -> None:
        """
        Run something else in the place of the first container, in the same environment; None ends that.

        Raises:
            RevisionFailed: it did not become ready; what ran before still does.
        """
        with self._changing:
            before = self.record
            if override == before.override:
                return
            self.record = replace(before, override=override)
            try:
                self._renew_all()
            except BackendError:
                self.record = replace(self.record, override=before.override)
                raise
            self._keep()

    def refresh_secrets(self) -> bool:
        """Read references again, and renew the replicas when a value changed. Returns whether one did."""
        with self._changing:
            secrets = resolved(self.spec.secrets, self._around.resolve_secret)
            if secrets == self.record.secrets:
                return False
            self.record = replace(self.record, secrets=secrets)
            self._say("a secret changed: its replicas are renewed")
            self._renew_all()
            self._keep()
            return True

    def restart(self) -> None:
        """Renew all replicas, the new ones before the old ones end."""
        with self._changing:
            self._renew_all()
            self._keep()

    def activate(self, name: str) -> None:
        """Run a revision again that was deactivated (mode Multiple)."""
        with self._changing:
            known = self._known(name)
            if name not in self._running:
                self._provision(known)
                self._settle()

    def deactivate(self, name: str) -> None:
        """Stop a revision; Azure refuses it for one that gets traffic."""
        with self._changing:
            self._known(name)
            if self.weights().get(name):
                raise CloudRefusal("RevisionHasTraffic", f"Revision {name} receives traffic and cannot be deactivated.")
            self._retire(name)
            self._keep()

    def scale(self, active: Mapping[int, int]) -> None:
        """Start and stop replicas as the requests under way ask for; nothing while the app is being changed."""
        if not self._changing.acquire(blocking=False):
            return
        try:
            for revision in self._running.values():
                surplus = revision.surplus(active)
                if surplus < 0:
                    self._say(f"{revision.name} gets {-surplus} more replicas")
                    self._start_missing(revision, len(revision.replicas) - surplus)
                    self._keep()
                elif surplus > 0:
                    self._say(f"{revision.name} needs {surplus} replicas less")
                    self._release(revision, list(revision.replicas)[-surplus:])
                    self._keep()
        finally:
            self._changing.release()

    def delete(self) -> None:
        """End everything, and forget the app."""
        self._ending.set()
        self._wake()
        with self._changing:
            for name in list(self._running):
                self._retire(name)
            self._around.records.remove(self.spec.name)
            launcher = self._around.launcher
            for port in launcher.ports.recorded():
                if port.startswith(f"{self.spec.name}/"):
                    launcher.ports.forget(port)
            shutil.rmtree(launcher.directory / self.spec.name, ignore_errors=True)

    def stop(self) -> None:
        """End its processes; the next `resume` starts them again."""
        self._ending.set()
        self._wake()
        with self._changing:
            ending = [
                threading.Thread(target=replica.stop, daemon=True)
                for revision in self._running.values()
                for replica in revision.replicas
            ]
            for thread in ending:
                thread.start()
            for thread in ending:
                thread.join()

    def detach(self) -> None:
        """Leave its processes to the next daemon."""
        self._ending.set()
        self._wake()
        for revision in self._running.values():
            for replica in revision.replicas:
                replica.detach()

    def _provision(self, known: RevisionRecord) -> None:
        """Run a revision until it is ready."""
        known = replace(known, state="Provisioning", reason=None)
        self._note(known)
        self._keep()
        stood_down = self._make_room(known)
        revision = self._revision(known, resuming=False)
        self._running.pop(known.name)  # it gets no traffic before it is ready
        try:
            made = revision.prepare(revision.least)
            self._check_ports(made)
            self._note(known, numbers=revision.numbers)
            self._keep()
            for replica in made:
                replica.start()
            self._await(revision.name, made, lambda: revision.ready)
        except BackendError as error:
            for replica in revision.replicas:
                replica.stop()
            self._note(known, state="Failed", reason=str(error))
            self._keep()
            for name in stood_down:
                self._provision(self._known(name))
            raise
        self._running[known.name] = revision
        self._note(known, state="Running", numbers=revision.numbers)
        self.record = replace(self.record, latest_ready=known.name)
        self._say(f"{known.name} is ready")

    def _settle(self) -> None:
        """Send traffic where it belongs, then end what no longer gets any."""
        self._around.route()
        if self.spec.revisions_mode == "Single":
            for name in list(self._running):
                if name != self.record.latest_ready:
                    self._retire(name)
        self._prune()
        self._keep()

    def _retire(self, name: str) -> None:
        revision = self._running.pop(name, None)
        if revision is None:
            return
        self._around.route()
        self._release(revision, list(revision.replicas))
        known = self.record.revision(name)
        if known is not None:
            self._note(known, state="Stopped", numbers=revision.numbers)
        self._say(f"{name} is stopped")

    def _release(self, revision: RunningRevision, leaving: Sequence[Replica]) -> None:
        """Take replicas out of the traffic, then end them."""
        for replica in leaving:
            replica.leaving = True
        self._around.route()
        ending = [threading.Thread(target=replica.stop, daemon=True) for replica in leaving]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()
        revision.release(list(leaving))
        for replica in leaving:
            self._around.launcher.forget_ports(self.spec.name, replica.name)

    def _renew_all(self) -> None:
        for revision in self._running.values():
            if revision.fixed_ports:
                old = list(revision.replicas)
                self._release(revision, old)
                made = revision.prepare(len(old))
            else:
                made, old = revision.renew()
            try:
                for replica in made:
                    replica.start()
                self._await(revision.name, made, lambda made=made: all(each.ready for each in made))
            except BackendError:
                self._release(revision, made)
                raise
            self._release(revision, [each for each in old if not each.leaving])
            known = self._known(revision.name)
            self._note(known, numbers=revision.numbers)

    def _await(self, name: str, made: Sequence[Replica], done: Callable[[], bool]) -> None:
        """
        Wait for replicas to become ready.

        Raises:
            RevisionFailed: one failed too often, or time is up.
        """
        deadline = time.monotonic() + self._around.timeout_s
        with self._moved:
            while not done():
                failing = max(made, key=lambda each: each.failures)
                if failing.failures >= self._around.attempts:
                    raise self._failed(name, failing, f"failed {failing.failures} times")
                if time.monotonic() >= deadline:
                    late = next(each for each in made if not each.ready)
                    raise self._failed(name, late, f"was not ready within {self._around.timeout_s:g} s")
                if self._ending.is_set():
                    raise RevisionFailed(
                        self.spec.name, name, "the local cloud is being stopped", serving=None, log_file=None
                    )
                self._moved.wait(_WAIT_S)

    def _failed(self, name: str, replica: Replica, what: str) -> RevisionFailed:
        failure = replica.last_failure
        serving = next((each for each in self._running if each != name), None)
        if failure is None:
            log_file = next(iter(replica.status().log_files.values()))
            why = f"replica {replica.name} {what}\n  log: {log_file}\n{quoted(log_files.last_lines(log_file))}"
            return RevisionFailed(self.spec.name, name, why, serving=serving, log_file=log_file)
        why = f"replica {replica.name} {what}: {failure[0]}"
        if "last lines:" not in why:
            why += f"\n  log: {failure[1]}\n  last lines:\n{quoted(log_files.last_lines(failure[1]))}"
        return RevisionFailed(self.spec.name, name, why, serving=serving, log_file=failure[1])

    def _make_room(self, known: RevisionRecord) -> list[str]:
        """Stop the revisions whose port the new one needs, because its image cannot be told another."""
        ports = set(self._revision_probe(known).fixed_ports)
        clashing = [name for name, each in self._running.items() if ports & set(each.fixed_ports)]
        for name in clashing:
            self._say(
                f"{name} stops first: its image listens on a fixed port, so two revisions cannot run side by side"
            )
            self._retire(name)
        return clashing

    def _revision_probe(self, known: RevisionRecord) -> Replica:
        return self._maker(known.name, known.template)(0)

    def _check_ports(self, made: Sequence[Replica]) -> None:
        for replica in made:
            for port in replica.fixed_ports:
                if not is_free(port):
                    owner = owner_of(port) or "another process"
                    raise PortTaken(
                        f"port {port} of {replica.name} is taken by {owner}: end it, or let the image's entry in "
                        f"{self._around.launcher.images.file} name the variable with the port (`port: SERVER_PORT`)"
                    )

    def _start_missing(self, revision: RunningRevision, count: int) -> None:
        for replica in revision.prepare(count):
            replica.start()
        known = self.record.revision(revision.name)
        if known is not None:
            self._note(known, numbers=revision.numbers)

    def _revision(self, known: RevisionRecord, resuming: bool) -> RunningRevision:
        numbers = known.numbers if resuming else replace(known.numbers, running=())
        revision = RunningRevision(known.name, known.template.scale, self._maker(known.name, known.template), numbers)
        self._running[known.name] = revision
        return revision

    def _maker(self, name: str, template: Template) -> Callable[[int], Replica]:
        def make(number: int) -> Replica:
            owner = self._owner(name, template, f"{name}-{number}")
            launcher, override = self._around.launcher, self.record.override
            return Replica(
                owner.replica,
                [launcher.plan(owner, each, first=False) for each in template.init_containers],
                [
                    launcher.plan(owner, each, first=at == 0, override=override if at == 0 else None)
                    for at, each in enumerate(template.containers)
                ],
                changed=self._wake,
                report=self._say,
                back_off=self._around.back_off,
            )

        return make

    def _owner(self, revision: str, template: Template, replica: str) -> Owner:
        spec, domain = self.spec, self._around.domain_of(self.spec.environment)
        variables = {
            "CONTAINER_APP_NAME": spec.name,
            "CONTAINER_APP_REVISION": revision,
            "CONTAINER_APP_REPLICA_NAME": replica,
            "CONTAINER_APP_ENV_DNS_SUFFIX": domain,
        }
        if spec.ingress is not None:
            variables["CONTAINER_APP_HOSTNAME"] = f"{revision}.{domain}"
            variables["CONTAINER_APP_PORT"] = str(spec.ingress.target_port)
        return Owner(
            name=spec.name,
            replica=replica,
            identities=spec.identities,
            variables=variables,
            secrets=self.record.secrets,
            target_port=spec.ingress.target_port if spec.ingress is not None else None,
            grace_s=template.termination_grace_s,
        )

    def _new(self, spec: AppSpec) -> RevisionRecord:
        return RevisionRecord(
            name=spec.revision_name, template=spec.template, created=time.time(), state="Provisioning"
        )

    def _known(self, name: str) -> RevisionRecord:
        known = self.record.revision(name)
        if known is None:
            raise CloudRefusal("RevisionNotFound", f"Revision {name} of container app {self.spec.name} does not exist.")
        return known

    def _check_traffic(self, spec: AppSpec) -> None:
        """Refuse traffic for revisions that are not there."""
        if spec.ingress is None or spec.revisions_mode == "Single":
            return
        names = {each.name for each in self.record.revisions} | {spec.revision_name}
        for traffic in spec.ingress.traffic:
            if traffic.revision_name is not None and traffic.revision_name not in names:
                raise CloudRefusal(
                    "RevisionNotFound",
                    f"Revision {traffic.revision_name} of container app {spec.name} does not exist. "
                    f"It has {', '.join(sorted(names))}.",
                )

    def _note(self, known: RevisionRecord, **changes: object) -> None:
        known = replace(known, **changes)  # type: ignore[arg-type]  the fields of RevisionRecord
        others = [each for each in self.record.revisions if each.name != known.name]
        self.record = replace(self.record, revisions=(*others, known))

    def _prune(self) -> None:
        """Forget the oldest inactive revisions, and the logs of replicas that are long gone."""
        inactive = [each.name for each in self.record.revisions if each.name not in self._running]
        surplus = inactive[: max(len(inactive) - self.spec.max_inactive_revisions, 0)]
        kept = tuple(each for each in self.record.revisions if each.name not in surplus)
        self.record = replace(self.record, revisions=kept)
        alive = {replica.name for revision in self._running.values() for replica in revision.replicas}
        folder = self._around.launcher.directory / self.spec.name
        old = sorted(
            (each for each in folder.iterdir() if each.name not in alive | {"home"}),
            key=lambda each: each.stat().st_mtime,
        )
        for each in old[: max(len(old) - _LOGS_KEPT, 0)]:
            shutil.rmtree(each, ignore_errors=True)

    def _keep(self) -> None:
        self._around.records.put(self.spec.name, self.record)

    def _say(self, message: str) -> None:
        self._around.events.add(self.spec.name, message)

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()
        self._around.changed()
