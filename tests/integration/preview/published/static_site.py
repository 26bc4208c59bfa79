"""A static website in a storage account, behind a content network."""

import pulumi
from pulumi_azure_native import cdn, resources, storage

group = resources.ResourceGroup("site-rg")
account = storage.StorageAccount(
    "site", resource_group_name=group.name, kind="StorageV2", sku=storage.SkuArgs(name="Standard_LRS")
)
website = storage.StorageAccountStaticWebsite(
    "website", resource_group_name=group.name, account_name=account.name, index_document="index.html"
)
storage.Blob(
    "index.html",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=website.container_name,
    source=pulumi.StringAsset("<h1>hello</h1>"),
    content_type="text/html",
)
profile = cdn.Profile("profile", resource_group_name=group.name, sku=cdn.SkuArgs(name="Standard_AzureFrontDoor"))
host = account.primary_endpoints.apply(lambda found: found.web.replace("https://", "").replace("/", ""))
origins = cdn.AFDOriginGroup(
    "origins",
    resource_group_name=group.name,
    profile_name=profile.name,
    load_balancing_settings=cdn.LoadBalancingSettingsParametersArgs(sample_size=4, successful_samples_required=3),
)
cdn.AFDOrigin(
    "origin",
    resource_group_name=group.name,
    profile_name=profile.name,
    origin_group_name=origins.name,
    host_name=host,
    origin_host_header=host,
)
pulumi.export("endpoint", account.primary_endpoints.apply(lambda found: found.web))
