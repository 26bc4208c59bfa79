"""
New versions of secrets by Azure's management interface, which the firewall of a vault does not stand before.

A closed vault answers its own network alone; whoever may write the vault's resource may store a secret from anywhere
(https://github.com/MicrosoftDocs/azure-docs/issues/68668). A value is never read this way: Azure does not give one back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from azure.core.credentials import TokenCredential
    from azure.core.rest import HttpResponse

ENDPOINT: Final = "https://management.azure.com"
API_VERSION: Final = "2023-07-01"
WRITE_RIGHT: Final = "Microsoft.KeyVault/vaults/secrets/write"
_VAULT_ID: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/[^/]+", re.IGNORECASE
)


class WriteError(Exception):
    """The secret was not stored; the message continues its name."""


def secret_url(vault_id: str, secret: str, *, endpoint: str = ENDPOINT) -> str:
    """Where the management interface has a secret of a vault."""
    return f"{endpoint}{vault_id}/secrets/{secret}?api-version={API_VERSION}"


@dataclass(frozen=True, kw_only=True)
class Management:
    """
    Writes secrets of one vault.

    Args:
        vault_id: the vault's ARM id.
        credential: signs in to the management interface.
        endpoint: the management interface; another one in sovereign clouds.
        ca_file: certificates to trust, in PEM, in place of the usual ones.
        time_limit_s: for each request.
    """

    vault_id: str
    credential: TokenCredential
    endpoint: str = ENDPOINT
    ca_file: Path | None = None
    time_limit_s: float = 15.0

    def __post_init__(self) -> None:
        """Refuse what is no vault and no HTTPS address."""
        if not _VAULT_ID.fullmatch(self.vault_id):
            raise WriteError(f"was not stored: {self.vault_id!r} is no vault's id. Run `pulumi up`, which writes it")
        if urlsplit(self.endpoint).scheme != "https":
            raise WriteError(f"was not stored: {self.endpoint!r} is no https address")

    def put(self, secret: str, value: SecretStr) -> str:
        """
        Store a new version; its content type and tags are those of the one before.

        Returns:
            The version.

        Raises:
            WriteError: Azure refused, or did not answer.
        """
        from azure.core import PipelineClient  # noqa: PLC0415  slow to import
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy  # noqa: PLC0415

        policies: list[Any] = [
            RetryPolicy(retry_total=3),
            BearerTokenCredentialPolicy(self.credential, f"{self.endpoint}/.default"),
        ]
        with cast("AbstractContextManager[Any]", PipelineClient(self.endpoint, policies=policies)) as client:
            before = self._send(client, "GET", secret, missing_is_fine=True)
            properties = cast("dict[str, Any]", before.get("properties") or {})
            kept = {"contentType": properties["contentType"]} if properties.get("contentType") else {}
            body: dict[str, Any] = {"properties": {**kept, "attributes": {"enabled": True}}}
            if before.get("tags"):
                body["tags"] = before["tags"]
            stored = self._send(client, "PUT", secret, body, value)
        address = str(cast("dict[str, Any]", stored.get("properties") or {}).get("secretUriWithVersion", ""))
        return address.rpartition("/")[2]

    def _send(
        self,
        client: Any,
        method: str,
        secret: str,
        body: dict[str, Any] | None = None,
        value: SecretStr | None = None,
        *,
        missing_is_fine: bool = False,
    ) -> dict[str, Any]:
        from azure.core.exceptions import AzureError  # noqa: PLC0415  slow to import
        from azure.core.rest import HttpRequest  # noqa: PLC0415

        content = body
        if body is not None and value is not None:
            content = {**body, "properties": {**body["properties"], "value": value.get_secret_value()}}
        request = HttpRequest(method, secret_url(self.vault_id, secret, endpoint=self.endpoint), json=content)
        response: HttpResponse | None = None
        failure = ""
        try:
            response = client.send_request(
                request,
                connection_timeout=self.time_limit_s,
                read_timeout=self.time_limit_s,
                connection_verify=str(self.ca_file) if self.ca_file else True,
            )
        except AzureError as error:
            failure = f"was not stored: {_first_line(error)}. Check the credential (`az login`) and the network"
        if response is None:
            raise WriteError(failure)  # outside of the handler: the SDK's exception carries the request
        if response.status_code == 404 and missing_is_fine and _code(response) != "ResourceGroupNotFound":
            return {}
        if response.status_code not in {200, 201}:
            raise WriteError(_refusal(response, self.vault_id))
        return cast("dict[str, Any]", response.json())


def _refusal(response: HttpResponse, vault_id: str) -> str:
    status, code = response.status_code, _code(response)
    if status == 403:
        return (
            f"is forbidden to this identity ({code}): it needs a role with {WRITE_RIGHT} on {vault_id}, such as Contributor, or "
            "the role of the stack's operators"
        )
    if status == 401:
        return (
            "was not stored: Azure does not accept the token. Check the tenant of the sign-in, and this machine's clock"
        )
    if status == 404:
        return (
            f"was not stored: there is no vault {vault_id} ({code}). Run `pulumi up`, or choose the right subscription"
        )
    if status == 409:
        return (
            f"was not stored ({code}): a secret of this name was deleted and can be brought back. Recover it from within the "
            "network, `az keyvault secret recover`, then store the value"
        )
    if status == 429:
        return "was not stored: Azure is throttling (429) and did not stop in time. Try again later"
    return f"was not stored: Azure answers {status} ({code})"


def _code(response: HttpResponse) -> str:
    """The code of an answer in ARM's shape, `{"error": {"code": ..., "message": ...}}`; never its message, which may quote the body."""
    try:
        found = response.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return "no reason given"
    return re.sub(r"[^\w.-]", "", str(found))[:80] or "no reason given"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:300]
