"""azure-native: one file a resource type, named after its token. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.azure.functions import FUNCTIONS
from local_cloud.azure.keyvault_vault import Vault
from local_cloud.azure.resources_resource_group import ResourceGroup
from local_cloud.server.package import Package

PACKAGE = Package(
    name="azure-native",
    distribution="pulumi-azure-native",
    types=(
        Vault(),
        ResourceGroup(),
    ),
    functions=FUNCTIONS,
)
