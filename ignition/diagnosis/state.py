"""The state directory: whether it can be written, has room, is whole, and whether its daemon and ports are as it says."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ignition.developer.trust import renewal
from ignition.diagnosis.finding import Finding, note, ok, wrong
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.state.fixed_ports import FILE as FIXED_PORTS
from local_cloud.daemon.state.fixed_ports import fixed_ports
from local_cloud.daemon.state.settings import FILE, Settings
from local_cloud.engine.binaries import Cache
from local_cloud.plan.throwaway import StackError
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_directories import NotPrivate
from local_cloud.runtime.files.private_trees import require_private_tree
from local_cloud.runtime.network.ports import Ports, is_free, owner_of
from local_cloud.runtime.processes.pids import Mark

_GIB: Final = 1 << 30
_NEEDED_GIB: Final = 1.0
"""PostgreSQL's programs and cluster, Pulumi and versitygw; without the Go build's own cache."""
_COMFORTABLE_GIB: Final = 4.0


def writable(state: Path) -> Finding:
    """Whether the state directory can be made and written, by us alone."""
    place = _existing(state)
    try:
        require_private_tree(state)
    except NotPrivate as error:
        what, _, fix = str(error).partition("; ")
        return wrong("state directory", what, fix)
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".ignition-doctor-"):
            pass
    except OSError as error:
        fix = f"`sudo chown -R $USER {place}`, or name another directory with --state-dir or IGNITION_STATE_DIR"
        return wrong("state directory", f"{place} cannot be written to ({error.strerror})", fix)
    return ok("state directory", f"{state}{'' if state.exists() else ' (made by `ignition up`)'}")


def disk_space(state: Path) -> Sequence[Finding]:
    """Room for the state and for the programs."""
    places = {"state": _existing(state), "programs": _existing(Cache.of_user().root)}
    by_device = {place.stat().st_dev: (what, place) for what, place in places.items()}
    return [_room(what, place) for what, place in by_device.values()]


def _room(what: str, place: Path, usage: Callable[[Path], Any] = shutil.disk_usage) -> Finding:
    free = usage(place).free / _GIB
    detail = f"{free:.1f} GiB free at {place} for {what}"
    fix = f"free some space there; `du -xh --max-depth=2 {place} | sort -h | tail` shows what takes it"
    if free < _NEEDED_GIB:
        return wrong("disk", detail, fix)
    return (
        note("disk", f"{detail}; a first build wants {_COMFORTABLE_GIB:.0f}", fix)
        if free < _COMFORTABLE_GIB
        else ok("disk", detail)
    )


def files(state: Path) -> Sequence[Finding]:
    """Records that cannot be read."""
    return [
        wrong("record", f"{file} is damaged ({why})", fix)
        for file, why, fix in (
            (
                state / FILE,
                _unreadable(lambda: Settings.load(state)),
                f"`rm {state / FILE}`; `ignition up` writes it again",
            ),
            (
                state / "ports.json",
                _unreadable(lambda: Ports(state / "ports.json").recorded()),
                f"`rm {state / 'ports.json'}`, then `ignition up --refresh`, has new ports chosen",
            ),
            (
                state / FIXED_PORTS,
                _unreadable(lambda: fixed_ports(state)),
                f"write lines such as `edge: 8443` into {state / FIXED_PORTS}, or delete it",
            ),
            *(
                (file, _unreadable(lambda file=file: json.loads(file.read_text())), _restoring(file))
                for file in sorted((state / "pulumi" / ".pulumi" / "stacks").glob("*/*.json"))
            ),
        )
        if why is not None
    ]


def _unreadable(read: Callable[[], object]) -> str | None:
    try:
        read()
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, BackendError, StackError, OSError) as error:
        return str(error)
    return None


def _restoring(file: Path) -> str:
    backup = file.with_name(f"{file.name}.bak")
    if backup.exists():
        return f"`cp {backup} {file}` brings back the state before the last change, then `ignition up`"
    return "`ignition reset` starts over"


def daemon(state: Path) -> Finding:
    """Whether the daemon runs, or left something of itself."""
    background = local_daemon(state)
    address = background.running()
    if address is not None:
        return ok("local cloud", f"runs (pid {address.pid})")
    if (state / "address.json").exists():
        detail = f"it ended without being asked to; its log is {background.log_file}"
        return note("local cloud", detail, "`ignition up` cleans up and continues; `ignition down` only cleans up")
    return ok("local cloud", "does not run")


def authority(state: Path) -> Sequence[Finding]:
    """Certificates of the authority that are of no more use and may still be trusted."""
    changed = renewal(state / "ca")
    return [note("authority", changed, "`ignition trust`, or `ignition trust --remove`")] if changed else []


def ports(state: Path) -> Sequence[Finding]:
    """Ports that the parts will want and that others have; of a running local cloud they are its own."""
    if local_daemon(state).running() is not None or _left_over(state):
        return ()
    try:
        fixed = fixed_ports(state)
        recorded = Ports(state / "ports.json", fixed).recorded()
    except (BackendError, StackError):
        return ()  # said by `files`
    taken = {name: port for name, port in recorded.items() if not is_free(port)}
    if not taken:
        return [ok("ports", "free" if recorded else "chosen at the first `ignition up`")]
    return [_taken(state, name, port, fixed=name in fixed) for name, port in sorted(taken.items())]


def _left_over(state: Path) -> bool:
    """Whether parts of a killed daemon still run: they have their ports, and the next start ends them."""
    marks = (Mark.read(file) for file in state.rglob("*.pid"))
    return any(mark is not None and mark.alive for mark in marks)


def _taken(state: Path, name: str, port: int, *, fixed: bool) -> Finding:
    detail = f"port {port} of {name} is taken by {owner_of(port) or 'a process of another user'}"
    if fixed:
        return wrong("ports", detail, f"end it, or give {name} another port in {state / FIXED_PORTS}")
    return note("ports", detail, "none is needed: the next `ignition up` chooses another port")


def _existing(path: Path) -> Path:
    """The path itself or the nearest directory above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
