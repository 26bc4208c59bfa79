"""
Sign-in with Microsoft: the Entra application, and client secrets that are changed without a gap.

Google has no interface for making its OAuth clients: only the redirect URI that must be entered there comes from here; its client
secret is put into the vault by a person. Apps must never take a person's e-mail address for their identity: with accounts of other
tenants anybody can claim one, so `iss` and `sub` (or `tid` and `oid`) are what identifies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi_azuread as azuread
from pulumi import ComponentResource, Output, ResourceOptions

from infra.components.access.graph_permissions import permissions
from infra.components.rotation import SLOTS, Rotation, Slot

Audience = Literal["AzureADMyOrg", "PersonalMicrosoftAccount"]
"""One tenant each: the backend is given one and takes accounts of no other."""

AZURE_CALLBACK: Final = "/auth/callback/azure"
GOOGLE_CALLBACK: Final = "/auth/callback/google"
"""Where the backend answers after a sign-in; part of its contract."""


@dataclass(frozen=True, kw_only=True)
class OAuthArgs:
    """
    What the sign-in is to be.

    Attributes:
        display_name: What people see when they agree to it.
        url: The app's own address, `https://api.ecent.online`.
        further_redirects: More addresses to return to; on the developer's own machine `http://localhost` is allowed.
        audience: Whose accounts may sign in.
        rotation: Which of the two client secrets is given out.
        secret_end: When each secret ends, in full (`2027-05-31T00:00:00Z`); None takes Entra's two years. Another end makes the
            secret anew, so change only the idle slot's.
        owners: Object ids of the principals that may change the application, the deployer among them: the provider takes its own
            caller off the owners after the creation unless it is listed, and with `Application.ReadWrite.OwnedBy` Entra then
            refuses the secrets (https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/application#owners).
    """

    display_name: str
    url: str
    owners: Sequence[str]
    further_redirects: Sequence[str] = ()
    audience: Audience = "AzureADMyOrg"
    rotation: Rotation = field(default_factory=Rotation)
    secret_end: dict[Slot, str] = field(default_factory=dict[Slot, str])

    def __post_init__(self) -> None:
        if not self.url.startswith("https://") or self.url.endswith("/"):
            raise ValueError(f"url {self.url!r}: write https://HOST, without a slash at its end")
        if not self.owners:
            raise ValueError(
                f"{self.display_name}: name the deployer in `owners`, who otherwise may not make its secrets"
            )
        for slot, end in self.secret_end.items():
            if not _is_moment(end):
                raise ValueError(
                    f"the end of secret {slot} is {end!r}: write it in full, 2027-05-31T00:00:00Z for example"
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
            sign_in_audience=args.audience,
            api=azuread.ApplicationApiArgs(requested_access_token_version=2),  # personal accounts need it
            web=azuread.ApplicationWebArgs(
                redirect_uris=[f"{args.url}{AZURE_CALLBACK}", *args.further_redirects],
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
        self.client_secret = Output.secret(secrets[args.rotation.active].value)
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
        return azuread.ApplicationPassword(
            f"{name}-secret-{slot}",
            application_id=application.id,
            display_name=f"{slot} {args.rotation.generation(slot)}",
            end_date=args.secret_end.get(slot),
            rotate_when_changed={"generation": str(args.rotation.generation(slot))},
            opts=ResourceOptions(parent=self),
        )


def _is_moment(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None and "T" in text
    except ValueError:
        return False
