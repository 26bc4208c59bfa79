"""Key Vault: vaults, secrets, keys."""
