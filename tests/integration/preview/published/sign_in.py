"""A group of people, a self-signed certificate and a vault that exists already."""

import pulumi
import pulumi_azuread as azuread
import pulumi_tls as tls
import pulumiverse_time as time
from pulumi_azure_native import authorization, keyvault

me = azuread.get_client_config()
group = azuread.Group("operators", display_name="operators", security_enabled=True, owners=[me.object_id])
key = tls.PrivateKey("key", algorithm="ECDSA", ecdsa_curve="P256")
certificate = tls.SelfSignedCert(
    "certificate",
    private_key_pem=key.private_key_pem,
    validity_period_hours=24,
    allowed_uses=["server_auth"],
    subject={"common_name": "trial.example.org"},
)
month = time.Rotating("month", rotation_days=30)
vault = keyvault.Vault.get(
    "vault",
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-old/providers/Microsoft.KeyVault/vaults/kv-old",
)
keyvault.Secret(
    "pem",
    resource_group_name="rg-old",
    vault_name=vault.name,
    secret_name="certificate",
    properties={"value": certificate.cert_pem},
)
authorization.RoleAssignment(
    "reads",
    scope=vault.id,
    principal_id=group.object_id,
    principal_type="Group",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
)
pulumi.export("rotated", month.id)
