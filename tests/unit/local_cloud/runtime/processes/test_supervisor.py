"""What exits is started again, with growing pauses, and what is removed stays away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.processes.process import Process, ProcessFailed
from local_cloud.runtime.processes.supervisor import BackOff, Supervisor
from tests.support.waiting import until
from tests.unit.local_cloud.runtime.conftest import ProcessMaker

FAILS_THE_SECOND_TIME = (
    "import pathlib, sys, time; once = pathlib.Path(sys.argv[1] + '.once'); "
    "once.exists() and sys.exit('second start'); once.touch(); pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
)


@pytest.fixture
def failures() -> list[ProcessFailed]:
    return []


@pytest.fixture
def supervisor(failures: list[ProcessFailed]) -> Iterator[Supervisor]:
    supervisor = Supervisor(on_failure=failures.append, back_off=BackOff(first_s=0.01, most_s=0.02))
    yield supervisor
    supervisor.stop_all()


def _kill(process: Process) -> None:
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)


def test_a_killed_process_runs_again(make_process: ProcessMaker, supervisor: Supervisor) -> None:
    process = make_process()
    supervisor.add(process)
    first = process.pid
    _kill(process)
    until(lambda: process.pid != first and process.ready, "the restart")
    until(lambda: supervisor.status()[0].state == "running", "the status")
    assert supervisor.status()[0].restarts == 1


def test_an_exit_is_reported_with_its_reason(
    make_process: ProcessMaker, supervisor: Supervisor, failures: list[ProcessFailed]
) -> None:
    process = make_process()
    supervisor.add(process)
    _kill(process)
    until(lambda: failures, "the report")
    assert "SIGKILL" in str(failures[0])


def test_a_process_that_cannot_start_again_is_tried_again_and_again(
    make_process: ProcessMaker, supervisor: Supervisor, tmp_path: Path
) -> None:
    process = make_process(FAILS_THE_SECOND_TIME)
    supervisor.add(process)
    (tmp_path / "part.ready").unlink()  # or each try would look ready until its end
    _kill(process)
    until(lambda: supervisor.status()[0].restarts >= 3, "three tries")
    status = supervisor.status()[0]
    assert status.state == "restarting"
    assert status.last_failure is not None
    assert "second start" in status.last_failure


def test_a_process_that_fails_its_first_start_is_not_supervised(
    make_process: ProcessMaker, supervisor: Supervisor
) -> None:
    with pytest.raises(ProcessFailed):
        supervisor.add(make_process("raise SystemExit(1)"))
    assert supervisor.names() == []


def test_a_removed_process_stays_stopped_without_a_report(
    make_process: ProcessMaker, supervisor: Supervisor, failures: list[ProcessFailed]
) -> None:
    process = make_process()
    supervisor.add(process)
    supervisor.remove("part")
    assert not process.alive
    assert supervisor.get("part") is None
    assert failures == []


def test_a_restart_on_request_is_no_failure(
    make_process: ProcessMaker, supervisor: Supervisor, failures: list[ProcessFailed]
) -> None:
    process = make_process()
    supervisor.add(process)
    first = process.pid
    supervisor.restart("part")
    assert process.pid != first
    assert process.ready
    assert failures == []


def test_processes_stop_in_the_opposite_order(make_process: ProcessMaker, tmp_path: Path) -> None:
    program = (
        "import pathlib, signal, sys, time\n"
        "def note(*_):\n"
        "    with open(pathlib.Path(sys.argv[1]).parent / 'order', 'a') as stream: stream.write(sys.argv[1][-7] + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, note); pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
    )
    supervisor = Supervisor()
    for name in ("a", "b", "c"):
        supervisor.add(make_process(program, name=name))
    supervisor.stop_all()
    assert (tmp_path / "order").read_text() == "c b a "


def test_detached_processes_keep_running_for_the_next_daemon(make_process: ProcessMaker) -> None:
    process = make_process()
    supervisor = Supervisor()
    supervisor.add(process)
    supervisor.detach_all()
    assert supervisor.names() == []
    assert process.alive


def test_pauses_double_up_to_a_limit() -> None:
    back_off = BackOff(first_s=0.5, most_s=3)
    assert [back_off.pause_s(failures) for failures in (1, 2, 3, 4, 1000)] == [0.5, 1, 2, 3, 3]
