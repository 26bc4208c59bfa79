"""`ignition test`: a command's tests, each worker apart from the others and from the running apps."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click

from app_config.problems import SettingsError, StackError
from ignition.developer.app_environment import environment_of, words_of
from ignition.platform.running import running
from ignition.previews.planning import say
from ignition.state import state_option
from local_cloud.daemon.control.client import Client


@click.command(
    "test",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ignition test --migrate 'sqlx migrate run' --workers 4 -- cargo test",
)
@click.option("--app", default="api", show_default=True, help="Whose settings the tests have.")
@click.option(
    "--migrate", metavar="COMMAND", help="Makes the tables in an empty database; run once for each version of them."
)
@click.option(
    "--migrations",
    type=click.Path(path_type=Path, exists=True),
    help="Files that --migrate reads: when they change, it runs again. [default: migrations, where it is]",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many commands run at once."
)
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
@state_option
@click.pass_obj
def command(
    umask: int | None,
    argv: tuple[str, ...],
    *,
    app: str,
    migrate: str | None,
    migrations: Path | None,
    workers: int,
    state: Path,
) -> None:
    """
    Run COMMAND with the settings of an app, but with a database, a bucket and a namespace in the vault of its own.

    With --workers N, COMMAND runs N times at once: IGNITION_TEST_WORKER says which one it is (1 to N), IGNITION_TEST_WORKERS how many there
    are. DATABASE_URL names a copy of the database that --migrate made, STORAGE_BUCKET a bucket that the key beside it opens and no other.
    In the vault IGNITION_TEST_VAULT, secrets whose names begin with IGNITION_TEST_NAMESPACE are the worker's; tests sign in there as the
    person at this machine. Everything goes when COMMAND ends, however it ends. The exit code is COMMAND's, of the first worker that failed.
    """
    words = words_of(argv, "ignition test [OPTIONS]")
    client = running(state)
    try:
        environment = environment_of(app, state) | _person(state)
    except (StackError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    if umask is not None:
        os.umask(umask)  # what the command makes is the user's
    if migrations is not None and migrate is None:
        raise click.UsageError("--migrations says when --migrate runs again: give --migrate COMMAND too")
    template = _template(client, app, migrate, migrations, environment) if migrate is not None else None
    asked = {"pid": os.getpid(), "app": app, "workers": workers, "template": template}
    with _terminated_as_interrupted():
        run = client.post("/api/test-runs", asked)
        try:
            code = _run(words, environment, run["workers"])
        finally:
            client.post(f"/api/test-runs/{run['run']}/end")
    sys.exit(code)


def _person(state: Path) -> dict[str, str]:
    from app_config.local_platform import FILE, local_platform  # noqa: PLC0415  beside `environment_of`

    identity = local_platform(state.absolute() / FILE).identity
    names = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT"), ("IDENTITY_HEADER", "MSI_SECRET")
    return dict.fromkeys(names[0], identity.url) | dict.fromkeys(names[1], identity.header)


def _template(client: Client, app: str, migrate: str, migrations: Path | None, environment: Mapping[str, str]) -> str:
    """The name of the database that --migrate made, now or before."""
    key = migrations_hash(migrate, migrations)
    asked = {"pid": os.getpid(), "app": app, "key": key}
    found = client.post("/api/test-templates", asked)
    if found["template"] is not None:
        return str(found["template"])
    say(f"The migrations are new: `{migrate}` makes their database once")
    try:
        words = shlex.split(migrate)
    except ValueError:
        raise click.UsageError(f"--migrate {migrate}: close its quotes") from None
    try:
        done = subprocess.run(words, env={**environment, "DATABASE_URL": found["url"]}, check=False)
    except OSError as error:
        raise click.ClickException(
            f"--migrate {migrate}: it cannot be run ({error.strerror}): correct its name"
        ) from None
    if done.returncode != 0:
        raise click.ClickException(f"--migrate {migrate}: it ended with exit code {done.returncode}; no test was run")
    return str(client.post(f"/api/test-templates/{found['run']}", asked)["template"])


def migrations_hash(migrate: str, migrations: Path | None) -> str:
    """
    A hash of everything that decides what the migrations make: the command, and the files that it reads.

    Raises:
        click.UsageError: nobody says which files these are.
    """
    place = migrations if migrations is not None else Path("migrations")
    if not place.exists():
        raise click.UsageError(
            "there is no directory `migrations` here: name the files that --migrate reads with --migrations, so that it runs again when "
            "they change"
        )
    found = hashlib.sha256(migrate.encode())
    for file in sorted(each for each in ([place] if place.is_file() else place.rglob("*")) if each.is_file()):
        name = str(file.relative_to(place)).encode()
        content = file.read_bytes()
        found.update(b"%d %b %d %b" % (len(name), name, len(content), content))
    return found.hexdigest()[:32]


def _run(words: Sequence[str], environment: Mapping[str, str], workers: Sequence[Mapping[str, str]]) -> int:
    """Runs a command for each worker; the first exit code that is not 0."""
    alone = len(workers) == 1
    processes: list[subprocess.Popen[bytes]] = []
    copying: list[threading.Thread] = []
    try:
        for number, own in enumerate(workers, start=1):
            told = {"IGNITION_TEST_WORKER": str(number), "IGNITION_TEST_WORKERS": str(len(workers))}
            process = subprocess.Popen(
                words,
                env={**environment, **own, **told},
                stdin=None if alone else subprocess.DEVNULL,
                stdout=None if alone else subprocess.PIPE,
                stderr=None if alone else subprocess.STDOUT,
            )
            processes.append(process)
            if process.stdout is not None:
                copying.append(threading.Thread(target=_copy, args=(number, process.stdout)))
                copying[-1].start()
        codes = [_wait(each) for each in processes]
    except OSError as error:
        raise click.ClickException(
            f"{words[0]}: it cannot be run ({error.strerror}): correct its name or path"
        ) from None
    finally:
        for each in processes:
            if each.poll() is None:
                each.terminate()
                each.wait()
        for thread in copying:
            thread.join()
    return next((code for code in codes if code != 0), 0)


def _wait(process: subprocess.Popen[Any]) -> int:
    """Its exit code, as a shell tells it; an interrupt is the command's to handle."""
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code


def _copy(number: int, output: IO[bytes]) -> None:
    for line in output:
        sys.stdout.buffer.write(b"[%d] %b" % (number, line if line.endswith(b"\n") else line + b"\n"))
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def _terminated_as_interrupted() -> Generator[None]:
    """Whoever ends this command by SIGTERM or SIGHUP ends its workers, and what they have is removed."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
