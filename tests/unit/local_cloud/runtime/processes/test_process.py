"""A process is started, reported on, stopped and taken over."""

from __future__ import annotations

import dataclasses
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.runtime.processes import pids
from local_cloud.runtime.processes.pids import Mark
from local_cloud.runtime.processes.process import Process, ProcessFailed, end_orphans
from tests.support.waiting import until
from tests.unit.local_cloud.runtime.conftest import READY_THEN_WAIT, ProcessMaker

IGNORES_SIGTERM = (
    "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
)
HAS_A_CHILD = (
    "import pathlib, subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(600)"
)


def test_start_returns_once_the_process_is_ready(make_process: ProcessMaker) -> None:
    process = make_process()
    process.start()
    assert process.alive
    assert process.ready


def test_starting_a_running_process_again_changes_nothing(make_process: ProcessMaker) -> None:
    process = make_process()
    process.start()
    pid = process.pid
    process.start()
    assert process.pid == pid


def test_a_process_that_exits_at_once_is_reported_with_its_code_command_log_and_last_words(
    make_process: ProcessMaker, tmp_path: Path
) -> None:
    process = make_process("print('no such table'); raise SystemExit(3)")
    with pytest.raises(ProcessFailed) as failed:
        process.start()
    assert failed.value.exit_code == 3
    message = str(failed.value)
    assert "part exited with code 3" in message
    assert "no such table" in message
    assert str(tmp_path / "part.log") in message
    assert sys.executable in message
    assert f"pid: {process.pid}" in message


def test_only_the_last_start_is_quoted(make_process: ProcessMaker, tmp_path: Path) -> None:
    (tmp_path / "part.log").write_text("from an earlier life\n")
    with pytest.raises(ProcessFailed) as failed:
        make_process("print('now'); raise SystemExit(1)").start()
    assert failed.value.last_line == "now"
    assert "earlier life" not in str(failed.value)


def test_a_process_killed_by_a_signal_is_reported_by_the_signals_name(make_process: ProcessMaker) -> None:
    process = make_process()
    process.start()
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert "was ended by SIGKILL" in str(process.failure())


def test_a_process_that_is_never_ready_is_ended_again(make_process: ProcessMaker) -> None:
    process = make_process("import time; time.sleep(600)", ready_timeout_s=0.1)
    with pytest.raises(ProcessFailed, match=r"not ready within 0\.1 s"):
        process.start()
    assert not process.alive


def test_a_missing_program_is_reported_by_its_path(tmp_path: Path) -> None:
    process = Process("part", ["/nowhere/program"], env={}, log_file=tmp_path / "part.log", ready=lambda: True)
    with pytest.raises(ProcessFailed, match="cannot be started: /nowhere/program does not exist"):
        process.start()


def test_a_program_that_is_nowhere_on_the_path_is_reported_with_the_path(tmp_path: Path) -> None:
    env = {"PATH": "/nowhere:/neither"}
    process = Process("part", ["no-such-program"], env=env, log_file=tmp_path / "part.log", ready=lambda: True)
    with pytest.raises(ProcessFailed, match="there is no program 'no-such-program' on its PATH, /nowhere:/neither"):
        process.start()


def test_a_missing_directory_is_reported_and_not_the_program(make_process: ProcessMaker) -> None:
    with pytest.raises(ProcessFailed, match="cannot be started: its directory /nowhere does not exist"):
        make_process(cwd=Path("/nowhere")).start()


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ("#!/bin/sh\n", 0o600, r"is not a program that may be run; `chmod \+x "),
        ("#!/nowhere/interpreter\n", 0o700, "the interpreter that .* names is missing"),
        ("no program\n", 0o700, "is neither a program for this machine nor a script"),
    ],
)
def test_a_file_that_cannot_be_run_is_reported_with_the_reason(
    tmp_path: Path, content: str, mode: int, said: str
) -> None:
    program = tmp_path / "program"
    program.write_text(content)
    program.chmod(mode)
    process = Process("part", [program], env={}, log_file=tmp_path / "part.log", ready=lambda: True)
    with pytest.raises(ProcessFailed, match=said):
        process.start()


