"""
A plan as a state: what the stack would hold if the plan had been carried out, as far as a preview knows it.

What only the clouds know stays unknown in it, ids too, so an unchanged program registers the same values again. Secrets are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from local_cloud.plan.throwaway import REDACTED
from local_cloud.server.values.shapes import is_dict, is_list

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_MASK: Final = "[secret]"
_PROVIDER_ID: Final = "00000000-0000-4000-8000-000000000000"
_PROVIDERS: Final = "pulumi:providers:"
_KEPT: Final = ("urn", "type", "custom", "parent", "dependencies", "propertyDependencies", "aliases", "retainOnDelete")


def resources(steps: Sequence[Mapping[str, Any]], outputs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    The state's resources, each after what it needs.

    Protection is left out: the engine would stop at the first protected resource, and the report is to show all of them.

    Args:
        steps: of a preview from nothing, as the engine's JSON has them.
        outputs: by URN, what the preview knows of them.
    """
    states = [each["newState"] for each in steps if is_dict(each.get("newState"))]
    declared = {str(each["urn"]) for each in states}
    used = {str(each["provider"]).rpartition("::")[0] for each in states if each.get("provider")}
    made = [
        {"urn": urn, "custom": True, "id": _PROVIDER_ID, "type": urn.split("::")[2]} for urn in sorted(used - declared)
    ]
    return made + [_resource(each, outputs.get(str(each["urn"]), {})) for each in states]


def _resource(state: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: state[name] for name in _KEPT if name in state}
    inputs: Any = state.get("inputs") or {}
    kept |= {"inputs": _without_secrets(inputs, REDACTED), "outputs": _without_secrets(outputs, UNKNOWN)}
    if state.get("custom"):
        is_provider = str(state["type"]).startswith(_PROVIDERS)
        kept["id"] = _PROVIDER_ID if is_provider else UNKNOWN
    if state.get("provider"):
        kept["provider"] = f"{str(state['provider']).rpartition('::')[0]}::{_PROVIDER_ID}"
    return kept


def _without_secrets(value: Any, instead: str) -> Any:
    if value == _MASK or (is_dict(value) and value.get(_SIGNATURE) == _SECRET):
        return {_SIGNATURE: _SECRET, "plaintext": json.dumps(instead)}
    if is_dict(value):
        return {key: _without_secrets(each, instead) for key, each in value.items()}
    return [_without_secrets(each, instead) for each in value] if is_list(value) else value
