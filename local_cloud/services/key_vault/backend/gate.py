"""
Who is let in to a vault: first a token (401 with the challenge without one), then a role (403 without one).

Tokens are verified by `identity`, roles are kept by `role_assignments`.
"""

from __future__ import annotations

from typing import Final

from local_cloud.services.identity.backend import Claims, TokenRefused, Tokens
from local_cloud.services.identity.backend.role_assignments import RoleAssignments
from local_cloud.services.key_vault.backend import refusals
from local_cloud.services.key_vault.backend.refusals import KeyVaultRefusal
from local_cloud.services.key_vault.backend.vaults import Vault

# Clients that do not follow the challenge ask for tokens for Azure's own resource.
AZURE_RESOURCE: Final = "https://vault.azure.net"


class Unauthorized(KeyVaultRefusal):
    """
    A refusal that tells the client how to sign in.

    Attributes:
        challenge: the WWW-Authenticate header.
    """

    def __init__(self, message: str, challenge: str) -> None:
        super().__init__(401, "Unauthorized", message)
        self.challenge = challenge


class Gate:
    """
    Lets callers in.

    Args:
        tokens: verifies tokens.
        roles: who may do what.
        resource: what tokens must be for, `https://vault.localhost:PORT`: a parent domain of every vault's host, port
            included, because the Azure SDKs insist on that before they hand over a token.
    """

    def __init__(self, tokens: Tokens, roles: RoleAssignments, resource: str) -> None:
        self._tokens = tokens
        self._roles = roles
        self._resource = resource
        self._audiences = frozenset({resource, AZURE_RESOURCE})

    def caller(self, authorization: str | None, vault: Vault) -> Claims:
        """
        Who sends a request, by its Authorization header.

        Raises:
            Unauthorized: no token, or one that does not hold for this vault's tenant.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("AKV10000: Request is missing a Bearer or PoP token.", self._challenge(vault))
        try:
            claims = self._tokens.verify(token.strip(), self._audiences)
        except TokenRefused as refused:
            raise Unauthorized(str(refused), self._challenge(vault, str(refused))) from refused
        if claims.tid.lower() != vault.tenant_id.lower():
            text = f"AKV10032: Invalid issuer. Expected {self._tokens.issuer(vault.tenant_id)}, found {claims.iss}."
            raise Unauthorized(text, self._challenge(vault, text))
        return claims

    def require(self, claims: Claims, action: str, vault: Vault, name: str | None) -> None:
        """
        Refuse a caller without a role for an action on a secret, or on the vault when `name` is None.

        Raises:
            KeyVaultRefusal: `Forbidden`, in Azure's words.
        """
        resource = f"{vault.resource_id}/secrets/{name}" if name else vault.resource_id
        if not self._roles.allows(claims.oid, action, resource):
            caller = f"appid={claims.appid};oid={claims.oid};iss={claims.iss}"
            raise refusals.not_authorized(caller, action, resource, vault.name, vault.location)

    def _challenge(self, vault: Vault, problem: str | None = None) -> str:
        authority = self._tokens.issuer(vault.tenant_id).rstrip("/")
        challenge = f'Bearer authorization="{authority}", resource="{self._resource}"'
        return f'{challenge}, error="invalid_token", error_description="{problem}"' if problem else challenge
