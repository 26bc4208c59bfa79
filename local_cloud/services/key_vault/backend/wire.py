"""The JSON of the data plane: secrets as answers, and the bodies of requests."""

from __future__ import annotations

import base64
import json
from typing import Any, cast
from urllib.parse import urlencode

from local_cloud.services.key_vault.backend import refusals
from local_cloud.services.key_vault.backend.secret import Properties, Secret
from local_cloud.services.key_vault.backend.vaults import Vault

Json = dict[str, Any]


def bundle(base: str, vault: Vault, secret: Secret, *, value: bool) -> Json:
    """
    A secret with its version in its id.

    Args:
        base: the vault's address as the client wrote it.
        vault: where the secret is.
        secret: one version.
        value: whether the value is part of it.
    """
    body = {"id": f"{base}/secrets/{secret.name}/{secret.version}", **_described(vault, secret)}
    return {"value": secret.value, **body} if value else body


def item(base: str, vault: Vault, secret: Secret) -> Json:
    """A secret in a list of secrets: without value and version."""
    return {"id": f"{base}/secrets/{secret.name}", **_described(vault, secret)}


def deleted(base: str, secret: Secret, body: Json) -> Json:
    """A secret's JSON with what is said of deleted ones."""
    return {
        "recoveryId": f"{base}/deletedsecrets/{secret.name}",
        "deletedDate": secret.deleted,
        "scheduledPurgeDate": secret.purged_on,
        **body,
    }


def page(url: str, query: dict[str, str], items: list[Json], after: str | None) -> Json:
    """
    One page of a list.

    Args:
        url: of the list.
        query: the request's parameters, which the next page's address repeats.
        items: what is on the page.
        after: where the next page begins; None for the last page.
    """
    if after is None:
        return {"value": items, "nextLink": None}
    token = base64.urlsafe_b64encode(after.encode()).decode()
    return {"value": items, "nextLink": f"{url}?{urlencode({**query, '$skiptoken': token})}"}


def page_begin(query: dict[str, str]) -> str:
    """Where a page begins, from its address."""
    try:
        return base64.urlsafe_b64decode(query.get("$skiptoken", "")).decode()
    except ValueError as error:
        raise refusals.bad_parameter("The $skiptoken is not one that this vault made.") from error


def page_size(query: dict[str, str]) -> int:
    """How many items a page has: 25, or fewer when the client says so."""
    text = query.get("maxresults", "25")
    if not text.isdecimal() or not 1 <= int(text) <= 25:
        raise refusals.bad_parameter(f"The maxresults parameter is {text}: it must be between 1 and 25.")
    return int(text)


def parse(body: bytes) -> Json:
    """The JSON object of a request."""
    try:
        parsed: Any = json.loads(body)
    except ValueError as error:
        raise refusals.bad_parameter("The request body is not JSON.") from error
    return _object(parsed, "The request body is not a JSON object.")


def value_of(body: Json, key: str = "value") -> str:
    """The text that a request must bring."""
    value = body.get(key)
    if not isinstance(value, str):
        raise refusals.bad_parameter(f"Property {key} has invalid value: a string is needed.")
    return value


def properties_of(body: Json) -> Properties:
    """The properties in a request."""
    attributes = _object(body.get("attributes") or {}, "Property attributes is not a JSON object.")
    tags = None if body.get("tags") is None else _object(body["tags"], "Property tags is not a JSON object.")
    return Properties(
        content_type=_typed(body, "contentType", str),
        enabled=_typed(attributes, "enabled", bool),
        not_before=_typed(attributes, "nbf", int),
        expires=_typed(attributes, "exp", int),
        tags=None if tags is None else {key: _typed(tags, key, str) or "" for key in tags},
    )


def _object(value: Any, otherwise: str) -> Json:
    if not isinstance(value, dict):
        raise refusals.bad_parameter(otherwise)
    return cast(Json, value)


def _typed(body: Json, key: str, type_: type) -> Any:
    value = body.get(key)
    # A bool is an int in Python, not in JSON.
    if value is not None and type(value) is not type_:
        raise refusals.bad_parameter(f"Property {key} has invalid value.")
    return value


def _described(vault: Vault, secret: Secret) -> Json:
    attributes: Json = {
        "enabled": secret.enabled,
        "nbf": secret.not_before,
        "exp": secret.expires,
        "created": secret.created,
        "updated": secret.updated,
        "recoveryLevel": vault.recovery_level,
        "recoverableDays": vault.soft_delete_days,
    }
    described: Json = {"attributes": {key: value for key, value in attributes.items() if value is not None}}
    if secret.content_type is not None:
        described["contentType"] = secret.content_type
    if secret.tags:
        described["tags"] = secret.tags
    return described
