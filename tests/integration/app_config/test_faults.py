"""A vault, an identity endpoint, clocks and certificates that misbehave."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from app_config import KeyVault, Settings, SettingsError, load
from local_cloud.runtime.network.faults import FaultKind
from local_cloud.runtime.network.ports import free_port
from local_cloud.services.identity.backend import Tokens
from local_cloud.services.key_vault.backend import Properties
from tests.integration.app_config.conftest import LocalVault
from tests.integration.key_vault.platform import FixedToken
from tests.unit.app_config.samples import PRODUCTION_SECRETS

DAY_S = 86_400


def said(vault: LocalVault, **options: object) -> dict[str, str]:
    """What loading says, by variable."""
    with pytest.raises(SettingsError) as caught:
        load(Settings, *vault.sources(**options))
    return {problem.variable or "": problem.text for problem in caught.value.problems}


def test_each_secret_that_fails_is_named_with_its_own_reason(vault: LocalVault) -> None:
    vault.delete("DATABASE_URL")
    vault.change("AUTH_OAUTH_GOOGLE_CLIENT_SECRET", enabled=False)
    vault.change("STORAGE_ACCESS_KEY_ID", expires=int(time.time()) - DAY_S)
    vault.change("SESSION_SECRET", not_before=int(time.time()) + DAY_S)
    found = said(vault)
    assert set(found) == {
        "DATABASE_URL",
        "AUTH_OAUTH_GOOGLE_CLIENT_SECRET",
        "STORAGE_ACCESS_KEY_ID",
        "SESSION_SECRET",
    }
    assert found["DATABASE_URL"] == f"is not in {vault.url} as DATABASE-URL: store it there"
    assert "is disabled" in found["AUTH_OAUTH_GOOGLE_CLIENT_SECRET"]
    assert "store a new version of STORAGE-ACCESS-KEY-ID" in found["STORAGE_ACCESS_KEY_ID"]
    assert "is not valid" in found["SESSION_SECRET"]


def test_clocks_that_differ_by_a_minute_expire_nothing(vault: LocalVault) -> None:
    vault.change("SESSION_SECRET", expires=int(time.time()) - 60)
    vault.change("DATABASE_URL", not_before=int(time.time()) + 60)
    assert load(Settings, *vault.sources())


def test_a_forbidden_secret_comes_with_the_command_that_assigns_the_role(vault: LocalVault, stranger: str) -> None:
    found = said(vault)
    assert set(found) == set(PRODUCTION_SECRETS)
    assert f'--role "Key Vault Secrets User" --assignee {stranger} --scope /subscriptions/' in found["DATABASE_URL"]


def test_a_secret_that_is_disabled_between_two_requests_is_called_disabled(vault: LocalVault) -> None:
    vault.trouble(FaultKind.SECRET_DISABLED, path="/secrets/SESSION-SECRET/*")
    found = said(vault)
    assert set(found) == {"SESSION_SECRET"}
    assert "is disabled" in found["SESSION_SECRET"]


def test_a_storm_of_429_is_ridden_out(vault: LocalVault) -> None:
    vault.trouble(FaultKind.THROTTLED, count=12, retry_after_s=0)
    assert load(Settings, *vault.sources())


def test_retry_after_is_waited_for(vault: LocalVault) -> None:
    vault.trouble(FaultKind.THROTTLED, count=1, retry_after_s=1)
    began = time.monotonic()
    assert load(Settings, *vault.sources())
    assert time.monotonic() - began >= 1


def test_a_throttling_that_outlasts_the_time_limit_is_given_up_at_once(vault: LocalVault) -> None:
    vault.trouble(FaultKind.THROTTLED, retry_after_s=3600)
    found = said(vault)
    assert set(found) == set(PRODUCTION_SECRETS)
    assert all("is throttling (429)" in text for text in found.values())


def test_a_503_or_two_is_ridden_out(vault: LocalVault) -> None:
    vault.trouble(FaultKind.UNAVAILABLE, count=2)
    assert load(Settings, *vault.sources())


def test_a_vault_that_stays_unavailable_is_said_to_be_so(vault: LocalVault) -> None:
    vault.trouble(FaultKind.UNAVAILABLE)
    assert all("answers 503" in text for text in said(vault).values())


def test_a_vault_that_hangs_costs_the_time_limit_and_no_more(vault: LocalVault) -> None:
    vault.trouble(FaultKind.HANG)
    began = time.monotonic()
    found = said(vault, time_limit_s=1.0)
    assert time.monotonic() - began < 15
    assert set(found) == set(PRODUCTION_SECRETS)
    assert all("answer" in text for text in found.values())


def test_one_secret_that_hangs_does_not_hide_the_others(vault: LocalVault) -> None:
    vault.trouble(FaultKind.HANG, path="/secrets/STORAGE-ACCESS-KEY-ID/*")
    assert set(said(vault, time_limit_s=3.0)) == {"STORAGE_ACCESS_KEY_ID"}


def test_a_token_endpoint_that_is_down_is_named(vault: LocalVault) -> None:
    vault.platform.identity.faults.add(FaultKind.UNAVAILABLE)
    found = said(vault)
    assert set(found) == set(PRODUCTION_SECRETS)
    assert all("token" in text for text in found.values())


def test_a_token_endpoint_that_hangs_costs_the_time_limit(vault: LocalVault) -> None:
    vault.platform.identity.faults.add(FaultKind.HANG)
    found = said(vault, time_limit_s=1.0)
    assert all("or from Azure's token endpoint, within 1 s" in text for text in found.values())


def test_a_token_that_the_vault_does_not_accept_points_at_tenant_and_clock(vault: LocalVault) -> None:
    found = said(vault, credential=FixedToken("eyJ.not.one"))
    assert all("does not accept the token" in text for text in found.values())


def test_a_token_from_before_its_time_points_at_the_clock(vault: LocalVault) -> None:
    identity = vault.platform.identity
    slow = Tokens(
        vault.platform.directory / "identity" / "token-key.pem", identity.authority, lambda: time.time() - 2 * DAY_S
    )
    token, _ = slow.issue(identity.developer, "https://vault.azure.net", lifetime_s=3600)
    found = said(vault, credential=FixedToken(token))
    assert all("and this machine's clock" in text for text in found.values())


def test_an_expired_certificate_is_named(vault: LocalVault) -> None:
    vault.trouble(FaultKind.EXPIRED_CERTIFICATE)
    found = said(vault)
    assert all("the certificate of" in text and "has expired" in text for text in found.values())


def test_an_authority_that_is_not_trusted_is_named(vault: LocalVault) -> None:
    found = said(vault, ca_file=None)
    assert all("is not trusted here: name its authority with `ca_file`" in text for text in found.values())


def test_a_vault_that_is_not_there_is_named(vault: LocalVault) -> None:
    environment, _ = vault.sources()
    with pytest.raises(SettingsError, match="no connection to https://localhost"):
        load(Settings, environment, KeyVault(f"https://localhost:{free_port()}", vault.access()))


def test_only_the_first_secret_is_tried_when_nothing_listens(
    vault: LocalVault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.platform.key_vault.stop()
    with caplog.at_level(logging.DEBUG, "app_config"):
        said(vault)
    tried = {record.getMessage().partition(":")[0] for record in caplog.records if "again in" in record.getMessage()}
    assert len(tried) == 1


def test_an_expired_secret_of_another_version_does_not_matter(vault: LocalVault, tmp_path: Path) -> None:
    vault.change("SESSION_SECRET", expires=int(time.time()) - DAY_S)
    vault.put({"SESSION_SECRET": "newer-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3dS0"}, Properties(enabled=True))
    assert load(Settings, *vault.sources())
