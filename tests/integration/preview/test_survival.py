"""Previews that are killed, run at the same time, or find the plan daemon gone."""

import os
import signal
from pathlib import Path

import pytest

from tests.integration.preview.programs import GROUP, VAULT, project
from tests.support.ignition_command import Ignition, gone, is_running
from tests.support.waiting import until

HANGING = """
import os, pathlib, time
pathlib.Path({file!r}).write_text(str(os.getpid()))
while True:
    time.sleep(60)
"""


@pytest.fixture
def own(tmp_path):
    """The command with a state directory that no other test uses."""
    command = Ignition(tmp_path / "state")
    yield command
    command.close()


@pytest.mark.parametrize(
    ("number", "whom"),
    [(signal.SIGKILL, "the command"), (signal.SIGTERM, "the command"), (signal.SIGKILL, "its process group")],
)
def test_a_killed_preview_leaves_no_process_and_the_next_one_works(ignition, tmp_path, number, whom):
    pid_file = tmp_path / "pid"
    where = project(tmp_path / "project", HANGING.format(file=str(pid_file)))
    with ignition.popen("preview", "dev", cwd=where, TMPDIR=str(tmp_path)) as process:
        until(lambda: pid_file.exists() and pid_file.read_text(), "the start of the program")
        program, engine = int(pid_file.read_text()), _engine_of(process.pid)
        assert is_running(engine)
        (os.kill if whom == "the command" else os.killpg)(process.pid, number)
        process.communicate()
    until(gone(program), "the end of the program")
    until(gone(engine), "the end of the engine")
    project(where, GROUP)
    assert ignition("preview", "dev", cwd=where, TMPDIR=str(tmp_path)).code == 0
    assert list(tmp_path.glob("ignition-preview-*")) == []


def test_an_interrupted_preview_ends_by_itself(ignition, tmp_path):
    pid_file = tmp_path / "pid"
    where = project(tmp_path / "project", HANGING.format(file=str(pid_file)))
    with ignition.popen("preview", "dev", cwd=where) as process:
        until(lambda: pid_file.exists() and pid_file.read_text(), "the start of the program")
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode != 0
    assert "Traceback" not in err
    until(gone(int(pid_file.read_text())), "the end of the program")


def test_two_first_previews_at_once_share_one_daemon_and_both_succeed(own, tmp_path):
    projects = [project(tmp_path / name, VAULT.format(sku="standard")) for name in ("one", "two")]
    running = [own.popen("preview", "dev", cwd=where) for where in projects]
    ended = [(process.communicate(), process.returncode) for process in running]
    assert [code for _, code in ended] == [0, 0], ended
    assert sum("Starting the warm language host" in err for (_, err), _ in ended) == 1


def test_a_daemon_that_died_is_started_again(own, tmp_path):
    where = project(tmp_path / "project", GROUP)
    assert own("preview", "dev", cwd=where).code == 0
    (before,) = own.daemons
    os.kill(before, signal.SIGKILL)
    until(gone(before))
    assert own("preview", "dev", cwd=where).code == 0
    assert own.daemons != [before]


def test_the_engine_writes_no_log_of_a_preview_and_says_nothing_about_it(own, tmp_path):
    where = project(tmp_path / "project", GROUP)
    assert own("preview", "dev", cwd=where).code == 0
    (logs,) = own.state.glob("ignition/plan/*/pulumi-home/logs")
    logs.unlink()
    logs.mkdir()
    (logs / "pulumi-20260101T000000-abc.log").write_text("of an older version")
    ran = own("preview", "dev", cwd=where)
    assert (ran.code, logs.read_bytes()) == (0, b"")
    assert "logging" not in ran.everything


def test_the_engine_runs_our_providers_and_our_language_host(ignition, tmp_path):
    """The one test that fails when a newer engine no longer attaches to running providers and language hosts."""
    parent = "import os, pathlib\nprint(pathlib.Path('/proc', str(os.getppid()), 'cmdline').read_text(), flush=True)\n"
    ran = ignition("preview", "dev", cwd=project(tmp_path, parent + VAULT.format(sku="nonsense")))
    assert "fork_server" in ran.out
    assert "azure-native:keyvault:Vault resource 'vault' has a problem" in ran.out


def _engine_of(pid):
    """The child that is the engine; the daemon may be another one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    (engine,) = (int(each) for each in children if b"/pulumi\0preview" in Path(f"/proc/{each}/cmdline").read_bytes())
    return engine
