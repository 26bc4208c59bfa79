"""Key Vault: vaults, secrets, and the data plane that the official SDKs talk to."""

from local_cloud.backends.key_vault.refusals import KeyVaultRefusal
from local_cloud.backends.key_vault.secret import Properties, Secret
from local_cloud.backends.key_vault.server import KeyVault, SecretAddress
from local_cloud.backends.key_vault.vaults import Vault

__all__ = ["KeyVault", "KeyVaultRefusal", "Properties", "Secret", "SecretAddress", "Vault"]
