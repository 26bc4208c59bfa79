"""
The rules over the plan: the processor time that they take of a preview, for prod and for many records.

`python -m bench.plan_rules` prints a table and ends with 1 when a promise is broken. Prod's plan is what its program registers in a
preview by the real engine; the time is that of this process alone, so a busy machine changes it little.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.figures import Row, report
from bench.preview import Cold, warm
from local_cloud.catalog import PACKAGES
from local_cloud.language_host.host import EndedRun, RunInfo
from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.planned import Planned, Registrations
from tests.support.ignition_command import Ignition

ROUNDS = 9
SIZES = (100, 300, 1000)
RECORD = "cloudflare:index/dnsRecord:DnsRecord"


class Kept:
    """Keeps what a preview's program registered, and refuses nothing."""

    def __init__(self) -> None:
        self.planned: Sequence[Planned] = ()

    def begins(self, engine: str, info: RunInfo, environment: Mapping[str, str]) -> None:
        """Nothing is looked at before the end."""

    def refusal(self, ended: EndedRun) -> str:
        """Nothing is refused."""
        registrations = Registrations(ended.info.project, ended.info.stack, ended.info.root_directory)
        registrations.add(ended.registrations)
        self.planned = list(registrations.planned())
        return ""


def judged_ms(judge: Judge, planned: Sequence[Planned]) -> float:
    """The processor time that all rules take of a plan, the median of several rounds."""
    times: list[float] = []
    for _ in range(ROUNDS):
        plan = judge.plan(planned)
        began = time.process_time()
        judge.refusals(plan)
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def records(count: int) -> list[Planned]:
    """A plan of so many records of one zone."""
    zone = {"zoneId": "0" * 32, "type": "A", "content": "192.0.2.1", "ttl": 300}
    made = {f"r{number}": (RECORD, {**zone, "name": f"r{number}.example.org"}) for number in range(count)}
    return list(Sketch(**made).planned())


def rows(scratch: Path) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""
    judge, kept = Judge(PACKAGES), Kept()
    ignition = Ignition(scratch / "state")
    warm(ignition, "prod")
    cold = Cold(ignition, kept)
    try:
        cold("prod")
    finally:
        cold.close()
        ignition.close()
    beside = f"{len(kept.planned)} resources, {len(judge.rules)} rules"
    yield Row("rules over the plan, prod", judged_ms(judge, kept.planned), "ms", 30, beside=beside)
    medians = {count: judged_ms(judge, records(count)) for count in SIZES}
    for count in SIZES:
        yield Row(f"rules over the plan, {count} records", medians[count], "ms", 200 if count == SIZES[-1] else None)
    small, middle, large = (medians[count] for count in SIZES)
    slope = ((large - middle) / (SIZES[2] - SIZES[1])) / ((middle - small) / (SIZES[1] - SIZES[0]))
    yield Row("cost of a record at 1,000 / at 300", slope, "x", 2, beside="1 is linear")


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory() as scratch:
        return report(rows(Path(scratch)))


if __name__ == "__main__":
    raise SystemExit(main())
