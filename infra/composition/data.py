"""What holds data: the database with its roles, and the bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output

from infra.components.data.database import (
    PGBOUNCER_PORT,
    POSTGRES_PORT,
    Database,
    DatabaseArgs,
    Restore,
)
from infra.components.data.database_roles import DatabaseRoles, DatabaseRolesArgs
from infra.components.data.object_storage import ObjectStorage, ObjectStorageArgs
from infra.composition.foundation import Foundation
from infra.composition.stack import Stack, url_of
from infra.config import ConfigError, Problem
from infra.config.sections.azure import DatabaseSection, HighAvailability
from infra.config.sections.cloudflare import ObjectStorageSection
from infra.config.stack import NAMESPACE


@dataclass(frozen=True, kw_only=True)
class Data:
    """What holds data. `role_args` is what the roles were made from, for the container that brings them to the server."""

    database: Database
    role_args: DatabaseRolesArgs
    roles: DatabaseRoles
    storage: ObjectStorage
    buckets: Mapping[str, ObjectStorage]


def make_data(stack: Stack, foundation: Foundation) -> Data:
    """Declare what holds data."""
    database = _database(stack, foundation)
    role_args = DatabaseRolesArgs(
        host=database.host,
        port=_port(stack.config.database),
        database=database.database,
        config=stack.config.database,
    )
    return Data(
        database=database,
        role_args=role_args,
        roles=DatabaseRoles("roles", role_args, stack.options()),
        storage=_bucket(stack, "storage", stack.names.bucket, stack.config.object_storage),
        buckets={
            name: _bucket(stack, f"{name}-storage", stack.names.further_bucket(name), config)
            for name, config in stack.config.buckets.items()
        },
    )


def _port(config: DatabaseSection) -> int:
    return config.port or (PGBOUNCER_PORT if config.pgbouncer else POSTGRES_PORT)


def _database(stack: Stack, foundation: Foundation) -> Database:
    """The database that the apps use; the server that it was restored from stays beside it until a person takes it away."""
    restored = stack.config.database.restored
    if restored is None:
        return _server(stack, foundation, stack.names.database_server)
    if restored.server == stack.names.database_server:
        raise ConfigError(
            [
                Problem(
                    f"{NAMESPACE}:database.restored.server",
                    f"is {restored.server}, the name of the server that this stack made first: a restore makes another server, so "
                    "choose another name",
                )
            ]
        )
    source = _server(stack, foundation, restored.source) if restored.keep_source else None
    return _server(
        stack,
        foundation,
        restored.server,
        high_availability=stack.config.database.high_availability if restored.made else "Disabled",
        administrator_password=source.administrator_password if source else None,
        restore=Restore(
            source_id=source.server_id if source else _server_id(stack, restored.source),
            time=restored.time,
        ),
    )


def _server_id(stack: Stack, name: str) -> str:
    group = f"/subscriptions/{stack.config.azure.subscription_id}/resourceGroups/{stack.names.resource_group}"
    return f"{group}/providers/Microsoft.DBforPostgreSQL/flexibleServers/{name}"


def _server(
    stack: Stack,
    foundation: Foundation,
    server_name: str,
    *,
    high_availability: HighAvailability | None = None,
    administrator_password: Output[str] | None = None,
    restore: Restore | None = None,
) -> Database:
    """A server with the stack's settings; the first one keeps its plain name in the program, whatever comes after it."""
    config = stack.config.database
    first = server_name == stack.names.database_server
    return Database(
        "database" if first else f"database-{server_name}",
        DatabaseArgs(
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            server_name=server_name,
            tags=stack.tags,
            tenant_id=stack.config.azure.tenant_id,
            subnet_id=foundation.network.database_subnet_id,
            zone_id=foundation.network.database_zone_id,
            config=config,
            high_availability=high_availability or config.high_availability,
            parameters=_parameters(config),
            administrator_password=administrator_password,
            restored=not first,
            restore=restore,
            lock=stack.config.protection.locks,
            protect=stack.config.protection.protect,
        ),
        # A server that is made before its zone is linked to the network cannot be found by its name.
        stack.options(foundation.network),
    )


def _parameters(config: DatabaseSection) -> dict[str, str]:
    parameters = {"max_connections": str(config.max_connections)} if config.max_connections else {}
    if config.extensions:
        parameters["azure.extensions"] = ",".join(name.upper() for name in sorted(config.extensions))
    return parameters


def _bucket(stack: Stack, name: str, bucket_name: str, config: ObjectStorageSection) -> ObjectStorage:
    hosts = stack.config.hosts
    return ObjectStorage(
        name,
        ObjectStorageArgs(
            config=config,
            account_id=stack.config.cloudflare.account_id,
            bucket_name=bucket_name,
            cors_origins=[url_of(hosts.frontend), url_of(hosts.admin.name)] if config.cors else (),
            protect=stack.config.protection.protect,
        ),
        stack.options(),
    )
