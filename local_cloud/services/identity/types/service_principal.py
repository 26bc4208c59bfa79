"""Service principals: an application's presence in the tenant."""

from __future__ import annotations

import shlex
from typing import ClassVar

from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern
from local_cloud.server.values.guids import GUID, stable_guid
from local_cloud.services.identity.rules.entra_in_plan import PRINCIPALS_IN_PLAN


class ServicePrincipal(BridgedType):
    """A service principal; kept as state."""

    token = "azuread:index/servicePrincipal:ServicePrincipal"
    after_lost_state = Import(
        "/servicePrincipals/{id}",  # so the provider's importer; its documentation shows the bare id
        find=lambda inputs: f"az ad sp show --id {shlex.quote(inputs['clientId'])} --query id --output tsv",
        needs=("clientId",),
    )
    module = "pulumi_azuread"
    create_only = ("clientId",)
    unseen: ClassVar = {
        "clientId": "the tenant has a service principal of the application already",
    }
    rules = (
        Pattern(
            path="clientId",
            regex=GUID,
            says="a client id is a GUID, an application's client_id output for example",
            source="https://learn.microsoft.com/graph/api/resources/serviceprincipal",
            passes="11111111-1111-1111-1111-111111111111",
            fails="ignition",
        ),
        Combination(
            path="owners",
            test=lambda inputs: bool(inputs.get("owners")),
            says="the provider takes its caller off the owners once the principal is made, unless the caller is among `owners`; with "
            "Application.ReadWrite.OwnedBy the next change is then refused (403). List the deployer's object id",
            source="https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/service_principal#owners",
            passes={"owners": ["11111111-1111-1111-1111-111111111111"]},
            fails={"owners": None},
        ),
    )
    plan_rules = PRINCIPALS_IN_PLAN
    example: ClassVar = {
        "clientId": "11111111-1111-1111-1111-111111111111",
        "owners": ["11111111-1111-1111-1111-111111111111"],
    }

    def identify(self, call: Call, inputs: Inputs) -> str:
        """`/servicePrincipals/OBJECT`."""
        return f"/servicePrincipals/{stable_guid('service principal', super().identify(call, inputs))}"

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """The object id."""
        return {"objectId": resource_id.removeprefix("/servicePrincipals/")}
