"""The vault: each secret is readable by the identity that needs it and by nobody else, and what ends soon is named."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError, HttpResponseError

from app_config.local_platform import TokenEndpoint
from app_config.vault.addresses import SecretAddress, parse_address
from app_config.vault.clients import Clients
from app_config.vault.credentials import Credential, CredentialChoiceError, make
from app_config.vault.local_identity import LocalIdentity
from app_config.vault.outcomes import Failed, Failure, Fetched
from ignition.verify.deployment import Deployment
from ignition.verify.result import Result, Subject
from ignition.verify.tls import get

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_BLOCKER = "LATER-002"
_TIMEOUT_S = 10.0
_SIGN_IN_S = 20.0


def vault(deployment: Deployment) -> Iterator[Result]:
    """Everything about the vault."""
    yield _anonymous(deployment)
    if deployment.local is None:
        yield Subject(_BLOCKER, "each secret readable by its identity only").not_asked(
            "only the app can sign in as the app",
            "the api's revision starts only if it can read its secrets; see its log",
        )
    else:
        yield from _by_identity(deployment)
    yield from _ends(deployment)


def secrets_of_api(deployment: Deployment, *names: str) -> dict[str, str] | None:
    """Values of secrets, read as the api; None where nobody here can sign in as the api, or the vault refuses."""
    local = deployment.local
    endpoint = local.platform.apps["api"].identity if local else None
    if endpoint is None:
        return None
    clients = _clients(deployment, LocalIdentity(endpoint))
    try:
        found = {
            name: clients.read(parse_address(deployment.app("api").secrets[name]), timeout_s=_TIMEOUT_S)
            for name in names
        }
    finally:
        clients.close()
    values = {name: each.value.get_secret_value() for name, each in found.items() if isinstance(each, Fetched)}
    return values if len(values) == len(names) else None


def _anonymous(deployment: Deployment) -> Result:
    subject = Subject(_BLOCKER, "vault refuses who has no token")
    address = urlsplit(str(deployment.outputs["key_vault_uri"]))
    host = address.hostname or ""
    try:
        status = get(
            host, (host, address.port or 443), "/secrets/DATABASE-URL?api-version=7.4", ca_file=deployment.ca_file
        ).status
    except OSError as error:
        return subject.passed(f"no connection from here ({type(error).__name__})")
    if status in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
        return subject.passed(f"status {status}")
    return subject.failed(f"status {status}", "look at the vault's access: this must be 401 or 403")


def _by_identity(deployment: Deployment) -> Iterator[Result]:
    assert deployment.local is not None  # noqa: S101  the caller's branch
    for app, local in deployment.local.platform.apps.items():
        own = {parse_address(url) for url in deployment.app(app).secrets.values()}
        names = {each.name for each in own}
        every = (parse_address(str(url)) for url in deployment.outputs["secret_uris"].values())
        others = {each for each in every if each.name not in names}
        if local.identity is None:
            if own:
                yield Subject(_BLOCKER, f"{app} reads its secrets").failed(
                    "it has no identity", "deploy the stack again"
                )
            continue
        yield from _as_app(deployment, app, local.identity, own, others)


def _as_app(
    deployment: Deployment, app: str, identity: TokenEndpoint, own: set[SecretAddress], others: set[SecretAddress]
) -> Iterator[Result]:
    reads, refused = Subject(_BLOCKER, f"{app} reads its secrets"), Subject(_BLOCKER, f"{app} reads no other secret")
    clients = _clients(deployment, LocalIdentity(identity))
    try:
        outcomes = {each: clients.read(each, timeout_s=_TIMEOUT_S) for each in own}
        answers = {each.name: clients.read(each, timeout_s=_TIMEOUT_S) for each in others}
    finally:
        clients.close()
    let_in = sorted(name for name, found in answers.items() if isinstance(found, Fetched))
    unclear = sorted(
        f"{name} {found.text}"
        for name, found in answers.items()
        if isinstance(found, Failed) and found.failure is not Failure.FORBIDDEN
    )
    bad = sorted(f"{each.name} {found.text}" for each, found in outcomes.items() if not isinstance(found, Fetched))
    yield (
        reads.failed("; ".join(bad), "deploy again, or store the secret")
        if bad
        else reads.passed(f"{len(own)} secrets")
    )
    if let_in:
        yield refused.failed(f"it can read {', '.join(let_in)}", "remove the role assignment that lets it")
    elif unclear:
        yield refused.failed(f"not refused, but not read either: {'; '.join(unclear)}", "fix that, then verify again")
    else:
        yield refused.passed(f"{len(others)} secrets refused")


def _ends(deployment: Deployment) -> Iterator[Result]:
    """Ends of secrets, by the reader's own right to list them; values are not read."""
    subject = Subject(_BLOCKER, "ends of secrets")
    try:
        credential: TokenCredential = (
            LocalIdentity(deployment.local.platform.identity)
            if deployment.local
            else make(Credential.AUTO, time_limit_s=_SIGN_IN_S)
        )
        clients = _clients(deployment, credential)
        try:
            listed = list(clients.of(str(deployment.outputs["key_vault_uri"])).list_properties_of_secrets())
        finally:
            clients.close()
    except CredentialChoiceError as error:
        yield subject.not_asked(str(error), "`az login`")
        return
    except HttpResponseError as error:
        yield subject.not_asked(
            f"the vault refuses your sign-in, or your network (status {error.status_code})",
            "list them in the operators' network with the role Key Vault Reader",
        )
        return
    except AzureError as error:
        yield subject.not_asked(
            f"no answer ({type(error).__name__})", "sign in with `az login`, from a network that is let in"
        )
        return
    ending = [each for each in listed if each.expires_on is not None]
    for each in ending:
        end = each.expires_on
        if end is not None:
            yield Subject(_BLOCKER, f"secret {each.name}").ends(end, "valid", "rotate it: docs/runbooks/README.md")
    yield subject.passed(f"{len(ending)} of {len(listed)} secrets end some day")


def _clients(deployment: Deployment, credential: TokenCredential) -> Clients:
    ca_file = Path(deployment.ca_file) if deployment.ca_file else None
    return Clients(credential, connections=4, ca_file=ca_file)
