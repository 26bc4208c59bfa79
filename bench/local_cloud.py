"""
The whole local cloud, as a developer meets it: from nothing to a page over HTTPS, again without changes, down, and its memory.

Beside it, in the same run, what the same engine and program take for a preview, which is the part that no local cloud can save.
`python -m bench.local_cloud` prints a table and ends with 1 when a promise is broken.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Row, cpu_seconds, report, seconds, tree_mb
from local_cloud.daemon.background_process import local_daemon
from tests.support.local_platform import LocalPlatform

ROUNDS = 5


def rows(platform: LocalPlatform) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""

    def answered() -> None:
        platform.up()
        platform.get("api.ecent.online", "/health").raise_for_status()

    yield Row("nothing -> 200 over HTTPS from the api", seconds(answered), "s", 10)
    pairs = [(seconds(platform.up), seconds(lambda: platform.pulumi("preview"))) for _ in range(ROUNDS)]
    up, preview = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Row("up without changes", up, "s", 1.5, beside=f"a preview of the same stack {preview:.2f} s")
    daemon = platform.address.pid
    cpu = [
        (cpu_seconds(platform.up, daemon), cpu_seconds(lambda: platform.pulumi("preview"), daemon))
        for _ in range(ROUNDS)
    ]
    up, preview = (statistics.median(times) for times in zip(*cpu, strict=True))
    yield Row("CPU of up without changes", up, "s", beside=f"a preview of the same stack {preview:.2f} s")
    yield Row("resident, sample apps included", tree_mb(platform.address.pid), "MB", 700)
    yield Row("down", seconds(lambda: local_daemon(platform.state).stop(wait_s=60)), "s", 3)
    yield Row("down -> up, data kept", seconds(platform.up), "s")


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory(prefix="ignition-bench-") as directory:
        platform = LocalPlatform.make(Path(directory))
        try:
            return report(rows(platform))
        finally:
            platform.remove()


if __name__ == "__main__":
    raise SystemExit(main())
