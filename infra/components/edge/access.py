"""
Who may come near a host at all: Zero Trust Access asks for a sign-in before any request reaches the app.

The account's Zero Trust organisation, with its team name, is made once by hand. The app still does its own sign-in behind this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_azuread as azuread
import pulumi_cloudflare as cloudflare
from pulumi import ComponentResource, Output, ResourceOptions

from infra.components.access.graph_permissions import permissions
from infra.config.sections.cloudflare import AccessSection

_SCOPES: Final = (
    "openid",
    "email",
    "profile",
    "offline_access",
    "User.Read",
    "Directory.Read.All",
    "GroupMember.Read.All",
)
"""What Access asks Entra for (https://developers.cloudflare.com/cloudflare-one/integrations/identity-providers/entra-id/)."""


@dataclass(frozen=True, kw_only=True)
class EntraLogin:
    """
    Signing in with the organisation's own accounts.

    The application that is made for it asks to read whose member a person is; an administrator of the tenant must agree to that
    once, by hand.

    Attributes:
        team: The name of the account's Zero Trust organisation, the first label of `TEAM.cloudflareaccess.com`.
        tenant_id: The tenant whose people it signs in.
        owners: Object ids of the principals that may change its application, the deployer among them.
        generation: Raised for another client secret.
    """

    team: str
    tenant_id: str
    owners: Sequence[str]
    generation: int = 1

    @property
    def redirect_uri(self) -> str:
        """Where Microsoft returns to."""
        return f"https://{self.team}.cloudflareaccess.com/cdn-cgi/access/callback"


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """
    Who may come near the host. Somebody must be named: a host without Access has no such component.

    Attributes:
        config: Who may sign in.
        account_id: The Cloudflare account, 32 hex digits.
        host: The host that stands behind Access; it must be proxied.
        login: The only way to sign in; without it Access offers what the organisation has, a code by mail for one.
    """

    config: AccessSection
    account_id: str
    host: str
    login: EntraLogin | None = None

    def __post_init__(self) -> None:
        if not (self.config.emails or self.config.email_domains or self.config.groups):
            raise ValueError(f"{self.host}: name emails, email domains or groups; a policy without any lets nobody in")
        if self.config.groups and self.login is None:
            raise ValueError(f"{self.host}: groups are known to Entra only, so give `login`, or name people by address")


class Access(ComponentResource):
    """An Access application before a host, its policy, and the sign-in that it uses."""

    application_id: Output[str]
    audience: Output[str]

    def __init__(self, name: str, args: AccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Access", name, None, opts)
        child = ResourceOptions(parent=self)
        provider = self._entra(name, args, args.login) if args.login is not None else None
        policy = cloudflare.ZeroTrustAccessPolicy(
            f"{name}-policy",
            account_id=args.account_id,
            name=f"{args.host}: allowed",
            decision="allow",
            includes=_includes(args, provider),
            session_duration=args.config.session,
            opts=child,
        )
        application = cloudflare.ZeroTrustAccessApplication(
            f"{name}-application",
            account_id=args.account_id,
            name=args.host,
            type="self_hosted",
            destinations=[cloudflare.ZeroTrustAccessApplicationDestinationArgs(type="public", uri=args.host)],
            policies=[cloudflare.ZeroTrustAccessApplicationPolicyArgs(id=policy.id, precedence=1)],
            allowed_idps=[provider.id] if provider is not None else None,
            auto_redirect_to_identity=provider is not None,
            session_duration=args.config.session,
            http_only_cookie_attribute=True,
            # "lax" lets the sign-in of the app itself come back from another site.
            same_site_cookie_attribute="lax",
            app_launcher_visible=False,
            opts=child,
        )
        self.application_id = application.id
        self.audience = application.aud
        self.register_outputs({"application_id": self.application_id, "audience": self.audience})

    def _entra(self, name: str, args: AccessArgs, login: EntraLogin) -> cloudflare.ZeroTrustAccessIdentityProvider:
        child = ResourceOptions(parent=self)
        application = azuread.Application(
            f"{name}-login",
            display_name=f"Cloudflare Access for {args.host}",
            sign_in_audience="AzureADMyOrg",
            web=azuread.ApplicationWebArgs(redirect_uris=[login.redirect_uri]),
            required_resource_accesses=[permissions(_SCOPES)],
            owners=list(login.owners),
            opts=child,
        )
        azuread.ServicePrincipal(
            f"{name}-login-principal", client_id=application.client_id, owners=list(login.owners), opts=child
        )
        secret = azuread.ApplicationPassword(
            f"{name}-login-secret",
            application_id=application.id,
            display_name="Cloudflare Access",
            # Made before the old one goes, and handed over in between: one is enough.
            rotate_when_changed={"generation": str(login.generation)},
            opts=child,
        )
        return cloudflare.ZeroTrustAccessIdentityProvider(
            f"{name}-entra",
            account_id=args.account_id,
            name=f"Entra for {args.host}",
            type="azureAD",
            config=cloudflare.ZeroTrustAccessIdentityProviderConfigArgs(
                client_id=application.client_id,
                client_secret=Output.secret(secret.value),
                directory_id=login.tenant_id,
                support_groups=bool(args.config.groups),
            ),
            opts=child,
        )


def _includes(
    args: AccessArgs, provider: cloudflare.ZeroTrustAccessIdentityProvider | None
) -> list[cloudflare.ZeroTrustAccessPolicyIncludeArgs]:
    include = cloudflare.ZeroTrustAccessPolicyIncludeArgs
    people = [
        include(email=cloudflare.ZeroTrustAccessPolicyIncludeEmailArgs(email=each)) for each in args.config.emails
    ]
    domains = [
        include(email_domain=cloudflare.ZeroTrustAccessPolicyIncludeEmailDomainArgs(domain=each))
        for each in args.config.email_domains
    ]
    if provider is None:
        return [*people, *domains]
    groups = [
        include(azure_ad=cloudflare.ZeroTrustAccessPolicyIncludeAzureAdArgs(id=each, identity_provider_id=provider.id))
        for each in args.config.groups
    ]
    return [*people, *domains, *groups]
