"""
The sections of the configuration that are about Azure.

A default is the safe production value: a stack that says nothing is a production stack, and a cheaper one says what it gives up.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra.config.sections.keys import (
    EMAIL,
    GUID,
    IMAGE,
    NETWORK,
    PATH,
    ZERO_GUID,
    Key,
    Rule,
    between,
    each,
    is_utc_moment,
    matching,
    one_of,
)
from infra.config.sections.rotation import RotationSection
from infra.config.sections.section import Section
from infra.names import RULES
from infra.sizes import DATABASE_SIZES, STORAGE_SIZES_GB

HighAvailability = Literal["ZoneRedundant", "SameZone", "Disabled"]


class AzureSection(Section):
    """Which subscription and tenant the stack belongs to."""

    subscription_id: Annotated[str, Key("The subscription of all resources.", GUID, ZERO_GUID)]
    tenant_id: Annotated[str, Key("The Entra tenant of the subscription.", GUID, ZERO_GUID)]
    deployers: Annotated[
        tuple[str, ...],
        Key(
            "Object ids of everybody who deploys this stack, people and pipelines. They own its Entra applications: whoever is "
            "not listed loses access to the application on creating it and cannot create its secrets.",
            each(GUID),
            ZERO_GUID,
        ),
    ]


class NetworkSection(Section):
    """The address plan."""

    address_space: Annotated[str, Key("The range of the virtual network.", NETWORK)] = "10.20.0.0/16"
    apps_subnet: Annotated[
        str,
        Key(
            "The subnet of the container apps, at least /27; it cannot change later. Each replica may take an address.",
            NETWORK,
        ),
    ] = "10.20.0.0/23"
    database_subnet: Annotated[str, Key("The subnet of the database server, at least /28.", NETWORK)] = "10.20.2.0/27"
    endpoints_subnet: Annotated[str, Key("The subnet of private endpoints, at least /28.", NETWORK)] = "10.20.2.64/27"


class MonitoringSection(Section):
    """Logs, alerts and the budget."""

    emails: Annotated[
        tuple[str, ...], Key("Who receives alerts and budget notices; at least one address.", each(EMAIL))
    ]
    budget_start: Annotated[
        str,
        Key(
            "The first month of the budget. It cannot change later, and Azure refuses a past month.",
            matching(
                r"20\d\d-(0[1-9]|1[0-2])-01",
                "the first day of a month, in quotes",
                passes="2026-12-01",
                fails="2026-12-15",
            ),
        ),
    ]
    budget_per_month: Annotated[float, Key("In the currency of the subscription.", between(1, 1_000_000))] = 600
    budget_thresholds: Annotated[
        tuple[int, ...],
        Key("The percentages of the budget at which a notice is sent.", each(between(1, 1000, unit="percent"))),
    ] = (80, 100)
    retention_days: Annotated[int, Key("Retention of logs.", between(30, 730, unit="days"))] = 90
    daily_cap_gb: Annotated[
        float,
        Key(
            "The daily limit; further logs are dropped until the next day. It bounds the cost of a fault.",
            between(0.1, 1000, unit="GB"),
        ),
    ] = 5
    database_cpu_percent: Annotated[int, Key("Alert above this CPU load.", between(1, 100, unit="percent"))] = 80
    database_storage_percent: Annotated[
        int, Key("Alert above this share of the disk.", between(1, 100, unit="percent"))
    ] = 80
    database_connections_percent: Annotated[
        int, Key("Alert above this share of the server's connections.", between(1, 100, unit="percent"))
    ] = 80
    database_failed_connections: Annotated[
        int, Key("Alert above this many failed connections in 15 minutes.", between(1, 100_000))
    ] = 20
    api_error_percent: Annotated[
        int, Key("Alert above this share of 5xx responses.", between(1, 100, unit="percent"))
    ] = 5
    api_restarts: Annotated[
        int, Key("Alert above this many restarts of a replica in 15 minutes.", between(1, 1000))
    ] = 3


class KeyVaultSection(Section):
    """The vault and who can reach it."""

    public_access: Annotated[bool, Key("Whether the vault is reachable from outside the network.")] = False
    allowed_ranges: Annotated[
        tuple[str, ...], Key("With public access: which ranges may connect; none means all.", each(NETWORK))
    ] = ()
    private_endpoint: Annotated[bool, Key("Whether the vault has an address in the network.")] = True
    purge_protection: Annotated[
        bool, Key("Whether deleted secrets stay until their retention is over. Once on, it cannot be turned off.")
    ] = True
    retention_days: Annotated[
        int, Key("How long deleted secrets can be recovered; it cannot change later.", between(7, 90, unit="days"))
    ] = 90
    propagation_s: Annotated[
        int,
        Key(
            "How long to wait for a new role before an app reads the vault or pulls an image. Azure may take ten minutes.",
            between(0, 1800, unit="seconds"),
        ),
    ] = 300


class MaintenanceSection(Section):
    """When Azure may restart the server for updates."""

    day_of_week: Annotated[int, Key("0 is Sunday.", between(0, 6))] = 0
    start_hour: Annotated[int, Key("In UTC.", between(0, 23))] = 3
    start_minute: Annotated[int, Key("Of that hour.", between(0, 59))] = 0


class EntraAdministratorSection(Section):
    """A person, group or application of Entra ID that administers the database."""

    object_id: Annotated[str, Key("The object id of the principal.", GUID)]
    principal_name: Annotated[str, Key("Its name; for a person the user principal name.")]
    principal_type: Annotated[Literal["User", "Group", "ServicePrincipal"], Key("What it is.")] = "Group"


SERVER = matching(
    RULES["database server"].pattern,
    "3 to 63 lower-case letters, digits and single hyphens, with a letter or digit first and last",
    passes="psql-ignition-prod-r1",
    fails="psql-ignition-prod-r1.postgres.database.azure.com",
)


class RestoredSection(Section):
    """The database on a server that was restored from another one's backups. The steps are in `docs/runbooks/restore.md`."""

    server: Annotated[
        str,
        Key("The restored server's name, which this stack has never used. It stays for as long as the server.", SERVER),
    ]
    source: Annotated[
        str, Key("The name of the server whose backups it is made from, in the same resource group.", SERVER)
    ]
    time: Annotated[
        str,
        Key(
            "The point in time, in UTC. It matters on the day on which the server is made, and never again.",
            Rule(
                says="a full RFC 3339 time in UTC, in quotes",
                holds=is_utc_moment,
                passes="2026-11-30T08:29:55Z",
                fails="2026-11-30 09:29:55 CET",
            ),
        ),
    ]
    made: Annotated[
        bool,
        Key(
            "Whether the restored server is there. Azure restores a server without a standby; from then on it gets the stack's "
            "high availability."
        ),
    ] = False
    keep_source: Annotated[
        bool,
        Key(
            "Whether the source stays, protected as before. Turned off, it is deleted once a person has unprotected it."
        ),
    ] = True


