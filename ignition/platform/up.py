"""`ignition up`: start what is needed, run the program, wait until everything answers, and say where it is."""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import os
import shlex
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import click

from ignition.invocation import typed
from ignition.other_accounts import warn_of_other_accounts
from ignition.platform.judged import Judged
from ignition.platform.local_settings import of_project, on_this_machine, refuse_what_cannot_change
from ignition.platform.summary import print_summary
from ignition.platform.waiting import wait_for_apps
from ignition.previews.engine_run import run
from ignition.previews.planning import say
from ignition.state import state_option
from local_cloud.background import Address
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.client import Client
from local_cloud.daemon.removal import STOP_WITHIN_S
from local_cloud.daemon.single_instance import try_lock
from local_cloud.daemon.state.moved_ports import forget_moves, noted_moves
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.snapshots import Snapshots
from local_cloud.daemon.state.stack import checkpoint_file, ensure_stack, refuse_foreign_passphrase, stack_environment
from local_cloud.disk_space import disk_space_for_a_run, is_full
from local_cloud.engine.all_programs import find_all
from local_cloud.engine.attachment import short_lived
from local_cloud.runtime.files.private_trees import private_tree


@click.command()
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="APP=COMMAND",
    help="Run your own process in the place of an app's; `APP=` ends it.",
)
@click.option("--cwd", "directories", multiple=True, metavar="APP=DIR", help="Where --run starts it.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
@click.option("--refresh", is_flag=True, help="First look at what there really is, and make again what is gone.")
@state_option
def command(*, runs: tuple[str, ...], directories: tuple[str, ...], project: Path, refresh: bool, state: Path) -> None:
    """Bring up the whole platform on this machine: no account, no token, no container engine."""
    overrides = _overrides(runs, directories)
    find_all(say)
    warn_of_other_accounts()
    with _interruptible(), disk_space_for_a_run(state), _alone(state):
        Snapshots(state).finish()
        settings = of_project(project.absolute(), state)
        refuse_what_cannot_change(settings, state)
        refuse_unknown_apps(overrides, settings)
        settings.save(state)
        client = Client(state, _daemon(state, settings))
        settings = on_this_machine(settings, client)
        settings.save(state)
        _pulumi_up(client, settings, refresh=refresh)
        client.post("/api/apps/renew", {})
        for app, override in overrides.items():
            client.post("/api/overrides", {"app": app, "tools": _tools(), **override})
        wait_for_apps(client)
        print_summary(client)


def _tools() -> dict[str, str]:
    """With what a command of the developer's is found and built."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@contextlib.contextmanager
def _interruptible() -> Generator[None]:
    """Says what to type after Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.ClickException(
            f"interrupted. Nothing is lost: `{typed('up')}` continues, and `{typed('down')}` stops what runs"
        ) from None


@contextlib.contextmanager
def _alone(state: Path) -> Generator[None]:
    """One `ignition up` at a time in a state directory: another one waits for its turn."""
    private_tree(state)
    with (state / "up.lock").open("w") as file:
        if not try_lock(file):
            say("Waiting for another `ignition up` in this state directory to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _daemon(state: Path, settings: Settings) -> Address:
    """The daemon for these settings; one that was started for others is replaced."""
    daemon = local_daemon(state)
    running = daemon.running()
    if running is not None and running.facts.get("settings") != settings.of_daemon:
        say("Local cloud settings changed; restarting it")
        daemon.stop(wait_s=STOP_WITHIN_S)
    return daemon.ensure(say)


def _overrides(runs: tuple[str, ...], directories: tuple[str, ...]) -> dict[str, dict[str, str | None]]:
    """What a developer runs in the place of apps, by app; an empty command ends it."""
    found: dict[str, dict[str, str | None]] = {}
    for option, key, given in (("--run", "command", runs), ("--cwd", "cwd", directories)):
        for each in given:
            app, separator, value = each.partition("=")
            if not separator:
                raise click.UsageError(
                    f"{option} {each!r}: write {option} APP={'COMMAND' if key == 'command' else 'DIR'}"
                )
            if key == "command":
                _check_quotes(app, value)
            found.setdefault(app, {"command": None, "cwd": None})[key] = value
    missing = [app for app, override in found.items() if override["command"] is None]
    if missing:
        raise click.UsageError(f"--cwd {missing[0]}=...: it needs --run {missing[0]}=COMMAND beside it")
    for override in found.values():
        override["cwd"] = str(Path(override["cwd"]).absolute()) if override["cwd"] else os.getcwd()  # noqa: PTH109
    return found


def refuse_unknown_apps(overrides: Mapping[str, object], settings: Settings) -> None:
    """Refuses `--run` for an app that the stack does not have, before anything starts."""
    for app in overrides:
        if app not in settings.apps:
            close = difflib.get_close_matches(app, settings.apps, n=1)
            hint = f"did you mean {close[0]}?" if close else f"apps: {', '.join(sorted(settings.apps)) or 'none'}"
            raise click.UsageError(f"--run {app}=...: the stack has no app '{app}'; {hint}")


def _check_quotes(app: str, command: str) -> None:
    try:
        shlex.split(command)
    except ValueError:
        raise click.UsageError(f"--run {app}={command}: close its quotes") from None


def _pulumi_up(client: Client, settings: Settings, *, refresh: bool) -> None:
    """Runs the engine; this command ends with its exit code when it fails."""
    config_file = ensure_stack(client.state, settings, say)
    judged = Judged(client.state, Path(settings.project), config_file, checkpoint_file(client.state, settings))
    argv = ["pulumi", "up", "--yes", "--config-file", str(config_file), "--suppress-outputs"]
    unchanged = judged.holds()
    argv += ["--skip-preview"] if unchanged else []
    judged.forget()
    argv += [] if sys.stdout.isatty() else ["--non-interactive", "--suppress-progress"]
    moves = noted_moves(client.state)
    for move in moves:
        say(move)
    argv += ["--refresh"] if refresh or moves else []
    # The engine's log helps to find out why a change failed, and costs a sixth of the CPU time of a run without one.
    logged = not unchanged or refresh or bool(moves)
    environment = short_lived(stack_environment(client.state, client.address, settings, logged=logged))
    code = run(argv, environment, Path(settings.project), hopeless=lambda: is_full(client.state))
    if code != 0:
        refuse_foreign_passphrase(client.state)
        say(
            f"The logs of the parts are in {client.state}; `{typed('status')}` shows what runs, `{typed('logs APP')}` shows an "
            f"app's log. Fix the cause and type `{typed('up')}` again: it continues where it stopped, also after Ctrl-C."
        )
        sys.exit(code)
    forget_moves(client.state)
    judged.note()
