"""
Previews: how long they take with the warm language host, beside the same engine and providers with a cold one, and in what memory.

`python -m bench.preview` prints a table and ends with 1 when a promise is broken. A cold host starts an interpreter a run and
imports the SDKs in it, as the official one does. Runs of both kinds take turns, so that a busy machine is busy for both.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Row, children, cpu_seconds, report, resident_mb, seconds
from local_cloud.engine.attachment import attached
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.language_host import LanguageHost
from local_cloud.language_host.host import Judge
from local_cloud.plan.throwaway import throwaway
from tests.support.ignition_command import ROOT, Ignition

ROUNDS = 5
SIZES = (100, 300, 1000)
RECORDS = """
import pulumi_cloudflare as cloudflare

for number in range({count}):
    cloudflare.DnsRecord(
        f"record-{{number}}", zone_id="0" * 32, name=f"r{{number}}.example.org", type="A", content="192.0.2.1", ttl=300
    )
"""


def warm(ignition: Ignition, stack: str, project: Path = ROOT) -> None:
    """The command as people type it."""
    ran = ignition("preview", stack, cwd=project)
    assert ran.code == 0, ran.everything


class Cold:
    """The same engine and the same providers with a cold language host."""

    def __init__(self, ignition: Ignition, judge: Judge | None = None) -> None:
        self._ignition = ignition
        self._host = LanguageHost(warm=False, judge=judge)
        self._port = self._host.start()
        self._pulumi = find_pulumi()

    def __call__(self, stack: str, project: Path = ROOT) -> None:
        """One preview."""
        (file,) = self._ignition.state.glob("ignition/plan/*/address.json")
        facts = json.loads(file.read_text())["facts"]
        environment = attached(
            self._ignition.environment,
            pulumi=self._pulumi,
            providers=facts["providers"],
            language_port=self._port,
            home=self._ignition.state / "cold-home",
        )
        with throwaway(project, stack, facts["salt"]) as place:
            argv = [self._pulumi, "preview", "--non-interactive", "--suppress-progress", "--stack", stack]
            argv += ["--config-file", str(place.config_file)]
            environment |= place.environment
            ran = subprocess.run(argv, cwd=project, env=environment, check=False, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def close(self) -> None:
        """Ends the host."""
        self._host.stop()


def records(directory: Path, count: int) -> Path:
    """A project with that many DNS records."""
    project = directory / str(count)
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: records\nruntime: python\n")
    (project / "Pulumi.dev.yaml").write_text("config: {}\n")
    (project / "__main__.py").write_text(RECORDS.format(count=count))
    return project


def rows(scratch: Path) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""
    ignition = Ignition(scratch / "state")
    first = seconds(lambda: warm(ignition, "prod"))
    yield Row("first preview, nothing running (prod)", first, "s", 6)
    cold = Cold(ignition)
    try:
        cold("prod")  # compiled modules, the engine's own first run
        pairs = [(seconds(lambda: warm(ignition, "prod")), seconds(lambda: cold("prod"))) for _ in range(ROUNDS)]
        here, there = (statistics.median(times) for times in zip(*pairs, strict=True))
        yield Row("ignition preview prod, warm", here, "s", 1.2, beside=f"cold language host {there:.2f} s")
        yield Row("cold host / warm", there / here, "x", 3.5, at_least=True)
        yield from _cpu(ignition, records(scratch, 0))
        medians: dict[int, float] = {}
        for count in SIZES:
            project = records(scratch, count)
            medians[count] = statistics.median(seconds(lambda: warm(ignition, "dev", project)) for _ in range(ROUNDS))  # noqa: B023  called at once
            limit = 12 if count == SIZES[-1] else None
            beside = f"cold language host {seconds(lambda: cold('dev', project)):.2f} s"  # noqa: B023  called at once
            yield Row(f"{count} records, warm", medians[count], "s", limit, beside=beside)
        small, middle, large = (medians[count] for count in SIZES)
        slope = ((large - middle) / (SIZES[2] - SIZES[1])) / ((middle - small) / (SIZES[1] - SIZES[0]))
        yield Row("cost of a record at 1,000 / at 300", slope, "x", 1.5, beside="1 is linear")
        (daemon,) = ignition.daemons
        (host,) = children(daemon)
        yield Row("warm language host, resident", resident_mb(host), "MB", 400)
        yield Row("planning providers, resident", resident_mb(daemon), "MB")
    finally:
        cold.close()
        ignition.close()


def _cpu(ignition: Ignition, empty: Path) -> Iterator[Row]:
    """What a preview of prod takes of the processors, beside a program that registers nothing."""
    (daemon,) = ignition.daemons
    warm(ignition, "dev", empty)
    pairs = [
        (
            cpu_seconds(lambda: warm(ignition, "prod"), daemon),
            cpu_seconds(lambda: warm(ignition, "dev", empty), daemon),
        )
        for _ in range(ROUNDS)
    ]
    prod, nothing = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Row("CPU of ignition preview prod, warm", prod, "s", beside=f"an empty program {nothing:.2f} s")


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory() as scratch:
        return report(rows(Path(scratch)))


if __name__ == "__main__":
    raise SystemExit(main())
