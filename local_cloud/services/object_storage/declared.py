"""R2's rules from Pulumi's inputs to what the local storage takes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import objects, part
from local_cloud.services.object_storage.backend.rules import CorsRule, Grant, LifecycleRule, LockRule

_WRITING: Final = frozenset({"2efd5506f9c8494dacb1fa10a3e7d5b6", "bf7481a1826f439697cb59a20b22293e"})
_READING: Final = frozenset({"6a018a9f2fc74eb6b293b0c548f38b39", "b4992e1108244f5d8bfbd5744320c2e1"})
"""Permission groups that let a token use R2 (https://developers.cloudflare.com/r2/api/tokens/)."""


def cors(inputs: Inputs) -> list[CorsRule]:
    """Cross-origin rules."""
    return [
        CorsRule(
            methods=tuple(rule["allowed"]["methods"]),
            origins=tuple(rule["allowed"]["origins"]),
            headers=tuple(rule["allowed"].get("headers") or ()),
            expose_headers=tuple(rule.get("exposeHeaders") or ()),
            max_age_s=rule.get("maxAgeSeconds"),
            id=rule.get("id"),
        )
        for rule in objects(inputs, "rules")
    ]


def cors_inputs(rules: Iterable[CorsRule]) -> list[Inputs]:
    """The other way round: what a declaration of these cross-origin rules says."""
    return [
        without_empty(
            id=rule.id,
            allowed=without_empty(methods=[*rule.methods], origins=[*rule.origins], headers=[*rule.headers]),
            exposeHeaders=[*rule.expose_headers],
            maxAgeSeconds=rule.max_age_s,
        )
        for rule in rules
    ]


def lifecycle(inputs: Inputs) -> list[LifecycleRule]:
    """Lifecycle rules; moving objects to another storage class has no local part and is kept as state only."""
    return [
        LifecycleRule(
            id=rule["id"],
            enabled=rule["enabled"],
            prefix=rule["conditions"]["prefix"],
            delete_after_s=_condition(rule, "deleteObjectsTransition").get("maxAge"),
            delete_on=moment(_condition(rule, "deleteObjectsTransition").get("date")),
            abort_uploads_after_s=_condition(rule, "abortMultipartUploadsTransition").get("maxAge"),
        )
        for rule in objects(inputs, "rules")
    ]


def locks(inputs: Inputs) -> list[LockRule]:
    """Lock rules."""
    return [
        LockRule(
            id=rule["id"],
            enabled=rule["enabled"],
            prefix=rule.get("prefix") or "",
            max_age_s=rule["condition"].get("maxAgeSeconds"),
            until=moment(rule["condition"].get("date")),
            indefinite=rule["condition"]["type"].lower() == "indefinite",
        )
        for rule in objects(inputs, "rules")
    ]


def grants(inputs: Inputs) -> list[Grant]:
    """What the policies of a token allow in R2; a denied bucket is not among them."""
    allowed: dict[str, bool] = {}
    for policy in inputs["policies"]:
        groups = {group["id"] for group in policy["permissionGroups"]}
        if policy["effect"] != "allow" or not groups & (_WRITING | _READING):
            continue
        for name in json.loads(policy["resources"]):
            if ".r2.bucket." in name:
                bucket = name.rsplit(".", 1)[-1].split("_", 2)[2]
                allowed[bucket] = allowed.get(bucket, False) or bool(groups & _WRITING)
    return [Grant(bucket=bucket, write=write) for bucket, write in allowed.items()]


def moment(text: str | None) -> dt.datetime | None:
    """An RFC 3339 time, or None."""
    return dt.datetime.fromisoformat(text) if text is not None else None


def without_empty(**properties: Any) -> Inputs:
    """The properties that say something."""
    return {name: value for name, value in properties.items() if value not in (None, [])}


def _condition(rule: dict[str, Any], transition: str) -> dict[str, Any]:
    return part(part(rule, transition), "condition")
