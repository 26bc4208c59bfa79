"""What the benchmarks share: a figure with its promise, how it is taken, and the report."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure, what was promised of it, and what stands beside it."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.limit is None or (self.value >= self.limit if self.at_least else self.value <= self.limit)

    def __str__(self) -> str:
        promise = "" if self.limit is None else f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        verdict = "" if self.limit is None else ("ok" if self.kept else "BROKEN")
        return f"{self.what:46} {self.value:8.2f} {self.unit:3} {promise:14} {verdict:7} {self.beside}".rstrip()


def seconds(run: Callable[[], object]) -> float:
    """How long one run takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def cpu_seconds(run: Callable[[], object], *roots: int) -> float:
    """
    What one run takes of the processors, summed over the processes that it starts and waits for.

    Args:
        run: what is measured.
        roots: processes that work for it in the background; what they start counts too.
    """
    before, began = _used(roots), resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    ended, after = resource.getrusage(resource.RUSAGE_CHILDREN), _used(roots)
    waited_for = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    return waited_for + sum(used - before.get(pid, 0.0) for pid, used in after.items())


def _used(roots: Iterable[int]) -> dict[int, float]:
    """Seconds by process, with those of children that have ended."""
    found: dict[int, float] = {}
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        with contextlib.suppress(OSError):  # it has just ended; its parent's line has it
            waiting += children(pid)
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[pid] = sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return found


def resident_mb(pid: int) -> float:
    """What a process holds in memory."""
    return _rollup_mb(pid, "Rss")


def _rollup_mb(pid: int, what: str) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(f"{what}:")) / 1024


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def tree_mb(root: int) -> float:
    """What a process and everything below it hold; a page that several of them map is shared out among them (PSS)."""
    total = 0.0
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        waiting += children(pid)
        total += _rollup_mb(pid, "Pss")
    return total


def report(rows: Iterable[Row]) -> int:
    """Prints each figure as soon as it is there; returns 1 when a promise is broken."""
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    kept = True
    for row in rows:
        print(row, flush=True)
        kept = kept and row.kept
    return int(not kept)
