"""
How Key Vault says no: status, code, text and inner code as the service sends them.

Sources: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes and the service's own answers, as quoted in
public issues of its SDKs.
"""

from __future__ import annotations

from typing import Any, Final

from local_cloud.runtime.errors import CloudRefusal


class KeyVaultRefusal(CloudRefusal):
    """
    A refusal, for the wire (`status`, `body`) as well as for Python callers (the message).

    Attributes:
        status: HTTP status.
        inner: the inner error code, `SecretDisabled`; None when there is none.
    """

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(code, message)
        self.status = status
        self.inner = inner
        self.text = message

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that the service answers with."""
        error: dict[str, Any] = {"code": self.code, "message": self.text}
        if self.inner:
            error["innererror"] = {"code": self.inner}
        return {"error": error}


_HELP: Final = "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"


def secret_not_found(name: str, version: str | None = None) -> KeyVaultRefusal:
    """404 for a secret or a version that is not there."""
    id_ = f"{name}/{version}" if version else name
    return KeyVaultRefusal(
        404,
        "SecretNotFound",
        f"A secret with (name/id) {id_} was not found in this key vault. If you recently deleted this secret you may be able "
        f"to recover it using the correct recovery command. {_HELP}",
    )


def deleted_secret_not_found(name: str) -> KeyVaultRefusal:
    """404 for a secret that is not among the deleted ones."""
    return KeyVaultRefusal(404, "SecretNotFound", f"Deleted Secret not found: {name}")


def secret_disabled() -> KeyVaultRefusal:
    """403 for reading a disabled version."""
    return KeyVaultRefusal(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")


def deleted_but_recoverable(name: str) -> KeyVaultRefusal:
    """409 for a name that a soft-deleted secret still holds."""
    return KeyVaultRefusal(
        409,
        "Conflict",
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the "
        "secret can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
    )


def already_exists(name: str) -> KeyVaultRefusal:
    """409 for restoring over a secret that exists."""
    return KeyVaultRefusal(
        409, "Conflict", f"There was a conflict restoring the secret {name}: a secret of that name exists already."
    )


def purge_protected(vault: str, location: str) -> KeyVaultRefusal:
    """403 for purging a secret under purge protection."""
    return KeyVaultRefusal(
        403,
        "Forbidden",
        'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will '
        f"automatically purge it after the retention period has passed.\r\nVault: {vault};location={location}",
    )


def bad_parameter(message: str) -> KeyVaultRefusal:
    """400 for a request that breaks one of the service's limits."""
    return KeyVaultRefusal(400, "BadParameter", message)


def not_authorized(caller: str, action: str, resource: str, vault: str, location: str) -> KeyVaultRefusal:
    """403 for a caller without a role that grants the action."""
    return KeyVaultRefusal(
        403,
        "Forbidden",
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role "
        "definitions were changed recently, please observe propagation time.\r\n"
        f"Caller: {caller}\r\nAction: '{action}'\r\nResource: '{resource}'\r\nAssignment: (not found)\r\n"
        f"DenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\nVault: {vault};location={location}\r\n",
        "ForbiddenByRbac",
    )


def vault_name_taken(name: str) -> KeyVaultRefusal:
    """409 for the name of another subscription's or resource group's vault."""
    return KeyVaultRefusal(
        409,
        "VaultAlreadyExists",
        f"The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is "
        "already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same "
        "name was recently deleted but not purged after being placed in a recoverable state. If the vault is in a "
        "recoverable state then the vault will need to be purged before reusing the name. For more information about "
        "VaultAlreadyExists, soft delete, recovery, and purging a vault, please see "
        "https://go.microsoft.com/fwlink/?linkid=2147740.",
    )


def vault_soft_deleted() -> KeyVaultRefusal:
    """409 for the name that this subscription's own soft-deleted vault still holds."""
    return KeyVaultRefusal(
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key "
        "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    )


def vault_not_found(name: str) -> KeyVaultRefusal:
    """404 for a vault that is not there."""
    return KeyVaultRefusal(404, "VaultNotFound", f"The vault '{name}' was not found.")


def deleted_vault_not_found(name: str) -> KeyVaultRefusal:
    """404 for a vault that is not among the deleted ones."""
    return KeyVaultRefusal(404, "DeletedVaultNotFound", f"The specified deleted vault '{name}' does not exist.")


def vault_purge_protected() -> KeyVaultRefusal:
    """405 for purging a vault under purge protection."""
    return KeyVaultRefusal(405, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.")


def bad_request(message: str) -> KeyVaultRefusal:
    """400 of the resource manager."""
    return KeyVaultRefusal(400, "BadRequest", message)
