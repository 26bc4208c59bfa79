"""What the report never shows: values that the engine knows to be secret, and values whose property is named like a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local_cloud.plan.throwaway import REDACTED
from local_cloud.server.values.shapes import is_dict, is_list

MASK: Final = "(secret)"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_ENGINES_MASK: Final = "[secret]"
_SECRET_NAME: Final = re.compile(
    r".*(passwords?|passphrase|secret|secrettext|pem|tokens?|credentials?|connectionstring"
    r"|(access|account|api|primary|secondary|shared)key)|privatekey.*"
)
"""Of a property, in small letters without separators."""
_ADDRESS: Final = re.compile(r"https://[\w.:-]+/secrets/[\w-]+(/\w*)?")
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SECRET_VALUES: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
    ("azure-native:keyvault:Secret", "azure-native:app:Certificate"), ("properties", "value")
)
"""By type, the path of a secret that is not named like one."""


def masked(token: str, inputs: Any) -> Any:
    """
    The inputs of a resource without secrets.

    Args:
        token: the resource's type.
        inputs: as the engine's JSON has them.
    """
    return _masked(inputs, (), _SECRET_VALUES.get(token))


def _masked(value: Any, path: tuple[str, ...], hidden: tuple[str, ...] | None) -> Any:
    if _is_marked(value):
        return MASK
    if (
        path
        and (path == hidden or is_named_like_secret(path[-1]))
        and isinstance(value, str)
        and not _is_harmless(value)
    ):
        return MASK
    if is_dict(value):
        return {key: _masked(each, (*path, key), hidden) for key, each in value.items()}
    return [_masked(each, path, hidden) for each in value] if is_list(value) else value


def is_named_like_secret(name: str) -> bool:
    """Whether a property of that name is taken for a secret one."""
    return _SECRET_NAME.fullmatch(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def _is_marked(value: Any) -> bool:
    if isinstance(value, str):
        return value == _ENGINES_MASK or REDACTED in value
    return is_dict(value) and value.get(_SIGNATURE) == _SECRET


def _is_harmless(text: str) -> bool:
    """The address of a secret, as vaults give it; a value that is not known; nothing."""
    return not text or _UNKNOWN in text or _ADDRESS.fullmatch(text) is not None