def test_a_process_that_cannot_be_recorded_is_ended_again(make_process: ProcessMaker, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    process = make_process("import time; time.sleep(600)", pid_file=tmp_path / "taken")
    with pytest.raises(ProcessFailed, match=r"was stopped again because it cannot be recorded: .*taken"):
        process.start()
    assert not process.alive
    (tmp_path / "taken").rmdir()


def test_an_unknown_account_is_reported_by_its_name(make_process: ProcessMaker) -> None:
    with pytest.raises(ProcessFailed, match="cannot run as 'nosuchaccount'"):
        make_process(user="nosuchaccount").start()


def test_an_unwritable_log_is_reported(make_process: ProcessMaker, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ProcessFailed, match="cannot write its log"):
        make_process(log_file=tmp_path / "taken").start()


def test_nothing_is_inherited_from_our_environment(make_process: ProcessMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "hunter2")
    process = make_process("import os; print('has', os.environ.get('OUR_SECRET')); raise SystemExit(1)")
    with pytest.raises(ProcessFailed) as failed:
        process.start()
    assert failed.value.last_line == "has None"


def test_the_environment_is_in_no_error_repr_or_pid_file(make_process: ProcessMaker) -> None:
    process = make_process(env={"PASSWORD": "hunter2"})
    process.start()
    assert "hunter2" not in process.pid_file.read_text()
    assert "hunter2" not in repr(process) + str(process.failure())


def test_stop_ends_a_process_that_ignores_the_stop_signal(make_process: ProcessMaker) -> None:
    process = make_process(IGNORES_SIGTERM, grace_s=0.05)
    process.start()
    process.stop()
    assert not process.alive
    assert process.exit_code == -signal.SIGKILL


def test_stop_uses_the_given_signal(make_process: ProcessMaker) -> None:
    process = make_process(stop_signal=signal.SIGUSR1)
    process.start()
    process.stop()
    assert process.exit_code == -signal.SIGUSR1


def test_stop_also_ends_what_the_process_started(make_process: ProcessMaker, tmp_path: Path) -> None:
    process = make_process(HAS_A_CHILD, ready=lambda: bool((tmp_path / "part.ready").read_text()))
    process.start()
    child = int((tmp_path / "part.ready").read_text())
    process.stop()
    until(lambda: pids.start_time(child) is None, "the child's end")


def test_stop_removes_the_pid_file(make_process: ProcessMaker) -> None:
    process = make_process()
    process.start()
    process.stop()
    assert not process.pid_file.exists()


def test_a_process_left_by_a_dead_daemon_is_taken_over_when_it_is_the_same_command(
    make_process: ProcessMaker,
) -> None:
    left = make_process()
    left.start()
    taken_over = Process("part", left.argv, env={}, log_file=left.log_file, ready=lambda: True)
    assert taken_over.left_running
    taken_over.start()
    assert taken_over.adopted
    assert taken_over.pid == left.pid
    taken_over.stop()
    assert not left.alive


def test_a_process_outlives_a_killed_daemon_and_is_taken_over(tmp_path: Path) -> None:
    part = (
        "from pathlib import Path; from local_cloud.runtime.processes.process import Process; import sys; "
        "directory = Path(sys.argv[1]); process = Process('part', ['/bin/sleep', '600'], env={}, "
        "log_file=directory / 'part.log', ready=lambda: True)\n"
    )
    daemon = subprocess.Popen(
        [sys.executable, "-c", part + "process.start(); print(process.pid, flush=True); sys.stdin.read()", tmp_path],
        cwd=Path(__file__).parents[4],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with daemon:
        assert daemon.stdout is not None
        pid = int(daemon.stdout.readline())
        daemon.kill()
    process = Process("part", ["/bin/sleep", "600"], env={}, log_file=tmp_path / "part.log", ready=lambda: True)
    process.start()
    assert (process.adopted, process.pid) == (True, pid)
    process.stop()
    assert pids.start_time(pid) is None


@pytest.mark.parametrize("difference", [{"env": {"A": "2"}}, {"cwd": Path("/")}])
def test_a_process_left_with_other_settings_is_replaced(
    make_process: ProcessMaker, difference: dict[str, object]
) -> None:
    left = make_process()
    left.start()
    new = make_process(**difference)
    new.start()
    assert not new.adopted
    assert new.pid != left.pid
    assert not left.alive


def test_a_left_process_that_does_not_answer_is_replaced(make_process: ProcessMaker, tmp_path: Path) -> None:
    left = make_process()
    left.start()
    new = make_process()  # removes the file that says `ready`; only a fresh start writes it again
    new.start()
    assert new.pid != left.pid
    assert not left.alive


def test_a_pid_that_was_given_to_another_program_is_left_alone(make_process: ProcessMaker) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        process = make_process()
        mark = pids.mark("part", stranger.pid, "whatever")
        assert mark is not None
        dataclasses.replace(mark, started="1").write(process.pid_file)
        process.start()
        assert stranger.poll() is None
        assert process.pid != stranger.pid
        stranger.kill()


def test_a_pid_from_an_earlier_boot_is_left_alone(tmp_path: Path) -> None:
    mark = pids.mark("part", os.getpid(), "whatever")
    assert mark is not None
    assert mark.alive
    assert not dataclasses.replace(mark, boot="another").alive


def test_a_damaged_pid_file_counts_as_none(make_process: ProcessMaker) -> None:
    process = make_process()
    process.pid_file.write_text('{"pid": ')
    process.start()
    assert process.alive


def test_end_orphans_ends_what_pid_files_name_and_tells_the_names(make_process: ProcessMaker, tmp_path: Path) -> None:
    process = make_process()
    process.start()
    assert end_orphans(tmp_path) == ["part"]
    assert not process.alive
    assert end_orphans(tmp_path) == []


def test_end_orphans_uses_each_processs_own_stop_signal(make_process: ProcessMaker, tmp_path: Path) -> None:
    # Not SIGINT: a shell that started us in the background has it ignored, by us and by what we start.
    process = make_process(stop_signal=signal.SIGUSR1)
    process.start()
    end_orphans(tmp_path)
    process.wait()
    assert process.exit_code == -signal.SIGUSR1


def test_the_pid_file_can_be_read_by_its_owner_only(make_process: ProcessMaker) -> None:
    process = make_process(READY_THEN_WAIT)
    process.start()
    assert process.pid_file.stat().st_mode & 0o077 == 0
    assert Mark.read(process.pid_file) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run something as another account")
def test_as_root_a_process_can_run_as_an_account_without_any_of_our_groups(tmp_path: Path) -> None:
    account = pwd.getpwnam("nobody")
    process = Process(
        "part",
        ["/bin/sh", "-c", "echo $(id -ru) $(id -u) $(id -G); exit 1"],
        env={"PATH": os.defpath},
        cwd=Path("/"),
        log_file=tmp_path / "part.log",
        ready=lambda: False,
        user="nobody",
    )
    with pytest.raises(ProcessFailed) as failed:
        process.start()
    assert failed.value.last_line == f"{account.pw_uid} {account.pw_uid} {account.pw_gid}"
