"""
A throwaway Pulumi backend for one run: a `file://` directory with one empty stack, and a copy of the stack's configuration.

The stack's real backend, secrets provider and encrypted values are never contacted: their lines stay behind, and a `secure:` value
becomes a redacted secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local_cloud.server.values.shapes import is_dict, is_list, is_object
from local_cloud.yaml_file import YamlError, read_yaml

NO_OTHER_STACKS: Final = "IGNITION_PREVIEW_NO_OTHER_STACKS"
"""Tells a program's process that no other stack can be looked up; `recorder` reads it."""

REDACTED: Final = "[redacted: not in the exported state]"
_CONTACTING_KEYS: Final = ("encryptedkey", "secretsprovider", "encryptionsalt")
_PREFIX: Final = "ignition-preview-"
_ORGANIZATION: Final = "organization"


class StackError(Exception):
    """The stack or project cannot be previewed as named; the message says what there is."""


@dataclass(frozen=True)
class Throwaway:
    """Where the run keeps its stack and configuration; `captured` is a place for what the engine prints."""

    backend: Path
    config_file: Path
    event_log: Path
    captured: Path

    @property
    def environment(self) -> dict[str, str]:
        """What points a Pulumi CLI at it."""
        return {
            "PULUMI_BACKEND_URL": f"file://{self.backend}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DEBUG_COMMANDS": "true",
            NO_OTHER_STACKS: "1",
        }


@contextlib.contextmanager
def throwaway(
    project_root: Path, stack: str, salt: str, resources: list[dict[str, Any]] | None = None
) -> Generator[Throwaway]:
    """
    Makes the backend and removes it afterwards.

    Args:
        project_root: the directory with `Pulumi.yaml`.
        stack: the stack's short name.
        salt: the encryption salt that belongs to the empty passphrase.
        resources: the resources of an exported state, with secrets redacted; none for a preview from nothing.

    Raises:
        StackError: there is no such project or stack file.
    """
    project = project_name(project_root)
    config = stack_config(project_root, stack)
    _remove_what_killed_runs_left()
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        config_file = directory / f"Pulumi.{stack}.yaml"
        config_file.write_text(_dump({**config, "encryptionsalt": salt}))
        _write_stack(directory / "backend", project, stack, salt, resources or [])
        yield Throwaway(directory / "backend", config_file, directory / "events.json", directory / "printed")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _remove_what_killed_runs_left() -> None:
    """A directory's name tells whose it is; a directory of another user stays."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}[0-9]*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            if left.lstat().st_uid != os.geteuid():
                continue
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (OSError, ValueError, OverflowError):
            continue


def project_name(root: Path) -> str:
    """The project's name from its `Pulumi.yaml`."""
    file = root / "Pulumi.yaml"
    if not file.is_file():
        raise StackError(f"{root} has no Pulumi.yaml; run this in the project's directory")
    return str(_load(file).get("name"))


def stack_config(root: Path, stack: str) -> dict[str, Any]:
    """The stack's configuration without anything that would contact its secrets provider."""
    file = root / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(each.name.split(".")[1] for each in root.glob("Pulumi.*.yaml"))) or "none"
        raise StackError(f"there is no {file.name} in {root}; stacks here: {known}")
    document = _load(file)
    kept = {key: value for key, value in document.items() if key not in _CONTACTING_KEYS}
    config: dict[str, Any] = kept.get("config") or {}
    return {**kept, "config": {key: _redacted(value) for key, value in config.items()}}


def _redacted(value: Any) -> Any:
    """Encrypted values cannot be read without their provider; a plain marker stands in for each."""
    if is_object(value):
        if set(value) == {"secure"}:
            return REDACTED
        return {key: _redacted(item) for key, item in value.items()}
    return [_redacted(item) for item in value] if is_list(value) else value


def _write_stack(backend: Path, project: str, stack: str, salt: str, resources: list[dict[str, Any]]) -> None:
    stacks = backend / ".pulumi" / "stacks" / project
    stacks.mkdir(parents=True)
    (backend / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    latest: dict[str, Any] = {
        "manifest": {"time": "2000-01-01T00:00:00Z", "magic": "", "version": ""},
        "secrets_providers": {"type": "passphrase", "state": {"salt": salt}},
    }
    if resources:
        latest["resources"] = resources
    checkpoint = {"stack": f"{_ORGANIZATION}/{project}/{stack}", "latest": latest}
    (stacks / f"{stack}.json").write_text(json.dumps({"version": 3, "checkpoint": checkpoint}))


def _load(file: Path) -> dict[str, Any]:
    try:
        document = read_yaml(file)
    except YamlError as error:
        raise StackError(str(error)) from None
    if not is_dict(document):
        raise StackError(f"{file} must be a YAML mapping")
    return document


def _dump(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
