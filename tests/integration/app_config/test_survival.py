"""Last good values, watching, and rotating, against the local vault."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from app_config import Credential, Settings, SettingsError, Snapshot, load, watch
from app_config.rotation import RotationError, rotate
from app_config.vault.addresses import SecretAddress
from local_cloud.runtime.network.faults import FaultKind
from tests.integration.app_config.conftest import LocalVault
from tests.support.waiting import until
from tests.unit.app_config.samples import PRODUCTION_SECRETS

KEY = SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
NEWER = "newer-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3dS0"


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot(file=tmp_path / "last-good", key=KEY, max_age_s=3600)


def test_last_good_secrets_stand_in_for_a_vault_that_is_away_and_say_so(
    vault: LocalVault, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    before = load(Settings, *vault.sources(snapshot=snapshot))
    vault.platform.key_vault.stop()
    with caplog.at_level(logging.WARNING, "app_config"):
        assert load(Settings, *vault.sources(snapshot=snapshot)) == before
    warned = {record.getMessage().split()[0] for record in caplog.records if record.levelno == logging.WARNING}
    assert warned == set(PRODUCTION_SECRETS)
    assert "is the last good value, 0 minutes old: it could not be read" in caplog.text


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.UNAVAILABLE])
def test_last_good_secrets_stand_in_for_a_vault_that_does_not_keep_up(
    vault: LocalVault, snapshot: Snapshot, kind: FaultKind
) -> None:
    load(Settings, *vault.sources(snapshot=snapshot))
    vault.trouble(kind, retry_after_s=3600)
    assert load(Settings, *vault.sources(snapshot=snapshot))


def test_last_good_secrets_stand_in_when_there_is_no_token(vault: LocalVault, snapshot: Snapshot) -> None:
    load(Settings, *vault.sources(snapshot=snapshot))
    vault.platform.identity.faults.add(FaultKind.UNAVAILABLE)
    assert load(Settings, *vault.sources(snapshot=snapshot))


def test_a_disabled_secret_is_not_revived_from_the_snapshot(vault: LocalVault, snapshot: Snapshot) -> None:
    load(Settings, *vault.sources(snapshot=snapshot))
    vault.change("SESSION_SECRET", enabled=False)
    with pytest.raises(SettingsError, match=r"SESSION_SECRET .* is disabled"):
        load(Settings, *vault.sources(snapshot=snapshot))


def test_without_a_snapshot_yet_the_error_says_both(vault: LocalVault, snapshot: Snapshot) -> None:
    vault.platform.key_vault.stop()
    with pytest.raises(SettingsError) as caught:
        load(Settings, *vault.sources(snapshot=snapshot))
    assert "there are no last good settings yet" in str(caught.value)
    assert "no connection" in str(caught.value)


def test_settings_that_are_wrong_as_a_whole_are_not_kept(vault: LocalVault, snapshot: Snapshot) -> None:
    vault.put({"SESSION_SECRET": "short"})
    with pytest.raises(SettingsError):
        load(Settings, *vault.sources(snapshot=snapshot))
    assert not snapshot.file.exists()


def test_a_snapshot_that_cannot_be_written_is_only_a_warning(
    vault: LocalVault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert load(Settings, *vault.sources(snapshot=Snapshot(file=tmp_path / "file" / "below", key=KEY)))
    assert "were not kept in" in caplog.text


def test_a_new_version_is_noticed_and_handed_over(vault: LocalVault) -> None:
    seen: list[tuple[str, frozenset[str]]] = []
    noticed = threading.Event()

    def changed(settings: Settings, names: frozenset[str]) -> None:
        seen.append((settings.session.secret.get_secret_value(), names))
        noticed.set()

    with watch(Settings, *vault.sources(), on_change=changed, interval_s=0.05) as current:
        vault.put({"SESSION_SECRET": NEWER})
        until(noticed.is_set, "the new version")
        assert current.settings.session.secret.get_secret_value() == NEWER
    assert seen == [(NEWER, frozenset({"SESSION_SECRET"}))]


def test_a_bad_new_version_keeps_the_old_settings_and_is_reported_until_it_is_mended(vault: LocalVault) -> None:
    problems: list[str] = []
    with watch(
        Settings,
        *vault.sources(),
        on_change=lambda *_: None,
        on_problem=lambda error: problems.append(str(error)),
        interval_s=3600,
    ) as current:
        before = current.settings
        vault.put({"SESSION_SECRET": "short"})
        assert not current.poll()
        assert current.settings is before
        assert "SESSION_SECRET" in problems[0]
        assert "shorter than 32" in problems[0]
        vault.put({"SESSION_SECRET": NEWER})
        assert current.poll()
        assert current.settings.session.secret.get_secret_value() == NEWER


def test_watching_never_goes_back_to_an_older_snapshot(vault: LocalVault, snapshot: Snapshot) -> None:
    problems: list[SettingsError] = []
    with watch(
        Settings,
        *vault.sources(snapshot=snapshot),
        on_change=lambda *_: None,
        on_problem=problems.append,
        interval_s=3600,
    ) as current:
        vault.platform.key_vault.stop()
        assert not current.poll()
    assert len(problems) == 1


@pytest.mark.usefixtures("officer")
def test_rotating_makes_a_new_version_and_gives_the_old_one_an_end(vault: LocalVault) -> None:
    old = vault.address("SESSION_SECRET").rpartition("/")[2]
    address = SecretAddress(vault.url, "SESSION-SECRET")
    done = rotate("SESSION_SECRET", address, vault.access(), overlap_s=3600)
    kv = vault.platform.key_vault
    before, after = kv.secrets.versions(kv.vaults.get("kv-ignition"), "SESSION-SECRET")
    assert (before.version, after.version) == (old, done.version) == (done.previous, done.version)
    assert before.enabled
    assert before.value == PRODUCTION_SECRETS["SESSION_SECRET"]
    assert before.expires is not None
    assert 3500 < before.expires - after.created < 3700
    assert after.expires is None
    assert len(after.value) >= 48
    assert load(Settings, *vault.sources()).session.secret.get_secret_value() == after.value


@pytest.mark.usefixtures("officer")
def test_the_first_version_is_made_by_rotating_too(vault: LocalVault) -> None:
    address = SecretAddress(vault.url, "SESSION-SECRET")
    vault.delete("SESSION_SECRET")
    kv = vault.platform.key_vault
    kv.secrets.purge(kv.vaults.get("kv-ignition"), "SESSION-SECRET")
    assert rotate("SESSION_SECRET", address, vault.access(), overlap_s=60).previous is None


def test_rotating_needs_a_role_and_says_which(vault: LocalVault) -> None:
    address = SecretAddress(vault.url, "SESSION-SECRET")
    with pytest.raises(RotationError, match="assign it `Key Vault Secrets Officer`"):
        rotate("SESSION_SECRET", address, vault.access(), overlap_s=60)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AUTH_OAUTH_GOOGLE_CLIENT_SECRET", "it comes from the OAuth client in the Google Cloud console"),
        ("DATABASE_URL", "the stack makes and rotates it"),
        ("SERVER_PORT", "is not a secret"),
        ("NOTHING", "no variable has this name"),
    ],
)
def test_what_others_own_is_not_rotated(vault: LocalVault, name: str, said: str) -> None:
    with pytest.raises(RotationError, match=said):
        rotate(name, SecretAddress(vault.url, "X"), vault.access(credential=Credential.CLI), overlap_s=60)
