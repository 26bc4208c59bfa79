"""`app-config` against a real vault and real stacks, and what a compiled program sees."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app_config import Settings, StackOutputs, load
from app_config.command.exec import OWN_SECRETS
from app_config.contract import as_text, values_of
from app_config.problems import StackError
from app_config.stacks import _by_automation, app_outputs
from local_cloud.engine.pulumi_cli import find_pulumi
from tests.integration.app_config.conftest import LocalVault
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS, outputs, plain

Run = Callable[..., subprocess.CompletedProcess[bytes]]

# Prints its environment, entries ended by NUL, and its arguments.
PROGRAM = r"""
#include <stdio.h>
extern char **environ;
int main(int argc, char **argv) {
    for (char **each = environ; *each; each++) { fputs(*each, stdout); putchar(0); }
    for (int at = 1; at < argc; at++) fprintf(stderr, "%s\n", argv[at]);
    return 0;
}
"""


@pytest.fixture
def run(vault: LocalVault, tmp_path: Path) -> Run:
    """Runs `app-config`, signed in as the app, without a setting in the environment but with another variable."""

    def run_(*arguments: str | Path, cwd: Path = tmp_path, **extra: str) -> subprocess.CompletedProcess[bytes]:
        environ = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
        return subprocess.run(
            [sys.executable, "-m", "app_config.command", *map(str, arguments)],
            env={**environ, "PYTHONPATH": str(Path.cwd()), **extra},
            cwd=cwd,
            check=False,
            capture_output=True,
        )

    return run_


@pytest.fixture
def reach(vault: LocalVault) -> tuple[str, ...]:
    """The options that reach the vault."""
    return ("--credential", "managed-identity", "--ca-file", str(vault.platform.ca.ca_file))


@pytest.fixture
def saved(vault: LocalVault, tmp_path: Path) -> Path:
    """Saved outputs of a stack."""
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"settings": outputs(plain(PRODUCTION), vault.addresses())}))
    return file


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A small compiled program."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler on this machine")
    source, made = tmp_path / "see.c", tmp_path / "see"
    source.write_text(PROGRAM)
    subprocess.run([compiler, "-o", str(made), str(source)], check=True)
    return made


def test_a_compiled_program_sees_exactly_the_contract_beside_what_was_there(
    run: Run, reach: tuple[str, ...], saved: Path, program: Path
) -> None:
    done = run("exec", "--outputs", saved, *reach, "--", program, "an argument", MARK="1")
    assert done.returncode == 0, done.stderr
    seen = dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if entry)
    assert {name: seen[name] for name in PRODUCTION} == PRODUCTION
    before = {name for name in os.environ if name not in PRODUCTION} | {"MARK", "PYTHONPATH"}
    assert set(seen) - before - {"LC_CTYPE"} == set(PRODUCTION)
    assert done.stderr == b"an argument\n"


def test_a_program_does_not_get_the_secrets_with_which_its_settings_were_read(
    run: Run, reach: tuple[str, ...], saved: Path, program: Path
) -> None:
    own = {name: f"the value of {name}" for name in OWN_SECRETS} | {
        "APP_CONFIG_SNAPSHOT_KEY": base64.b64encode(bytes(32)).decode(),
    }
    arguments = ("--outputs", saved, "--snapshot", saved.with_name("snapshot"), *reach, "--", program)
    done = run("exec", *arguments, **own, AZURE_TENANT_ID="a tenant", PULUMI_HOME="kept")
    assert done.returncode == 0, done.stderr
    assert saved.with_name("snapshot").exists()
    seen = dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if entry)
    assert set(seen) & set(own) == set()
    assert not [name for name, value in seen.items() if value in own.values()]
    assert (seen["AZURE_TENANT_ID"], seen["PULUMI_HOME"]) == ("a tenant", "kept")
    assert {name: seen[name] for name in PRODUCTION} == PRODUCTION


def test_what_is_dropped_is_what_the_credentials_the_snapshot_and_the_engine_read() -> None:
    assert {
        "APP_CONFIG_SNAPSHOT_KEY",
        "AZURE_CLIENT_SECRET",
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_ACCESS_TOKEN",
    } < OWN_SECRETS
    assert not OWN_SECRETS & set(PRODUCTION)


def test_a_vault_beside_a_file(run: Run, reach: tuple[str, ...], vault: LocalVault, tmp_path: Path) -> None:
    file = tmp_path / "plain.env"
    file.write_text("".join(f"{name}='{value}'\n" for name, value in plain(PRODUCTION).items()))
    done = run("exec", "--vault", vault.url, "--env-file", file, *reach, "--", "sh", "-c", "printf %s $SESSION_SECRET")
    assert done.stdout.decode() == PRODUCTION_SECRETS["SESSION_SECRET"]


def test_checking_names_the_secret_that_is_disabled(
    run: Run, reach: tuple[str, ...], vault: LocalVault, saved: Path
) -> None:
    vault.change("SESSION_SECRET", enabled=False)
    done = run("check", "--outputs", saved, *reach)
    assert done.returncode == 1
    assert b"SESSION-SECRET" in done.stderr
    assert b"is disabled" in done.stderr


@pytest.mark.usefixtures("officer")
def test_a_rotated_secret_is_the_one_that_the_next_program_gets(
    run: Run, reach: tuple[str, ...], vault: LocalVault
) -> None:
    done = run("rotate", "SESSION_SECRET", "--vault", vault.url, "--overlap-hours", "2", *reach)
    assert done.returncode == 0, done.stderr
    assert b"expires at" in done.stdout
    kv = vault.platform.key_vault
    value = kv.secrets.get(kv.vaults.get("kv-ignition"), "SESSION-SECRET").value
    assert value != PRODUCTION_SECRETS["SESSION_SECRET"]
    assert value.encode() not in done.stdout + done.stderr


@pytest.mark.usefixtures("officer")
def test_rotating_what_a_stack_pins_asks_for_an_up(run: Run, reach: tuple[str, ...], saved: Path) -> None:
    done = run("rotate", "SESSION_SECRET", "--outputs", saved, *reach)
    assert b"The stack pins a version: run `pulumi up`" in done.stdout


def test_secrets_of_two_stacks_are_compared_in_memory(
    run: Run, reach: tuple[str, ...], saved: Path, vault: LocalVault, tmp_path: Path
) -> None:
    before = json.loads(saved.read_text())
    vault.put({"SESSION_SECRET": "another-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3d"})
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"settings": outputs(plain(PRODUCTION), vault.addresses())}))
    assert before != json.loads(other.read_text())
    assert run("diff", saved, other).returncode == 0
    done = run("diff", "--json", "--secrets", saved, other, *reach)
    rows = json.loads(done.stdout)["settings"]
    assert {name for name, state in rows.items() if state != "same"} == {"SESSION_SECRET"}


@pytest.fixture
def stack(vault: LocalVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack of the real engine in a local state file, its outputs secret as a whole; the project's directory."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(find_pulumi().parent), os.environ["PATH"]]))
    for name, value in {
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "a test's",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_HOME": str(tmp_path / "pulumi-home"),
    }.items():
        monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: settings-proof\nruntime: python\n")
    _pulumi(project, "stack", "init", "proof")
    urn = "urn:pulumi:proof::settings-proof::pulumi:pulumi:Stack::settings-proof-proof"
    secret = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": json.dumps(outputs(plain(PRODUCTION), vault.addresses())),
    }
    root = {"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": {"settings": secret}}
    state = json.loads(_pulumi(project, "stack", "export"))
    state["deployment"]["resources"] = [root]
    (tmp_path / "state.json").write_text(json.dumps(state))
    _pulumi(project, "stack", "import", "--file", str(tmp_path / "state.json"))
    return project


def _pulumi(project: Path, *arguments: str) -> bytes:
    argv = ["pulumi", *arguments, "--non-interactive"]
    return subprocess.run(argv, cwd=project, check=True, capture_output=True).stdout


def test_a_deployed_stack_gives_the_settings_by_the_command_line(stack: Path, vault: LocalVault) -> None:
    settings = load(Settings, StackOutputs(stack="proof", project=stack, access=vault.access()))
    assert {name: as_text(value) for name, value in values_of(settings).items()} == PRODUCTION


def test_a_program_runs_against_a_deployed_stack(stack: Path, run: Run, reach: tuple[str, ...]) -> None:
    done = run("exec", "--stack", "proof", "--project", stack, *reach, "--", "sh", "-c", "printf %s $DATABASE_URL")
    assert done.stdout.decode() == PRODUCTION_SECRETS["DATABASE_URL"], done.stderr


def test_a_stack_that_is_not_there_is_said_in_one_line(stack: Path, run: Run) -> None:
    done = run("check", "--stack", "absent", "--project", stack)
    assert done.returncode == 1
    assert b"stack absent: the settings cannot be read: no stack named 'absent' found" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_automation_api_reads_it_where_it_is_installed(stack: Path) -> None:
    pytest.importorskip("pulumi.automation")
    output = _by_automation("proof", stack)
    assert app_outputs(output, "api").values == plain(PRODUCTION)


def test_what_the_automation_api_refuses_is_one_line(stack: Path) -> None:
    pytest.importorskip("pulumi.automation")
    with pytest.raises(StackError, match=r"the Automation API cannot read the settings: .*absent"):
        _by_automation("absent", stack)
