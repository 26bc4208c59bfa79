"""`ignition snapshot`: databases, buckets and vault of a running platform, kept and brought back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.local_platform import LocalPlatform
from tests.support.waiting import until

WRITE = """
import os, sys, boto3, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
    connection.execute("DELETE FROM kept")
    connection.execute("INSERT INTO kept VALUES (%s)", [sys.argv[1]])
r2 = boto3.client("s3", endpoint_url=os.environ["STORAGE_ENDPOINT"], region_name="auto",
    aws_access_key_id=os.environ["STORAGE_ACCESS_KEY_ID"], aws_secret_access_key=os.environ["STORAGE_SECRET_ACCESS_KEY"])
r2.put_object(Bucket=os.environ["STORAGE_BUCKET"], Key="kept", Body=sys.argv[1].encode())
"""
READ = """
import os, boto3, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    row = connection.execute("SELECT value FROM kept").fetchone()[0]
r2 = boto3.client("s3", endpoint_url=os.environ["STORAGE_ENDPOINT"], region_name="auto",
    aws_access_key_id=os.environ["STORAGE_ACCESS_KEY_ID"], aws_secret_access_key=os.environ["STORAGE_SECRET_ACCESS_KEY"])
print(row, r2.get_object(Bucket=os.environ["STORAGE_BUCKET"], Key="kept")["Body"].read().decode(), os.environ["SESSION_SECRET"])
"""


def ignition(platform: LocalPlatform, *arguments: str) -> str:
    ran = platform.ignition(*arguments, IGNITION_STATE_DIR=str(platform.state))
    assert ran.code == 0, ran.output
    return ran.output


def write(platform: LocalPlatform, value: str) -> None:
    ignition(platform, "exec", "api", "--", sys.executable, "-c", WRITE, value)
    subprocess.run(
        [sys.executable, "-m", "app_config.command", "rotate", "SESSION_SECRET", "--stack", "local"],
        env=os.environ | {"IGNITION_STATE_DIR": str(platform.state), "PYTHONPATH": str(Path.cwd())},
        check=True,
        capture_output=True,
    )


def read(platform: LocalPlatform) -> list[str]:
    """Row, object and secret."""
    return ignition(platform, "exec", "api", "--", sys.executable, "-c", READ).split()


def test_databases_buckets_and_vault_come_back(platform: LocalPlatform) -> None:
    write(platform, "first")
    first = read(platform)
    ignition(platform, "snapshot", "save", "here")
    assert read(platform) == first
    write(platform, "second")
    assert read(platform)[:2] == ["second", "second"]
    assert read(platform)[2] != first[2]
    ignition(platform, "snapshot", "load", "here", "--yes")
    assert read(platform) == first
    assert platform.get("api.ecent.online", "/health").status_code == 200
    assert [each["name"] for each in json.loads(ignition(platform, "snapshot", "list", "--json"))] == ["here"]
    ignition(platform, "snapshot", "delete", "here")
    assert json.loads(ignition(platform, "snapshot", "list", "--json")) == []


@pytest.mark.parametrize("moment", [".loading", ".replaced", "journal.json"])
def test_a_killed_load_is_finished_or_never_happened(platform: LocalPlatform, moment: str) -> None:
    write(platform, "first")
    ignition(platform, "snapshot", "save", "there")
    write(platform, "second")
    second = read(platform)
    with platform.popen("snapshot", "load", "there", "--yes", IGNITION_STATE_DIR=str(platform.state)) as process:
        seen = platform.state / "snapshots" / moment
        until(lambda: seen.exists() or process.poll() is not None, f"{moment} of the load")
        process.kill()
    platform.up()
    found = read(platform)
    assert found == second or found[:2] == ["first", "first"]
    ignition(platform, "snapshot", "delete", "there")
