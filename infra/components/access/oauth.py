"""
Sign-in with Microsoft: the Entra application, and client secrets that are changed without a gap.

Google has no interface for making its OAuth clients: only the redirect URI that must be entered there comes from here; its client
secret is put into the vault by a person. Apps must never take a person's e-mail address for their identity: with accounts of other
tenants anybody can claim one, so `iss` and `sub` (or `tid` and `oid`) are what identifies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_azuread as azuread
from pulumi import ComponentResource, Output, ResourceOptions

from infra.components.access.graph_permissions import permissions
from infra.config.sections.oauth import OAuthSection
from infra.config.sections.rotation import SLOTS, Slot

_AUDIENCES: Final = {"organization": "AzureADMyOrg", "personal": "PersonalMicrosoftAccount"}
"""One tenant each: the backend is given one and takes accounts of no other."""

AZURE_CALLBACK: Final = "/auth/callback/azure"
GOOGLE_CALLBACK: Final = "/auth/callback/google"
"""Where the backend answers after a sign-in; part of its contract."""


@dataclass(frozen=True, kw_only=True)
class OAuthArgs:
    """
    What the sign-in is to be.

    Attributes:
        config: Whose accounts may sign in, and the client secrets.
        display_name: What people see when they agree to it.
        url: The app's own address, `https://api.ecent.online`.
        owners: Object ids of the principals that may change the application, the deployer among them: the provider takes its own
            caller off the owners after the creation unless it is listed, and with `Application.ReadWrite.OwnedBy` Entra then
            refuses the secrets (https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/application#owners).
    """

    config: OAuthSection
    display_name: str
    url: str
    owners: Sequence[str]

    def __post_init__(self) -> None:
        if not self.url.startswith("https://") or self.url.endswith("/"):
            raise ValueError(f"url {self.url!r}: write https://HOST, without a slash at its end")
        if not self.owners:
            raise ValueError(
                f"{self.display_name}: name the deployer in `owners`, who otherwise may not make its secrets"
            )


class OAuth(ComponentResource):
    """An Entra application with two client secrets, of which one is given out."""

    client_id: Output[str]
    client_secret: Output[str]
    azure_redirect_uri: Output[str]
    google_redirect_uri: Output[str]

    def __init__(self, name: str, args: OAuthArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:OAuth", name, None, opts)
        application = azuread.Application(
            f"{name}-application",
            display_name=args.display_name,
            sign_in_audience=_AUDIENCES[args.config.accounts],
            api=azuread.ApplicationApiArgs(requested_access_token_version=2),  # personal accounts need it
            web=azuread.ApplicationWebArgs(
                redirect_uris=[f"{args.url}{AZURE_CALLBACK}", *args.config.local_redirects],
                implicit_grant=azuread.ApplicationWebImplicitGrantArgs(
                    access_token_issuance_enabled=False, id_token_issuance_enabled=False
                ),
            ),
            optional_claims=azuread.ApplicationOptionalClaimsArgs(
                # xms_edov says whether the address was verified by its domain's owner.
                id_tokens=[azuread.ApplicationOptionalClaimsIdTokenArgs(name=claim) for claim in ("email", "xms_edov")]
            ),
            required_resource_accesses=[permissions(["openid", "email", "profile"])],
            owners=list(args.owners),
            opts=ResourceOptions(parent=self),
        )
        azuread.ServicePrincipal(
            f"{name}-principal",
            client_id=application.client_id,
            owners=list(args.owners),
            opts=ResourceOptions(parent=self),
        )
        secrets = {slot: self._secret(name, args, application, slot) for slot in SLOTS}
        self.client_id = application.client_id
        # The engine knows that the value is secret, but unit tests and other readers of this output do not.
        self.client_secret = Output.secret(secrets[args.config.rotation.active].value)
        self.azure_redirect_uri = Output.from_input(f"{args.url}{AZURE_CALLBACK}")
        self.google_redirect_uri = Output.from_input(f"{args.url}{GOOGLE_CALLBACK}")
        self.register_outputs(
            {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "azure_redirect_uri": self.azure_redirect_uri,
                "google_redirect_uri": self.google_redirect_uri,
            }
        )

    def _secret(
        self, name: str, args: OAuthArgs, application: azuread.Application, slot: Slot
    ) -> azuread.ApplicationPassword:
        end = args.config.secret_ends.a if slot == "a" else args.config.secret_ends.b
        return azuread.ApplicationPassword(
            f"{name}-secret-{slot}",
            application_id=application.id,
            display_name=f"{slot} {args.config.rotation.generation(slot)}",
            end_date=f"{end}T00:00:00Z" if end else None,  # Entra's default is two years
            rotate_when_changed={"generation": str(args.config.rotation.generation(slot))},
            opts=ResourceOptions(parent=self),
        )
