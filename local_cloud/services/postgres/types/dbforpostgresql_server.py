"""PostgreSQL flexible servers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_NETWORK
from local_cloud.server.generic.transitions import Transition
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.services.postgres.rules.copies_in_plan import COPIES_IN_PLAN
from local_cloud.services.postgres.rules.keys_in_plan import KEYS_OF_SERVERS_IN_PLAN
from local_cloud.services.postgres.rules.regions import REGION_RULES
from local_cloud.services.postgres.rules.restore import RESTORE_PLAN_RULES, RESTORE_RULES
from local_cloud.services.postgres.rules.server import NETWORK_RULES, SERVER_NAME, SERVER_RULES, SIZE_RULES
from local_cloud.services.postgres.rules.servers_in_plan import SERVERS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

EXAMPLE_SERVER: Final = "psql-ignition-dev"


class Server(AzureType):
    """A flexible server; where it stands on the network is decided once."""

    token = "azure-native:dbforpostgresql:Server"
    path = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}"
    create_only = ("administratorLogin", "availabilityZone", "sourceServerResourceId", "pointInTimeUTC")
    write_only = ("administratorLoginPassword", "createMode", "pointInTimeUTC")
    immutable = ("backup.geoRedundantBackup", "network.delegatedSubnetResourceId", "storage.type")
    transitions = (
        Transition(
            path="storage.storageSizeGB",
            test=lambda before, after: after > before,
            says="storage only grows; put the old size back, or the property into ignore_changes where autoGrow is on",
            source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-storage",
            passes=(32, 64),
            fails=(64, 32),
        ),
        Transition(
            path="version",
            test=lambda before, after: int(after) > int(before),
            says="a server's major version only rises",
            source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-major-version-upgrade",
            passes=("16", "17"),
            fails=("17", "16"),
        ),
    )
    unseen: ClassVar = {
        "highAvailability.mode": "the region has no second zone, or no room in it",
        "availabilityZone": "the zone has no room for the size",
        "version": "the region does not offer the version any more, or not yet",
        "sourceServerResourceId": "the source is stopped, busy, or has no backup of that time",
        "dataEncryption.primaryKeyURI": "the key is disabled or has ended, or the network of its vault keeps the server out",
    }
    rules = (SERVER_NAME, *SERVER_RULES, *SIZE_RULES, *NETWORK_RULES, *REGION_RULES, *RESTORE_RULES)
    plan_rules = (*SERVERS_IN_PLAN, *COPIES_IN_PLAN, *KEYS_OF_SERVERS_IN_PLAN, *RESTORE_PLAN_RULES)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "serverName": EXAMPLE_SERVER,
        "location": "swedencentral",
        "createMode": "Default",
        "version": "17",
        "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 32, "autoGrow": "Enabled", "type": "Premium_LRS"},
        "backup": {"backupRetentionDays": 7, "geoRedundantBackup": "Disabled"},
        "highAvailability": {"mode": "Disabled"},
        "network": {
            "delegatedSubnetResourceId": f"{EXAMPLE_NETWORK}/subnets/snet-database",
            "privateDnsZoneArmResourceId": EXAMPLE_NETWORK.rsplit("/", 2)[0]
            + "/privateDnsZones/ignition.private.postgres.database.azure.com",
            "publicNetworkAccess": "Disabled",
        },
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled"},
        "administratorLogin": "ignition_administrator",
        "administratorLoginPassword": "a-Passw0rd-of-an-example",
        "maintenanceWindow": {"customWindow": "Enabled", "dayOfWeek": 0, "startHour": 3, "startMinute": 0},
    }

    def known_at_preview(self, inputs: Inputs) -> Outputs:
        """The host name follows from the server's name."""
        name = inputs.get("serverName")
        host = {"fullyQualifiedDomainName": f"{name}.postgres.database.azure.com"} if isinstance(name, str) else {}
        return super().known_at_preview(inputs) | host

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """What the service says of a server that runs."""
        replica = inputs.get("createMode") == "Replica"
        return {"state": "Ready", "replicationRole": "AsyncReplica" if replica else "Primary"}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """A PostgreSQL server of this machine; clients find it under a name that its certificate is for."""
        inputs = resource.inputs
        server = parts.postgres.server(inputs["serverName"])
        if not server.exists and inputs.get("createMode") == "PointInTimeRestore":
            server.restore(
                parts.postgres.server(inputs["sourceServerResourceId"].rsplit("/", 1)[-1]),
                dt.datetime.fromisoformat(inputs["pointInTimeUTC"]),
                login=inputs["administratorLogin"],
                password=inputs.get("administratorLoginPassword"),
            )
        server.apply(
            login=inputs["administratorLogin"],
            version=inputs.get("version") or "17",
            password=inputs.get("administratorLoginPassword"),
        )
        return {"fullyQualifiedDomainName": "localhost"}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Stopped, with its data removed."""
        parts.postgres.server(resource.inputs["serverName"]).delete()

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the server was deleted."""
        return resource if parts.postgres.server(resource.inputs["serverName"]).exists else None
