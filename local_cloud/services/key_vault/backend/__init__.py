"""Key Vault: vaults, secrets, and the data plane that the official SDKs talk to."""

from local_cloud.services.key_vault.backend.refusals import KeyVaultRefusal
from local_cloud.services.key_vault.backend.secret import Properties, Secret
from local_cloud.services.key_vault.backend.server import KeyVault, SecretAddress
from local_cloud.services.key_vault.backend.vaults import Vault

__all__ = ["KeyVault", "KeyVaultRefusal", "Properties", "Secret", "SecretAddress", "Vault"]
