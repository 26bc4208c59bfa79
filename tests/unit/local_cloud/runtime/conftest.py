"""Throwaway processes for the tests of what runs processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.runtime.processes.process import Process

# Says that it is ready by writing a file, then waits for its end.
READY_THEN_WAIT = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"

ProcessMaker = Callable[..., Process]


@pytest.fixture
def make_process(tmp_path: Path) -> Iterator[ProcessMaker]:
    """Makes processes that run a Python program with a `ready` file as its argument; all are ended afterwards."""
    made: list[Process] = []

    def make(program: str = READY_THEN_WAIT, *, name: str = "part", **options: Any) -> Process:
        ready_file = tmp_path / f"{name}.ready"
        ready_file.unlink(missing_ok=True)
        defaults: dict[str, Any] = {
            "env": {},
            "log_file": tmp_path / f"{name}.log",
            "ready": ready_file.exists,
            "grace_s": 5,
        }
        process = Process(name, [sys.executable, "-c", program, ready_file], **{**defaults, **options})
        made.append(process)
        return process

    yield make
    for process in made:
        process.stop()
