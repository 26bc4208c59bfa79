"""
The operations of the data plane: what each does with a vault, and which data action it takes.

Getting in is `gate`'s, HTTP is `data_plane`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local_cloud.services.key_vault.backend import wire
from local_cloud.services.key_vault.backend.secret import Secret
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import Vault
from local_cloud.services.key_vault.backend.wire import Json

_ACTION: Final = "Microsoft.KeyVault/vaults/secrets"
GET_SECRET: Final = f"{_ACTION}/getSecret/action"
_READ_METADATA: Final = f"{_ACTION}/readMetadata/action"


@dataclass(frozen=True, kw_only=True)
class Call:
    """
    One request that was let in.

    Attributes:
        base: the vault's address as the client wrote it, without a slash behind.
        name: the secret's name in the path, or "".
        version: the version in the path, or None for the current one.
        query: the address's parameters.
        body: the request's JSON.
    """

    vault: Vault
    secrets: Secrets
    base: str
    name: str
    version: str | None
    query: dict[str, str]
    body: Json


@dataclass(frozen=True, kw_only=True)
class Operation:
    """
    One operation.

    Attributes:
        action: the data action that a role must grant.
        writes: whether it changes anything (and waits for the disk).
        status: of the answer.
    """

    method: str
    path: str
    action: str
    answer: Callable[[Call], Json | None]
    writes: bool = False
    status: int = 200


def _get(call: Call) -> Json:
    secret = call.secrets.get(call.vault, call.name, call.version)
    return wire.bundle(call.base, call.vault, secret, value=True)


def _set(call: Call) -> Json:
    secret = call.secrets.set(call.vault, call.name, wire.value_of(call.body), wire.properties_of(call.body))
    return wire.bundle(call.base, call.vault, secret, value=True)


def _update(call: Call) -> Json:
    secret = call.secrets.update(call.vault, call.name, call.version, wire.properties_of(call.body))
    return wire.bundle(call.base, call.vault, secret, value=False)


def _delete(call: Call) -> Json:
    secret = call.secrets.delete(call.vault, call.name)
    return wire.deleted(call.base, secret, wire.bundle(call.base, call.vault, secret, value=False))


def _list(call: Call) -> Json:
    size = wire.page_size(call.query)
    found = call.secrets.list(call.vault, after=wire.page_begin(call.query), limit=size + 1)
    items = [wire.item(call.base, call.vault, secret) for secret in found[:size]]
    return wire.page(f"{call.base}/secrets", call.query, items, _last_name(found, size))


def _list_versions(call: Call) -> Json:
    size = wire.page_size(call.query)
    begin = wire.page_begin(call.query)
    after = int(begin) if begin.isdecimal() else 0
    found = call.secrets.versions(call.vault, call.name, after=after, limit=size + 1)
    items = [wire.bundle(call.base, call.vault, secret, value=False) for secret in found[:size]]
    more = str(found[size - 1].number) if len(found) > size else None
    return wire.page(f"{call.base}/secrets/{call.name}/versions", call.query, items, more)


def _list_deleted(call: Call) -> Json:
    size = wire.page_size(call.query)
    found = call.secrets.list(call.vault, after=wire.page_begin(call.query), limit=size + 1, deleted=True)
    items = [wire.deleted(call.base, secret, wire.item(call.base, call.vault, secret)) for secret in found[:size]]
    return wire.page(f"{call.base}/deletedsecrets", call.query, items, _last_name(found, size))


def _get_deleted(call: Call) -> Json:
    secret = call.secrets.get_deleted(call.vault, call.name)
    return wire.deleted(call.base, secret, wire.bundle(call.base, call.vault, secret, value=False))


def _recover(call: Call) -> Json:
    return wire.bundle(call.base, call.vault, call.secrets.recover(call.vault, call.name), value=False)


def _purge(call: Call) -> None:
    call.secrets.purge(call.vault, call.name)


def _backup(call: Call) -> Json:
    return {"value": call.secrets.backup(call.vault, call.name)}


def _restore(call: Call) -> Json:
    secret = call.secrets.restore(call.vault, wire.value_of(call.body))
    return wire.bundle(call.base, call.vault, secret, value=False)


def _last_name(found: list[Secret], size: int) -> str | None:
    return found[size - 1].name if len(found) > size else None


# https://learn.microsoft.com/rest/api/keyvault/#secret-operations; the data actions are those of
# https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault
OPERATIONS: Final = (
    Operation(method="GET", path="/secrets/{name}/versions", action=_READ_METADATA, answer=_list_versions),
    Operation(method="GET", path="/secrets/{name}/{version}", action=GET_SECRET, answer=_get),
    Operation(method="GET", path="/secrets/{name}/", action=GET_SECRET, answer=_get),
    Operation(method="GET", path="/secrets/{name}", action=GET_SECRET, answer=_get),
    Operation(method="GET", path="/secrets", action=_READ_METADATA, answer=_list),
    Operation(method="PUT", path="/secrets/{name}", action=f"{_ACTION}/setSecret/action", answer=_set, writes=True),
    Operation(
        method="PATCH", path="/secrets/{name}/{version}", action=f"{_ACTION}/update/action", answer=_update, writes=True
    ),
    Operation(method="PATCH", path="/secrets/{name}/", action=f"{_ACTION}/update/action", answer=_update, writes=True),
    Operation(method="PATCH", path="/secrets/{name}", action=f"{_ACTION}/update/action", answer=_update, writes=True),
    Operation(method="DELETE", path="/secrets/{name}", action=f"{_ACTION}/delete", answer=_delete, writes=True),
    Operation(method="POST", path="/secrets/restore", action=f"{_ACTION}/restore/action", answer=_restore, writes=True),
    Operation(method="POST", path="/secrets/{name}/backup", action=f"{_ACTION}/backup/action", answer=_backup),
    Operation(method="GET", path="/deletedsecrets", action=_READ_METADATA, answer=_list_deleted),
    Operation(method="GET", path="/deletedsecrets/{name}", action=_READ_METADATA, answer=_get_deleted),
    Operation(
        method="DELETE",
        path="/deletedsecrets/{name}",
        action=f"{_ACTION}/purge/action",
        answer=_purge,
        writes=True,
        status=204,
    ),
    Operation(
        method="POST",
        path="/deletedsecrets/{name}/recover",
        action=f"{_ACTION}/recover/action",
        answer=_recover,
        writes=True,
    ),
)
