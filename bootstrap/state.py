"""Where the stacks keep their state, and the keys that encrypt the secrets in it: a container and a key for each stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
from pulumi import Input

from bootstrap.cloud import TAGS, Cloud
from bootstrap.config import OWN_STACK

_KEPT_DAYS: Final = 30


@dataclass(frozen=True, kw_only=True)
class State:
    """
    The state of each stack.

    Attributes:
        containers: The ARM id of each stack's container, by stack.
        keys: The ARM id of each stack's key, by stack.
    """

    containers: Mapping[str, Input[str]]
    keys: Mapping[str, Input[str]]


def make_state(cloud: Cloud) -> State:
    """Declare storage and keys, for this program's own stack too."""
    stacks = (OWN_STACK, *cloud.config.stacks)
    return State(containers=_containers(cloud, stacks), keys=_keys(cloud, stacks))


def _containers(cloud: Cloud, stacks: tuple[str, ...]) -> Mapping[str, Input[str]]:
    config = cloud.config
    account = azure.storage.StorageAccount(
        "state",
        account_name=config.storage_account,
        resource_group_name=cloud.group_name,
        location=config.location,
        kind="StorageV2",
        sku=azure.storage.SkuArgs(name="Standard_ZRS"),
        allow_shared_key_access=False,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        default_to_o_auth_authentication=True,
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        tags=TAGS,
        opts=cloud.options(protect=True),
    )
    kept = azure.storage.DeleteRetentionPolicyArgs(enabled=True, days=_KEPT_DAYS)
    service = azure.storage.BlobServiceProperties(
        "state",
        account_name=account.name,
        resource_group_name=cloud.group_name,
        blob_services_name="default",
        is_versioning_enabled=True,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        opts=cloud.options(),
    )
    return {
        stack: azure.storage.BlobContainer(
            f"state-{stack}",
            account_name=account.name,
            resource_group_name=cloud.group_name,
            container_name=stack,
            public_access=azure.storage.PublicAccess.NONE,
            opts=cloud.options(after=(service,), protect=True),
        ).id
        for stack in stacks
    }


def _keys(cloud: Cloud, stacks: tuple[str, ...]) -> Mapping[str, Input[str]]:
    config = cloud.config
    vault = azure.keyvault.Vault(
        "state",
        vault_name=config.key_vault,
        resource_group_name=cloud.group_name,
        location=config.location,
        tags=TAGS,
        properties=azure.keyvault.VaultPropertiesArgs(
            tenant_id=config.tenant_id,
            sku=azure.keyvault.SkuArgs(family="A", name=azure.keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=90,
            enable_purge_protection=True,
        ),
        opts=cloud.options(protect=True),
    )
    return {
        stack: azure.keyvault.Key(
            f"state-{stack}",
            key_name=stack,
            vault_name=vault.name,
            resource_group_name=cloud.group_name,
            properties=azure.keyvault.KeyPropertiesArgs(kty="RSA", key_size=3072),
            tags=TAGS,
            opts=cloud.options(protect=True),
        ).id
        for stack in stacks
    }
