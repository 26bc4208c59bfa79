"""The `app-config` command, as a process."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from app_config.exports import ExportFormat, export
from tests.support.waiting import until
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS, outputs, without

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return write(tmp_path / "prod.env", PRODUCTION)


def write(file: Path, values: dict[str, str] | object) -> Path:
    wrapped = {name: SecretStr(value) for name, value in dict(values).items()}  # type: ignore[call-overload]  a mapping
    file.write_text(export(wrapped, ExportFormat.DOTENV).get_secret_value())
    return file


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `app-config` in an empty directory, with an environment that has no settings."""
    environ = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    (tmp_path / "empty").mkdir()

    def run_(*arguments: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app_config.command", *map(str, arguments)],
            env={**environ, "PYTHONPATH": os.getcwd(), "NO_COLOR": "1", **extra},  # noqa: PTH109  a text is needed
            cwd=tmp_path / "empty",
            check=False,
            capture_output=True,
            text=True,
        )

    return run_


def test_the_program_sees_the_settings(run: Run, env_file: Path) -> None:
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    done = run("exec", "--env-file", env_file, "--", sys.executable, "-c", script)
    found = json.loads(done.stdout)
    assert {name: found[name] for name in PRODUCTION} == PRODUCTION


def test_the_program_inherits_nothing_of_how_the_command_was_started(run: Run, env_file: Path) -> None:
    show = ("exec", "--env-file", env_file, "--", "sh", "-c", "echo ${PYDANTIC_DISABLE_PLUGINS-unset}")
    assert run(*show).stdout == "unset\n"
    assert run(*show, PYDANTIC_DISABLE_PLUGINS="mine").stdout == "mine\n"


def test_the_program_is_the_same_process(run: Run, env_file: Path) -> None:
    parent = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=-1); print(p.pid, int(p.communicate()[0]))"
    )
    command = [
        sys.executable,
        "-m",
        "app_config.command",
        "exec",
        "--env-file",
        str(env_file),
        "--",
        "sh",
        "-c",
        "echo $$",
    ]
    done = subprocess.run([sys.executable, "-c", parent, *command], check=True, capture_output=True, text=True)
    started, was = done.stdout.split()
    assert started == was


def test_the_exit_code_is_the_programs(run: Run, env_file: Path) -> None:
    assert run("exec", "--env-file", env_file, "--", "sh", "-c", "exit 37").returncode == 37


