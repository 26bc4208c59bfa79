"""What is wrong with a state directory, said by `ignition up`: a clear message, the next step, and nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import psycopg
import pytest

from local_cloud.background import Address, fingerprint
from local_cloud.daemon.background_process import local_daemon
from tests.support.ignition_command import gone
from tests.support.local_platform import LocalPlatform, Ran
from tests.support.waiting import until

_DAMAGED = b"damaged\n"
_ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    """A platform with something to lose: a row in its database."""
    made = LocalPlatform.make(tmp_path_factory.mktemp("bad-input"))
    made.up()
    with _database(made) as database:
        database.execute("CREATE TABLE kept (word text)")
        database.execute("INSERT INTO kept VALUES ('kept')")
    yield made
    made.remove()


@pytest.fixture
def stopped(mine: LocalPlatform) -> LocalPlatform:
    mine.stop()
    return mine


def _database(platform: LocalPlatform) -> psycopg.Connection:
    return psycopg.connect(platform.variables("api")["DATABASE_URL"], autocommit=True)


def _up(platform: LocalPlatform, *arguments: str) -> Ran:
    ran = platform.ignition("up", "--state-dir", str(platform.state), *arguments)
    assert "Traceback" not in ran.output
    return ran


def _refused(platform: LocalPlatform, *arguments: str) -> str:
    """What `ignition up` says when it does not succeed."""
    ran = _up(platform, *arguments)
    assert ran.code == 1, ran.output
    return ran.output


def _is_whole(platform: LocalPlatform) -> None:
    """Everything answers, and what was stored is there."""
    assert platform.ready()["status"] == "ok"
    with _database(platform) as database:
        assert database.execute("SELECT word FROM kept").fetchall() == [("kept",)]


def _ports(platform: LocalPlatform) -> dict[str, int]:
    return json.loads((platform.state / "ports.json").read_text())


@contextlib.contextmanager
def _listening(*ports: int) -> Generator[None]:
    with contextlib.ExitStack() as held:
        for port in ports:
            held.enter_context(socket.create_server(("127.0.0.1", port)))
        yield


def test_chosen_ports_that_others_took_are_chosen_again_and_everything_follows(stopped: LocalPlatform) -> None:
    before = {name: port for name, port in _ports(stopped).items() if "/" not in name}
    with _listening(*before.values()):
        said = _up(stopped).output
        after = _ports(stopped)
        for name, port in before.items():
            moved = f"port {port} of {name} is taken by"
            assert f"(pid {os.getpid()}); it moves to {after[name]}" in next(
                line for line in said.splitlines() if line.startswith(moved)
            )
        _is_whole(stopped)
    variables = stopped.variables("api")
    assert f":{after['key vault']}/" in json.dumps(stopped.outputs()["secret_uris"])
    assert f":{after[next(name for name in before if name.startswith('postgres'))]}/" in variables["DATABASE_URL"]
    assert "moves to" not in _up(stopped).output


@pytest.fixture
def ports_file(mine: LocalPlatform) -> Iterator[Path]:
    file = mine.state / "ports.yaml"
    yield file
    file.unlink()


def test_a_fixed_port_that_is_taken_is_named_with_its_owner(stopped: LocalPlatform, ports_file: Path) -> None:
    port = _ports(stopped)["edge"]
    ports_file.write_text(f"edge: {port}\n")
    with _listening(port):
        said = _refused(stopped)
    assert re.search(
        rf"port {port} of edge is taken by .+ \(pid {os.getpid()}\): end it, or give edge another port", said
    )
    assert str(ports_file) in said
    assert _up(stopped).code == 0
    _is_whole(stopped)


def test_a_port_that_is_fixed_while_it_runs_holds_from_the_next_up_on(mine: LocalPlatform, ports_file: Path) -> None:
    mine.up()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ports_file.write_text(f"console: {port}\n")
    mine.up()
    assert mine.status()["endpoints"]["console"]["url"] == f"http://127.0.0.1:{port}/"


def test_every_wrong_line_of_the_fixed_ports_is_named_at_once(mine: LocalPlatform, ports_file: Path) -> None:
    ports_file.write_text("edge: 70000\nconsole: eighty\n")
    said = _refused(mine)
    assert "edge: 70000 is not a valid port" in said
    assert "console: 'eighty' is not a valid port" in said


def test_a_fixed_port_for_a_part_that_there_is_not_is_refused_with_the_parts(
    mine: LocalPlatform, ports_file: Path
) -> None:
    ports_file.write_text("egde: 28443\n")
    said = _refused(mine)
    assert "gives a port to egde, which does not exist" in said
    assert "console, dns, edge" in said


@pytest.mark.parametrize("text", ["edge: [8443", "- edge", "edge"])
def test_a_file_of_fixed_ports_that_is_none_says_how_one_looks(
    mine: LocalPlatform, ports_file: Path, text: str
) -> None:
    ports_file.write_text(text)
    assert "write lines such as `edge: 8443`" in _refused(mine)


@_ROOT_ONLY
def test_a_state_directory_on_a_read_only_disk_is_named(mine: LocalPlatform, tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=256m", "tmpfs", tmp_path], check=True)
    try:
        ran = mine.ignition("up", "--state-dir", str(tmp_path / "state"))
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert ran.code == 1
    assert ran.output == (
        f"error: {tmp_path / 'state'}: Read-only file system; name a directory that can be written to with --state-dir or "
        "IGNITION_STATE_DIR\n"
    )


def test_a_state_directory_below_a_file_is_named(mine: LocalPlatform, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = mine.ignition("up", "--state-dir", str(tmp_path / "file" / "state"))
    assert (ran.code, "Traceback" in ran.output) == (1, False)
    assert "Not a directory; name a directory with --state-dir" in ran.output


def test_a_daemon_whose_address_was_lost_is_replaced(mine: LocalPlatform) -> None:
    mine.up()
    lost = mine.address.pid
    (mine.state / "address.json").unlink()
    assert _up(mine).code == 0
    assert mine.address.pid != lost
    until(gone(lost))
    _is_whole(mine)


def test_a_daemon_whose_address_was_lost_is_ended_by_down(mine: LocalPlatform) -> None:
    mine.up()
    lost = mine.address.pid
    (mine.state / "address.json").write_text("{ damaged")
    assert "Stopped" in mine.ignition("down", "--state-dir", str(mine.state)).output
    until(gone(lost))


def test_the_pid_of_somebody_else_is_left_alone(stopped: LocalPlatform) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        local_daemon(stopped.state).publish(Address(other.pid, 1, fingerprint()))
        (stopped.state / "daemon.lock").write_text(str(other.pid))
        assert _up(stopped).code == 0
        assert other.poll() is None
    _is_whole(stopped)


def test_two_at_once_take_turns(mine: LocalPlatform) -> None:
    with mine.popen("up", "--state-dir", str(mine.state)) as first:
        until((mine.state / "up.lock").exists)
        second = _up(mine)
        said, _ = first.communicate()
    assert (first.returncode, second.code) == (0, 0), said
    assert "Waiting for another `ignition up` in this state directory to end" in said + second.output


def test_one_that_is_killed_while_it_has_its_turn_does_not_keep_the_next_from_it(mine: LocalPlatform) -> None:
    with mine.popen("up", "--state-dir", str(mine.state)) as first:
        next(iter(first.stdout or ()))
        first.send_signal(signal.SIGKILL)
    assert _up(mine).code == 0
    _is_whole(mine)


def _deleted(*names: str, refresh: bool = False) -> Callable[[Path], tuple[str, ...]]:
    """The step that a message names: delete, then `ignition up`, perhaps with `--refresh`."""

    def step(file: Path) -> tuple[str, ...]:
        for name in names or (file.name,):
            place = file.parent if name == "." else file.with_name(name)
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        return ("--refresh",) if refresh else ()

    return step


def _copied(suffix: str) -> Callable[[Path], tuple[str, ...]]:
    """The step that a message names: a copy is beside the file."""

    def step(file: Path) -> tuple[str, ...]:
        shutil.copy(file.with_name(file.name + suffix), file)
        return ()

    return step


_REFRESHED = _deleted(refresh=True)
_FOLDER_REFRESHED = _deleted(".", refresh=True)
_MENDED = {
    "pulumi/.pulumi/stacks/ignition/local.json": _copied(".bak"),
    "postgres/*/server.json": _copied(".copy"),
    "object-storage/storage.json": _copied(".copy"),
    "object-storage/accounts/users.json": _copied(".copy"),
    "ports.json": _REFRESHED,
    "container-apps/apps/*-api.sealed": _REFRESHED,
    "container-apps/environments/*.sealed": _REFRESHED,
    "container-apps/certificates/*/cert.pem": _FOLDER_REFRESHED,
    "ca/ca-key.pem": _FOLDER_REFRESHED,
    "origin-ca/ca.pem": _FOLDER_REFRESHED,
    "identity/token-key.pem": _deleted(),
    "edge/access-key.pem": _deleted(),
    "identity/principals.sqlite": _REFRESHED,
    "records/resources.db": _REFRESHED,
    "key-vault/key-vault.sqlite": _REFRESHED,
}
"""Files whose damage is said, and the step that the message names."""
_KEYS = (
    "records/resources.key",
    "key-vault/sealing-key",
    "container-apps/state.key",
    "passphrase",
    "pulumi/encryption-salt",
)
"""Files without which others cannot be read, in the order in which they are read: they have to be put back."""
_HEALED = (
    "settings.json",
    "control-token",
    "pulumi/Pulumi.local.yaml",
    "pulumi/.pulumi/meta.yaml",
    "object-storage/operator.json",
    "container-apps/ingress/caddy.json",
    "edge/caddy/caddy.json",
    "edge/certificates/*/cert.pem",
    "key-vault/tls/key.pem",
    "ca/bundle.pem",
)
"""Files that are written anew whatever stands in them."""


@contextlib.contextmanager
def _damaged(platform: LocalPlatform, *patterns: str) -> Generator[dict[Path, bytes]]:
    """
    Overwrites the first file of each pattern; gives what stood in them.

    A test that fails leaves the others a whole state directory.
    """
    whole = platform.state.with_name("whole")
    shutil.rmtree(whole, ignore_errors=True)
    subprocess.run(["cp", "-a", platform.state, whole], check=True)
    before = {file: file.read_bytes() for file in (min(platform.state.glob(pattern)) for pattern in patterns)}
    for file in before:
        file.write_bytes(_DAMAGED)
    try:
        yield before
    except BaseException:
        platform.stop()
        shutil.rmtree(platform.state)
        whole.rename(platform.state)
        raise


@pytest.mark.parametrize("pattern", _MENDED)
def test_a_damaged_file_is_named_with_the_step_that_mends_it(stopped: LocalPlatform, pattern: str) -> None:
    with _damaged(stopped, pattern) as (file,):
        said = _refused(stopped)
        assert f"{file} is damaged" in said
        arguments = _MENDED[pattern](file)
        assert ("ignition up --refresh" in said) == bool(arguments)
        fixed = _up(stopped, *arguments)
        assert fixed.code == 0, fixed.output
        _is_whole(stopped)


def test_a_damaged_key_has_to_be_put_back(stopped: LocalPlatform) -> None:
    with _damaged(stopped, *_KEYS) as before:
        for pattern in _KEYS:
            said = _refused(stopped)
            file = stopped.state / pattern
            assert str(file) in said
            assert "put the old one" in said
            assert "`ignition reset`" in said
            file.write_bytes(before[file])
        assert _up(stopped).code == 0
        _is_whole(stopped)


def test_damaged_files_that_can_be_made_again_are(stopped: LocalPlatform) -> None:
    with _damaged(stopped, *_HEALED) as before:
        ran = _up(stopped)
        assert ran.code == 0, ran.output
        assert [file for file in before if file.read_bytes() == _DAMAGED] == []
        _is_whole(stopped)
