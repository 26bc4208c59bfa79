"""Managed identities: the trust in tokens of another issuer, a CI system's for instance."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_IDENTITY
from local_cloud.server.rules import Length, Pattern
from local_cloud.services.identity.rules.entra_in_plan import CREDENTIALS_IN_PLAN
from local_cloud.services.identity.types.managedidentity_user_assigned_identity import IDENTITY_NAME

_RULES: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"


class FederatedIdentityCredential(AzureType):
    """A federated credential of a user-assigned identity."""

    token = "azure-native:managedidentity:FederatedIdentityCredential"
    path = (
        "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
        "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}"
    )
    unseen: ClassVar = {
        "issuer": "the issuer does not publish its keys, or the region of the identity has no federated credentials",
    }
    rules = (
        IDENTITY_NAME,
        Pattern(
            path="federatedIdentityCredentialResourceName",
            regex=r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}",
            says="a credential's name has 3 to 120 letters, digits, hyphens and underscores and begins with a letter or digit",
            source=_RULES,
            passes="github-prod",
            fails="gh",
        ),
        Pattern(
            path="issuer",
            regex=r"https://[^\s/]+(/\S*)?",
            says="an issuer is an https address, https://token.actions.githubusercontent.com for GitHub",
            source=_RULES,
            passes="https://token.actions.githubusercontent.com",
            fails="token.actions.githubusercontent.com",
        ),
        Length(
            path="subject",
            least=1,
            most=600,
            says="a subject has 1 to 600 characters",
            source=_RULES,
            passes="repo:ecent/ignition:environment:dev",
            fails="",
        ),
        Length(
            path="audiences",
            least=1,
            most=1,
            says="a credential has exactly one audience",
            source=_RULES,
            passes=["api://AzureADTokenExchange"],
            fails=["api://AzureADTokenExchange", "api://other"],
        ),
    )
    plan_rules = CREDENTIALS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "resourceName": EXAMPLE_IDENTITY.rsplit("/", 1)[-1],
        "federatedIdentityCredentialResourceName": "github-dev",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:ecent/ignition:environment:dev",
        "audiences": ["api://AzureADTokenExchange"],
    }
