"""Where the system does not tell who calls: what a person is told, on a system that never does and in a sandbox that forbids it."""

import os
import platform as machine
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import sandbox
from tests.support.local_platform import ROOT

# The command line as on a system without NETLINK_SOCK_DIAG; the daemons are what they are.
ELSEWHERE = """
import sys
from local_cloud.runtime.network import peers
peers.SUPPORTED = False
from ignition.__main__ import main
main()
"""
WARNING = "Warning: not protected against other accounts"
SANDBOX = Path(sandbox.__file__)
in_a_sandbox = pytest.mark.skipif(
    sys.platform != "linux" or machine.machine() not in sandbox.SOCKET, reason="the filter is for these machines"
)


def _elsewhere(environment, cwd, *arguments):
    return subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["preview", "local"], ["attach", "--", "true"]], ids=["preview", "attach"])
def test_previews_say_that_they_are_not_protected_where_they_are_not(ignition, arguments):
    ran = _elsewhere(ignition.environment, ROOT, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count(WARNING) == 1
    assert WARNING not in ignition(*arguments).everything


@pytest.mark.parametrize("command", [["up"], ["pulumi", "stack"]], ids=["up", "pulumi"])
def test_the_local_cloud_says_that_it_is_not_protected_where_it_is_not(platform, command):
    name, *rest = command
    arguments = [name, "--state-dir", str(platform.state), *rest]
    ran = _elsewhere(dict(os.environ), platform.project, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count(WARNING) == 1
    assert WARNING not in platform.ignition(*arguments).output


@in_a_sandbox
@pytest.mark.parametrize("command", ["preview", "up"])
def test_in_a_sandbox_that_does_not_let_the_kernel_tell_the_end_is_an_error_that_says_what_to_do(tmp_path, command):
    arguments = {"preview": ["preview", "local"], "up": ["up", "--state-dir", str(tmp_path / "state")]}[command]
    ran = subprocess.run(
        [sys.executable, SANDBOX, sys.executable, "-m", "ignition", *arguments],
        cwd=ROOT,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    said = ran.stderr.partition("error: ")[2]
    assert said.startswith("the kernel does not tell who is on the other end of a connection")
    assert "Operation not permitted" in said
    assert "a sandbox or a container may have to permit it" in said
    assert "Traceback" not in ran.stdout + ran.stderr
