"""What changes do to a running platform; each test leaves it running."""

import contextlib
import json
import os
import re
import signal
import sys
import time

import psycopg
import pytest
from botocore.exceptions import ClientError

from local_cloud.daemon.background_process import local_daemon
from local_cloud.runtime.processes.pids import Mark
from tests.integration.types.clients import certificate
from tests.support.local_platform import LocalPlatform
from tests.support.object_storage import storage_client


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("changing"))
    made.up()
    yield made
    made.remove()


def _counts(output):
    """`134 unchanged`, `+ 2 created`: by what happened."""
    found = re.findall(r"^ +[+~-]*±? *(\d+) (unchanged|created|updated|deleted|replaced)", output, re.MULTILINE)
    return {what: int(number) for number, what in found}


def test_up_again_changes_nothing(mine):
    assert set(_counts(mine.up().output)) == {"unchanged"}


def test_refresh_changes_nothing(mine):
    assert set(_counts(mine.pulumi("refresh", "--yes", "--skip-preview"))) == {"unchanged"}


def test_a_changed_setting_updates_the_app_alone_and_makes_a_new_revision(mine):
    before = {app["name"]: app["revision"] for app in mine.status()["apps"]}
    mine.configure("services", api__log="ignition_api=trace")
    counts = _counts(mine.up().output)
    after = {app["name"]: app["revision"] for app in mine.status()["apps"]}
    assert counts.get("updated") == 1
    assert "created" not in counts
    assert "replaced" not in counts
    assert after["api"] != before["api"]
    assert after["admin"] == before["admin"]


def test_a_rotation_of_the_database_login_reaches_the_app(mine):
    assert mine.ready()["checks"]["database"]["role"] == "ignition_a"
    mine.configure("database", rotation__active="b")
    mine.up()
    assert mine.ready()["checks"]["database"]["role"] == "ignition_b"


def test_the_key_pair_of_the_bucket_is_rotated_as_the_runbook_says(mine):
    first = mine.variables("api")
    for step in ({"rotation__b": 2}, {"rotation__active": "b"}, {"rotation__a": 2}):
        mine.configure("object_storage", **step)
        mine.up()
        assert mine.ready()["checks"]["storage"]["status"] == "ok", step
    assert mine.variables("api")["STORAGE_ACCESS_KEY_ID"] != first["STORAGE_ACCESS_KEY_ID"]
    with storage_client(first) as client, pytest.raises(ClientError, match="InvalidAccessKeyId"):
        client.list_objects_v2(Bucket=first["STORAGE_BUCKET"])


def test_a_new_key_for_the_origin_is_bound_before_the_certificate_of_the_old_one_goes(mine):
    def serials():
        origin = f"127.0.0.1:{json.loads((mine.state / 'ports.json').read_text())['origin']}"
        return [certificate(origin, host).serial_number for host in ("api.ecent.online", "admin.ignition.ecent.online")]

    before = serials()
    mine.configure("hosts", api__key_generation=2)
    assert _counts(mine.up().output)["replaced"] == 4  # key, request, and both certificates
    after = serials()
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    assert mine.ready()["status"] == "ok"


def test_what_was_stored_is_there_after_down_and_up(mine):
    with _stores(mine.variables("api")) as (database, storage, bucket):
        database.execute("CREATE TABLE kept (word text)")
        database.execute("INSERT INTO kept VALUES ('kept')")
        storage.put_object(Bucket=bucket, Key="kept", Body=b"kept")
    secret = mine.variables("api")["SESSION_SECRET"]
    mine.stop()
    mine.up()
    assert mine.ready()["status"] == "ok"
    with _stores(mine.variables("api")) as (database, storage, bucket):
        assert database.execute("SELECT word FROM kept").fetchall() == [("kept",)]
        assert storage.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"kept"
    assert mine.variables("api")["SESSION_SECRET"] == secret


@contextlib.contextmanager
def _stores(variables):
    with (
        storage_client(variables) as storage,
        psycopg.connect(variables["DATABASE_URL"], autocommit=True) as database,
    ):
        yield database, storage, variables["STORAGE_BUCKET"]


