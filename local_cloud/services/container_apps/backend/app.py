"""
One app: its revisions, which of them run, and what a change of the declaration means.

Replicas are `revision`'s; routing is `ingress`'s, which asks here where traffic goes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from local_cloud.runtime.errors import BackendError, CloudRefusal, NotWritten
from local_cloud.services.container_apps.backend.awaiting import Readiness, serving_beside, stop_all
from local_cloud.services.container_apps.backend.errors import Otherwise
from local_cloud.services.container_apps.backend.kept_record import KeptRecord
from local_cloud.services.container_apps.backend.processes.app_context import AppContext
from local_cloud.services.container_apps.backend.processes.making import Maker
from local_cloud.services.container_apps.backend.processes.replica import Replica
from local_cloud.services.container_apps.backend.revision import RunningRevision
from local_cloud.services.container_apps.backend.revision_names import (
    check_traffic,
    new_revision,
    revision_name,
    traffic_shares,
)
from local_cloud.services.container_apps.backend.routing.ingress import GRACE_S
from local_cloud.services.container_apps.backend.secrets import check_references, resolved
from local_cloud.services.container_apps.backend.spec import AppSpec, Override
from local_cloud.services.container_apps.backend.state import AppRecord, RevisionRecord

_OLD_ROUTES_S: Final = GRACE_S + 0.25


class App:
    """
    A running app; safe to use from several threads, changes take turns.

    Args:
        record: what is kept of it.
        context: what it uses.
    """

    def __init__(self, record: AppRecord, context: AppContext) -> None:
        self._kept = KeptRecord(record, context)
        self._context = context
        self._running: dict[str, RunningRevision] = {}
        self._changing = threading.RLock()
        self._readiness = Readiness(record.spec.name, attempts=context.attempts, timeout_s=context.timeout_s)
        self._maker = Maker(lambda: self.record, context, changed=self._changed, report=self._say)

    @property
    def record(self) -> AppRecord:
        """What is kept of the app."""
        return self._kept.record

    @property
    def spec(self) -> AppSpec:
        """The app as it is declared."""
        return self.record.spec

    @property
    def running(self) -> dict[str, RunningRevision]:
        """The active revisions by name, oldest first."""
        return dict(self._running)

    def weights(self) -> dict[str, int]:
        """The share of the traffic by revision, in percent."""
        return traffic_shares(self.spec, self.record.latest_ready)

    def resume(self) -> None:
        """
        Take up the revisions that an earlier daemon ran; what it was in the middle of is given up.

        What cannot run any more is noted as failed and does not keep the others from running.
        """
        with self._changing:
            for known in self.record.revisions:
                if known.state == "Running":
                    try:
                        self._resume(known)
                    except BackendError as error:
                        self._running.pop(known.name, None)
                        self._kept.note(known, state="Failed", reason=str(error))
                        self._say(f"{known.name} cannot run: {error}")
                elif known.state == "Provisioning":
                    self._kept.note(
                        known, state="Failed", reason="the local cloud ended while it was being provisioned"
                    )
            self._kept.keep()

    def put(self, spec: AppSpec) -> None:
        """
        Update the app to a declaration; returns when its revision serves.

        Raises:
            CloudRefusal: Azure would refuse it; nothing has changed.
            RevisionFailed: the new revision did not become ready; the old one serves.
            BackendError: this machine cannot run it.
        """
        with self._changing:
            check_references((*spec.template.init_containers, *spec.template.containers), spec.secrets)
            check_traffic(spec, self.record)
            name = revision_name(spec, self.record)
            secrets = resolved(spec.secrets, self._context.resolve_secret)
            self._kept.change(spec=spec, secrets=secrets)
            if name not in self._running:
                self._provision(self.record.revision(name) or new_revision(name, spec))
            self._settle(name)

    def override(self, override: Override | None) -> None:
        """
        Run something else in the place of the first container, in the same environment; None ends that.

        Raises:
            RevisionFailed: it did not become ready; what ran before still does.
        """
        with self._changing:
            before = self.record.override
            if override == before:
                return
            self._kept.change(override=override)
            try:
                self._renew_all()
            except (BackendError, OSError):
                self._kept.change(override=before)
                self._revive()
                raise
            finally:
                self._kept.keep()

    def refresh_secrets(self) -> bool:
        """Read references again, and renew the replicas when a value changed. Returns whether one did."""
        with self._changing:
            secrets = resolved(self.spec.secrets, self._context.resolve_secret)
            if secrets == self.record.secrets:
                return False
            self._kept.change(secrets=secrets)
            self._say("a secret changed: its replicas are renewed")
            self.restart()
            return True

    def restart(self) -> None:
        """Renew all replicas, the new ones before the old ones end."""
        with self._changing:
            try:
                self._renew_all()
            finally:
                self._revive()
                self._kept.keep()

    def renew_outdated(self) -> None:
        """
        Renew the replicas when an entry of the images file changed since they were made, or when they fail.

        Raises:
            RevisionFailed: the new replicas did not become ready; the old ones are kept as far as ports allow.
            BackendError: the images file cannot be used.
        """
        with self._changing:
            latest = self.record.latest_ready
            stopped = latest is not None and latest not in self._running
            mapped = {name: self._maker.mapped(self._kept.revision(name).template) for name in self._running}
            if stopped or any(self._running[name].is_outdated(entries) for name, entries in mapped.items()):
                self._say("its images' entries changed, or it was failing: its replicas are renewed")
                self.restart()

    def deactivate(self, name: str) -> None:
        """Stop a revision; Azure refuses it for one that gets traffic."""
        with self._changing:
            self._kept.revision(name)
            if self.weights().get(name):
                raise CloudRefusal("RevisionHasTraffic", f"Revision {name} receives traffic and cannot be deactivated.")
            self._retire(name)
            self._kept.keep()

    def scale(self, active: Mapping[int, int]) -> None:
        """
        Start and stop replicas as the requests under way ask for; nothing while the app is being changed.

        Args:
            active: requests under way, by port.
        """
        if not self._changing.acquire(blocking=False):
            return
        try:
            for revision in self._running.values():
                surplus = revision.surplus(active)
                if surplus < 0:
                    self._say(f"{revision.name} gets {-surplus} more replicas")
                    for replica in revision.prepare(len(revision.replicas) - surplus):
                        replica.start()
                    self._kept.note_numbers(revision)
                elif surplus > 0:
                    self._say(f"{revision.name} needs {surplus} replicas less")
                    self._release(revision, revision.replicas[-surplus:])
                if surplus:
                    self._kept.keep()
        finally:
            self._changing.release()

    def delete(self) -> None:
        """End everything, and forget the app."""
        self._readiness.give_up()
        with self._changing:
            for name in list(self._running):
                self._retire(name)
            self._context.records.remove(self.spec.name)
            self._context.launcher.forget(self.spec.name)

    def stop(self) -> None:
        """End its processes; the next `resume` starts them again."""
        self._readiness.give_up()
        with self._changing:
            stop_all(replica for revision in self._running.values() for replica in revision.replicas)

    def detach(self) -> None:
        """Leave its processes to the next daemon."""
        self._readiness.give_up()
        with self._changing:
            for replica in (each for revision in self._running.values() for each in revision.replicas):
                replica.detach()

    def _resume(self, known: RevisionRecord) -> None:
        revision = self._maker.revision(known, known.numbers)
        made = revision.prepare(revision.least)
        self._running[known.name] = revision
        for replica in revision.replicas:
            replica.start()
        if made:
            self._kept.note_numbers(revision)

    def _provision(self, known: RevisionRecord) -> None:
        """Run a revision until it is ready; from then on it is the latest one."""
        known = self._kept.note(known, state="Provisioning", reason=None)
        self._kept.keep()
        stood_down: list[str] = []
        made: list[Replica] = []
        try:
            stood_down = self._make_room(self._maker.fixed_ports(known.template))
            revision = self._maker.revision(known, replace(known.numbers, running=()))
            made = revision.prepare(revision.least)
            known = self._kept.note(known, numbers=revision.numbers)
            self._kept.keep()  # a daemon that dies now must know the numbers it has given
            self._start(revision.name, made, stood_down)
        except (BackendError, OSError) as error:
            stop_all(made)
            self._kept.note(known, state="Failed", reason=str(error), numbers=replace(known.numbers, running=()))
            with contextlib.suppress(NotWritten):  # a full disk may be the very failure
                self._kept.keep()
            for name in stood_down:
                self._provision(self._kept.revision(name))
            raise
        self._running[known.name] = revision
        self._kept.note(known, state="Running")
        self._kept.change(latest_ready=known.name)
        self._context.route()
        self._say(f"{known.name} is ready")

    def _start(self, name: str, made: Sequence[Replica], stood_down: Sequence[str]) -> None:
        for replica in made:
            replica.start()
        otherwise = Otherwise(serving_beside(name, self._running, stood_down), self._maker.remedy)
        self._readiness.wait(name, made, lambda: all(each.ready for each in made), otherwise)

    def _settle(self, name: str) -> None:
        """Send traffic where it belongs, then end what no longer gets any."""
        self._context.route()
        if self.spec.revisions_mode == "Single":
            self._kept.change(latest_ready=name)
            for other in list(self._running):
                if other != self.record.latest_ready:
                    self._retire(other)
        self._kept.prune(self._running)
        self._kept.keep()

    def _retire(self, name: str) -> None:
        revision = self._running.pop(name, None)
        if revision is None:
            return
        self._release(revision, revision.replicas)
        self._kept.note(self._kept.revision(name), state="Stopped", numbers=revision.numbers)
        self._say(f"{name} is stopped")

    def _release(self, revision: RunningRevision, leaving: Sequence[Replica]) -> None:
        """Take replicas out of the traffic, then end them."""
        for replica in leaving:
            replica.leaving = True
        self._stop_without_traffic(leaving)
        revision.release(leaving)
        self._kept.note_numbers(revision)

    def _stop_without_traffic(self, leaving: Sequence[Replica]) -> None:
        """Open connections use the old routes for a while, so replicas stop only after that."""
        self._context.route()
        time.sleep(_OLD_ROUTES_S)
        stop_all(leaving)
        for replica in leaving:
            self._context.launcher.forget_ports(self.spec.name, replica.name)

    def _renew_all(self) -> None:
        """Replace all replicas by new ones; where one fails, the old ones stay as far as ports allow."""
        for name in list(self._running):
            old = self._running[name].replicas
            numbers = replace(self._running[name].numbers, running=())
            fixed = self._maker.fixed_ports(self._kept.revision(name).template)
            self._make_room(fixed)
            revision = self._maker.revision(self._kept.revision(name), numbers)
            made = revision.prepare(len(old))
            try:
                self._start(name, made, [name])
            except (BackendError, OSError):
                stop_all(made)
                raise
            before = self._running.get(name)
            self._running[name] = revision
            self._kept.note(self._kept.revision(name), state="Running", numbers=revision.numbers)
            if before is not None:
                self._stop_without_traffic(before.replicas)
        self._context.route()

    def _revive(self) -> None:
        """Run the latest revision again when it stopped to free its ports for replicas that then failed."""
        if self.record.latest_ready not in {None, *self._running}:
            self._provision(self._kept.revision(str(self.record.latest_ready)))

    def _make_room(self, ports: Sequence[int]) -> list[str]:
        """
        Stop the revisions whose fixed ports are needed; returns them.

        Raises:
            PortTaken: somebody else has one.
        """
        clashing = [name for name, each in self._running.items() if set(ports) & set(each.fixed_ports)]
        for name in clashing:
            self._say(f"{name} stops first: the image listens on a fixed port, so there cannot be two side by side")
            self._retire(name)
        self._context.launcher.require_free(self.spec.name, ports)
        return clashing

    def _say(self, message: str) -> None:
        self._context.events.add(self.spec.name, message)

    def _changed(self) -> None:
        self._readiness.move()
        self._context.changed()
