"""
Who asks the vault, chosen and not probed for.

`DefaultAzureCredential` tries one way after another and spends seconds on those that are not there. Here the choice is
either named or read from the variables that the platform sets.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


class Credential(StrEnum):
    """A way to sign in to Azure."""

    AUTO = "auto"
    """The one whose variables are set; the Azure CLI if none are. Nothing is probed."""
    MANAGED_IDENTITY = "managed-identity"
    """An Azure resource's own identity: Container Apps, App Service, a virtual machine. Several: AZURE_CLIENT_ID."""
    WORKLOAD_IDENTITY = "workload-identity"
    """A federated token from a file: Kubernetes, or a CI job."""
    CLIENT_SECRET = "client-secret"
    """An application's password in AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."""
    CLI = "cli"
    """Whoever ran `az login`."""


class CredentialChoiceError(Exception):
    """The chosen way to sign in is not there; the message says what to do."""


# The clients retry by themselves; a few seconds must do, because the caller has a time limit.
_RETRIES: Final = {"retry_total": 2, "retry_backoff_factor": 0.2, "retry_backoff_max": 2}


def choose(environ: Mapping[str, str]) -> Credential:
    """The credential that an environment asks for."""
    if environ.get("AZURE_FEDERATED_TOKEN_FILE"):
        return Credential.WORKLOAD_IDENTITY
    if environ.get("IDENTITY_ENDPOINT") or environ.get("MSI_ENDPOINT"):
        return Credential.MANAGED_IDENTITY
    if environ.get("AZURE_CLIENT_SECRET"):
        return Credential.CLIENT_SECRET
    return Credential.CLI


def make(choice: Credential, *, time_limit_s: float) -> TokenCredential:
    """
    The official credential of a choice.

    Args:
        choice: how to sign in.
        time_limit_s: how long the Azure CLI may take.

    Raises:
        CredentialChoiceError: what it needs is not there.
    """
    if choice is Credential.AUTO:
        choice = choose(os.environ)
        if choice is Credential.CLI and not shutil.which("az"):
            raise CredentialChoiceError(
                "there is no way to sign in to Azure: run `az login` (and install the Azure CLI first), or name the "
                "identity to use, such as Credential.MANAGED_IDENTITY or `--credential managed-identity`"
            )
    return _MAKERS[choice](time_limit_s)


def _managed_identity(_: float) -> TokenCredential:
    from azure.identity import ManagedIdentityCredential  # noqa: PLC0415  slow to import

    return ManagedIdentityCredential(client_id=os.environ.get("AZURE_CLIENT_ID"), **_options())


def _workload_identity(_: float) -> TokenCredential:
    from azure.identity import WorkloadIdentityCredential  # noqa: PLC0415

    _require("workload-identity", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")
    return WorkloadIdentityCredential(**_options())


def _client_secret(_: float) -> TokenCredential:
    from azure.identity import EnvironmentCredential  # noqa: PLC0415

    _require("client-secret", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
    return EnvironmentCredential(**_options())


def _cli(time_limit_s: float) -> TokenCredential:
    from azure.identity import AzureCliCredential  # noqa: PLC0415

    if not shutil.which("az"):
        raise CredentialChoiceError("the Azure CLI is not on PATH: install it and run `az login`")
    return AzureCliCredential(process_timeout=max(1, int(time_limit_s)))


_MAKERS: Final[Mapping[Credential, Callable[[float], TokenCredential]]] = {
    Credential.MANAGED_IDENTITY: _managed_identity,
    Credential.WORKLOAD_IDENTITY: _workload_identity,
    Credential.CLIENT_SECRET: _client_secret,
    Credential.CLI: _cli,
}


def _options() -> dict[str, Any]:
    options: dict[str, Any] = dict(_RETRIES)
    authority = os.environ.get("AZURE_AUTHORITY_HOST", "")
    if authority.startswith(("https://localhost:", "https://127.0.0.1:")):
        # Microsoft's list of authorities does not know the local cloud's.
        options["disable_instance_discovery"] = True
    return options


def _require(choice: str, *names: str) -> None:
    absent = [name for name in names if not os.environ.get(name)]
    if absent:
        raise CredentialChoiceError(
            f"{choice} needs {', '.join(absent)} in the environment: set them, or choose another"
        )
