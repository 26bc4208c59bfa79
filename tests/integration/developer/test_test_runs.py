"""`ignition test`: what each worker has of its own, and that nothing of it stays."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_cloud.daemon.control.client import connect
from tests.support.local_platform import LocalPlatform
from tests.support.waiting import until

WORKER = """
import json, os, boto3, psycopg
from botocore.exceptions import ClientError
from azure.identity import ManagedIdentityCredential
from app_config.vault.clients import Clients
environ = os.environ
with psycopg.connect(environ["DATABASE_URL"]) as connection:
    connection.execute("INSERT INTO note VALUES (%s)", [environ["IGNITION_TEST_WORKER"]])
    notes = [row[0] for row in connection.execute("SELECT body FROM note ORDER BY body")]
    where = connection.execute("SELECT current_database(), current_schema()").fetchone()
r2 = boto3.client("s3", endpoint_url=environ["STORAGE_ENDPOINT"], region_name=environ["STORAGE_REGION"],
    aws_access_key_id=environ["STORAGE_ACCESS_KEY_ID"], aws_secret_access_key=environ["STORAGE_SECRET_ACCESS_KEY"])
r2.put_object(Bucket=environ["STORAGE_BUCKET"], Key="worker", Body=b"1")
try:
    other = r2.list_objects_v2(Bucket="ignition-local") and "open"
except ClientError as error:
    other = error.response["Error"]["Code"]
vault = Clients(ManagedIdentityCredential(), connections=1).of(environ["IGNITION_TEST_VAULT"])
vault.set_secret(environ["IGNITION_TEST_NAMESPACE"] + "key", "a value")
print(json.dumps([notes, where, environ["STORAGE_BUCKET"], other]))
"""
MIGRATE = """
import os, pathlib, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    for file in sorted(pathlib.Path("migrations").iterdir()):
        connection.execute(file.read_text())
with open("migrated", "a") as log:
    log.write(os.environ["DATABASE_URL"] + "\\n")
"""


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    """A backend's directory with migrations and the command that runs them."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(f"CREATE TABLE note (body text); -- {tmp_path}")
    (tmp_path / "migrate.py").write_text(MIGRATE)
    (tmp_path / "worker.py").write_text(WORKER)
    return tmp_path


def popen(platform: LocalPlatform, backend: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ignition", "test", *arguments],
        cwd=backend,
        env=os.environ | {"IGNITION_STATE_DIR": str(platform.state), "PYTHONPATH": str(Path.cwd())},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(platform: LocalPlatform, backend: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    with popen(platform, backend, *arguments) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess([], process.returncode, out, err)


def migrating(*command: str) -> tuple[str, ...]:
    return ("--migrate", f"{sys.executable} migrate.py", *command)


def left(platform: LocalPlatform) -> dict[str, Any]:
    """What is there of test runs, templates excepted."""
    client = connect(platform.state)
    assert client is not None
    with psycopg.connect(client.get("/api/psql-url?app=api")["url"]) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
    with sqlite3.connect(f"file:{platform.state}/key-vault/key-vault.sqlite?mode=ro", uri=True) as kept:
        secrets = [row[0] for row in kept.execute("SELECT name FROM secret WHERE name LIKE 'test-%'")]
    return {
        "databases": [name for name in names if name.startswith("ignition_test_") and "_template_" not in name],
        "buckets": [each.name for each in (platform.state / "object-storage" / "data").glob("ignition-test-*")],
        "runs": [each.name for each in (platform.state / "test-runs").glob("*")],
        "secrets": secrets,
    }


NOTHING = {"databases": [], "buckets": [], "runs": [], "secrets": []}


def test_workers_have_databases_buckets_and_namespaces_of_their_own(platform: LocalPlatform, backend: Path) -> None:
    ran = run(platform, backend, *migrating("--workers", "2", "--", sys.executable, "worker.py"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = {line[:3]: json.loads(line[4:]) for line in ran.stdout.splitlines()}
    assert set(said) == {"[1]", "[2]"}
    for number in ("1", "2"):
        notes, (database, schema), bucket, other = said[f"[{number}]"]
        assert (notes, schema, other) == ([number], "app", "AccessDenied")
        assert database.endswith(f"_{number}")
        assert bucket.endswith(f"-{number}")
    assert left(platform) == NOTHING


def test_migrations_run_once_for_each_version_of_them(platform: LocalPlatform, backend: Path) -> None:
    for _ in range(2):
        assert run(platform, backend, *migrating("--", "true")).returncode == 0
    assert len((backend / "migrated").read_text().splitlines()) == 1
    (backend / "migrations" / "2.sql").write_text("ALTER TABLE note ADD COLUMN more text;")
    assert run(platform, backend, *migrating("--", "true")).returncode == 0
    assert len((backend / "migrated").read_text().splitlines()) == 2


def test_migrations_that_fail_end_the_run_before_a_test(platform: LocalPlatform, backend: Path) -> None:
    ran = run(platform, backend, "--migrate", "sh -c 'exit 9'", "--", "touch", "tested")
    assert ran.returncode == 1
    assert "it ended with exit code 9; no test was run" in ran.stderr
    assert not (backend / "tested").exists()
    until(lambda: left(platform) == NOTHING, "the removal of the database that was to be filled")


def test_the_exit_code_is_that_of_the_first_worker_that_failed(platform: LocalPlatform, backend: Path) -> None:
    script = 'test "$IGNITION_TEST_WORKERS" = 3 && exit $((IGNITION_TEST_WORKER - 1))'
    assert run(platform, backend, "--workers", "3", "--", "sh", "-c", script).returncode == 1
    assert run(platform, backend, "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM
    assert left(platform) == NOTHING


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_from_outside_leaves_nothing(
    platform: LocalPlatform, backend: Path, number: signal.Signals
) -> None:
    with popen(platform, backend, "--workers", "2", "--", "sh", "-c", "echo begun; exec sleep 1000") as process:
        assert process.stdout is not None
        assert {process.stdout.readline(), process.stdout.readline()} == {"[1] begun\n", "[2] begun\n"}
        assert len(left(platform)["databases"]) == 2
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(number)
        process.wait()
        for child in children:
            if number == signal.SIGKILL:  # nobody is there to end them
                os.kill(int(child), signal.SIGKILL)
    until(lambda: left(platform) == NOTHING, "the removal of what the run had")


def test_a_command_that_is_not_there_is_named_and_leaves_nothing(platform: LocalPlatform, backend: Path) -> None:
    ran = run(platform, backend, "--", "no-such-program")
    assert ran.returncode == 1
    assert "no-such-program: it cannot be run" in ran.stderr
    assert left(platform) == NOTHING
