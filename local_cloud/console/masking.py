"""
What the console never shows.

Two nets: properties that are secret by what the engine, the type or their name says are masked where they stand; and every value
known to be secret is struck out of whatever is sent, wherever it stands.
"""

from __future__ import annotations

import html
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from local_cloud.catalog import PACKAGES
from local_cloud.console.stack_state import Node, StackState, is_secret, secret_paths
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.server.resource_types.resource_type import ResourceType

MASK: Final = "••••••••"
_NAMES: Final = re.compile(
    r".*(value|passwords?|passphrase|secret|pem|tokens?|credentials?|connection|connectionstring"
    r"|(access|account|api|primary|secondary|shared)key)|privatekey.*|result|b64std|b64url|bcrypthash"
)
"""Of a property, in small letters without separators."""
_ONLY_SECRETS: Final = ("random:", "tls:")
"""Packages whose outputs are nothing but secrets and what was made of them."""
_PLAIN: Final = frozenset({"cloudflare:index/zoneSetting:ZoneSetting"})
"""Types with a property named like a secret that is none."""
_ADDRESS: Final = re.compile(r"https://[\w.:-]+/secrets/[\w-]+(/\w*)?")
_SHORTEST: Final = 6
"""Shorter values would be struck out of ordinary words."""
_FRESH_S: Final = 2.0

_TYPES: Final[Mapping[str, ResourceType]] = {
    token: each for package in PACKAGES for token, each in package.by_token().items()
}


def shown_inputs(node: Node) -> dict[str, Any]:
    """The inputs of a resource, secrets masked."""
    return cast("dict[str, Any]", _masked(node.inputs, node, ()))


def shown_outputs(node: Node) -> dict[str, Any]:
    """The outputs of a resource, secrets masked."""
    if node.type.startswith(_ONLY_SECRETS):
        inputs = shown_inputs(node)
        return {key: inputs.get(key, _struck(value)) for key, value in node.outputs.items()}
    declared = {*node.secret_outputs, *_declared_outputs(node.type)}
    return {
        key: MASK if key in declared else _masked(value, node, (key,))
        for key, value in node.outputs.items()
        if not key.startswith("__")
    }


class KnownSecrets:
    """
    The values that are secret in a cloud right now; safe to use from any thread.

    Args:
        cloud: its records and vaults hold them.
        stack: says which properties of its records they are.
    """

    def __init__(self, cloud: LocalCloud, stack: StackState) -> None:
        self._cloud = cloud
        self._stack = stack
        self._lock = threading.Lock()
        self._found: tuple[float, tuple[str, ...]] = (float("-inf"), ())

    def values(self) -> tuple[str, ...]:
        """All of them, the longest first; not older than two seconds."""
        with self._lock:
            at, values = self._found
            if time.monotonic() - at > _FRESH_S:
                distinct = {text for each in self._all() if len(text := each.strip()) >= _SHORTEST}
                values = tuple(sorted(distinct, key=len, reverse=True))
                self._found = (time.monotonic(), values)
            return values

    def struck_out(self, text: str) -> str:
        """A text without them, however they are written in it: bare, in HTML or in JSON."""
        for value in self.values():
            for written in {value, html.escape(value), json.dumps(value)[1:-1]}:
                text = text.replace(written, MASK)
        return text

    def _all(self) -> Iterator[str]:
        vault = self._cloud.parts.key_vault
        for each in vault.vaults.list():
            for secret in vault.secrets.list(each):
                yield from (version.value for version in vault.secrets.versions(each, secret.name))
        nodes = self._stack.nodes()
        for record in self._cloud.records.all():
            inputs, outputs = record.resource.inputs, record.resource.outputs
            node = nodes.get(record.urn)
            for path in secret_paths(node.inputs) if node is not None else ():
                yield from _texts(_at(inputs, path))
            for path in secret_paths(node.outputs) if node is not None else ():
                yield from _texts(_at(outputs, path))
            for path in _hidden(record.token):
                yield from _texts(_at(inputs, path))
            for key in _declared_outputs(record.token):
                yield from _texts(outputs.get(key))


def _masked(value: Any, node: Node, path: tuple[str, ...]) -> Any:
    if is_secret(value):
        return MASK
    if path and _is_hidden(node, path) and not _is_harmless(value):
        return MASK
    if isinstance(value, dict):
        return {key: _masked(each, node, (*path, key)) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_masked(each, node, path) for each in cast("list[Any]", value)]
    return value


def _is_hidden(node: Node, path: tuple[str, ...]) -> bool:
    if path in _hidden(node.type):
        return True
    name = re.sub(r"[^a-z0-9]", "", path[-1].lower())
    return node.type not in _PLAIN and _NAMES.fullmatch(name) is not None


def _is_harmless(value: Any) -> bool:
    """Whether a value cannot be secret: the address of a secret, as vaults give it, or nothing."""
    return value is None or isinstance(value, bool) or (isinstance(value, str) and bool(_ADDRESS.fullmatch(value)))


def _hidden(token: str) -> frozenset[tuple[str, ...]]:
    """Inputs that a type's rules call secret."""
    found = _TYPES.get(token)
    rules = found.all_rules if found is not None else ()
    return frozenset(tuple(each.path.replace("[]", "").split(".")) for each in rules if each.hidden)


def _declared_outputs(token: str) -> tuple[str, ...]:
    found = _TYPES.get(token)
    return tuple(found.secret_outputs) if found is not None else ()


def _struck(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, type(None))) else MASK


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(key)]
        else:
            return None
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in cast("dict[str, Any]", value).values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _texts(each)