def test_a_signal_reaches_the_program(env_file: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = f"trap 'exit 42' TERM; touch {ready}; while :; do sleep 0.05; done"
    argv = [sys.executable, "-m", "app_config.command", "exec", "--env-file", str(env_file), "--", "sh", "-c", script]
    with subprocess.Popen(argv) as process:
        until(ready.exists)
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 42


def test_the_program_is_not_born_ignoring_broken_pipes(run: Run, env_file: Path) -> None:
    done = run("exec", "--env-file", env_file, "--", "sh", "-c", "grep SigIgn /proc/self/status")
    ignored = int(done.stdout.split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_the_programs_own_options_are_left_to_it(run: Run, env_file: Path) -> None:
    assert run("exec", "--env-file", env_file, "--", "echo", "--help", "-x").stdout == "--help -x\n"


def test_a_program_that_is_not_there_ends_like_in_a_shell(run: Run, env_file: Path) -> None:
    done = run("exec", "--env-file", env_file, "--", "no-such-program")
    assert done.returncode == 127
    assert done.stderr == "no-such-program: there is no such program on PATH: correct its name or path\n"
    denied = run("exec", "--env-file", env_file, "--", env_file)
    assert denied.returncode == 126
    assert "it cannot be run (Permission denied)" in denied.stderr


def test_a_program_is_not_started_with_wrong_settings(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.env", {**PRODUCTION, "SERVER_PORT": "x"})
    done = run("exec", "--env-file", file, "--", "echo", "started")
    assert (done.returncode, done.stdout) == (1, "")
    assert "SERVER_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_environment_wins_over_the_file_unless_it_is_ignored(run: Run, env_file: Path) -> None:
    show = ("--", "sh", "-c", "echo $SERVER_PORT")
    assert run("exec", "--env-file", env_file, *show, SERVER_PORT="9").stdout == "9\n"
    assert run("exec", "--env-file", env_file, "--ignore-environment", *show, SERVER_PORT="9").stdout == "8080\n"


def test_ignoring_the_environment_needs_another_source(run: Run) -> None:
    done = run("check", "--ignore-environment")
    assert done.returncode == 2
    assert "there is no source left" in done.stderr


def test_checking_shows_where_everything_is_from_and_no_secret(run: Run, env_file: Path) -> None:
    done = run("check", "--env-file", env_file, SERVER_PORT="9000")
    assert done.returncode == 0
    assert done.stderr == "The settings can be used.\n"
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["SERVER_PORT"] == ["set", "process", "environment", "9000"]
    assert rows["SESSION_SECRET"][-1] == "********"
    assert not [value for value in PRODUCTION_SECRETS.values() if value in done.stdout]


def test_checking_names_every_problem_and_hides_what_is_wrong(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.env", {**without(PRODUCTION, "SESSION_SECRET"), "SERVER_PORT": "hunter2"})
    done = run("check", "--env-file", file)
    assert done.returncode == 1
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["SERVER_PORT"][0] == "wrong"
    assert rows["SESSION_SECRET"] == ["missing"]
    assert done.stderr.splitlines()[-1] == "2 problems."
    assert "hunter2" not in done.stdout + done.stderr


def test_checking_for_programs_gives_json(run: Run, env_file: Path) -> None:
    found = json.loads(run("check", "--json", "--env-file", env_file, SERVER_PORT="x").stdout)
    assert found["ok"] is False
    assert [each["variable"] for each in found["problems"]] == ["SERVER_PORT"]
    assert {each["variable"] for each in found["settings"]} == set(PRODUCTION)


def test_the_admin_console_is_checked_by_its_own_contract(run: Run) -> None:
    done = run("check", "--app", "admin", API_PUBLIC_URL="https://api.ecent.online", APP_ENV="production")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        "API_PUBLIC_URL",
        "APP_ENV",
        "ACCESS_TEAM_DOMAIN",
        "ACCESS_AUDIENCE",
        "LOG_LEVEL",
    ]


def test_an_exported_file_is_private_and_loads_again(run: Run, env_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.env"
    done = run("export", "--env-file", env_file, "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert out.stat().st_mode & 0o777 == 0o600
    assert run("check", "--env-file", out, "--ignore-environment").returncode == 0


def test_an_export_into_a_git_work_tree_is_refused_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    done = run("export", "--env-file", tmp_path / "none", "--out", tmp_path / "out.env")
    assert done.returncode == 1
    assert "not ignored" in done.stderr


def test_an_export_to_a_terminal_is_refused_unless_asked_for(env_file: Path) -> None:
    def on_a_terminal(*more: str) -> tuple[int, str]:
        read_end, write_end = pty.openpty()
        argv = [sys.executable, "-m", "app_config.command", "export", "--env-file", str(env_file), *more]
        with subprocess.Popen(argv, stdout=write_end, stderr=subprocess.DEVNULL) as process:
            code = process.wait()
        os.close(write_end)
        try:
            shown = os.read(read_end, 65_536).decode()
        except OSError:  # nothing was written and nobody is left to write
            shown = ""
        os.close(read_end)
        return code, shown

    assert on_a_terminal() == (2, "")
    code, shown = on_a_terminal("--show")
    assert code == 0
    assert PRODUCTION_SECRETS["SESSION_SECRET"] in shown


@pytest.mark.parametrize(
    ("format_", "line"), [("shell", "export SERVER_PORT='8080'"), ("docker-env", "SERVER_PORT=8080")]
)
def test_the_format_is_chosen(run: Run, env_file: Path, format_: str, line: str) -> None:
    assert line in run("export", "--format", format_, "--env-file", env_file).stdout.splitlines()


def test_two_stacks_are_compared_without_a_value(run: Run, tmp_path: Path) -> None:
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_text(
        json.dumps(outputs({"SERVER_PORT": "1111", "APP_ENV": "x", "STORAGE_REGION": "r"}, {"SESSION_SECRET": "u"}))
    )
    b.write_text(
        json.dumps(outputs({"SERVER_PORT": "2222", "APP_ENV": "x", "SESSION_SECRET": "clear"}, {"DATABASE_URL": "u"}))
    )
    done = run("diff", a, b)
    assert done.returncode == 1
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert rows == {
        "SERVER_PORT": "differs",
        "APP_ENV": "same",
        "STORAGE_REGION": "only in A",
        "DATABASE_URL": "only in B",
        "SESSION_SECRET": "secret in one",
    }
    assert "1111" not in done.stdout
    assert json.loads(run("diff", "--json", a, b).stdout)["settings"] == rows
    assert run("diff", a, a).returncode == 0


def test_a_stack_that_cannot_be_read_ends_the_comparison_with_2(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}")
    done = run("diff", file, file)
    assert done.returncode == 2
    assert "has no output `settings`" in done.stderr


def test_a_rotation_needs_one_place(run: Run) -> None:
    done = run("rotate", "SESSION_SECRET")
    assert done.returncode == 2
    assert "one of --vault, --stack and --outputs" in done.stderr


def test_a_rotation_of_what_others_own_is_refused(run: Run) -> None:
    done = run("rotate", "database-url", "--vault", "https://kv.vault.azure.net")
    assert done.returncode == 1
    assert "DATABASE_URL is not rotated here: the stack makes and rotates it: run `pulumi up`" in done.stderr


def test_docs_are_written_and_then_up_to_date(run: Run, tmp_path: Path) -> None:
    assert run("docs", "--check", "--root", tmp_path).returncode == 1
    assert run("docs", "--root", tmp_path).returncode == 0
    assert run("docs", "--check", "--root", tmp_path).returncode == 0


@pytest.mark.parametrize("command", ["", "check", "diff", "docs", "exec", "export", "rotate"])
def test_every_subcommand_has_help(run: Run, command: str) -> None:
    done = run(*filter(None, [command]), "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
