"""
The policy pack: what it adds to a preview of prod, beside the engine's own way of running a pack.

`python -m bench.policies` prints a table and ends with 1 when a promise is broken. The pack is asked in a process of the warm language
host, so its processor time is what that host's forks used, and this process beside it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Row, children, report, seconds
from bench.preview import Cold, warm
from local_cloud.catalog import PACKAGES
from local_cloud.language_host import LanguageHost
from local_cloud.language_host.host import EndedRun, RunInfo
from local_cloud.policies.review import Review
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.planned import Registrations
from local_cloud.server.plan.sessions import EngineRun
from tests.support.ignition_command import ROOT, Ignition

ROUNDS = 9
PROMISE_S = 0.3


class Kept:
    """Keeps the program that has ended, and refuses nothing."""

    def __init__(self) -> None:
        self.ended: EndedRun | None = None

    def begins(self, engine: str, info: RunInfo, environment: Mapping[str, str]) -> None:
        """Nothing is looked at before the end."""

    def refusal(self, ended: EndedRun) -> str:
        """Nothing is refused."""
        self.ended = ended
        return ""


def forks_s(pid: int) -> float:
    """The processor time of the forks of a process that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def asked(review: Review, ended: EndedRun) -> None:
    """The pack is asked once, and nobody listens."""
    registrations = Registrations(ended.info.project, ended.info.stack, ended.info.root_directory)
    registrations.add(ended.registrations)
    plan = Judge(PACKAGES).plan(registrations.planned())
    with contextlib.closing(EngineLog(ended.engine)) as engine:
        review.violations(ended, plan, EngineRun(ROOT, {}), engine)


def rows(scratch: Path) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""
    ignition, kept = Ignition(scratch / "state"), Kept()
    warm(ignition, "prod")
    cold = Cold(ignition, kept)
    host = LanguageHost()
    try:
        cold("prod")
        assert kept.ended is not None
        ended = kept.ended
        host.start()
        (server,) = [
            each for each in children(os.getpid()) if "fork_server" in Path(f"/proc/{each}/cmdline").read_text()
        ]
        review = Review(host.run_module)
        asked(review, ended)
        before, here = forks_s(server), time.process_time()
        walls = [seconds(lambda: asked(review, ended)) for _ in range(ROUNDS)]
        spent = (forks_s(server) - before + time.process_time() - here) / ROUNDS
        yield Row("policies of a preview of prod, wall", statistics.median(walls), "s", PROMISE_S)
        yield Row("policies of a preview of prod, processor", spent, "s", PROMISE_S)
    finally:
        host.stop()
        cold.close()
        ignition.close()


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory() as scratch:
        return report(rows(Path(scratch)))


if __name__ == "__main__":
    raise SystemExit(main())
