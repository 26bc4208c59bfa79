"""Locks: what keeps a resource from being deleted or changed."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import NAME_RULES, example_id
from local_cloud.server.rules import Choice, Length, Pattern
from local_cloud.services.identity.types.authorization_role_assignment import SCOPE
from local_cloud.services.resource_groups.rules.locks_in_plan import LOCKS_IN_PLAN


class ManagementLockByScope(AzureType):
    """A lock on a resource, a resource group or a subscription."""

    token = "azure-native:authorization:ManagementLockByScope"
    path = "/{scope}/providers/Microsoft.Authorization/locks/{lockName}"
    unseen: ClassVar = {
        "scope": "the scope has twenty locks, made elsewhere",
    }
    rules = (
        SCOPE,
        Pattern(
            path="lockName",
            regex=r"[^<>%&\\?/]{1,90}",
            says="a lock's name has 1 to 90 characters, none of them < > % & \\ ? /",
            source=f"{NAME_RULES}#microsoftauthorization",
            passes="keep",
            fails="keep/this",
        ),
        Choice(
            path="level",
            among=("CanNotDelete", "ReadOnly"),
            says="a lock's level is CanNotDelete or ReadOnly",
            source="https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
            passes="CanNotDelete",
            fails="NotSpecified",
        ),
        Length(
            path="notes",
            most=512,
            says="notes have at most 512 characters",
            source="https://learn.microsoft.com/rest/api/resources/management-locks/create-or-update-by-scope",
            passes="the database holds what cannot be made again",
            fails="n" * 513,
        ),
    )
    plan_rules = LOCKS_IN_PLAN
    example: ClassVar = {
        "scope": example_id("Microsoft.DBforPostgreSQL/flexibleServers/psql-ignition-dev"),
        "lockName": "keep",
        "level": "CanNotDelete",
    }