class DatabaseSection(Section):
    """The PostgreSQL server and the application's database."""

    size: Annotated[
        str,
        Key(
            "The server's size. Burstable ones (Standard_B...) have neither PgBouncer nor high availability.",
            one_of(DATABASE_SIZES),
        ),
    ] = "Standard_D2ds_v5"
    storage_gb: Annotated[int, Key("The initial size of the disk; it only grows.", one_of(STORAGE_SIZES_GB))] = 128
    auto_grow: Annotated[bool, Key("Whether Azure grows the disk before it is full.")] = True
    high_availability: Annotated[HighAvailability, Key("Where the standby server is.")] = "ZoneRedundant"
    backup_days: Annotated[int, Key("Retention of backups.", between(7, 35, unit="days"))] = 35
    geo_redundant_backup: Annotated[
        bool, Key("Whether backups are copied to the paired region; it cannot change later.")
    ] = True
    maintenance: Annotated[MaintenanceSection, Key("When Azure may restart the server.")] = Field(
        default_factory=MaintenanceSection
    )
    name: Annotated[
        str,
        Key(
            "The database on the server, and the first part of the names of its roles.",
            matching(
                "[a-z][a-z0-9_]{0,39}",
                "1 to 40 lower-case letters, digits and underscores",
                passes="ignition",
                fails="Ignition-1",
            ),
        ),
    ] = "ignition"
    administrator: Annotated[
        str,
        Key(
            "The server's administrator; it cannot change later. Applications never sign in as it.",
            matching(
                "(?!pg_|azure_|(?:admin|administrator|root|guest|public|postgres)$)[a-z][a-z0-9_]{0,62}",
                "1 to 63 lower-case letters, digits and underscores, and no name that Azure or PostgreSQL keeps (admin, root, pg_...)",
                passes="ignition_administrator",
                fails="admin",
            ),
        ),
    ] = "ignition_administrator"
    administrator_rotation: Annotated[
        int, Key("Raise it to give the administrator another password.", between(1, 10_000))
    ] = 1
    entra_administrator: Annotated[EntraAdministratorSection | None, Key("A second administrator, from Entra ID.")] = (
        None
    )
    restored: Annotated[
        RestoredSection | None,
        Key("The server that the database was restored to. Left out: the one that the stack makes."),
    ] = None
    pgbouncer: Annotated[
        bool,
        Key(
            "Whether connections are pooled at the server, in transaction mode. Off by default: the pools of the replicas fit the "
            "server's own connections, and every stack then connects in the same way. It needs `separate_migrator`."
        ),
    ] = False
    port: Annotated[
        int | None, Key("Where the server is reached. Left out: 6432 with PgBouncer, 5432 without.", between(1, 65_535))
    ] = None
    max_connections: Annotated[
        int | None,
        Key("How many connections the server takes. Left out: what Azure gives its size.", between(25, 5000)),
    ] = None
    pool_size: Annotated[
        int | None,
        Key(
            "Connections a replica keeps. Left out: as many as the server takes from every replica, 20 at most.",
            between(1, 500),
        ),
    ] = None
    root_certificate: Annotated[
        str, Key("The file in the container that the server's certificate is verified with.", PATH)
    ] = "/etc/ssl/certs/ca-certificates.crt"
    extensions: Annotated[
        tuple[str, ...],
        Key(
            "Extensions that may be created in the database.",
            each(matching("[a-z][a-z0-9_-]*", "an extension's name in lower case", passes="pg_trgm", fails="PG TRGM")),
        ),
    ] = ()
    separate_migrator: Annotated[
        bool,
        Key("Whether only a separate login may change the schema. The backend runs its own migrations, so it is off."),
    ] = False
    rotation: Annotated[RotationSection, Key("The application's two logins.")] = Field(default_factory=RotationSection)
    roles_image: Annotated[
        str,
        Key(
            "An image with `sh`, `psql` 15 or newer and the public root certificates. It creates the roles before the api starts.",
            IMAGE,
        ),
    ] = "docker.io/library/postgres@sha256:6567bca8d7bc8c82c5922425a0baee57be8402df92bae5eacad5f01ae9544daa"
