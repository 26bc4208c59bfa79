"""What a preview says of the resources that it would create: inputs as far as they are known, and the provider's configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local_cloud.server.values.shapes import is_dict, is_list

_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_PROVIDERS: Final = "pulumi:providers:"


@dataclass(frozen=True)
class Created:
    """
    A resource that the preview would create.

    Attributes:
        token: its type.
        name: its name in the program.
        inputs: what is known of its inputs; secrets and unknown values are left out.
        config: its provider's configuration.
        kept: whether the cloud keeps it when the program gives it up.
    """

    token: str
    name: str
    inputs: dict[str, Any]
    config: Mapping[str, Any]
    kept: bool


def created(event_log: Path) -> Iterator[Created]:
    """The resources that are to be created, in the order in which the engine met them."""
    providers: dict[str, dict[str, Any]] = {}
    for line in event_log.read_text().splitlines():
        metadata = _part(_part(json.loads(line), "resourcePreEvent"), "metadata")
        planned = _part(metadata, "new")
        if not planned:
            continue
        token, inputs = str(planned["type"]), _known(_part(planned, "inputs"))
        if token.startswith(_PROVIDERS):
            providers[planned["urn"]] = inputs
        elif metadata["op"] == "create" and planned.get("custom"):
            provider = str(planned.get("provider") or "").rpartition("::")[0]
            kept = bool(planned.get("retainOnDelete"))
            yield Created(token, str(planned["urn"]).rsplit("::", 1)[-1], inputs, providers.get(provider, {}), kept)


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if is_dict(value) else {}


def _known(value: Any) -> Any:
    if is_dict(value):
        return {name: _known(each) for name, each in value.items() if each != _UNKNOWN and not _is_secret(each)}
    return [_known(each) for each in value if each != _UNKNOWN] if is_list(value) else value


def _is_secret(value: Any) -> bool:
    return is_dict(value) and _SIGNATURE in value
