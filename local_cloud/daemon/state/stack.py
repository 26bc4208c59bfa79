"""
The local stack as Pulumi keeps it, and the environment that attaches an engine to the daemon.

The stack lies in a `file://` backend in the state directory, beside the passphrase that its secrets are encrypted with. The
checked-in stack file is never written to: Pulumi would put this machine's encryption salt into it. Commands get a copy.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from local_cloud.background import Address
from local_cloud.daemon.state.checkpoint_copy import keep, put_back
from local_cloud.daemon.state.settings import Settings
from local_cloud.engine.attachment import attached, keep_no_logs
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.plan.salt import belongs_to, new_salt
from local_cloud.plan.throwaway import StackError, stack_config
from local_cloud.runtime.files.private_files import write_private

_ORGANIZATION: Final = "organization"
_FOREIGN: Final = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE")
"""Of the user's own Pulumi: the first would win over this stack's passphrase."""


def stack_environment(
    state: Path, address: Address, settings: Settings, environ: Mapping[str, str] = os.environ, *, logged: bool = True
) -> dict[str, str]:
    """
    The environment in which a `pulumi` works on the local stack with everything attached.

    Args:
        state: the state directory.
        address: the running daemon.
        settings: what the state directory was set up for.
        environ: the environment to start from.
        logged: whether the engine keeps a log of its own of the run.

    Raises:
        BinaryMissing: there is no Pulumi.
    """
    home = _home(state) / ("home" if logged else "home-without-logs")
    if not logged:
        keep_no_logs(home)
    kept = {name: value for name, value in environ.items() if name not in _FOREIGN}
    attachment = attached(
        kept,
        pulumi=find_pulumi(),
        providers=address.facts["providers"],
        language_port=address.port,
        home=home,
    )
    return attachment | engine_environment(state, settings) | {"PULUMI_HOME": str(home)}


def engine_environment(state: Path, settings: Settings) -> dict[str, str]:
    """The variables with which an engine works on the local stack's state; nothing is attached."""
    return {
        "PULUMI_BACKEND_URL": f"file://{_home(state)}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(_passphrase_file(state)),
        "PULUMI_STACK": stack_name(settings),
        "PULUMI_HOME": str(_home(state) / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def ensure_stack(state: Path, settings: Settings, progress: Callable[[str], None] | None = None) -> Path:
    """
    Makes the stack where there is none, frees it from the lock of an engine that was killed, and copies its configuration.

    Args:
        state: the state directory.
        settings: names the stack and the project's directory.
        progress: told when the state was torn and is put back.

    Returns:
        The configuration for `--config-file`, which commands that run the program need.

    Raises:
        StackError: the stack's state or the project's stack file cannot be read.
    """
    project, name = settings.stack.split("/")
    config = _with_overrides(stack_config(Path(settings.project), name), settings)
    checkpoint = checkpoint_file(state, settings)
    salt = _salt(state, checkpoint)
    _ensure(_home(state) / ".pulumi" / "meta.yaml", b"version: 1\n")
    if not checkpoint.exists():
        write_private(checkpoint, json.dumps(_empty(project, name, salt)).encode())
    kept = _home(state) / "kept" / checkpoint.name
    if put_back(checkpoint, kept) and progress is not None:
        progress(f"{checkpoint} was torn, as a full disk leaves it: the state from before that run is put back")
    _check(checkpoint)
    keep(checkpoint, kept)
    _free(_home(state) / ".pulumi" / "locks" / _ORGANIZATION / project / name)
    copy = _home(state) / f"Pulumi.{name}.yaml"
    document = yaml.safe_dump({**config, "encryptionsalt": salt}, sort_keys=False, allow_unicode=True)
    write_private(copy, document.encode())
    return copy


def _ensure(file: Path, content: bytes) -> None:
    if not file.exists() or file.read_bytes() != content:
        write_private(file, content)


def _with_overrides(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The configuration with this machine's ports and addresses in it."""
    config = dict(document["config"])
    for section, values in settings.overrides.items():
        config[section] = {**(config.get(section) or {}), **values}
    return {**document, "config": config}


def refuse_foreign_passphrase(state: Path) -> None:
    """
    For an engine that failed: says so where passphrase and salt do not belong together.

    Raises:
        StackError: one of the two files is damaged.
    """
    passphrase, salt = _passphrase_file(state), _salt_file(state)
    if not belongs_to(salt.read_text(errors="replace"), passphrase.read_text(errors="replace")):
        raise StackError(
            f"{passphrase} or {salt} is damaged: together they encrypt the stack's secrets, and they do not belong together; "
            "put the old ones back, or start over with `ignition reset`"
        )


def stack_name(settings: Settings) -> str:
    """The stack's short name."""
    return settings.stack.rpartition("/")[2]


def _home(state: Path) -> Path:
    return state / "pulumi"


def _passphrase_file(state: Path) -> Path:
    return state / "passphrase"


def _salt_file(state: Path) -> Path:
    return _home(state) / "encryption-salt"


def checkpoint_file(state: Path, settings: Settings) -> Path:
    """Where the engine keeps the stack's state."""
    project, name = settings.stack.split("/")
    return _home(state) / ".pulumi" / "stacks" / project / f"{name}.json"


def _salt(state: Path, checkpoint: Path) -> str:
    """The encryption salt, made together with its passphrase; one without the other decrypts nothing."""
    file = _salt_file(state)
    passphrase = _passphrase_file(state)
    if file.exists() and passphrase.exists():
        return file.read_text()
    if checkpoint.exists():
        lost = passphrase if file.exists() else file
        raise StackError(
            f"{lost} is missing, without which {checkpoint} cannot be decrypted; put it back, or start over with `ignition reset`"
        )
    secret = secrets.token_urlsafe(32)
    salt = new_salt(secret)
    write_private(passphrase, secret.encode())
    write_private(file, salt.encode())
    return salt


def _empty(project: str, name: str, salt: str) -> dict[str, Any]:
    """A deployment without resources, which carries its secrets provider: Pulumi cannot encrypt into one that has none."""
    latest = {
        "manifest": {"time": "2000-01-01T00:00:00Z", "magic": "", "version": ""},
        "secrets_providers": {"type": "passphrase", "state": {"salt": salt}},
    }
    return {"version": 3, "checkpoint": {"stack": f"{_ORGANIZATION}/{project}/{name}", "latest": latest}}


def _check(checkpoint: Path) -> None:
    try:
        document = json.loads(checkpoint.read_bytes())
    except ValueError as error:
        raise StackError(_damaged(checkpoint, str(error))) from None
    if not isinstance(document, dict) or "checkpoint" not in document:
        raise StackError(_damaged(checkpoint, "there is no checkpoint in it"))


def _damaged(checkpoint: Path, why: str) -> str:
    backup = checkpoint.with_name(f"{checkpoint.name}.bak")
    fix = (
        f"Pulumi keeps the state before the last change beside it: `cp {backup} {checkpoint}`, then `ignition up`"
        if backup.exists()
        else "nothing of it can be read; `ignition reset` starts over"
    )
    return f"the stack's state {checkpoint} is damaged ({why}); {fix}"


def _free(locks: Path) -> None:
    """Removes locks of engines on this machine that run no more; one that runs keeps the stack to itself."""
    for file in locks.glob("*.json"):
        try:
            lock = json.loads(file.read_bytes())
            pid, host = int(lock["pid"]), lock.get("hostname")
        except FileNotFoundError:
            continue  # its engine ended just now
        except (ValueError, KeyError, TypeError):
            file.unlink(missing_ok=True)  # half-written by an engine that was killed while it locked
            continue
        if host == socket.gethostname() and not _is_engine(pid):
            file.unlink(missing_ok=True)


def _is_engine(pid: int) -> bool:
    try:
        return b"pulumi" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not Path("/proc/self").exists()
