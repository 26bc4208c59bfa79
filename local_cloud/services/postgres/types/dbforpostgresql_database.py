"""PostgreSQL flexible servers: a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Outputs, Resource
from local_cloud.server.rules import Pattern, Valid
from local_cloud.services.postgres.rules.parts_in_plan import DATABASES_IN_PLAN
from local_cloud.services.postgres.rules.server import SERVER_NAME
from local_cloud.services.postgres.types.dbforpostgresql_server import EXAMPLE_SERVER

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_API: Final = (
    "https://learn.microsoft.com/azure/templates/microsoft.dbforpostgresql/2025-08-01/flexibleservers/databases"
)


class Database(AzureType):
    """A database; its encoding and order are decided when it is made."""

    token = "azure-native:dbforpostgresql:Database"
    path = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/databases/{databaseName}"
    immutable = ("charset", "collation")
    unseen: ClassVar = {
        "databaseName": "the server has a database of that name already",
    }
    rules = (
        SERVER_NAME,
        Pattern(
            path="databaseName",
            regex=r"[a-z_][a-z0-9_]{0,62}",
            says="a database's name has 1 to 63 lower-case letters, digits and underscores and does not begin with a digit",
            source=_API,
            passes="ecent",
            fails="ecent-db",
        ),
        Valid(
            path="databaseName",
            test=lambda name: name not in {"postgres", "azure_sys", "azure_maintenance", "template0", "template1"},
            says="the server has databases of that name already",
            source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-servers",
            passes="ecent",
            fails="azure_sys",
        ),
        Pattern(
            path="charset",
            regex=r"[a-zA-Z]+\w*",
            says="an encoding is named like UTF8",
            source=_API,
            passes="UTF8",
            fails="utf-8",
        ),
        Pattern(
            path="collation",
            regex=r"[a-zA-Z\-]+([. ]|\w)*",
            says="a collation is named like en_US.utf8",
            source=_API,
            passes="en_US.utf8",
            fails="en_US@euro",
        ),
    )
    plan_rules = DATABASES_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "serverName": EXAMPLE_SERVER,
        "databaseName": "ecent",
        "charset": "UTF8",
        "collation": "en_US.utf8",
    }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """A database of the server, owned by its administrator."""
        inputs = resource.inputs
        server = parts.postgres.server(inputs["serverName"])
        wanted = {key: inputs[key] for key in ("charset", "collation") if inputs.get(key) is not None}
        server.create_database(inputs["databaseName"], **wanted)
        return {}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Dropped, with what is in it."""
        server = parts.postgres.server(resource.inputs["serverName"])
        if server.exists:
            server.delete_database(resource.inputs["databaseName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the database was dropped; in a server that was stopped it is as it was."""
        server = parts.postgres.server(resource.inputs["serverName"])
        if not server.exists:
            return None
        there = server.record.stopped or server.database(resource.inputs["databaseName"]) is not None
        return resource if there else None
