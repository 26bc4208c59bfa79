"""azuread: one file a resource type, named after its token. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import BridgedTypesOnly
from local_cloud.services.identity.types.application import Application
from local_cloud.services.identity.types.application_password import ApplicationPassword
from local_cloud.services.identity.types.service_principal import ServicePrincipal


class _Others(BridgedTypesOnly):
    """What else the SDK has; which changes make a new resource it does not tell."""

    module = "pulumi_azuread"


PACKAGE = Package(
    name="azuread",
    distribution="pulumi-azuread",
    types=(Application(), ApplicationPassword(), ServicePrincipal()),
    functions={},
    others=_Others,
    unseen=(
        "The deployer lacks a permission of Microsoft Graph, or an administrator has not consented to it.",
        "A policy of the tenant forbids the application, its secret or the secret's lifetime.",
    ),
)
