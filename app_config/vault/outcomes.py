"""
What became of one request for a secret, and what a person should do about it.

Translates the exceptions of the official clients. Whether to try again is `fetching`'s decision, by the kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import SecretStr

from app_config.vault.addresses import SecretAddress
from app_config.vault.local_audience import AudienceRefused

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

ROLE: Final = "Key Vault Secrets User"
_OBJECT_ID: Final = re.compile(r"oid=([0-9a-fA-F-]{36})")
_RESOURCE: Final = re.compile(r"Resource: '([^']+)'")


class Failure(Enum):
    """Why there is no value."""

    MISSING = auto()
    DISABLED = auto()
    EXPIRED = auto()
    FORBIDDEN = auto()
    REFUSED = auto()
    THROTTLED = auto()
    UNREACHABLE = auto()
    NO_TOKEN = auto()

    @property
    def passing(self) -> bool:
        """Whether it is the service's trouble and not a decision about the secret: last good values may stand in."""
        return self in {Failure.THROTTLED, Failure.UNREACHABLE, Failure.NO_TOKEN}


@dataclass(frozen=True)
class Fetched:
    """A secret's value and the version it is of."""

    value: SecretStr
    version: str


@dataclass(frozen=True)
class Failed:
    """
    Why a secret could not be had.

    Attributes:
        text: continues the name of a variable.
        retry_after_s: when the service said to come back.
        again: whether another attempt can help.
        whole_vault: whether every other secret of the vault would fail just so.
    """

    failure: Failure
    text: str
    retry_after_s: float | None = None
    again: bool = False
    whole_vault: bool = False


Outcome = Fetched | Failed


def failed(error: Exception, address: SecretAddress) -> Failed:
    """What an exception of the official clients means."""
    from azure.core import exceptions as azure  # noqa: PLC0415  slow to import

    if isinstance(error, AudienceRefused):
        return Failed(
            Failure.REFUSED,
            f"could not be read: what answers at {address.vault} asks for a token for {' '.join(error.asked)[:200]!r}, and a vault on this "
            f"machine gets one for {error.expected} alone. It is not the local cloud's vault: check the address",
            whole_vault=True,
        )
    if isinstance(error, azure.ClientAuthenticationError) and getattr(error, "response", None) is None:
        return _no_token(error)
    if isinstance(error, azure.HttpResponseError):
        return _answered(error, address)
    if isinstance(error, azure.ServiceResponseError):
        return Failed(Failure.UNREACHABLE, f"could not be read: {address.vault} did not answer in time", again=True)
    if isinstance(error, azure.ServiceRequestError):
        return _unconnected(error, address)
    # ValueError: the client's own check of the challenge against the vault's host, among others.
    return Failed(
        Failure.REFUSED,
        f"could not be read: the Azure client refused to ask {address.vault} ({type(error).__name__}). Check the address",
        whole_vault=True,
    )


def _no_token(error: Exception) -> Failed:
    said = _first_line(error)
    return Failed(
        Failure.NO_TOKEN,
        f"could not be read, because Azure gave no token: {said}. Check the credential (`az login`, AZURE_CLIENT_ID, the "
        "app's identity) or wait for the token endpoint",
        whole_vault=True,
    )


def _answered(error: HttpResponseError, address: SecretAddress) -> Failed:
    status = error.status_code or 0
    code, inner, message = _details(error)
    if status == 404:
        version = f" in version {address.version}" if address.version else ""
        return Failed(Failure.MISSING, f"is not in {address.vault} as {address.name}{version}: store it there")
    if status == 403:
        return _forbidden(inner, message, address)
    if status == 429:
        return Failed(
            Failure.THROTTLED,
            f"could not be read: {address.vault} is throttling (429) and did not stop in time. Try again, or ask less often",
            retry_after_s=_retry_after(error),
            again=True,
        )
    if status in {408, 500, 502, 503, 504}:
        return Failed(
            Failure.UNREACHABLE,
            f"could not be read: {address.vault} answers {status} ({code or 'no reason given'}). Try again later",
            retry_after_s=_retry_after(error),
            again=True,
        )
    if status == 401:
        return Failed(
            Failure.NO_TOKEN,
            f"could not be read: {address.vault} does not accept the token. Check the tenant of the identity and this "
            "machine's clock",
            whole_vault=True,
        )
    return Failed(Failure.REFUSED, f"could not be read: {address.vault} answers {status} ({code or 'no reason given'})")


def _forbidden(inner: str, message: str, address: SecretAddress) -> Failed:
    if inner == "SecretDisabled" or "disabled secret" in message:
        return Failed(
            Failure.DISABLED, f"is disabled in {address.vault}: enable {address.name} there, or store a new version"
        )
    if inner in {"ForbiddenByFirewall", "ForbiddenByConnection"}:
        return Failed(
            Failure.FORBIDDEN,
            f"could not be read: the firewall of {address.vault} refuses this machine. Run it inside the network",
            whole_vault=True,
        )
    who, scope = _OBJECT_ID.search(message), _RESOURCE.search(message)
    return Failed(
        Failure.FORBIDDEN,
        f"is forbidden to this identity in {address.vault}: assign it `{ROLE}`, `az role assignment create --role "
        f'"{ROLE}" --assignee {who[1] if who else "OBJECT_ID"} --scope {scope[1] if scope else "VAULT_ID"}`',
    )


def _unconnected(error: Exception, address: SecretAddress) -> Failed:
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said or "certificate verify failed" in said:
        why = "has expired" if "expired" in said else "is not trusted here"
        # OpenSSL says the same when it is the authority that has expired.
        what = (
            "renew it, or its authority"
            if "expired" in said
            else "name its authority with `ca_file` or REQUESTS_CA_BUNDLE"
        )
        return Failed(
            Failure.UNREACHABLE,
            f"could not be read: the certificate of {address.vault} {why}: {what}, and check this machine's clock",
            whole_vault=True,
        )
    return Failed(
        Failure.UNREACHABLE,
        f"could not be read: no connection to {address.vault}. Check its name and the network",
        again=True,
        whole_vault=True,
    )


def _details(error: HttpResponseError) -> tuple[str, str, str]:
    """Code, inner code and message of an answer, as far as it has them."""
    found = cast("Any", error.error)
    inner = cast("dict[str, Any]", getattr(found, "innererror", None) or {})
    return str(getattr(found, "code", "") or ""), str(inner.get("code", "")), str(error.message or "")


def _retry_after(error: HttpResponseError) -> float | None:
    headers = cast("dict[str, str]", getattr(error.response, "headers", {}))
    said = headers.get("Retry-After", "")
    return float(said) if said.replace(".", "", 1).isdigit() else None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:300]
