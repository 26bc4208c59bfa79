"""`ignition exec` and `app-config --stack local`: an app's settings, secrets and identity for any command."""

from __future__ import annotations

import json
import os
import pty
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app_config.local_platform import local_platform
from app_config.vault.addresses import parse_address
from app_config.vault.clients import Clients
from app_config.vault.local_identity import LocalIdentity
from app_config.vault.outcomes import Fetched
from tests.support.local_platform import LocalPlatform

OF_THE_REPLICA = ("CONTAINER_APP_", "SERVER_PORT", "HOME", "PATH", "LANG", "PYTHONUNBUFFERED")
# Without a version in the stack: a process has the value of its start until the next refresh, a command the current one.
UNPINNED = {"SESSION_SECRET", "AUTH_OAUTH_GOOGLE_CLIENT_SECRET"}
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def environment(platform: LocalPlatform) -> dict[str, str]:
    """A shell of a developer's: no engine on PATH, no sign-in to a cloud."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AZURE_"))}
    return {**kept, "IGNITION_STATE_DIR": str(platform.state), "PATH": "/usr/bin:/bin"}


def exec_(platform: LocalPlatform, *arguments: str, app: str = "api", **extra: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "ignition", "exec", app, "--", *arguments]
    return subprocess.run(
        argv,
        env=environment(platform) | {"PYTHONPATH": str(Path.cwd()), **extra},
        check=False,
        capture_output=True,
        text=True,
    )


def app_config(
    platform: LocalPlatform, *arguments: str, cwd: Path, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app_config.command", *arguments],
        env=environment(platform) | {"PYTHONPATH": str(Path.cwd())},
        cwd=cwd,
        input=given,
        check=False,
        capture_output=True,
        text=True,
    )


def shown(ran: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_command_gets_what_the_apps_process_has(platform: LocalPlatform) -> None:
    process = platform.variables("api")
    command = shown(exec_(platform, sys.executable, "-c", SHOW))
    compared = {name for name in process if not name.startswith(OF_THE_REPLICA)} - UNPINNED
    assert command.keys() >= UNPINNED
    assert {"DATABASE_URL", "SERVER_HOST", "SSL_CERT_FILE", "EDGE_SECRET_A"} <= compared
    assert {name: command.get(name) for name in compared} == {name: process[name] for name in compared}


def test_an_app_gets_its_own_settings_and_not_anothers(platform: LocalPlatform) -> None:
    command = shown(exec_(platform, sys.executable, "-c", SHOW, app="admin"))
    assert command["API_PUBLIC_URL"] == "https://api.ecent.online"
    assert command["HOST"] == "127.0.0.1"
    assert not {"DATABASE_URL", "SESSION_SECRET"} & command.keys()


def test_a_command_reaches_the_database_as_the_app(platform: LocalPlatform) -> None:
    script = (
        "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL'])"
        ".execute('select session_user').fetchone()[0])"
    )
    assert exec_(platform, sys.executable, "-c", script).stdout.strip() in {"ignition_a", "ignition_b"}


def test_the_users_own_identity_is_not_handed_on(platform: LocalPlatform) -> None:
    command = shown(exec_(platform, sys.executable, "-c", SHOW, IDENTITY_HEADER="mine", AZURE_CLIENT_SECRET="mine"))
    assert not {"IDENTITY_HEADER", "AZURE_CLIENT_SECRET"} & command.keys()


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM)])
def test_exit_code_and_signal_are_the_commands_own(platform: LocalPlatform, script: str, code: int) -> None:
    assert exec_(platform, "sh", "-c", script).returncode == code


def test_a_command_that_is_not_there_ends_as_in_a_shell(platform: LocalPlatform) -> None:
    ran = exec_(platform, "no-such-program")
    assert ran.returncode == 127
    assert "no-such-program: there is no such program on PATH" in ran.stderr


def test_the_command_takes_this_processs_place(platform: LocalPlatform) -> None:
    argv = [sys.executable, "-m", "ignition", "exec", "api", "--", "sh", "-c", "echo $$"]
    with subprocess.Popen(argv, env=environment(platform), stdout=subprocess.PIPE, text=True) as process:
        said, _ = process.communicate()
    assert int(said) == process.pid


def test_the_command_has_the_terminal_and_the_users_umask(platform: LocalPlatform) -> None:
    argv = [sys.executable, "-m", "ignition", "exec", "api", "--", "sh", "-c", "test -t 0 && test -t 1 && umask"]
    assert on_a_terminal(argv, environment(platform)) == "0022"


def on_a_terminal(argv: Sequence[str], environ: dict[str, str]) -> str:
    main, other = pty.openpty()
    process = subprocess.Popen(argv, env=environ, stdin=other, stdout=other, umask=0o022)
    os.close(other)
    said = b""
    try:
        while read := os.read(main, 1024):
            said += read
    except OSError:
        pass  # the other side is closed
    os.close(main)
    assert process.wait() == 0, said
    return said.decode().strip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web", "--", "true"], "'web' is not one of 'admin', 'api'"),
        (["api", "--"], "there is no command after --"),
        (["api", "--state-dir", "x"], "options stand before the command: write ignition exec [OPTIONS] APP -- COMMAND"),
    ],
)
def test_a_wrong_call_says_what_to_write(platform: LocalPlatform, arguments: list[str], said: str) -> None:
    ran = platform.ignition("exec", *arguments, IGNITION_STATE_DIR=str(platform.state))
    assert ran.code == 2
    assert said in ran.output


def test_app_config_runs_a_command_for_the_local_stack_as_for_any_other(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    ran = app_config(platform, "exec", "--stack", "local", "--", sys.executable, "-c", SHOW, cwd=tmp_path)
    process, command = platform.variables("api"), shown(ran)
    for name in ("DATABASE_URL", "STORAGE_SECRET_ACCESS_KEY", "SERVER_HOST", "SERVER_PUBLIC_URL"):
        assert command[name] == process[name]


def test_app_config_stores_and_rotates_secrets_of_the_local_stack(platform: LocalPlatform, tmp_path: Path) -> None:
    name = "AUTH_OAUTH_GOOGLE_CLIENT_SECRET"
    put = app_config(platform, "put", name, "--stack", "local", cwd=tmp_path, given="GOCSPX-brought-by-hand")
    assert "hands it to the apps within a minute" in put.stdout, put.stderr
    rotated = app_config(platform, "rotate", "SESSION_SECRET", "--stack", "local", cwd=tmp_path)
    assert "The version before, " in rotated.stdout, rotated.stderr
    assert shown(exec_(platform, sys.executable, "-c", SHOW))[name] == "GOCSPX-brought-by-hand"


def test_the_endpoint_file_is_the_owners_alone_and_names_what_readers_need(platform: LocalPlatform) -> None:
    file = platform.state / "endpoint.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = local_platform(file)
    assert found.project == platform.project
    assert Path(found.engine).name == "pulumi"
    assert found.ca_file == platform.state / "ca" / "ca.pem"
    assert set(found.apps) == {"api", "admin"}


def test_the_identity_of_an_apps_secrets_reads_them_and_stores_none(platform: LocalPlatform) -> None:
    found = local_platform(platform.state / "endpoint.json")
    reader = found.apps["api"].identity
    assert reader is not None
    address = parse_address(platform.outputs()["settings"]["apps"]["api"]["secrets"]["SESSION_SECRET"])
    clients = Clients(LocalIdentity(reader), connections=1, ca_file=found.ca_file)
    assert isinstance(clients.read(address, timeout_s=15), Fetched)
    with pytest.raises(Exception, match="ForbiddenByRbac"):
        clients.of(address.vault).set_secret(address.name, "overwritten")
    clients.close()


def test_a_stopped_platform_is_said_to_be_one(platform: LocalPlatform, tmp_path: Path) -> None:
    platform.stop()
    assert not (platform.state / "endpoint.json").exists()
    for ran in (
        exec_(platform, "true"),
        app_config(platform, "exec", "--stack", "local", "--", "true", cwd=tmp_path),
        app_config(platform, "put", "SESSION_SECRET", "--stack", "local", cwd=tmp_path, given="x" * 40),
    ):
        assert ran.returncode == 1
        assert "no local platform runs" in ran.stderr
        assert "`ignition up`" in ran.stderr
    platform.up()
    assert exec_(platform, "true").returncode == 0
