"""
The PostgreSQL server, its parameters, and the application's database on it.

Who may connect is the network's; the roles that applications sign in as are made by `database_roles`. The administrator's password
is made here and leaves as a secret only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import pulumi_azure_native as azure
import pulumi_random as random
import pulumiverse_time as time
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.config.sections.azure import DatabaseSection, EntraAdministratorSection, HighAvailability
from infra.sizes import DATABASE_SIZES, Tier

POSTGRES_PORT: Final = 5432
PGBOUNCER_PORT: Final = 6432
_BUSY_S: Final = 60
"""How long a fresh server refuses changes as busy (https://github.com/Azure/azure-postgresql/issues/134)."""


@dataclass(frozen=True, kw_only=True)
class Restore:
    """
    What a server is made from. It matters on the day on which the server is made, and never again.

    Attributes:
        source_id: ARM id of the server whose backups are taken.
        time: The point in time, RFC 3339 in UTC.
    """

    source_id: Input[str]
    time: str


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """
    What the server and the database are to be.

    Attributes:
        config: The server and the database on it.
        resource_group_name: Where they live.
        location: The Azure region.
        server_name: 3 to 63 lower-case letters, digits and hyphens, unique in all of Azure.
        tags: The project's tags.
        tenant_id: The Entra tenant whose principals may sign in.
        subnet_id: A subnet for the server alone, delegated to PostgreSQL.
        zone_id: The private zone that the server's name is entered into, linked to the network before the server is made.
        high_availability: Where the standby server is.
        parameters: Server parameters by name, beyond those for TLS.
        administrator_password: The administrator's password where it is another server's; None makes one.
        restored: Whether the server was restored from another one's backups.
        restore: What it is restored from, while that is known.
        lock: Whether Azure refuses to delete the server.
        protect: Whether Pulumi refuses to delete or replace server and database.
    """

    config: DatabaseSection
    resource_group_name: Input[str]
    location: str
    server_name: str
    tags: Mapping[str, str]
    tenant_id: str
    subnet_id: Input[str]
    zone_id: Input[str]
    high_availability: HighAvailability
    parameters: Mapping[str, str]
    administrator_password: Output[str] | None = None
    restored: bool
    restore: Restore | None = None
    lock: bool
    protect: bool

    @property
    def tier(self) -> Tier:
        """The kind of machine that the size is."""
        return DATABASE_SIZES[self.config.size].tier

    def __post_init__(self) -> None:
        if self.tier == "Burstable" and (self.config.pgbouncer or self.high_availability != "Disabled"):
            raise ValueError(
                f"{self.server_name}: the Burstable {self.config.size} has neither PgBouncer nor high availability"
            )


class Database(ComponentResource):
    """A flexible server in the network, and a database."""

    server_id: Output[str]
    server_name: Output[str]
    host: Output[str]
    database: Output[str]
    administrator_password: Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Database", name, None, opts)
        secret = self._password(name, args)
        server = self._server(name, args, secret)
        last = self._parameters(name, args, server)
        database = azure.dbforpostgresql.Database(
            f"{name}-database",
            resource_group_name=args.resource_group_name,
            server_name=server.name,
            database_name=args.config.name,
            charset="UTF8",
            collation="en_US.utf8",
            opts=ResourceOptions(parent=self, depends_on=[last], protect=args.protect),
        )
        if args.config.entra_administrator is not None:
            self._entra_administrator(name, args, args.config.entra_administrator, server, after=database)
        if args.lock:
            azure.authorization.ManagementLockByScope(
                f"{name}-lock",
                scope=server.id,
                lock_name="keep",
                level=azure.authorization.LockLevel.CAN_NOT_DELETE,
                notes="Holds the data of the apps; take the lock away before deleting on purpose.",
                opts=ResourceOptions(parent=self),
            )
        self.server_id = server.id
        self.server_name = server.name
        self.host = server.fully_qualified_domain_name
        self.database = database.name
        self.administrator_password = secret
        self.register_outputs(
            {
                "server_id": self.server_id,
                "server_name": self.server_name,
                "host": self.host,
                "database": self.database,
                "administrator_password": self.administrator_password,
            }
        )

    def _password(self, name: str, args: DatabaseArgs) -> Output[str]:
        """The administrator's password; the engine knows that it is secret, unit tests and other readers do not."""
        if args.administrator_password is not None:
            return Output.secret(args.administrator_password)
        password = random.RandomPassword(
            f"{name}-administrator-password",
            length=40,
            special=False,  # nothing to encode in a URL
            min_lower=1,
            min_upper=1,
            min_numeric=1,
            keepers={"rotation": str(args.config.administrator_rotation)},
            opts=ResourceOptions(parent=self),
        )
        return Output.secret(password.result)

    def _server(self, name: str, args: DatabaseArgs, password: Input[str]) -> azure.dbforpostgresql.Server:
        postgres = azure.dbforpostgresql
        return postgres.Server(
            f"{name}-server",
            resource_group_name=args.resource_group_name,
            server_name=args.server_name,
            location=args.location,
            create_mode="PointInTimeRestore" if args.restore else "Default",
            source_server_resource_id=args.restore.source_id if args.restore else None,
            point_in_time_utc=args.restore.time if args.restore else None,
            version="17",
            sku=postgres.SkuArgs(name=args.config.size, tier=args.tier),
            storage=postgres.StorageArgs(
                storage_size_gb=args.config.storage_gb,
                auto_grow="Enabled" if args.config.auto_grow else "Disabled",
                type="Premium_LRS",
            ),
            backup=postgres.BackupArgs(
                backup_retention_days=args.config.backup_days,
                geo_redundant_backup="Enabled" if args.config.geo_redundant_backup else "Disabled",
            ),
            high_availability=postgres.HighAvailabilityArgs(mode=args.high_availability),
            network=postgres.NetworkArgs(
                delegated_subnet_resource_id=args.subnet_id,
                private_dns_zone_arm_resource_id=args.zone_id,
                public_network_access="Disabled",
            ),
            auth_config=postgres.AuthConfigArgs(
                active_directory_auth="Enabled",
                password_auth="Enabled",  # noqa: S106  a switch
                tenant_id=args.tenant_id,
            ),
            administrator_login=args.config.administrator,
            administrator_login_password=password,
            maintenance_window=postgres.MaintenanceWindowArgs(
                custom_window="Enabled",
                day_of_week=args.config.maintenance.day_of_week,
                start_hour=args.config.maintenance.start_hour,
                start_minute=args.config.maintenance.start_minute,
            ),
            tags=args.tags,
            opts=ResourceOptions(
                parent=self,
                protect=args.protect,
                # Failing over swaps the zones, and a disk that has grown must not be asked to shrink.
                ignore_changes=[
                    "availabilityZone",
                    "highAvailability.standbyAvailabilityZone",
                    *(["storage.storageSizeGB"] if args.config.auto_grow else []),
                    # Changing what it was made from would make another server.
                    *(["createMode", "sourceServerResourceId", "pointInTimeUTC"] if args.restored else []),
                ],
            ),
        )

    def _parameters(self, name: str, args: DatabaseArgs, server: azure.dbforpostgresql.Server) -> Resource:
        """Set one parameter after another: the server refuses two changes at once, and any for a while after it was made."""
        last: Resource = time.Sleep(
            f"{name}-settling",
            create_duration=f"{_BUSY_S}s",
            triggers={"server": server.id},
            opts=ResourceOptions(parent=self),
        )
        pooling = PGBOUNCER_PARAMETERS if args.config.pgbouncer else {}
        for parameter, value in {**TLS_PARAMETERS, **args.parameters, **pooling}.items():
            last = azure.dbforpostgresql.Configuration(
                f"{name}-{parameter.replace('_', '-').replace('.', '-')}",
                resource_group_name=args.resource_group_name,
                server_name=server.name,
                configuration_name=parameter,
                source="user-override",  # without it Azure takes the value and ignores it
                value=value,
                opts=ResourceOptions(parent=self, depends_on=[last]),
            )
        return last

    def _entra_administrator(
        self,
        name: str,
        args: DatabaseArgs,
        administrator: EntraAdministratorSection,
        server: azure.dbforpostgresql.Server,
        *,
        after: Resource,
    ) -> None:
        azure.dbforpostgresql.AdministratorsMicrosoftEntra(
            f"{name}-entra-administrator",
            resource_group_name=args.resource_group_name,
            server_name=server.name,
            object_id=administrator.object_id,
            principal_name=administrator.principal_name,
            principal_type=administrator.principal_type,
            tenant_id=args.tenant_id,
            opts=ResourceOptions(parent=self, depends_on=[after]),
        )


TLS_PARAMETERS: Final[dict[str, str]] = {"require_secure_transport": "on", "ssl_min_protocol_version": "TLSv1.2"}
PGBOUNCER_PARAMETERS: Final[dict[str, str]] = {
    "pgbouncer.enabled": "true",
    "pgbouncer.pool_mode": "transaction",
    # Clients that prepare statements, as sqlx does, fail in transaction mode unless PgBouncer keeps track of them; Azure's default is 0.
    "pgbouncer.max_prepared_statements": "200",
    # sqlx and JDBC send it at start, and PgBouncer refuses parameters that it does not know; Azure's default is empty.
    "pgbouncer.ignore_startup_parameters": "extra_float_digits",
}
"""
What clients with prepared statements need of PgBouncer
(https://github.com/MicrosoftDocs/azure-databases-docs/blob/main/articles/postgresql/server-parameters/includes/server-parameters-table-pgbouncer.md,
https://www.pgbouncer.org/config.html#ignore_startup_parameters).
"""


def postgres_url(login: str, password: str, *, host: str, port: int, database: str, root_certificate: str) -> str:
    """
    A URL that verifies the server.

    Args:
        login: The role.
        password: Its password, of letters and digits only.
        host: The server.
        port: Where it listens.
        database: The database.
        root_certificate: The file that the server's certificate is verified with; libpq and sqlx both read it from the URL.
    """
    return f"postgresql://{login}:{password}@{host}:{port}/{database}?sslmode=verify-full&sslrootcert={quote(root_certificate)}"
