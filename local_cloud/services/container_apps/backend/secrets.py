"""Secrets of apps and jobs: values, and references to Key Vault that are read with the app's own identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.container_apps.backend.spec import Container, Secret

# The value of a secret in Key Vault, by the resource id of the identity that reads it and the secret's address.
SecretResolver = Callable[[str, str], str]


def resolved(secrets: Sequence[Secret], resolve: SecretResolver) -> dict[str, str]:
    """
    All values by name.

    Raises:
        CloudRefusal: a reference cannot be read; says which, with which identity, and what the vault answered.
    """
    return {secret.name: _value(secret, resolve) for secret in secrets}


def _value(secret: Secret, resolve: SecretResolver) -> str:
    if secret.key_vault_url is None:
        return secret.value or ""
    identity = secret.identity or "system"
    try:
        return resolve(identity, secret.key_vault_url)
    except BackendError as error:
        # The words are Azure's: https://github.com/microsoft/azure-container-apps/issues/1157
        raise CloudRefusal(
            "InvalidParameterValueInContainerTemplate",
            f"Field 'configuration.secrets' is invalid with details: 'Invalid value: \"{secret.name}\": Unable to get value "
            f"using Managed identity {identity} for secret {secret.name}: unable to fetch secret '{secret.name}' from "
            f"{secret.key_vault_url} using Managed identity '{identity}': {error}'",
        ) from None


def check_references(containers: Sequence[Container], secrets: Sequence[Secret]) -> None:
    """
    Refuse a variable that names a secret which the app does not have.

    Raises:
        CloudRefusal: names variable and secret.
    """
    names = {secret.name for secret in secrets}
    for container in containers:
        for variable in container.env:
            if variable.secret_ref is not None and variable.secret_ref not in names:
                raise CloudRefusal(
                    "ContainerAppSecretRefNotFound",
                    f"SecretRef '{variable.secret_ref}' defined for container '{container.name}' (variable {variable.name}) "
                    "not found.",
                )
