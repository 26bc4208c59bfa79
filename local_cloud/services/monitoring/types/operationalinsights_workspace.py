"""Log Analytics: the workspace that logs go to."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_WORKSPACE, NAME_RULES
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Pattern, Valid, part
from local_cloud.server.values.guids import stable_guid

_RETENTION = "https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure"
_CAP = "https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap"


def _reserves_what_it_says(inputs: Inputs) -> bool:
    sku = part(inputs, "sku")
    return (sku.get("name") == "CapacityReservation") == (sku.get("capacityReservationLevel") is not None)


class Workspace(AzureType):
    """A workspace."""

    token = "azure-native:operationalinsights:Workspace"
    path = "Microsoft.OperationalInsights/workspaces/{workspaceName}"
    unseen: ClassVar = {
        "workspaceName": "a deleted workspace of that name is kept for 14 days, and comes back with what was in it",
    }
    rules = (
        Pattern(
            path="workspaceName",
            regex=r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
            says="a workspace's name has 4 to 63 letters, digits and hyphens, and begins and ends with a letter or digit",
            source=f"{NAME_RULES}#microsoftoperationalinsights",
            passes="log-ignition-dev",
            fails="log_ignition",
        ),
        Valid(
            path="retentionInDays",
            test=lambda days: days in {4, 7, 14} or 30 <= days <= 730,
            says="logs are kept 30 to 730 days (4, 7 or 14 where the plan allows it)",
            source=_RETENTION,
            passes=30,
            fails=731,
        ),
        Valid(
            path="workspaceCapping.dailyQuotaGb",
            test=lambda gigabytes: gigabytes == -1 or gigabytes >= 0.023,
            says="the daily cap is 0.023 GB or more, or -1 for none",
            source=_CAP,
            passes=1,
            fails=0,
        ),
        Combination(
            path="sku.capacityReservationLevel",
            test=_reserves_what_it_says,
            says="the sku CapacityReservation has a capacityReservationLevel, and no other has one",
            source="https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#commitment-tiers",
            passes={"sku": {"name": "CapacityReservation", "capacityReservationLevel": 100}},
            fails={"sku": {"name": "CapacityReservation"}},
        ),
        Choice(
            path="sku.capacityReservationLevel",
            among=(100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000),
            says="commitment tiers are 100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000 and 50000 GB a day",
            source="https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#commitment-tiers",
            passes=100,
            fails=150,
        ),
    )
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "workspaceName": EXAMPLE_WORKSPACE.rsplit("/", 1)[-1],
        "location": "westeurope",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 30,
        "workspaceCapping": {"dailyQuotaGb": 1},
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The workspace's own id."""
        return {"customerId": stable_guid("workspace", resource_id.lower())}
