"""
The stack as the engine keeps it: which resources there are, whose children they are and what they depend on.

The engine encrypts what is secret in its checkpoint, and nothing here decrypts it; what else must not be shown is `masking`'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, kw_only=True)
class Node:
    """
    One resource of the stack.

    Attributes:
        type: Pulumi's type token.
        id: the provider's; None for a component.
        parent: a URN; None for the stack itself.
        dependencies: URNs.
        protect: whether the engine refuses to delete it.
        inputs, outputs: as in the checkpoint, secrets encrypted.
        secret_outputs: names of outputs that the program declared secret.
    """

    urn: str
    type: str
    id: str | None
    parent: str | None
    dependencies: tuple[str, ...]
    protect: bool
    created: str | None
    modified: str | None
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    secret_outputs: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def key(self) -> str:
        """What its page's address ends with."""
        return self.urn.removeprefix("urn:pulumi:")

    @property
    def package(self) -> str:
        """`azure-native`, `cloudflare`, the program's own."""
        if self.type.startswith("pulumi:providers:"):
            return "pulumi"
        return self.type.partition(":")[0]

    @property
    def short_type(self) -> str:
        """The type's last word."""
        if self.type.startswith("pulumi:providers:"):
            return f"{self.type.rpartition(':')[2]} provider"
        return self.type.rpartition(":")[2]


class StackState:
    """
    The checkpoint file of one stack; read again when it has changed.

    Args:
        file: the engine writes it, possibly at any moment; an absent one is an empty stack, and of a damaged one what it said
            before is kept, because saying so is `ignition up`'s.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[int, dict[str, Node]] = (0, {})

    @classmethod
    def of(cls, state: Path, stack: str) -> StackState:
        """The checkpoint of `PROJECT/STACK` in a state directory."""
        project, name = stack.split("/")
        return cls(state / "pulumi" / ".pulumi" / "stacks" / project / f"{name}.json")

    def nodes(self) -> dict[str, Node]:
        """Every resource by URN, in the order of their making."""
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._read[0]:
                self._read = (stamp, _nodes(self._file))
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError):
            pass
        return self._read[1]


def is_secret(value: Any) -> bool:
    """Whether a value of the checkpoint is encrypted."""
    return isinstance(value, dict) and cast("dict[str, Any]", value).get(_SIGNATURE) == _SECRET


def secret_paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where in a value of the checkpoint something is encrypted."""
    if is_secret(value):
        yield path
    elif isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield from secret_paths(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[Any]", value)):
            yield from secret_paths(each, (*path, str(number)))


def _nodes(file: Path) -> dict[str, Node]:
    latest: dict[str, Any] = json.loads(file.read_bytes())["checkpoint"].get("latest") or {}
    written: list[dict[str, Any]] = latest.get("resources") or []
    found = (_node(each) for each in written if not each.get("delete"))
    return {each.urn: each for each in found}


def _node(written: Mapping[str, Any]) -> Node:
    return Node(
        urn=written["urn"],
        type=written["type"],
        id=written.get("id"),
        parent=written.get("parent"),
        dependencies=tuple(written.get("dependencies") or ()),
        protect=bool(written.get("protect")),
        created=written.get("created"),
        modified=written.get("modified"),
        inputs=written.get("inputs") or {},
        outputs=written.get("outputs") or {},
        secret_outputs=tuple(written.get("additionalSecretOutputs") or ()),
    )
