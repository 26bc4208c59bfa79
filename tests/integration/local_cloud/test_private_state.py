"""After a real `ignition up` everything of the local cloud is ours alone, and a directory that is not is refused."""

import os
import pwd
import stat
from pathlib import Path

import psutil
import pytest

from local_cloud.engine.binaries import Cache
from tests.support.local_platform import LocalPlatform

OUTSIDE = Path("/var/lib/ignition")


def _open_to_others(directory: Path) -> dict[str, str]:
    """What has another mode than 700 for directories and programs, 600 for files, and nothing for others at sockets."""
    found = {}
    for path in (directory, *directory.rglob("*")):
        entry = path.lstat()
        mode = stat.S_IMODE(entry.st_mode)
        if stat.S_ISLNK(entry.st_mode):
            continue
        program = stat.S_ISDIR(entry.st_mode) or mode & stat.S_IXUSR
        right = not mode & 0o077 if stat.S_ISSOCK(entry.st_mode) else mode == (0o700 if program else 0o600)
        if not right:
            found[str(path)] = f"{mode:o}"
    return found


def _outside(platform: LocalPlatform) -> list[Path]:
    """Where PostgreSQL's data and sockets lie when root runs it as another account."""
    links = [path for path in platform.state.glob("postgres/*/data") if path.is_symlink()]
    return [each for link in links for each in (link.resolve(), OUTSIDE / "sockets" / link.resolve().name)]


def test_nothing_in_the_state_directory_is_open_to_others(platform: LocalPlatform) -> None:
    assert len(list(platform.state.rglob("*"))) > 100
    assert _open_to_others(platform.state) == {}


def test_the_databases_account_has_its_own_and_passes_through_the_rest(platform: LocalPlatform) -> None:
    data = next(platform.state.glob("postgres/*/data"))
    assert data.is_symlink() == (os.geteuid() == 0)
    for directory in _outside(platform):
        owner = pwd.getpwuid(directory.stat().st_uid).pw_name
        assert owner in {"postgres", "nobody"}
        assert _open_to_others(directory) == {}
        for parent in (directory.parent, OUTSIDE):
            assert (parent.stat().st_uid, stat.S_IMODE(parent.stat().st_mode)) == (0, 0o711)


def test_the_cache_of_programs_is_closed(platform: LocalPlatform) -> None:
    assert stat.S_IMODE(Cache.of_user().root.stat().st_mode) == 0o700


def test_every_process_makes_files_for_us_alone(platform: LocalPlatform) -> None:
    daemon = psutil.Process(platform.address.pid)
    processes = [daemon, *daemon.children(recursive=True)]
    assert len(processes) > 5
    for process in processes:
        status = Path(f"/proc/{process.pid}/status").read_text()
        umask = int(next(line for line in status.splitlines() if line.startswith("Umask:")).split()[1], 8)
        assert umask & 0o077 == 0o077, process.cmdline()


def test_every_socket_file_lies_where_only_its_account_gets(platform: LocalPlatform) -> None:
    daemon = psutil.Process(platform.address.pid)
    paths = {
        Path(connection.laddr)
        for process in (daemon, *daemon.children(recursive=True))
        for connection in process.net_connections(kind="unix")
        if str(connection.laddr).startswith("/")
    }
    assert {"s3.sock", "admin.sock"} <= {path.name for path in paths}
    for path in paths:
        assert path.parent.stat().st_mode & 0o077 == 0, path


def test_a_state_directory_of_the_version_before_is_closed_by_up(platform: LocalPlatform) -> None:
    for path in (*platform.state.glob("*"), *platform.state.glob("ca/*"), *platform.state.glob("edge/*")):
        if not path.is_symlink() and (path.is_dir() or path.is_file()):
            path.chmod(0o755 if path.is_dir() else 0o644)
    platform.up()
    assert _open_to_others(platform.state) == {}


@pytest.mark.parametrize(
    "command",
    [["up"], ["status"], ["down"], ["psql"], ["logs", "api"], ["open", "console", "--print"], ["reset", "--yes"]],
)
def test_a_state_directory_that_others_can_write_is_refused(
    platform: LocalPlatform, tmp_path: Path, command: list[str]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o777)
    ran = platform.ignition(*command, "--state-dir", str(state))
    assert ran.code == 1
    assert f"run `chmod 700 {state}` and try again" in ran.output
    assert "Traceback" not in ran.output
    assert list(state.iterdir()) == []


def test_doctor_names_a_state_directory_that_others_can_write(platform: LocalPlatform, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o777)
    ran = platform.ignition("doctor", "--state-dir", str(state))
    assert ran.code == 1
    assert f"FAIL  state directory: Other accounts can write to {state}" in ran.output
    assert f"run `chmod 700 {state}`" in ran.output


@pytest.mark.parametrize("command", [["up"], ["preview", "local"]])
def test_a_cache_of_programs_that_others_can_write_is_refused(
    platform: LocalPlatform, tmp_path: Path, command: list[str]
) -> None:
    cache = tmp_path / "ignition"
    cache.mkdir()
    cache.chmod(0o777)
    ran = platform.ignition(*command, XDG_CACHE_HOME=str(tmp_path), IGNITION_STATE_DIR=str(tmp_path / "state"))
    assert ran.code == 1
    assert f"run `chmod 700 {cache}` and try again" in ran.output
    assert "Traceback" not in ran.output
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", [["up"], ["status"], ["down"], ["psql"]])
@pytest.mark.parametrize("name", ["settings.json", "address.json", "up.lock"])
def test_a_fifo_in_the_place_of_a_file_is_named_and_does_not_block(
    platform: LocalPlatform, tmp_path: Path, name: str, command: list[str]
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "state" / name)
    ran = platform.ignition(*command, "--state-dir", str(tmp_path / "state"))
    assert ran.code == 1
    assert f"`rm {tmp_path}/state/{name}` and try again" in ran.output
    assert "Traceback" not in ran.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another account")
def test_another_accounts_file_in_the_place_of_ours_is_not_read(platform: LocalPlatform, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "address.json").write_text("{}")
    os.chown(tmp_path / "state" / "address.json", 65534, 65534)
    ran = platform.ignition("status", "--state-dir", str(tmp_path / "state"))
    assert ran.code == 1
    assert "address.json belongs to nobody, not to root" in ran.output


def test_a_command_of_the_users_own_keeps_the_users_umask(platform: LocalPlatform) -> None:
    before = os.umask(0o027)
    try:
        ran = platform.ignition("attach", "--", "sh", "-c", "umask")
    finally:
        os.umask(before)
    assert ran.code == 0, ran.output
    assert ran.output.split()[-1] in {"027", "0027"}
