"""
What the warm language host saves: previews of programs of several sizes on it and in fresh interpreters, and the memory both take.

    python bench/language_host.py [--records 0 100 1000] [--times 5] [--json]

The engine and the planning providers are the same for both; the first preview of each is not counted. Times are medians of whole
`pulumi preview` runs, the engine's own start included. A program's memory is read at its end: all of it, and what it does not share
with the fork server.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from local_cloud.catalog import PACKAGES
from local_cloud.language_host import LanguageHost
from local_cloud.plan.salt import new_salt
from local_cloud.server.serve import serve
from tests.support.pulumi_project import Attached, write_project

PROGRAM = """\
import atexit
import shutil

import pulumi
import pulumi_azure_native.resources
import pulumi_cloudflare as cloudflare

for number in range({records}):
    name = f"r{{number}}"
    cloudflare.DnsRecord(name, zone_id="0" * 32, name=f"{{name}}.example.com", type="A", content="192.0.2.1", ttl=300)
pulumi.export("records", {records})
atexit.register(shutil.copyfile, "/proc/self/smaps_rollup", {memory!r})
"""


@dataclass(frozen=True)
class Row:
    """One size of program."""

    records: int
    warm_s: float
    cold_s: float
    warm_program_mb: float
    warm_program_own_mb: float
    cold_program_mb: float


def _memory(rollup: str) -> Mapping[str, float]:
    """Megabytes by kind, from the text of a `smaps_rollup`."""
    return {name: int(size) / 1024 for name, size in re.findall(r"^(\w+): +(\d+) kB$", rollup, re.MULTILINE)}


def _own(memory: Mapping[str, float]) -> float:
    return memory["Private_Clean"] + memory["Private_Dirty"]


def _fork_server_mb() -> float:
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        if b"local_cloud.language_host.fork_server" in stat.read_bytes():
            status = (stat.parent / "status").read_text()
            if int(re.findall(r"^PPid:\s+(\d+)$", status, re.MULTILINE)[0]) == int(Path("/proc/self").readlink().name):
                return _memory((stat.parent / "smaps_rollup").read_text())["Rss"]
    raise LookupError("there is no fork server among this process's children")


def _preview(attached: Attached, project: Path, records: int) -> float:
    begun = time.perf_counter()
    result = attached.preview(project, "dev")
    took = time.perf_counter() - begun
    assert result.code == 0, result.output
    assert result.outputs == {"records": records}, result.output
    return took


def measure(sizes: list[int], times: int) -> tuple[list[Row], float]:
    """The rows, and the megabytes of the fork server."""
    served = serve(PACKAGES)
    hosts = {warm: LanguageHost(warm=warm) for warm in (True, False)}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        root, salt = Path(scratch), new_salt()
        try:
            attached = {
                warm: Attached(served.attachment, host.start(), salt, root / f"home-{warm}")
                for warm, host in hosts.items()
            }
            for records in sizes:
                memory_file = root / "memory"
                project = write_project(root / str(records), PROGRAM.format(records=records, memory=str(memory_file)))
                took: dict[bool, list[float]] = {True: [], False: []}
                memory: dict[bool, Mapping[str, float]] = {}
                for round_number in range(times + 1):
                    for warm, one in attached.items():
                        seconds = _preview(one, project, records)
                        memory[warm] = _memory(memory_file.read_text())
                        if round_number:
                            took[warm].append(seconds)
                rows.append(
                    Row(
                        records,
                        statistics.median(took[True]),
                        statistics.median(took[False]),
                        memory[True]["Rss"],
                        _own(memory[True]),
                        memory[False]["Rss"],
                    )
                )
            return rows, _fork_server_mb()
        finally:
            for host in hosts.values():
                host.stop()
            served.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[0, 100, 1000])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows, fork_server_mb = measure(options.records, options.times)
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "fork_server_mb": fork_server_mb}, indent=2))
        return
    print(f"{'records':>8} {'warm s':>8} {'cold s':>8} {'factor':>7} {'warm MB':>9} {'its own':>8} {'cold MB':>8}")
    for row in rows:
        print(
            f"{row.records:8} {row.warm_s:8.2f} {row.cold_s:8.2f} {row.cold_s / row.warm_s:7.1f}"
            f" {row.warm_program_mb:9.0f} {row.warm_program_own_mb:8.0f} {row.cold_program_mb:8.0f}"
        )
    print(f"the fork server itself: {fork_server_mb:.0f} MB resident")


if __name__ == "__main__":
    main()
