"""Entra applications."""

from __future__ import annotations

import re
import shlex
from typing import ClassVar, Final

from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Length, Valid, items_at, part
from local_cloud.server.values.guids import stable_guid
from local_cloud.services.identity.rules.entra_in_plan import APPLICATIONS_IN_PLAN

_SOURCE: Final = "https://learn.microsoft.com/graph/api/resources/application"
_REDIRECTS: Final = "https://learn.microsoft.com/entra/identity-platform/reply-url"
_AUDIENCES: Final = (
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
)
_PERSONAL: Final = {"AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ROLE: Final = {"allowedMemberTypes": ["User"], "description": "Reads", "displayName": "Reader", "value": "reader"}


def _token_version_fits(inputs: Inputs) -> bool:
    personal = inputs.get("signInAudience") in _PERSONAL
    return not personal or part(inputs, "api").get("requestedAccessTokenVersion") == 2


def is_redirect(uri: str) -> bool:
    """Https, or http on the developer's own machine; no wildcard, no fragment; 256 characters at most."""
    return len(uri) <= 256 and re.fullmatch(r"(https://[^*#\s]+|http://localhost(:\d+)?(/[^*#\s]*)?)", uri) is not None


def _have_ids(inputs: Inputs) -> bool:
    scopes = items_at(inputs, "api.oauth2PermissionScopes[].id")
    return all(_GUID.fullmatch(str(each)) for each in (*scopes, *items_at(inputs, "appRoles[].id")))


def _native_redirects(inputs: Inputs) -> bool:
    return all(
        len(str(each)) <= 256 and re.match(r"[a-zA-Z][\w+.-]*://?\S+", str(each)) is not None
        for each in items_at(inputs, "publicClient.redirectUris[]")
    )


def _named(name: str) -> str:
    return f"displayName eq '{name.replace(chr(39), chr(39) * 2)}'"


class Application(BridgedType):
    """An application registration; kept as state."""

    token = "azuread:index/application:Application"
    after_lost_state = Import(
        "/applications/{id}",
        find=lambda inputs: (
            f"az ad app list --filter {shlex.quote(_named(inputs['displayName']))} --query '[].id' --output tsv"
        ),
        needs=("displayName",),
    )
    module = "pulumi_azuread"
    unseen: ClassVar = {
        "identifierUris": "another application of the tenant has the URI, or the tenant has not verified its domain",
        "displayName": "preventDuplicateNames is set, and the tenant has an application of that name",
    }
    rules = (
        Length(
            path="displayName",
            least=1,
            most=120,
            says="a display name has 1 to 120 characters",
            source=_SOURCE,
            passes="Ignition (dev)",
            fails="",
        ),
        Choice(
            path="signInAudience",
            among=_AUDIENCES,
            says=f"the audience is one of {', '.join(_AUDIENCES)}",
            source=_SOURCE,
            passes="AzureADMyOrg",
            fails="Everybody",
        ),
        Combination(
            path="api.requestedAccessTokenVersion",
            test=_token_version_fits,
            says="an audience with personal accounts needs access tokens of version 2",
            source=_SOURCE,
            passes={"signInAudience": "AzureADandPersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 2}},
            fails={"signInAudience": "AzureADandPersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 1}},
        ),
        Valid(
            path="web.redirectUris[]",
            test=is_redirect,
            says="a redirect URI is exact and https (http on localhost only), without wildcard or fragment",
            source=_REDIRECTS,
            passes="https://api.ecent.online/auth/callback/azure",
            fails="http://api.ecent.online/auth/callback/azure",
        ),
        Length(
            path="web.redirectUris",
            most=256,
            says="an application has at most 256 redirect URIs",
            source=_REDIRECTS,
            passes=["https://api.ecent.online/a"],
            fails=["https://api.ecent.online/a"] * 257,
        ),
        Combination(
            path="appRoles",
            test=_have_ids,
            says="app roles and permission scopes have GUIDs as ids",
            source=_SOURCE,
            passes={"appRoles": [{**_ROLE, "id": "11111111-1111-1111-1111-111111111111"}]},
            fails={"appRoles": [{**_ROLE, "id": "admin"}]},
        ),
        Combination(
            path="singlePageApplication.redirectUris",
            test=lambda inputs: all(
                is_redirect(each) for each in items_at(inputs, "singlePageApplication.redirectUris[]")
            ),
            says="a redirect URI of a single-page application is exact and https (http on localhost only)",
            source=_REDIRECTS,
            passes={"singlePageApplication": {"redirectUris": ["http://localhost:5173/"]}},
            fails={"singlePageApplication": {"redirectUris": ["http://app.ecent.online/"]}},
        ),
        Combination(
            path="publicClient.redirectUris",
            test=_native_redirects,
            says="a redirect URI of a public client begins with a scheme, https://, http://localhost or one of its own",
            source=_REDIRECTS,
            passes={"publicClient": {"redirectUris": ["ms-appx-web://microsoft.aad.brokerplugin/a"]}},
            fails={"publicClient": {"redirectUris": ["app.ecent.online"]}},
        ),
        Combination(
            path="owners",
            test=lambda inputs: bool(inputs.get("owners")),
            says="the provider takes its caller off the owners once the application is made, unless the caller is among `owners`; with "
            "Application.ReadWrite.OwnedBy the next change is then refused (403). List the deployer's object id",
            source="https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/application#owners",
            passes={"owners": ["11111111-1111-1111-1111-111111111111"]},
            fails={"owners": None},
        ),
    )
    plan_rules = APPLICATIONS_IN_PLAN
    example: ClassVar = {
        "displayName": "Ignition (dev)",
        "owners": ["11111111-1111-1111-1111-111111111111"],
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
        "web": {"redirectUris": ["https://api-dev.ecent.online/auth/callback/azure"]},
    }

    def identify(self, call: Call, inputs: Inputs) -> str:
        """`/applications/OBJECT`."""
        return f"/applications/{stable_guid('application', super().identify(call, inputs))}"

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """The ids that Entra makes up."""
        return {"objectId": resource_id.removeprefix("/applications/"), "clientId": stable_guid("client", resource_id)}
