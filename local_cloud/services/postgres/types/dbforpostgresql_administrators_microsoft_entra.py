"""PostgreSQL flexible servers: a Microsoft Entra administrator."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_GUID, guid
from local_cloud.server.rules import Choice, Combination
from local_cloud.services.postgres.rules.parts_in_plan import ADMINISTRATORS_IN_PLAN
from local_cloud.services.postgres.rules.server import SERVER_NAME
from local_cloud.services.postgres.types.dbforpostgresql_server import EXAMPLE_SERVER

_API: Final = "https://learn.microsoft.com/rest/api/postgresql/administrators-microsoft-entra/create-or-update"


class AdministratorsMicrosoftEntra(AzureType):
    """A principal that administers the server; the service takes no other name or type for the same object."""

    token = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
    path = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/administrators/{objectId}"
    immutable = ("principalName", "principalType", "tenantId")
    wrong_enums = ("principalType",)  # the SDK has those of Cosmos DB for PostgreSQL
    unseen: ClassVar = {
        "objectId": "the tenant has no such principal, or another name for it",
    }
    rules = (
        SERVER_NAME,
        Choice(
            path="principalType",
            among=("User", "Group", "ServicePrincipal", "Unknown"),
            says="a principal is a User, a Group or a ServicePrincipal",
            source=_API,
            passes="Group",
            fails="servicePrincipal",
        ),
        guid("objectId", source=_API, noun="a principal's object id"),
        guid("tenantId", source=_API, noun="a tenant id"),
        Combination(
            path="principalName",
            test=lambda inputs: bool(inputs.get("principalName")) and bool(inputs.get("principalType")),
            says="an administrator needs principalName and principalType",
            source=_API,
            passes={"principalName": "operators"},
            fails={"principalName": None},
        ),
    )
    plan_rules = ADMINISTRATORS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "serverName": EXAMPLE_SERVER,
        "objectId": EXAMPLE_GUID,
        "principalName": "id-ignition-dev-admin",
        "principalType": "ServicePrincipal",
        "tenantId": EXAMPLE_GUID,
    }

    @property
    def name_property(self) -> str | None:
        """An object id cannot be made up."""
        return None
