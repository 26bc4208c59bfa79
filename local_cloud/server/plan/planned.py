"""One resource as a program registers it: its inputs, where its unknown values come from, and what it waits for."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pulumi.runtime.proto import resource_pb2

from local_cloud.server.wire import decode_struct, plain

_HEADER: Final = struct.Struct(">II")
STACK_TYPE: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Position:
    """Where in the program a resource is declared."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Origin:
    """
    Where an unknown value comes from.

    Attributes:
        resources: URNs of the resources whose outputs it is made of.
        attribute: the output's name in the SDK (`id`, `default_domain`) where the value is that output itself, unchanged.
    """

    resources: tuple[str, ...]
    attribute: str | None = None


@dataclass(frozen=True, eq=False)
class Planned:
    """
    A registered resource.

    Attributes:
        urn: its URN.
        token: its type, `azure-native:keyvault:Vault`.
        inputs: what the program gives it, on the wire and without secret wrappers; unknown values are UNKNOWN.
        origins: where unknown ones, and known texts that are another resource's output, come from; by path (`rules[0].ref`).
        waits_for: URNs that it depends on directly, its parent among them.
        provider: URN of its provider; empty for the default one.
        position: where the program declares it, where the SDK tells.
        imported: whether the program takes over one that exists, so that it is there before everything else.
        declared_by: URN of the resource that declares it within its own inputs; empty for a resource of its own.
    """

    urn: str
    token: str
    inputs: Mapping[str, Any]
    origins: Mapping[str, Origin] = field(default_factory=dict[str, Origin])
    waits_for: frozenset[str] = frozenset()
    provider: str = ""
    position: Position | None = None
    imported: bool = False
    declared_by: str = ""

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def kind(self) -> str:
        """The last word of its token, for people: `Vault`."""
        return self.token.rsplit(":", 1)[-1]

    def __str__(self) -> str:
        return f"{self.kind} '{self.name}'"

    @cached_property
    def without_items(self) -> Mapping[str, list[tuple[str, Origin]]]:
        """The origins by path with `[]` for every index, as rules name paths."""
        found: dict[str, list[tuple[str, Origin]]] = {}
        for path, origin in self.origins.items():
            found.setdefault(re.sub(r"\[\d+\]", "[]", path), []).append((path, origin))
        return found


class Registrations:
    """
    Turns what a program's recorder wrote into planned resources, frame by frame; a torn last frame is left out.

    Args:
        project, stack: what the program runs as.
        root: the project's directory, which positions in it are relative to.
    """

    def __init__(self, project: str, stack: str, root: Path | None = None) -> None:
        self._prefix = f"urn:pulumi:{stack}::{project}::"
        self._root = root
        self._content = bytearray()

    def add(self, content: bytes) -> None:
        """More of what was written."""
        self._content += content

    def planned(self) -> Iterator[Planned]:
        """Every resource so far, in the order of registration."""
        return (self._one(request, json.loads(origins)) for request, origins in self._frames())

    def requests(self) -> Iterator[tuple[str, Any]]:
        """Every registration so far as the program sent it, with the URN that the engine makes of it."""
        return ((self._urn(each.type, each.name, each.parent), each) for each, _ in self._frames())

    def _frames(self) -> Iterator[tuple[Any, bytes]]:
        at = 0
        while at + _HEADER.size <= len(self._content):
            origins, size = _HEADER.unpack_from(self._content, at)
            start, at = at + _HEADER.size, at + _HEADER.size + origins + size
            if at > len(self._content):
                return
            request = resource_pb2.RegisterResourceRequest.FromString(bytes(self._content[start + origins : at]))
            yield request, bytes(self._content[start : start + origins])

    def _one(self, request: Any, origins: Sequence[Mapping[str, Any]]) -> Planned:
        listed = [*request.dependencies, *(urn for each in request.propertyDependencies.values() for urn in each.urns)]
        return Planned(
            urn=self._urn(request.type, request.name, request.parent),
            token=request.type,
            inputs=plain(decode_struct(request.object)),
            origins={
                _path(each["path"]): Origin(tuple(each["resources"]), each["attribute"])
                for each in origins
                if each["resources"]
            },
            waits_for=frozenset({*listed, request.parent} - {""}),
            provider=request.provider.rpartition("::")[0],
            position=_position(request.sourcePosition, self._root),
            imported=bool(request.importId),
        )

    def _urn(self, token: str, name: str, parent: str) -> str:
        """As the engine makes it."""
        above = parent.split("::")[2] if parent else STACK_TYPE
        qualified = token if above == STACK_TYPE else f"{above}${token}"
        return f"{self._prefix}{qualified}::{name}"


def _path(parts: Sequence[str | int]) -> str:
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in parts).lstrip(".")


def _position(source: Any, root: Path | None) -> Position | None:
    """The SDK tells `file:///srv/project/infra/__main__.py`, or `project:///infra/__main__.py`."""
    if not source.uri:
        return None
    uri = urlsplit(str(source.uri))
    path = unquote(uri.path)
    if uri.scheme == "project":
        return Position(path.lstrip("/"), source.line)
    if root is not None and path.startswith(f"{root}/"):
        return Position(path.removeprefix(f"{root}/"), source.line)
    return Position(path, source.line)
