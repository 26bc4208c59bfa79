"""Identities, role assignments, Entra applications."""
