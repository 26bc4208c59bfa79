"""Rules on how a registry and what pulls from it stand together."""
