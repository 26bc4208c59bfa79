"""
What can happen to each type's real part behind the engine's back: somebody changes it, or it vanishes.

A type that overrides `read_part` gets an entry here: in `CHANGES` where a part that is still there can differ from what is declared, in
`REMOVALS` where it can vanish by itself, in `CONTAINERS` where others vanish with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from local_cloud.runtime.tls.certificates import LocalCA
from tests.integration.types import clients
from tests.integration.types.looks import Seen

Act = Callable[[Seen], object]


@dataclass(frozen=True)
class Change:
    """
    A change by hand.

    Attributes:
        act: makes it.
        differing: the properties that a refresh shows for it.
    """

    act: Act
    differing: tuple[str, ...]


@dataclass(frozen=True)
class Container:
    """
    A part that others are in.

    Attributes:
        act: removes it with what is in it.
        holds: the types whose parts vanish with it.
    """

    act: Act
    holds: tuple[str, ...]


_APP, _POSTGRES = "azure-native:app", "azure-native:dbforpostgresql"
_R2 = "cloudflare:index/r2Bucket"


def _alter_system(seen: Seen) -> None:
    """By the superuser; the server takes it up at once."""
    server = seen.parts.postgres.server(seen.inputs["serverName"])
    name = sql.Identifier(seen.inputs["configurationName"])
    server._administration.execute(sql.SQL("ALTER SYSTEM SET {} = 7000").format(name))
    server._reload()


def _drop_database(seen: Seen) -> None:
    server = seen.of(f"{_POSTGRES}:Server").inputs
    with psycopg.connect(**clients.postgres(seen.parts, server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(seen.inputs["databaseName"])))


def _vault_says(seen: Seen, path: str, method: str, **body: object) -> None:
    """A request of the developer to the vault of a secret, as the SDKs send it."""
    developer = seen.parts.identity.developer.principal_id
    sent = {"json": body} if body else {}
    clients.vault(seen.parts, seen.inputs["vaultName"], path, developer, method=method, **sent).raise_for_status()


def _set_secret(seen: Seen) -> None:
    _vault_says(seen, f"/secrets/{seen.inputs['secretName']}", "PUT", value="set by hand", tags={"by": "hand"})


def _purge_secret(seen: Seen) -> None:
    for folder in ("secrets", "deletedsecrets"):
        _vault_says(seen, f"/{folder}/{seen.inputs['secretName']}", "DELETE")


def _purge_vault(seen: Seen) -> None:
    name = seen.inputs["vaultName"]
    seen.parts.key_vault.vaults.delete(name)
    seen.parts.key_vault.vaults.purge(name)


def _put_cors(seen: Seen) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://by.hand"]}
    seen.parts.object_storage._client.put_bucket_cors(
        Bucket=seen.inputs["bucketName"], CORSConfiguration={"CORSRules": [rule]}
    )


def _delete_environment(seen: Seen) -> None:
    """Azure, too, lets nobody delete one that is in use."""
    platform = seen.parts.platform
    for app in platform.apps():
        platform.delete_app(app.name)
    for job in platform.jobs():
        platform.delete_job(job)
    platform.delete_environment(seen.inputs["environmentName"])


def _make_another_authority(seen: Seen) -> None:
    """As after its directory was deleted and the local cloud started again."""
    authority = seen.parts.origin_ca
    directory = authority.ca_file.parent
    shutil.rmtree(directory)
    vars(authority).update(vars(LocalCA(directory)))


CHANGES: Final[Mapping[str, Change]] = {
    f"{_POSTGRES}:Configuration": Change(_alter_system, ("value",)),
    "azure-native:keyvault:Secret": Change(_set_secret, ("properties", "tags")),
    f"{_R2}Cors:R2BucketCors": Change(_put_cors, ("rules",)),
}
REMOVALS: Final[Mapping[str, Act]] = {
    f"{_APP}:Certificate": lambda seen: seen.parts.platform.delete_certificate(seen.resource.id),
    f"{_APP}:ContainerApp": lambda seen: seen.parts.platform.delete_app(seen.inputs["containerAppName"]),
    f"{_APP}:Job": lambda seen: seen.parts.platform.delete_job(seen.inputs["jobName"]),
    f"{_APP}:ManagedCertificate": lambda seen: seen.parts.platform.delete_certificate(seen.resource.id),
    "azure-native:authorization:RoleAssignment": lambda seen: seen.parts.role_assignments.remove(
        seen.inputs["roleAssignmentName"]
    ),
    f"{_POSTGRES}:Database": _drop_database,
    "azure-native:keyvault:Secret": _purge_secret,
    "azure-native:managedidentity:UserAssignedIdentity": lambda seen: seen.parts.identity.principals.remove(
        seen.resource.id
    ),
    "cloudflare:index/accountToken:AccountToken": lambda seen: seen.parts.object_storage._operator.remove_account(
        seen.resource.id
    ),
    "cloudflare:index/originCaCertificate:OriginCaCertificate": _make_another_authority,
    f"{_R2}Cors:R2BucketCors": lambda seen: seen.parts.object_storage._client.delete_bucket_cors(
        Bucket=seen.inputs["bucketName"]
    ),
}
"""In no order: what needs another part is removed before it."""
CONTAINERS: Final[Mapping[str, Container]] = {
    f"{_APP}:ManagedEnvironment": Container(_delete_environment, (f"{_APP}:ContainerApp", f"{_APP}:Job")),
    f"{_POSTGRES}:Server": Container(
        lambda seen: seen.parts.postgres.server(seen.inputs["serverName"]).delete(),
        (f"{_POSTGRES}:Configuration", f"{_POSTGRES}:Database"),
    ),
    "azure-native:keyvault:Vault": Container(_purge_vault, ("azure-native:keyvault:Secret",)),
    f"{_R2}:R2Bucket": Container(
        lambda seen: seen.parts.object_storage._client.delete_bucket(Bucket=seen.inputs["name"]),
        (f"{_R2}Cors:R2BucketCors", f"{_R2}Lifecycle:R2BucketLifecycle", f"{_R2}Lock:R2BucketLock"),
    ),
}
GONE_WITH_THEM: Final = {*CONTAINERS, *(token for each in CONTAINERS.values() for token in each.holds)}
"""What is gone when every container is."""
