"""What `pulumi stack export` would give after an `up` with the real providers, made from a preview's own steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "AAABABh8n0dKXn3JXo0ZbM5jTr1v"}
FOREIGN_PROVIDER = {
    "type": "cloud",
    "state": {"url": "azurekeyvault://kv-nowhere.vault.azure.net/keys/pulumi", "encryptedkey": "Zm9yZWlnbg=="},
}
_PROVIDER_ID = "8e9a2f6e-8c0e-4b0a-9a5e-0d6b0f4d1c11"
_KEPT = ("urn", "type", "custom", "parent", "dependencies", "propertyDependencies", "protect")


def write_state(file: Path, steps: list[Mapping[str, Any]]) -> Path:
    """A state in which every previewed resource exists, its secrets encrypted by somebody else's key."""
    states = [each["newState"] for each in steps]
    providers = {each["provider"].rsplit("::", 1)[0] for each in states if each.get("provider")}
    resources = [
        {"urn": urn, "custom": True, "id": _PROVIDER_ID, "type": urn.split("::")[2]} for urn in sorted(providers)
    ]
    resources += [_resource(each) for each in states]
    deployment = {
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": "v3.200.0"},
        "secrets_providers": FOREIGN_PROVIDER,
        "resources": resources,
    }
    file.write_text(json.dumps({"version": 3, "deployment": deployment}))
    return file


def _resource(state: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: state[name] for name in _KEPT if name in state}
    if not state["custom"]:
        return kept
    inputs = _encrypted(state["inputs"])
    provider = f"{state['provider'].rsplit('::', 1)[0]}::{_PROVIDER_ID}"
    return {
        **kept,
        "id": f"/made/{state['urn']}",
        "inputs": inputs,
        "outputs": inputs | _named(inputs),
        "provider": provider,
    }


def _named(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Azure answers with the plain `name` of what the SDK calls `resourceGroupName`; programs refer to groups by it."""
    return {"name": inputs["resourceGroupName"]} if "resourceGroupName" in inputs else {}


def _encrypted(value: Any) -> Any:
    if value == "[secret]":
        return SECRET
    if isinstance(value, dict):
        return {key: _encrypted(item) for key, item in value.items()}
    return [_encrypted(item) for item in value] if isinstance(value, list) else value
