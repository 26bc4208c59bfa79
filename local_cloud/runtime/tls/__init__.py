"""Certificate authorities of this machine and the certificates that they sign."""
