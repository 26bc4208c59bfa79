"""
New versions of secrets that the backend owns.

Secrets that others own (providers' keys, passwords that the stack makes) are not touched here; the refusal says whose they
are. Reading secrets is `vault.access`'s.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from app_config.contract import variables
from app_config.settings import Settings
from app_config.vault.access import VaultAccess
from app_config.vault.addresses import SecretAddress
from app_config.vault.credentials import CredentialChoiceError
from app_config.vault.local_audience import is_local
from app_config.vault.management import ENDPOINT, Management, WriteError
from app_config.vault.outcomes import Failed, Failure, failed

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient

OFFICER_ROLE: Final = "Key Vault Secrets Officer"
_RANDOM_BYTES: Final = 48


def is_rotated(name: str) -> bool:
    """Whether `rotate` makes the values of a variable."""
    return any(variable.env == name and variable.rotated for variable in variables(Settings))


def owner_of(name: str) -> str:
    """Who makes the values of a variable, in words."""
    return next((each.owner for each in variables(Settings) if each.env == name), "no variable has this name")


class RotationError(Exception):
    """The secret cannot be rotated; the message continues its name."""


@dataclass(frozen=True)
class Rotated:
    """
    What was done.

    Attributes:
        version: the new version.
        previous: the version before; None when there was none.
        previous_expires: when that one ends.
    """

    version: str
    previous: str | None
    previous_expires: datetime | None


def rotate(
    name: str,
    address: SecretAddress,
    access: VaultAccess,
    *,
    overlap_s: float,
    vault_id: str | None = None,
    management: str = ENDPOINT,
) -> Rotated:
    """
    Store a new random version and let the one before expire after the overlap.

    Args:
        name: the variable.
        address: the secret; its version is not looked at.
        access: how the vault is reached.
        overlap_s: how long the version before stays valid.
        vault_id: the vault's ARM id. A vault whose network is closed to this machine then gets the new version by the management
            interface, which cannot give the version before an end.
        management: the management interface.

    Raises:
        RotationError: the backend does not own it, or the vault refused.
    """
    if not is_rotated(name):
        rotated = ", ".join(sorted(variable.env for variable in variables(Settings) if variable.rotated))
        raise RotationError(f"is not rotated here: {owner_of(name)}. This command rotates {rotated}")
    from app_config.vault.clients import Clients  # noqa: PLC0415  brings the Azure SDK

    try:
        clients = Clients(access.token_credential(), connections=1, ca_file=access.ca_file)
    except CredentialChoiceError as error:
        raise RotationError(f"cannot be rotated: {error}") from None
    try:
        done = _replace(clients.of(address.vault), address, overlap_s, access.time_limit_s)
    finally:
        clients.close()
    if isinstance(done, Failed) and done.failure is Failure.FORBIDDEN and done.whole_vault and vault_id is not None:
        value = SecretStr(secrets.token_urlsafe(_RANDOM_BYTES))
        try:
            return Rotated(_management(vault_id, access, management).put(address.name, value), None, None)
        except WriteError as error:
            raise RotationError(str(error)) from None
    if isinstance(done, Failed):
        text = done.text.replace("Key Vault Secrets User", OFFICER_ROLE)
        raise RotationError(text.replace("could not be read", "could not be rotated"))
    return done


def store(
    address: SecretAddress, value: SecretStr, access: VaultAccess, *, vault_id: str | None, management: str = ENDPOINT
) -> str:
    """
    Store a new version of a secret, from wherever this machine is.

    A vault of Azure is written by the management interface, a local one directly.

    Returns:
        The version.

    Raises:
        WriteError: it was not stored.
        CredentialChoiceError: there is no way to sign in.
    """
    if not is_local(address.vault):
        if vault_id is None:
            raise WriteError(
                "was not stored: the stack does not say which vault is its own. Run `pulumi up` with this release"
            )
        return _management(vault_id, access, management).put(address.name, value)
    from app_config.vault.clients import Clients  # noqa: PLC0415  brings the Azure SDK

    clients = Clients(access.token_credential(), connections=1, ca_file=access.ca_file)
    try:
        made = clients.of(address.vault).set_secret(address.name, value.get_secret_value())
    except Exception as error:  # noqa: BLE001  whatever the SDK raises becomes a sentence
        text = failed(error, address).text.replace("could not be read", "was not stored")
        problem = WriteError(text.replace("Key Vault Secrets User", OFFICER_ROLE))
    else:
        return made.properties.version or ""
    finally:
        clients.close()
    raise problem


def _management(vault_id: str, access: VaultAccess, endpoint: str) -> Management:
    return Management(
        vault_id=vault_id,
        credential=access.token_credential(),
        endpoint=endpoint.rstrip("/"),
        ca_file=access.ca_file,
        time_limit_s=access.time_limit_s,
    )


def _replace(client: SecretClient, address: SecretAddress, overlap_s: float, timeout_s: float) -> Rotated | Failed:
    limits: dict[str, Any] = {"connection_timeout": timeout_s, "read_timeout": timeout_s, "retry_total": 3}
    try:
        previous = client.get_secret(address.name, **limits).properties.version
    except Exception as error:  # noqa: BLE001  whatever the SDK raises becomes a sentence
        outcome = failed(error, address)
        # A disabled version is out of use already; nothing is there to overlap with.
        if outcome.failure not in {Failure.MISSING, Failure.DISABLED}:
            return outcome
        previous = None
    try:
        # The value lives in this expression only, so that no traceback has it.
        made = client.set_secret(
            address.name,
            secrets.token_urlsafe(_RANDOM_BYTES),
            content_type="text/plain",
            tags={"made-by": "app-config rotate"},
            **limits,
        ).properties.version
    except Exception as error:  # noqa: BLE001  the same
        return failed(error, address)
    if not previous:
        return Rotated(made or "", None, None)
    expires = datetime.now(UTC) + timedelta(seconds=overlap_s)
    try:
        client.update_secret_properties(address.name, previous, expires_on=expires, **limits)
    except Exception as error:  # noqa: BLE001  the same
        outcome = failed(error, address)
        text = f"has the new version {made}, but the one before, {previous}, got no end, because it {outcome.text}"
        return Failed(outcome.failure, text)
    return Rotated(made or "", previous, expires)
