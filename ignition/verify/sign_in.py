"""The redirect URIs that the identity providers have, against those that the api sends."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from azure.core.exceptions import ClientAuthenticationError

from app_config.vault.credentials import Credential, CredentialChoiceError, make
from ignition.verify.deployment import Deployment
from ignition.verify.result import Result, Subject

_BLOCKER: Final = "LATER-004"
_APPLICATION: Final = "azuread:index/application:Application"
_GRAPH: Final = "https://graph.microsoft.com"
_SIGN_IN_S: Final = 20.0
_TIMEOUT_S: Final = 15.0


def sign_in(deployment: Deployment) -> Iterator[Result]:
    """Everything about sign-in."""
    yield _sent(deployment)
    yield _microsoft(deployment)
    google = str(deployment.outputs["redirect_uris"]["google"])
    yield Subject(_BLOCKER, "redirect URI at Google").not_asked(
        "Google has no API that lists them", f"in the Google console, the client must have exactly {google}"
    )


def _sent(deployment: Deployment) -> Result:
    subject = Subject(_BLOCKER, "redirect URIs lead to the api")
    wrong = [
        uri
        for uri in deployment.outputs["redirect_uris"].values()
        if not str(uri).startswith(f"https://{deployment.host('api')}/")
    ]
    if wrong:
        return subject.failed(f"{', '.join(wrong)} is not at https://{deployment.host('api')}", "deploy again")
    return subject.passed(", ".join(deployment.outputs["redirect_uris"].values()))


def _microsoft(deployment: Deployment) -> Result:
    subject = Subject(_BLOCKER, "redirect URI at Microsoft")
    sent = deployment.outputs["redirect_uris"]["azure"]
    client_id = deployment.app("api").values.get("AUTH_OAUTH_AZURE_CLIENT_ID", "")
    if deployment.local is not None:
        registered = _registered_here(deployment, client_id)
    else:
        try:
            registered = _registered(client_id)
        except NotAllowedError as error:
            return subject.not_asked(str(error), "sign in with `az login` as somebody who may read the registration")
    if sent in registered:
        return subject.passed(f"{sent} is registered, with {len(registered) - 1} others")
    return subject.failed(
        f"{sent} is not among those registered: {', '.join(registered) or 'none'}", "`pulumi refresh`, then `pulumi up`"
    )


def _registered_here(deployment: Deployment, client_id: str) -> Sequence[str]:
    resources = deployment.local.resources if deployment.local else ()
    for each in resources:
        if each["type"] == _APPLICATION and each["outputs"].get("clientId") == client_id:
            return each["outputs"].get("web", {}).get("redirectUris", [])
    return []


class NotAllowedError(Exception):
    """Graph may not be asked."""


def _registered(client_id: str) -> Sequence[str]:
    try:
        token = make(Credential.AUTO, time_limit_s=_SIGN_IN_S).get_token(f"{_GRAPH}/.default").token
    except CredentialChoiceError as error:
        raise NotAllowedError(str(error)) from None
    except ClientAuthenticationError:
        raise NotAllowedError("the sign-in gave no token for Microsoft Graph") from None
    request = urllib.request.Request(  # noqa: S310  a constant https address
        f"{_GRAPH}/v1.0/applications(appId='{quote(client_id, safe='')}')?$select=web",
        headers={"Authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310  see above
            said: Any = json.load(answer)
    except urllib.error.HTTPError as error:
        raise NotAllowedError(f"Microsoft Graph answers {error.code}") from None
    except OSError as error:
        raise NotAllowedError(f"Microsoft Graph does not answer ({error})") from None
    return said.get("web", {}).get("redirectUris", [])
