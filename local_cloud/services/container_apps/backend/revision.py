"""
One revision of an app: its replicas, and how many of them there are.

Which revisions there are and where traffic goes is `app`'s.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from local_cloud.services.container_apps.backend.processes.images import Mapped
from local_cloud.services.container_apps.backend.processes.replica import Replica, ReplicaStatus
from local_cloud.services.container_apps.backend.spec import Scale

# Makes the replica of a number, not yet started.
ReplicaMaker = Callable[[int], Replica]


@dataclass(frozen=True)
class Numbers:
    """The numbers of the running replicas, and the next one to give: what survives a daemon."""

    running: tuple[int, ...] = ()
    next: int = 1


class RunningRevision:
    """
    The replicas of an active revision. Callers take turns; only reading is free for all.

    Args:
        name: its name.
        scale: its bounds.
        make: makes its replicas.
        numbers: of the replicas that an earlier daemon ran.
        fixed_ports: ports that its replicas cannot change; then there is one replica at most.
        mapped: the entries of the images file that its replicas were made by.
    """

    def __init__(
        self,
        name: str,
        scale: Scale,
        make: ReplicaMaker,
        *,
        numbers: Numbers | None = None,
        fixed_ports: tuple[int, ...] = (),
        mapped: tuple[Mapped | None, ...] = (),
    ) -> None:
        self.name = name
        self.scale = scale
        self.make = make
        self.fixed_ports = fixed_ports
        self.mapped = mapped
        self._replicas: dict[int, Replica] = {}
        self._next = numbers.next if numbers is not None else 1
        self._calm_since: float | None = None
        for number in numbers.running if numbers is not None else ():
            self._replicas[number] = make(number)

    @property
    def replicas(self) -> tuple[Replica, ...]:
        """All replicas, oldest first."""
        return tuple(self._replicas.values())

    @property
    def numbers(self) -> Numbers:
        """For the next daemon."""
        return Numbers(tuple(self._replicas), self._next)

    @property
    def least(self) -> int:
        """How many replicas run at least: nothing here wakes up what was scaled to none."""
        return max(1, self.scale.min_replicas)

    @property
    def upstreams(self) -> tuple[int, ...]:
        """Ports of the replicas that take traffic."""
        return tuple(each.port for each in self.replicas if each.ready and each.port is not None)

    @property
    def ready(self) -> bool:
        """Whether as many replicas as there must be take traffic."""
        return sum(each.ready for each in self.replicas) >= self.bounded(self.least)

    def bounded(self, count: int) -> int:
        """A number of replicas within what scale and ports allow."""
        most = 1 if self.fixed_ports else max(self.scale.max_replicas, self.least)
        return max(min(count, most), 1)

    def prepare(self, count: int) -> list[Replica]:
        """Make replicas up to a number of them; they are not started."""
        made: list[Replica] = []
        while len(self._replicas) < self.bounded(count):
            replica = self.make(self._next)
            self._replicas[self._next] = replica
            self._next += 1
            made.append(replica)
        return made

    def release(self, leaving: Sequence[Replica]) -> None:
        """Forget replicas, after they were stopped."""
        self._replicas = {number: each for number, each in self._replicas.items() if each not in leaving}

    def is_outdated(self, mapped: tuple[Mapped | None, ...]) -> bool:
        """Whether it fails, or the entries of the images file are others by now."""
        return self.mapped != mapped or any(replica.failures for replica in self.replicas)

    def surplus(self, active: Mapping[int, int]) -> int:
        """
        How many replicas too many (positive) or too few (negative) there are for the requests under way.

        Too many counts only after the cool-down, as Azure has it.

        Args:
            active: requests under way, by port.
        """
        running = [each for each in self.replicas if not each.leaving]
        requests = sum(active.get(each.port, 0) for each in running if each.port is not None)
        wanted = self.bounded(max(self.least, math.ceil(requests / self.scale.concurrent_requests)))
        surplus = len(running) - wanted
        if surplus <= 0:
            self._calm_since = None
            return surplus
        now = time.monotonic()
        self._calm_since = self._calm_since if self._calm_since is not None else now
        return surplus if now - self._calm_since >= self.scale.cooldown_s else 0

    def status(self) -> tuple[ReplicaStatus, ...]:
        """Every replica."""
        return tuple(each.status() for each in self.replicas)
