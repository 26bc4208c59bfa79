"""The vault of the apps' secrets."""
