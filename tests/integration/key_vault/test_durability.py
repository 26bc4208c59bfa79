"""What is in the vault survives restarts and kill -9, and its files give nothing away."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.runtime.files.sqlite_file import StateDamaged
from local_cloud.services.key_vault.backend.database import open_database
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import Vaults
from tests.integration.key_vault.platform import GROUP, TENANT, Platform

_WRITER = """
import sys
from pathlib import Path
from local_cloud.services.key_vault.backend.database import open_database
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import Vaults

database = open_database(Path(sys.argv[1]))
vault = Vaults(database).create("kv", resource_id="/v/kv", tenant_id="t")
number = 0
while True:
    number += 1
    Secrets(database).set(vault, "A", str(number))
    print(number, flush=True)
"""


def test_secrets_roles_and_identities_survive_a_restart(platform: Platform) -> None:
    client = platform.administrator()
    made = client.set_secret("A", "v", tags={"a": "b"})
    platform.close()
    platform.open()
    kept = client.get_secret("A")
    assert (kept.value, kept.properties.version, kept.properties.tags) == ("v", made.properties.version, {"a": "b"})


def test_deleted_secrets_survive_a_restart(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    platform.close()
    platform.open()
    assert [secret.name for secret in client.list_deleted_secrets()] == ["A"]


def test_what_was_written_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert writer.stdout is not None
    with writer.stdout as output:
        for line in output:
            if line.strip() == "20":
                writer.send_signal(signal.SIGKILL)
                break
        reported = [int(line) for line in output]
    writer.wait()
    written = max([20, *reported])
    database = open_database(tmp_path)
    kept = int(Secrets(database).get(Vaults(database).get("kv"), "A").value)
    database.file.close()
    assert kept in {written, written + 1}


def test_no_file_holds_a_value_in_clear(platform: Platform) -> None:
    platform.administrator().set_secret("A", "plain-text-value")
    files = [file for file in platform.directory.rglob("*") if file.is_file()]
    assert [file for file in files if b"plain-text-value" in file.read_bytes()] == []


def test_only_the_owner_can_read_keys_and_databases(platform: Platform) -> None:
    platform.administrator().set_secret("A", "v")
    public = {"ca.pem", "cert.pem", ".lock"}
    readable = [
        file.name
        for file in platform.directory.rglob("*")
        if file.is_file() and file.name not in public and file.stat().st_mode & 0o077
    ]
    assert readable == []


def test_a_value_does_not_show_in_an_object_s_text(platform: Platform) -> None:
    secret = platform.key_vault.secrets.put(platform.key_vault.vaults.get("kv-ignition"), "A", "plain-text-value")
    assert "plain-text-value" not in repr(secret)


def test_a_lost_key_is_told_before_anything_is_served(platform: Platform) -> None:
    platform.administrator().set_secret("A", "v")
    platform.close()
    (platform.directory / "key-vault" / "sealing-key").unlink()
    with pytest.raises(StateDamaged, match="were sealed with another key"):
        open_database(platform.directory / "key-vault")
    platform.directory = platform.directory / "fresh"
    platform.open()


def test_an_arm_put_that_is_repeated_makes_nothing_new(platform: Platform) -> None:
    vault = platform.vault()
    first = platform.key_vault.secrets.put(vault, "A", "v")
    platform.close()
    platform.open()
    again = platform.key_vault.secrets.put(platform.vault(), "A", "v")
    assert (again.version, GROUP in vault.resource_id, vault.tenant_id) == (first.version, True, TENANT)
