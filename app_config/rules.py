"""
How settings must fit together, and what production asks for beyond development.

Each rule reads checked values by variable name and yields (variable, sentence). A value that is absent makes its rules
silent. What one value must look like is in `formats`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from app_config.formats import database_role, is_local, split_url, ssl_mode

Broken = tuple[str, str]
Values = Mapping[str, Any]

_PRODUCTION: Final = "production"
# The administrators that Azure and PostgreSQL make, and the names that people give them.
_ADMINISTRATORS: Final = frozenset(
    {"postgres", "root", "admin", "administrator", "pgadmin", "psqladmin", "pgsqladmin", "dbadmin"}
    | {"azure_superuser", "azuresu", "azure_pg_admin"}
)
_PLACEHOLDER: Final = re.compile(r"change.?me|replace.?me|example|placeholder|insecure|default|password|secret", re.I)
_DISTINCT_CHARACTERS: Final = 10
_R2_DOMAIN: Final = ".r2.cloudflarestorage.com"
_URLS: Final = (
    "SERVER_PUBLIC_URL",
    "SERVER_FRONTEND_URL",
    "AUTH_OAUTH_GOOGLE_REDIRECT_URI",
    "AUTH_OAUTH_AZURE_REDIRECT_URI",
)
_CALLBACKS: Final = {"AUTH_OAUTH_GOOGLE_REDIRECT_URI": "google", "AUTH_OAUTH_AZURE_REDIRECT_URI": "azure"}

API_RULES: Final = (
    "SERVER_ENVIRONMENT and APP_ENV say the same.",
    "AUTH_COOKIE_DOMAIN is the host of SERVER_PUBLIC_URL or a parent of it.",
    "The redirect URIs are SERVER_PUBLIC_URL with `/auth/callback/google` and `/auth/callback/azure` after it.",
    "CORS_ALLOWED_ORIGINS has the origin of SERVER_FRONTEND_URL.",
    "With R2 (`*.r2.cloudflarestorage.com`), STORAGE_ACCESS_KEY_ID is 32 and STORAGE_SECRET_ACCESS_KEY 64 lower-case "
    "hexadecimal digits.",
    "Always: a DATABASE_URL to another machine uses TLS, and SESSION_SECRET has 32 characters.",
    "In production: no plain http and no address on this machine; DATABASE_URL with `sslmode=verify-full`, a password, and "
    "a role that is no administrator; no secret that looks like a placeholder.",
)
ADMIN_RULES: Final = (
    "With ACCESS_AUDIENCE, ACCESS_TEAM_DOMAIN is there; without, no token is valid.",
    "In production: API_PUBLIC_URL and ACCESS_TEAM_DOMAIN are https and not on this machine.",
)


def broken_api_rules(values: Values) -> Iterable[Broken]:
    """The API's rules that do not hold."""
    yield from _names_agree(values)
    yield from _hosts_agree(values)
    yield from _storage_keys(values)
    if _PRODUCTION in {values.get("SERVER_ENVIRONMENT"), values.get("APP_ENV")}:
        yield from _public_urls(values, (*_URLS, *(f"{group}_ENDPOINT" for group in _bucket_groups(values))))
        yield from _production_origins(values)
        yield from _production_database(values)
        yield from _production_secrets(values)


def broken_admin_rules(values: Values) -> Iterable[Broken]:
    """The admin console's rules that do not hold."""
    team, audience = values.get("ACCESS_TEAM_DOMAIN"), values.get("ACCESS_AUDIENCE")
    if team == "none" and audience not in (None, "none"):
        yield (
            "ACCESS_TEAM_DOMAIN",
            "is none, and ACCESS_AUDIENCE is not: the team has the keys; give it, or write none for both",
        )
    if values.get("APP_ENV") == _PRODUCTION:
        yield from _public_urls(values, ("API_PUBLIC_URL", *(["ACCESS_TEAM_DOMAIN"] if team != "none" else [])))


def _names_agree(values: Values) -> Iterator[Broken]:
    names = values.get("SERVER_ENVIRONMENT"), values.get("APP_ENV")
    if None not in names and names[0] != names[1]:
        yield "APP_ENV", "says another environment than SERVER_ENVIRONMENT: give both the same"


