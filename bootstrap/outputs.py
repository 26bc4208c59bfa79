"""What a person carries on: the variables and secrets of each environment at GitHub, and settings of the stacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Input, Output

from bootstrap.cloud import Cloud
from bootstrap.config import OWN_STACK
from bootstrap.deployers import Deployers, Identity
from bootstrap.edge_tokens import EdgeTokens
from bootstrap.permissions import Permissions


def outputs_of(
    cloud: Cloud, deployers: Deployers, operators: Input[str] | None, permissions: Permissions, tokens: EdgeTokens
) -> Mapping[str, Input[object]]:
    """
    The outputs by name.

    `github_variables` and `github_secrets` are by environment; the secrets are secret. `stacks` has, for each stack, the backend to
    log in to, the secrets provider to initialise it with, and the settings to write into its file.
    """
    variables: dict[str, Mapping[str, Input[str]]] = {}
    secrets: dict[str, Mapping[str, Input[str]]] = {}
    for stack in cloud.config.stacks:
        reading = (deployers.preview[stack], tokens.preview[stack])
        for environment, (identity, token) in {
            stack: (deployers.deploy[stack], tokens.deploy[stack]),
            f"{stack}-preview": reading,
            f"{stack}-review": reading,
        }.items():
            variables[environment] = _variables(cloud, stack, identity)
            secrets[environment] = {"CLOUDFLARE_API_TOKEN": token}
    return {
        "github_variables": Output.from_input(variables),
        "github_secrets": Output.secret(secrets),
        "stacks": Output.from_input(
            {stack: _stack(cloud, stack, deployers, operators, permissions) for stack in cloud.config.stacks}
        ),
        "own_state": {"backend": backend(cloud, OWN_STACK), "secrets_provider": secrets_provider(cloud, OWN_STACK)},
    }


def backend(cloud: Cloud, stack: str) -> str:
    """The address of a stack's state, as `pulumi login` and PULUMI_BACKEND_URL take it."""
    return f"azblob://{stack}?storage_account={cloud.config.storage_account}"


def secrets_provider(cloud: Cloud, stack: str) -> str:
    """What encrypts the secrets in a stack's state, as `pulumi stack init --secrets-provider` takes it."""
    return f"azurekeyvault://{cloud.config.key_vault}.vault.azure.net/keys/{stack}"


def _variables(cloud: Cloud, stack: str, identity: Identity) -> Mapping[str, Input[str]]:
    return {
        "AZURE_CLIENT_ID": identity.client_id,
        "AZURE_TENANT_ID": cloud.config.tenant_id,
        "AZURE_SUBSCRIPTION_ID": cloud.config.stacks[stack].subscription_id,
        "PULUMI_BACKEND_URL": backend(cloud, stack),
    }


def _stack(
    cloud: Cloud, stack: str, deployers: Deployers, operators: Input[str] | None, permissions: Permissions
) -> Mapping[str, Any]:
    settings: dict[str, Input[str]] = {"ignition:azure.deployers[0]": deployers.deploy[stack].principal_id}
    if operators is not None and cloud.config.stacks[stack].operators:
        settings["ignition:operators.group_id"] = operators
    if (writer := permissions.secret_writer_roles.get(stack)) is not None:
        settings["ignition:operators.secret_writer_role"] = writer
    return {
        "backend": backend(cloud, stack),
        "secrets_provider": secrets_provider(cloud, stack),
        "settings": settings,
    }
