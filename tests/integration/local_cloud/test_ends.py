"""Interrupted beginnings and the end: nothing is lost, nothing is left."""

import os
import signal
import subprocess
import time

import pytest

from tests.support.local_platform import LocalPlatform


@pytest.fixture
def mine(tmp_path):
    made = LocalPlatform.make(tmp_path)
    yield made
    made.remove()


def _processes_below(directory):
    """Command lines that name the state directory."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(directory) in line and "ps -eo" not in line]


def test_an_engine_killed_in_the_middle_of_up_loses_nothing(mine):
    with mine.popen("up", "--state-dir", str(mine.state)) as up:
        for line in up.stdout:
            if "database-server" in line and "created" in line:
                break
        engine = subprocess.run(
            ["pgrep", "-P", str(up.pid)], capture_output=True, text=True, check=True
        ).stdout.split()[0]
        os.kill(int(engine), signal.SIGKILL)
        up.communicate()
    assert up.returncode != 0
    mine.up()
    assert mine.ready()["status"] == "ok"


def test_destroy_leaves_nothing_running(mine):
    mine.up()
    mine.pulumi("destroy", "--yes", "--skip-preview")
    status = mine.status()
    assert status["apps"] == []
    assert status["endpoints"]["postgres"] is None
    mine.stop()
    for _ in range(100):
        if not _processes_below(mine.state):
            break
        time.sleep(0.1)
    assert _processes_below(mine.state) == []
