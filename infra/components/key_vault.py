"""
The vault, how it is reached, and the secrets in it.

Which app reads which secret is given per secret. Values come from the components that make them; what only a person can bring is
named here and written by that person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi_azure_native as azure
import pulumiverse_time as time
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.components.access.role_assignments import KEY_VAULT_SECRETS_USER, role_assignment_name, role_definition_id
from infra.config.sections.azure import KeyVaultSection


@dataclass(frozen=True, kw_only=True)
class KeyVaultArgs:
    """
    What the vault is to be.

    Attributes:
        config: Who can reach the vault, and how long deleted secrets are kept.
        resource_group_name: Where it lives.
        location: The Azure region.
        vault_name: 3 to 24 letters, digits and hyphens, unique in all of Azure.
        tags: The project's tags.
        tenant_id: The Entra tenant whose principals may be let in.
        endpoint_name: The private endpoint's name; None where there is none.
        endpoint_subnet_id: The subnet that the endpoint stands in.
        endpoint_zone_id: The private zone that the endpoint's address is entered into.
        lock: Whether Azure refuses to delete the vault.
        protect: Whether Pulumi refuses to.
    """

    config: KeyVaultSection
    resource_group_name: Input[str]
    location: str
    vault_name: str
    tags: Mapping[str, str]
    tenant_id: str
    endpoint_name: str | None
    endpoint_subnet_id: Input[str]
    endpoint_zone_id: Input[str]
    lock: bool
    protect: bool

    def __post_init__(self) -> None:
        if self.endpoint_name is None and not self.config.public_access:
            raise ValueError(f"vault {self.vault_name}: without endpoint and public access nothing could read it")


class KeyVault(ComponentResource):
    """A vault that is asked by roles, not by access policies."""

    vault_id: Output[str]
    vault_name: Output[str]
    vault_uri: Output[str]

    def __init__(self, name: str, args: KeyVaultArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:KeyVault", name, None, opts)
        vault = azure.keyvault.Vault(
            f"{name}-vault",
            resource_group_name=args.resource_group_name,
            vault_name=args.vault_name,
            location=args.location,
            tags=args.tags,
            properties=azure.keyvault.VaultPropertiesArgs(
                tenant_id=args.tenant_id,
                sku=azure.keyvault.SkuArgs(family="A", name=azure.keyvault.SkuName.STANDARD),
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                soft_delete_retention_in_days=args.config.retention_days,
                # Azure refuses an explicit false.
                enable_purge_protection=True if args.config.purge_protection else None,
                public_network_access="Enabled" if args.config.public_access else "Disabled",
                network_acls=azure.keyvault.NetworkRuleSetArgs(
                    bypass="AzureServices",
                    default_action="Allow" if args.config.public_access and not args.config.allowed_ranges else "Deny",
                    ip_rules=[azure.keyvault.IPRuleArgs(value=each) for each in args.config.allowed_ranges],
                ),
            ),
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        if args.endpoint_name is not None:
            self._endpoint(name, args, args.endpoint_name, vault)
        if args.lock:
            azure.authorization.ManagementLockByScope(
                f"{name}-lock",
                scope=vault.id,
                lock_name="keep",
                level=azure.authorization.LockLevel.CAN_NOT_DELETE,
                notes="Holds the secrets of the apps; take the lock away before deleting on purpose.",
                opts=ResourceOptions(parent=self),
            )
        self.vault_id = vault.id
        self.vault_name = vault.name
        self.vault_uri = vault.properties.apply(lambda given: (given.vault_uri or "").rstrip("/"))
        self.register_outputs({"vault_id": self.vault_id, "vault_name": self.vault_name, "vault_uri": self.vault_uri})

    def _endpoint(self, name: str, args: KeyVaultArgs, endpoint_name: str, vault: azure.keyvault.Vault) -> None:
        endpoint = azure.network.PrivateEndpoint(
            f"{name}-endpoint",
            resource_group_name=args.resource_group_name,
            private_endpoint_name=endpoint_name,
            location=args.location,
            subnet=azure.network.SubnetArgs(id=args.endpoint_subnet_id),
            private_link_service_connections=[
                azure.network.PrivateLinkServiceConnectionArgs(
                    name="vault", group_ids=["vault"], private_link_service_id=vault.id
                )
            ],
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        azure.network.PrivateDnsZoneGroup(
            f"{name}-endpoint-names",
            resource_group_name=args.resource_group_name,
            private_endpoint_name=endpoint.name,
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[
                azure.network.PrivateDnsZoneConfigArgs(name="vault", private_dns_zone_id=args.endpoint_zone_id)
            ],
            opts=ResourceOptions(parent=self),
        )


@dataclass(frozen=True, kw_only=True)
class VaultSecret:
    """
    One secret.

    Attributes:
        value: Its value; None for one that a person brings, which is referenced and never written.
        content_type: What it is, for people who look at the vault.
        readers: Who may read it: principal ids by the app that each belongs to.
        expires: From when on it must not be used, where it is rotated; the vault reports it before that.
        first_value_only: Whether later versions are made by others, with whom the stack does not interfere.
    """

    value: Input[str] | None
    content_type: str
    readers: Mapping[str, Input[str]]
    expires: dt.datetime | None = None
    first_value_only: bool = False


@dataclass(frozen=True, kw_only=True)
class VaultSecretsArgs:
    """
    What is in the vault.

    Attributes:
        resource_group_name: Where the vault lives.
        vault_id: The vault's ARM id.
        vault_name: The vault's name.
        vault_uri: The vault's address, without a slash at its end.
        tags: The project's tags.
        secrets: The secrets by their names in the vault (DATABASE-URL).
        propagation_s: How long a new role is waited for before it is relied on; Azure says minutes.
    """

    resource_group_name: Input[str]
    vault_id: Input[str]
    vault_name: Input[str]
    vault_uri: Input[str]
    tags: Mapping[str, str]
    secrets: Mapping[str, VaultSecret] = field(default_factory=dict[str, VaultSecret])
    propagation_s: int


class VaultSecrets(ComponentResource):
    """
    Secrets, and who may read each.

    Whoever depends on this component starts after the roles have had time to take effect. `uris` has the address of every secret:
    with its version where the stack writes every value, so that a new value is a new address; without where others do.
    """

    uris: Mapping[str, Output[str]]

    def __init__(self, name: str, args: VaultSecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:VaultSecrets", name, None, opts)
        uris: dict[str, Output[str]] = {}
        roles: list[Resource] = []
        for secret_name, secret in sorted(args.secrets.items()):
            written = self._secret(name, args, secret_name, secret)
            uris[secret_name] = (
                Output.concat(args.vault_uri, "/secrets/", secret_name)
                if written is None or secret.first_value_only
                else written.properties.apply(lambda given: given.secret_uri_with_version)
            )
            roles += [
                self._may_read(name, args, secret_name, app=app, reader=reader, written=written)
                for app, reader in sorted(secret.readers.items())
            ]
        if roles:
            time.Sleep(
                f"{name}-propagation",
                create_duration=f"{args.propagation_s}s",
                # Another reader of anything is another wait.
                triggers={
                    f"{secret_name}|{app}": Output.from_input(reader)
                    for secret_name, secret in sorted(args.secrets.items())
                    for app, reader in sorted(secret.readers.items())
                },
                opts=ResourceOptions(parent=self, depends_on=roles),
            )
        self.uris = uris
        self.register_outputs({"uris": self.uris})

    def _secret(
        self, name: str, args: VaultSecretsArgs, secret_name: str, secret: VaultSecret
    ) -> azure.keyvault.Secret | None:
        if secret.value is None:
            return None
        return azure.keyvault.Secret(
            f"{name}-{secret_name.lower()}",
            resource_group_name=args.resource_group_name,
            vault_name=args.vault_name,
            secret_name=secret_name,
            properties=azure.keyvault.SecretPropertiesArgs(
                value=Output.secret(secret.value),
                content_type=secret.content_type,
                attributes=azure.keyvault.SecretAttributesArgs(
                    enabled=True, expires=int(secret.expires.timestamp()) if secret.expires else None
                ),
            ),
            tags=args.tags,
            # Deleting goes to the vault itself, which the deployer need not reach, and would leave a name that cannot be used again.
            opts=ResourceOptions(
                parent=self,
                retain_on_delete=True,
                # Any update writes the value too: a changed tag would bring the first one back over what others stored since.
                ignore_changes=["properties", "tags"] if secret.first_value_only else [],
            ),
        )

    def _may_read(
        self,
        name: str,
        args: VaultSecretsArgs,
        secret_name: str,
        *,
        app: str,
        reader: Input[str],
        written: Resource | None,
    ) -> azure.authorization.RoleAssignment:
        scope = Output.concat(args.vault_id, "/secrets/", secret_name)
        principal_id = Output.from_input(reader)
        return azure.authorization.RoleAssignment(
            f"{name}-{secret_name.lower()}-{app}",
            scope=scope,
            role_assignment_name=Output.all(scope, principal_id).apply(
                lambda given: role_assignment_name(given[0], given[1], KEY_VAULT_SECRETS_USER)
            ),
            principal_id=principal_id,
            principal_type="ServicePrincipal",  # without it Azure looks the fresh principal up, and does not find it yet
            role_definition_id=scope.apply(lambda given: role_definition_id(given, KEY_VAULT_SECRETS_USER)),
            opts=ResourceOptions(
                parent=self, replace_on_changes=["roleDefinitionId"], depends_on=[written] if written else []
            ),
        )
