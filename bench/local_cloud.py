"""
The whole local cloud, as a developer meets it: from nothing to a page over HTTPS, again without changes, down, and its memory.

Beside it, in the same run, what the same engine and program take for a preview, which is the part that no local cloud can save.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local_cloud.daemon.background import local_daemon
from tests.support.local_platform import LocalPlatform

RUNS = 5


def _timed(action):
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _resident_mb(root):
    """Memory of a process and everything below it, shared pages counted once for each process that maps them last (PSS)."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children = {}
    for line in listed.splitlines():
        pid, parent = (int(word) for word in line.split())
        children.setdefault(parent, []).append(pid)
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def main():
    """Prints a line a figure."""
    with tempfile.TemporaryDirectory(prefix="ignition-bench-") as directory:
        platform = LocalPlatform.make(Path(directory))
        try:
            first = _timed(lambda: (platform.up(), platform.get("api.ecent.online", "/health").raise_for_status()))
            print(f"nothing -> 200 over HTTPS from the api   {first:6.1f} s   (aim: 10 s)")
            again = [_timed(platform.up) for _ in range(RUNS)]
            preview = [_timed(lambda: platform.pulumi("preview")) for _ in range(RUNS)]
            print(
                f"up without changes                       {statistics.median(again):6.2f} s   (aim: 1.5 s; median of {RUNS}; "
                f"a preview of the same stack: {statistics.median(preview):.2f} s)"
            )
            print(
                f"resident, sample apps included           {_resident_mb(platform.address.pid):6.0f} MB  (aim: 700 MB; PSS)"
            )
            down = _timed(lambda: local_daemon(platform.state).stop(wait_s=60))
            print(f"down                                     {down:6.2f} s   (aim: 3 s)")
            back = _timed(platform.up)
            print(f"down -> up, data kept                    {back:6.1f} s")
        finally:
            platform.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
