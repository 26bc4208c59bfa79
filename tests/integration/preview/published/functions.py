"""A function app with a queue, whose key only the cloud can tell."""

import pulumi
from pulumi_azure_native import resources, servicebus, storage, web

group = resources.ResourceGroup("fn-rg", location="North Europe")
account = storage.StorageAccount("fn", resource_group_name=group.name, kind="StorageV2", sku={"name": "Standard_LRS"})
keys = storage.list_storage_account_keys_output(resource_group_name=group.name, account_name=account.name)
key = keys.apply(lambda found: found.keys[0].value)
space = servicebus.Namespace("bus", resource_group_name=group.name, sku={"name": "Standard", "tier": "Standard"})
queue = servicebus.Queue("work", resource_group_name=group.name, namespace_name=space.name, max_delivery_count=5)
plan = web.AppServicePlan("fn-plan", resource_group_name=group.name, sku={"name": "Y1", "tier": "Dynamic"})
web.WebApp(
    "fn-app",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    kind="functionapp",
    site_config={
        "app_settings": [
            {"name": "AzureWebJobsStorage", "value": pulumi.Output.concat("AccountKey=", key)},
            {"name": "QUEUE", "value": queue.name},
        ]
    },
)
