"""A web app on a plan, with a database server and the connection string in its settings."""

import pulumi
import pulumi_random as random
from pulumi_azure_native import resources, sql, web

group = resources.ResourceGroup("app-rg")
password = random.RandomPassword("password", length=24)
server = sql.Server(
    "server",
    resource_group_name=group.name,
    administrator_login="operator",
    administrator_login_password=password.result,
)
database = sql.Database("database", resource_group_name=group.name, server_name=server.name, sku=sql.SkuArgs(name="S0"))
plan = web.AppServicePlan(
    "plan", resource_group_name=group.name, kind="app", sku=web.SkuDescriptionArgs(tier="Basic", name="B1")
)
connection = pulumi.Output.concat("Server=", server.fully_qualified_domain_name, ";Password=", password.result)
app = web.WebApp(
    "app",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    site_config=web.SiteConfigArgs(
        app_settings=[web.NameValuePairArgs(name="WEBSITE_RUN_FROM_PACKAGE", value="1")],
        connection_strings=[web.ConnStringInfoArgs(name="db", type="SQLAzure", connection_string=connection)],
    ),
)
pulumi.export("endpoint", app.default_host_name.apply(lambda host: f"https://{host}"))
