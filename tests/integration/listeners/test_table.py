"""What listens is what the table of listeners declares, and nothing listens on more than loopback."""

import contextlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import yaml

from local_cloud.background import Address
from local_cloud.listener_table import CALLBACKS, ENGINE, MONITOR, POLICY_PACK, POLICY_PROXY, TABLE
from tests.support.listening import Daemon, row_in_a_run, sockets_of, undeclared
from tests.support.pulumi_project import write_project
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which sockets there are")

PROGRAM = """
import pulumi
import pulumi_random as random

pulumi.runtime.register_resource_transform(lambda args: None)
random.RandomPassword("kept", length=8)
"""
# The engine, the program and the pack are all there for as long as the pack looks at the resource.
PACK = """
import pathlib, time
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def wait(args, report_violation):
    while args.name == "kept" and not pathlib.Path({gate!r}).exists():
        time.sleep(0.05)


PolicyPack(
    "slow",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy("waits", "Waits until it is let go.", wait)],
)
"""
OF_A_RUN = {MONITOR, ENGINE, POLICY_PACK, POLICY_PROXY, CALLBACKS}


def _plan_daemon(ignition):
    (file,) = ignition.state.glob("ignition/plan/*/address.json")
    return Daemon.of(Address(**json.loads(file.read_text())))


def _names(found):
    return {known.name for _, known in found if known is not None}


def _declared_for(owner):
    return {each.name for each in TABLE if owner in each.started_by}


def test_a_running_platform_listens_where_the_table_says_and_nowhere_else(platform):
    daemon = Daemon.of(platform.address, platform.state)
    found = [(each, daemon.row(each)) for each in daemon.sockets]
    assert undeclared(found) == []
    assert _names(found) == _declared_for("local cloud")
    recorded = {socket.where for socket, _ in found if socket.transport == "tcp"}
    assert set(daemon.ports) <= recorded, "a part that has a port does not listen on it"


def test_the_plan_daemon_listens_where_the_table_says_and_nowhere_else(ignition):
    assert ignition("preview", "prod").code == 0
    daemon = _plan_daemon(ignition)
    found = [(each, daemon.row(each)) for each in daemon.sockets]
    assert undeclared(found) == []
    assert _names(found) == _declared_for("plan daemon")


def test_a_run_of_the_engine_adds_what_the_table_says_and_nothing_else(ignition, tmp_path):
    gate, pack, backend = tmp_path / "gate", tmp_path / "pack", tmp_path / "backend"
    project = write_project(tmp_path / "project", PROGRAM)
    for directory in (pack, backend):
        directory.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": "python", "description": "trial"}))
    (pack / "__main__.py").write_text(PACK.format(gate=str(gate)))
    own = {"PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": ""}
    made = ignition("attach", "--", "pulumi", "stack", "init", "dev", "--non-interactive", cwd=project, **own)
    assert made.code == 0, made.everything
    before = _plan_daemon(ignition).sockets
    command = ("pulumi", "preview", "--stack", "dev", "--non-interactive", "--policy-pack", str(pack))
    with ignition.popen("attach", "--", *command, cwd=project, **own) as process:
        try:
            found = _observed(process, _plan_daemon(ignition), before)
        finally:
            gate.touch()
            out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert undeclared(found) == []
    assert _names(found) == OF_A_RUN


def _observed(process, daemon, before):
    """The sockets of a run, once all kinds of them are there."""
    seen = {}

    def complete():
        for each in daemon.sockets - before - set(seen):
            seen[each] = daemon.row(each)
        for each in sockets_of([process.pid]) - set(seen):
            seen[each] = row_in_a_run(each)
        return process.poll() is not None or _names(seen.items()) >= OF_A_RUN

    with contextlib.suppress(AssertionError):  # what was seen is compared in any case
        until(complete)
    return list(seen.items())


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_run_of_the_real_program_opens_nothing_else(platform, ignition, command):
    if command == "preview":
        assert ignition("preview", "dev").code == 0
    names = set()
    for _ in range(5):  # sockets that are there for a moment only are not seen in each run of a busy machine
        names |= _names(_sockets_of_a_run(platform, ignition, command))
        if {MONITOR, ENGINE} <= names:
            break
    assert {MONITOR, ENGINE} <= names


def _sockets_of_a_run(platform, ignition, command):
    if command == "up":
        process = platform.popen("up", "--state-dir", str(platform.state))
        daemon = Daemon.of(platform.address, platform.state)
    else:
        process, daemon = ignition.popen("preview", "prod"), _plan_daemon(ignition)
    seen = {}
    with process, ThreadPoolExecutor(1) as reader:
        printed = reader.submit(process.communicate)
        while not printed.done():
            for each in sockets_of([process.pid]) - set(seen):
                # The engine ends while it is asked, now and then.
                known = row_in_a_run(each)
                if known is not None or psutil.pid_exists(each.pid):
                    seen[each] = known
            for each in daemon.sockets - set(seen):
                seen[each] = daemon.row(each)
            time.sleep(0.02)
    assert process.returncode == 0
    assert undeclared(list(seen.items())) == []
    return list(seen.items())