def test_after_a_killed_daemon_the_next_up_succeeds(mine):
    pid = mine.address.pid
    os.kill(pid, signal.SIGKILL)
    while local_daemon(mine.state).running() is not None:
        time.sleep(0.05)
    mine.up()
    assert mine.address.pid != pid
    assert mine.ready()["status"] == "ok"


def test_a_command_of_ones_own_is_found_on_ones_own_path_and_stays_until_it_is_ended(mine, tmp_path):
    (tmp_path / "health").write_text("mine")
    backend = tmp_path / "my-backend"
    backend.write_text(f'#!/bin/sh\nexec {sys.executable} -m http.server --bind 127.0.0.1 "$SERVER_PORT"\n')
    backend.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    options = ("--state-dir", str(mine.state), "--run", "api=my-backend", "--cwd", f"api={tmp_path}")
    ran = mine.ignition("up", *options, PATH=path)
    assert ran.code == 0, ran.output
    assert mine.get("api.ecent.online", "/health").text == "mine"
    mine.up()
    assert mine.get("api.ecent.online", "/health").text == "mine"
    mine.up("--run", "api=")
    assert mine.ready()["status"] == "ok"


def test_an_app_that_other_machines_reach_is_named_by_up_status_and_doctor(mine, tmp_path):
    open_too = tmp_path / "open_too.py"
    open_too.write_text(
        "import socket, runpy\n"
        "beside = socket.socket()\nbeside.bind(('0.0.0.0', 0))\nbeside.listen(1)\n"
        "print('BESIDE', beside.getsockname()[1], flush=True)\n"
        "runpy.run_module('examples.backend', run_name='__main__')\n"
    )
    options = ("--run", f"api={sys.executable} {open_too}", "--cwd", f"api={mine.project}")
    try:
        warning = re.search(r"^Warning: (api listens on 0\.0\.0\.0:\d+ .*)$", mine.up(*options).output, re.MULTILINE)
        [api] = [app for app in mine.status()["apps"] if app["name"] == "api"]
        assert api["exposed"]["problem"] + "." == warning[1]
        for command in ("status", "doctor"):
            said = mine.ignition(command, "--state-dir", str(mine.state)).output
            assert api["exposed"]["problem"] in said, command
            assert api["exposed"]["fix"] in said, command
        assert mine.ready()["status"] == "ok"
    finally:
        mine.up("--run", "api=")
    assert [app["exposed"] for app in mine.status()["apps"]] == [None, None]


def _parts(platform):
    """The processes of the parts, by name."""
    marks = (Mark.read(file) for file in platform.state.rglob("*.pid"))
    return {mark.name: mark for mark in marks if mark is not None and mark.alive}


def test_after_each_killed_part_the_next_up_succeeds(mine):
    parts = _parts(mine)
    assert {"edge", "origin", "object storage", "object storage (gateway)"} < parts.keys()
    for name, part in parts.items():
        os.kill(part.pid, signal.SIGKILL)
        assert set(_counts(mine.up().output)) == {"unchanged"}, name
        assert mine.ready()["status"] == "ok", name


def test_after_a_power_cut_the_next_up_succeeds(mine):
    before = _parts(mine)
    for pid in (mine.address.pid, *(part.pid for part in before.values())):
        os.kill(pid, signal.SIGKILL)
    mine.up()
    assert mine.ready()["status"] == "ok"
    assert _parts(mine).keys() == before.keys()
    assert not any(part.alive for part in before.values())


def test_a_resource_that_exists_can_be_imported(mine):
    mine.configure("zone", strict_tls="zone")
    mine.up()
    listed = json.loads(mine.pulumi_raw("stack", "export"))["deployment"]["resources"]
    record = next(each for each in listed if each["urn"].endswith("::zone-ssl"))
    mine.pulumi_raw("state", "delete", record["urn"], "--yes")
    assert "imported" in mine.pulumi_raw(
        "import",
        record["type"],
        "zone-ssl-again",
        record["id"],
        "--yes",
        "--generate-code=false",
        "--protect=false",
    )
    after = json.loads(mine.pulumi_raw("stack", "export"))["deployment"]["resources"]
    imported = next(each for each in after if each["urn"].endswith("::zone-ssl-again"))
    assert imported["inputs"] == record["inputs"]
    mine.pulumi_raw("state", "delete", imported["urn"], "--yes")
    mine.up()
