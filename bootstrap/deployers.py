"""The identities of GitHub's jobs: for each stack one that deploys and one that only reads, with no client secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import Input, Resource

from bootstrap.cloud import TAGS, Cloud
from bootstrap.subjects import AUDIENCE, ISSUER, subject


@dataclass(frozen=True, kw_only=True)
class Identity:
    """An identity: its client id, which GitHub names, and its object id, which roles name."""

    client_id: Input[str]
    principal_id: Input[str]


@dataclass(frozen=True, kw_only=True)
class Deployers:
    """The identities of each stack, by stack."""

    deploy: Mapping[str, Identity]
    preview: Mapping[str, Identity]


def make_deployers(cloud: Cloud) -> Deployers:
    """Declare both identities of each stack. Each environment of GitHub that may use one has a trust of its own."""
    stacks = tuple(cloud.config.stacks)
    return Deployers(
        deploy={stack: _identity(cloud, f"{stack}-deploy", (stack,)) for stack in stacks},
        preview={
            stack: _identity(cloud, f"{stack}-preview", (f"{stack}-preview", f"{stack}-review")) for stack in stacks
        },
    )


def _identity(cloud: Cloud, name: str, environments: tuple[str, ...]) -> Identity:
    identity = azure.managedidentity.UserAssignedIdentity(
        name,
        resource_name_=f"id-ignition-{name}",
        resource_group_name=cloud.group_name,
        location=cloud.config.location,
        tags=TAGS,
        opts=cloud.options(),
    )
    before: tuple[Resource, ...] = ()
    for environment in environments:
        # Azure refuses trusts of one identity that are made at the same time.
        trust = azure.managedidentity.FederatedIdentityCredential(
            f"{name}-trusts-{environment}",
            federated_identity_credential_resource_name=f"github-{environment}",
            resource_group_name=cloud.group_name,
            resource_name_=identity.name,
            issuer=ISSUER,
            audiences=[AUDIENCE],
            subject=subject(cloud.config.github, environment),
            opts=cloud.options(after=before),
        )
        before = (trust,)
    return Identity(client_id=identity.client_id, principal_id=identity.principal_id)