def _hosts_agree(values: Values) -> Iterator[Broken]:
    public: str | None = values.get("SERVER_PUBLIC_URL")
    if public is not None:
        host = urlsplit(public).hostname or ""
        domain: str | None = values.get("AUTH_COOKIE_DOMAIN")
        if domain is not None and host != domain.lower() and not host.endswith(f".{domain.lower()}"):
            yield (
                "AUTH_COOKIE_DOMAIN",
                "is neither the host of SERVER_PUBLIC_URL nor a parent of it: browsers would drop the cookie",
            )
        for name, provider in _CALLBACKS.items():
            uri: str | None = values.get(name)
            if uri is not None and uri != f"{public}/auth/callback/{provider}":
                yield (
                    name,
                    f"must be SERVER_PUBLIC_URL with /auth/callback/{provider} after it: sign-in returns nowhere else",
                )
    frontend: str | None = values.get("SERVER_FRONTEND_URL")
    origins: tuple[str, ...] | None = values.get("CORS_ALLOWED_ORIGINS")
    if frontend is not None and origins is not None:
        parts = urlsplit(frontend)
        if f"{parts.scheme}://{parts.netloc}".lower() not in origins:
            yield (
                "CORS_ALLOWED_ORIGINS",
                "leaves out the origin of SERVER_FRONTEND_URL: its pages could not call the API; add it",
            )


def _storage_keys(values: Values) -> Iterator[Broken]:
    """R2's keys have a known shape, and a token's value in place of its SHA-256 is the usual mistake."""
    for group in _bucket_groups(values):
        endpoint: str | None = values.get(f"{group}_ENDPOINT")
        if endpoint is not None and (urlsplit(endpoint).hostname or "").endswith(_R2_DOMAIN):
            yield from _r2_keys(group, values)


def _bucket_groups(values: Values) -> list[str]:
    """The groups of variables that are a bucket's: STORAGE, and those of further buckets."""
    return [name.removesuffix("_BUCKET") for name in values if name.endswith("_BUCKET")]


def _r2_keys(group: str, values: Values) -> Iterator[Broken]:
    for name, digits, what in (
        (f"{group}_ACCESS_KEY_ID", 32, "the token's id"),
        (f"{group}_SECRET_ACCESS_KEY", 64, "the SHA-256 of the token's value, not the value"),
    ):
        value: SecretStr | None = values.get(name)
        if value is not None and not re.fullmatch(rf"[0-9a-f]{{{digits}}}", value.get_secret_value()):
            yield name, f"is not {digits} lower-case hexadecimal digits: for R2 it is {what}"


def _public_urls(values: Values, names: Iterable[str]) -> Iterator[Broken]:
    for name in names:
        url: str | None = values.get(name)
        if url is None:
            continue
        parts = urlsplit(url)
        if parts.scheme != "https":
            yield name, "is not https: production speaks no plain http"
        if is_local(parts.hostname or ""):
            yield name, "names this machine: in production name the public host"


def _production_origins(values: Values) -> Iterator[Broken]:
    origins: tuple[str, ...] = values.get("CORS_ALLOWED_ORIGINS") or ()
    if any(urlsplit(each).scheme != "https" for each in origins):
        yield "CORS_ALLOWED_ORIGINS", "has an origin that is not https: production speaks no plain http"
    if any(is_local(urlsplit(each).hostname or "") for each in origins):
        yield "CORS_ALLOWED_ORIGINS", "has an origin on this machine: take it out for production"


def _production_database(values: Values) -> Iterator[Broken]:
    url: SecretStr | None = values.get("DATABASE_URL")
    if url is None:
        return
    parts = split_url(url.get_secret_value())
    if is_local(parts.hostname or ""):
        yield "DATABASE_URL", "names this machine: in production name the database server"
    if ssl_mode(parts) != "verify-full":
        yield "DATABASE_URL", "does not verify the server: write sslmode=verify-full"
    if not parts.password:
        yield "DATABASE_URL", "has no password: write postgresql://ROLE:PASSWORD@HOST/..."
    role = database_role(parts).lower()
    if role in _ADMINISTRATORS:
        yield "DATABASE_URL", "signs in as an administrator: name the application's own role"


def _production_secrets(values: Values) -> Iterator[Broken]:
    for name, value in values.items():
        if not isinstance(value, SecretStr) or name == "DATABASE_URL":
            continue
        text = value.get_secret_value()
        if _PLACEHOLDER.search(text) or len(set(text)) < min(_DISTINCT_CHARACTERS, len(text)) // 2:
            yield name, "looks like a placeholder: in production give it the real value"
    session: SecretStr | None = values.get("SESSION_SECRET")
    if session is not None and len(set(session.get_secret_value())) < _DISTINCT_CHARACTERS:
        yield "SESSION_SECRET", "repeats few characters: make a random one with `openssl rand -base64 48`"
