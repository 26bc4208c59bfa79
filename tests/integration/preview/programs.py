"""Small programs that people might preview, and where to put them."""

from __future__ import annotations

from pathlib import Path

import yaml

GROUP = """
import pulumi
import pulumi_azure_native as azure
group = azure.resources.ResourceGroup("main", resource_group_name="rg-trial", location="westeurope")
"""

SERVER = (
    GROUP
    + """
azure.dbforpostgresql.Server(
    "database",
    server_name="{name}",
    resource_group_name=group.name,
    location="westeurope",
    version="17",
    administrator_login="{login}",
    administrator_login_password=pulumi.Output.secret("correct-Horse-7-battery"),
    sku={{"name": "Standard_B1ms", "tier": "Burstable"}},
    storage={{"storage_size_gb": 32}},
)
"""
)

VAULT = (
    GROUP
    + """
azure.keyvault.Vault(
    "vault",
    vault_name="kv-trial",
    resource_group_name=group.name,
    location="westeurope",
    properties={{
        "enable_rbac_authorization": True,
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "sku": {{"family": "A", "name": "{sku}"}},
    }},
)
"""
)


def project(directory: Path, program: str, config: dict | None = None, **stack_file: object) -> Path:
    """A project called `trial` with one stack `dev`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "trial", "runtime": "python"}))
    (directory / "Pulumi.dev.yaml").write_text(yaml.safe_dump({**stack_file, "config": config or {}}))
    (directory / "__main__.py").write_text(program)
    return directory


def exceptions_file(directory: Path, expires: str) -> None:
    """Accepts the vault tier `ultimate` for the project."""
    (directory / "accepted-exceptions.yaml").write_text(
        "- type: azure-native:keyvault:Vault\n"
        "  property: properties.sku.name\n"
        "  value: ultimate\n"
        "  reason: announced for this year\n"
        f"  expires: {expires}\n"
    )
