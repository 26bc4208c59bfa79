"""Values that the contract accepts, for development's and production's rules."""

from __future__ import annotations

from collections.abc import Mapping

from app_config.contract import variables
from app_config.settings import Settings

# Each has a mark that nothing else has, by which a leak is found.
PRODUCTION_SECRETS: Mapping[str, str] = {
    "DATABASE_URL": "postgresql://ignition_api_a:kQ7markDB%2Fz@pg-ignition.postgres.database.azure.com:5432/ignition?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "AUTH_OAUTH_GOOGLE_CLIENT_SECRET": "GOCSPX-markGG7hTq0pWvL2",
    "AUTH_OAUTH_AZURE_CLIENT_SECRET": "Zx8Q~markAZ.rT6yUi3oP9l",
    "STORAGE_ACCESS_KEY_ID": "3f1c9ab27de64058b1c2d3e4f5a60718",
    "STORAGE_SECRET_ACCESS_KEY": "9b74c9897bac770ffc029102a200c5de5d2f1e0b6a7c8d9e0f1a2b3c4d5e6f70",
    "SESSION_SECRET": "markSS-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3dS0aP",
    "EDGE_SECRET_A": "markEA-Ht5Lq9Xw2Vb7Nc4Zs8Kd1Jm6Rp3Gf0Yu",
    "EDGE_SECRET_B": "markEB-Pz7Wk2Sn9Xc4Vt6Lq1Hb8Dm3Jr5Gy0Fa",
}
PRODUCTION: Mapping[str, str] = {
    "SERVER_HOST": "::",
    "SERVER_PORT": "8080",
    "SERVER_ENVIRONMENT": "production",
    "APP_ENV": "production",
    "SERVER_PUBLIC_URL": "https://api.ecent.online",
    "SERVER_FRONTEND_URL": "https://ignition.ecent.online",
    "RUST_LOG": "ignition_api=info,tower_http=info",
    "DATABASE_POOL_SIZE": "20",
    "AUTH_COOKIE_DOMAIN": "ecent.online",
    "AUTH_SESSION_TTL_SECONDS": "2592000",
    "AUTH_OAUTH_GOOGLE_CLIENT_ID": "1234-abc.apps.googleusercontent.com",
    "AUTH_OAUTH_GOOGLE_REDIRECT_URI": "https://api.ecent.online/auth/callback/google",
    "AUTH_OAUTH_AZURE_CLIENT_ID": "6b1f7c52-4d0e-4a5b-9c3d-2e1f0a9b8c7d",
    "AUTH_OAUTH_AZURE_TENANT_ID": "0d9c8b7a-6f5e-4d3c-8b2a-1f0e9d8c7b6a",
    "AUTH_OAUTH_AZURE_REDIRECT_URI": "https://api.ecent.online/auth/callback/azure",
    "CORS_ALLOWED_ORIGINS": "https://ignition.ecent.online,https://admin.ignition.ecent.online",
    "STORAGE_ENDPOINT": "https://0123456789abcdef.eu.r2.cloudflarestorage.com",
    "STORAGE_BUCKET": "ignition-prod",
    "STORAGE_REGION": "auto",
    "EDGE_REQUIRED": "true",
    **PRODUCTION_SECRETS,
}
DEVELOPMENT: Mapping[str, str] = {**PRODUCTION, "SERVER_ENVIRONMENT": "development", "APP_ENV": "development"}


def without(values: Mapping[str, str], *names: str) -> dict[str, str]:
    """The values without some of them."""
    return {name: value for name, value in values.items() if name not in names}


def plain(values: Mapping[str, str]) -> dict[str, str]:
    """The values that are no secrets."""
    secret = {variable.env for variable in variables(Settings) if variable.secret}
    return without(values, *secret)


def outputs(
    values: Mapping[str, str], secrets: Mapping[str, str], *, app: str = "api", version: object = 1
) -> dict[str, object]:
    """What a stack's `settings` output looks like."""
    return {"version": version, "apps": {app: {"values": dict(values), "secrets": dict(secrets)}}}
