"""Proof that no secret is seen: not in errors, reprs, logs, tracebacks with local variables, files or process lists."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app_config import Dotenv, Environment, Explicit, Settings, SettingsError, Snapshot, load, resolve
from app_config.exports import ExportFormat, as_environment, export
from local_cloud.runtime.network.faults import FaultKind
from local_cloud.services.key_vault.backend import Properties
from tests.integration.app_config.conftest import LocalVault
from tests.support.waiting import until
from tests.unit.app_config.samples import DEVELOPMENT, PRODUCTION, PRODUCTION_SECRETS

KEY = SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
# Longer than a repr shows before it cuts, so parts are looked for too.
MARKS = tuple({value for secret in PRODUCTION_SECRETS.values() for value in (secret, secret[8:24])})


def leaks(text: str) -> list[str]:
    """The secrets in a text."""
    return [mark for mark in MARKS if mark in text]


@pytest.fixture(autouse=True)
def _debug_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Everything is logged by everybody, and nothing of it may be a secret."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert leaks(caplog.text) == []


def with_locals(error: BaseException) -> str:
    """A traceback as the most talkative tools print it."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def causes(error: BaseException | None) -> str:
    """An error, what it came from, and the reprs of all."""
    found = ""
    while error is not None:
        found += f"{error!r} {error} {error.__dict__!r} {error.args!r}\n"
        error = error.__cause__ or error.__context__
    return found


@pytest.fixture(params=["environment", "explicit", "dotenv", "vault", "vault in trouble"])
def failure(request: pytest.FixtureRequest, vault: LocalVault, tmp_path: Path) -> SettingsError:
    """An error while every secret is in somebody's hands, from each source."""
    broken = {**PRODUCTION, "SERVER_PORT": "x", "APP_ENV": "development"}
    plain_broken = {name: value for name, value in broken.items() if name not in PRODUCTION_SECRETS}
    file = tmp_path / ".env"
    file.write_text(export({k: SecretStr(v) for k, v in broken.items()}, ExportFormat.DOTENV).get_secret_value())
    if request.param == "vault in trouble":
        vault.trouble(FaultKind.THROTTLED, probability=0.3, retry_after_s=0)
        vault.change("STORAGE_ACCESS_KEY_ID", enabled=False)
    sources = {
        "environment": lambda: (Environment(broken),),
        "explicit": lambda: (Explicit(broken),),
        "dotenv": lambda: (Dotenv(file),),
        "vault": lambda: (Environment(plain_broken), vault.sources()[1]),
        "vault in trouble": lambda: (Environment(plain_broken), vault.sources()[1]),
    }[request.param]()
    # Not `pytest.raises`: this frame's own locals have the values.
    caught = _caught(*sources)
    caught.__traceback__ = caught.__traceback__ and caught.__traceback__.tb_next
    return caught


def _caught(*sources: object) -> SettingsError:
    try:
        load(Settings, *sources)  # type: ignore[arg-type]  sources of any kind
    except SettingsError as error:
        return error
    raise AssertionError("the broken values were accepted")


def test_an_error_shows_no_secret(failure: SettingsError) -> None:
    assert leaks(causes(failure)) == []


def test_a_traceback_with_local_variables_shows_no_secret(failure: SettingsError) -> None:
    shown = with_locals(failure)
    assert "resolution = " in shown
    assert leaks(shown) == []


def test_an_interrupted_load_shows_no_secret_in_its_traceback() -> None:
    class Interrupting(Environment):
        """Is the last to be asked and is interrupted."""

        @property
        def precedence(self) -> object:  # type: ignore[override]  after all others
            return 99

        def answer(self, request: object) -> object:  # type: ignore[override]
            raise KeyboardInterrupt

    caught: BaseException | None = None
    try:
        load(Settings, Environment(DEVELOPMENT), Interrupting({}))
    except KeyboardInterrupt as error:
        caught = error
    assert caught is not None
    shown = with_locals(caught)
    assert "answers = " in shown
    assert leaks(shown) == []


def test_a_fault_in_the_middle_of_checking_shows_no_secret_in_its_traceback() -> None:
    class Faulty(Settings):
        @classmethod
        def broken_rules(cls, values: object) -> object:  # type: ignore[override]  # noqa: ARG003  it never answers
            raise RuntimeError("a programming error")

    caught: BaseException | None = None
    try:
        load(Faulty, Environment(DEVELOPMENT))
    except RuntimeError as error:
        caught = error
    assert caught is not None
    shown = with_locals(caught)
    assert "values = " in shown
    assert "data = " in shown
    assert leaks(shown) == []


def test_settings_and_everything_on_the_way_have_reprs_without_secrets(vault: LocalVault, tmp_path: Path) -> None:
    snapshot = Snapshot(file=tmp_path / "last-good", key=KEY)
    sources = (*vault.sources(snapshot=snapshot), Explicit(PRODUCTION_SECRETS), Environment(PRODUCTION))
    found = resolve(Settings, *sources)
    settings = found.settings
    assert settings is not None
    for each in (found, settings, *sources, settings.model_dump(), settings.database, as_environment(settings)):
        assert leaks(f"{each!r} {each!s}") == []
    assert leaks(settings.model_dump_json()) == []
    assert KEY.get_secret_value() not in repr(snapshot)


def test_loading_from_the_vault_logs_no_secret_and_no_token(
    vault: LocalVault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.trouble(FaultKind.THROTTLED, count=3, retry_after_s=0)
    load(Settings, *vault.sources())
    assert "app_config" in {record.name.split(".")[0] for record in caplog.records}
    assert any("azure" in record.name for record in caplog.records)
    assert "eyJ" not in caplog.text


def test_a_wrong_secret_from_the_vault_is_not_in_the_error(vault: LocalVault) -> None:
    vault.put({"SESSION_SECRET": "tooShort"}, Properties())
    error = _caught(*vault.sources())
    assert "tooShort" not in causes(error) + with_locals(error)


def test_a_snapshot_file_has_nothing_in_clear_and_is_its_owners(vault: LocalVault, tmp_path: Path) -> None:
    snapshot = Snapshot(file=tmp_path / "last-good", key=KEY)
    load(Settings, *vault.sources(snapshot=snapshot))
    content = snapshot.file.read_bytes()
    assert [mark for mark in MARKS if mark.encode() in content] == []
    assert b"DATABASE" not in content
    assert snapshot.file.stat().st_mode & 0o777 == 0o600


def test_the_process_list_shows_no_secret_while_a_program_runs(tmp_path: Path) -> None:
    file, ready = tmp_path / ".env", tmp_path / "ready"
    file.write_text(export({k: SecretStr(v) for k, v in PRODUCTION.items()}, ExportFormat.DOTENV).get_secret_value())
    command = f"touch {ready}; read line"
    argv = [sys.executable, "-m", "app_config.command", "exec", "--env-file", str(file), "--", "/bin/sh", "-c", command]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as process:
        until(ready.exists, "the program's start")
        listed = subprocess.run(["ps", "-ww", "-eo", "pid,args"], check=True, capture_output=True, text=True).stdout
        process.communicate(b"\n")
    assert str(process.pid) in listed
    assert leaks(listed) == []


def test_settings_pickle_for_worker_processes_only_with_their_secrets_meant_to_be_there() -> None:
    settings = load(Settings, Environment(PRODUCTION))
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301  our own bytes
