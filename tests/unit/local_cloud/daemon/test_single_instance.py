"""One daemon a state directory; real processes hold it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_cloud.daemon.single_instance import end_running_daemon, single_instance
from local_cloud.runtime.errors import BackendError

_HOLDS = """
import signal, sys, time
from pathlib import Path
from local_cloud.daemon.single_instance import single_instance
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with single_instance(Path(sys.argv[1]), patience_s=1):
    print("has it", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", _HOLDS, str(tmp_path), *words]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout is not None
        assert started[-1].stdout.readline() == "has it\n"
        return started[-1]

    yield start
    for each in started:
        with each:
            each.kill()


def test_the_one_that_has_it_ends_for_the_next(tmp_path: Path, holder: Callable[..., subprocess.Popen[str]]) -> None:
    first = holder()
    with single_instance(tmp_path, patience_s=60):
        assert first.wait() < 0


def test_one_that_does_not_end_is_named(tmp_path: Path, holder: Callable[..., subprocess.Popen[str]]) -> None:
    first = holder("deaf")
    with pytest.raises(BackendError, match=f"`kill -9 {first.pid}` stops it"):
        end_running_daemon(tmp_path, wait_s=0.1)


def test_a_killed_one_leaves_it_free(tmp_path: Path, holder: Callable[..., subprocess.Popen[str]]) -> None:
    first = holder()
    first.kill()
    first.wait()
    assert end_running_daemon(tmp_path, wait_s=0) is False
    with single_instance(tmp_path, patience_s=0):
        pass


def test_where_nothing_ever_ran_there_is_nothing_to_end(tmp_path: Path) -> None:
    assert end_running_daemon(tmp_path, wait_s=0) is False
