"""What values must look like, and how they must fit together: one wrong value a case."""

from __future__ import annotations

import pytest

from app_config.loading import resolve
from app_config.settings import AdminSettings, Settings
from app_config.sources.explicit import Explicit
from tests.unit.app_config.samples import DEVELOPMENT, PRODUCTION

LOCAL = {
    **DEVELOPMENT,
    "SERVER_PUBLIC_URL": "http://localhost:8080",
    "SERVER_FRONTEND_URL": "http://localhost:3000",
    "AUTH_COOKIE_DOMAIN": "localhost",
    "AUTH_OAUTH_GOOGLE_REDIRECT_URI": "http://localhost:8080/auth/callback/google",
    "AUTH_OAUTH_AZURE_REDIRECT_URI": "http://localhost:8080/auth/callback/azure",
    "CORS_ALLOWED_ORIGINS": "http://localhost:3000",
    "STORAGE_ENDPOINT": "http://localhost:9000",
    "STORAGE_ACCESS_KEY_ID": "change-me",
    "DATABASE_URL": "postgresql://postgres:x@localhost/ignition",
}


def problems(values: dict[str, str] | None = None, base: dict[str, str] | None = None) -> dict[str, str]:
    """The problems of the sample with some values replaced, by variable."""
    found = resolve(Settings, Explicit({**(base or PRODUCTION), **(values or {})})).problems
    said: dict[str, str] = {}
    for problem in found:
        said[problem.variable or ""] = " / ".join([*filter(None, [said.get(problem.variable or "")]), problem.text])
    return said


def test_the_production_sample_is_right() -> None:
    assert problems() == {}


def test_development_may_use_this_machine() -> None:
    assert problems(base=LOCAL) == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SERVER_HOST", "not a host", "is no host"),
        ("SERVER_PORT", "http", "is no whole number"),
        ("SERVER_PORT", "0", "is less than 1"),
        ("SERVER_PORT", "65536", "is more than 65535"),
        ("SERVER_ENVIRONMENT", "staging", "must be 'production' or 'development'"),
        ("SERVER_PUBLIC_URL", "api.ecent.online", "is no web address"),
        ("SERVER_PUBLIC_URL", "https://api.ecent.online/", "ends with /"),
        ("SERVER_PUBLIC_URL", "https://me:pw@api.ecent.online", "has a user name in it"),
        ("SERVER_PUBLIC_URL", "https://api.ecent.online:99999", "is no URL"),
        ("SERVER_PUBLIC_URL", "https://api.ecent.online:0", "has port 0"),
        ("SERVER_PUBLIC_URL", "https://api.ecent.online?x=1", "has a query"),
        ("SERVER_FRONTEND_URL", "ftp://ignition.ecent.online", "is no web address"),
        ("DATABASE_URL", "mysql://a:b@h/d", "is no PostgreSQL URL"),
        ("DATABASE_URL", "postgresql://a:b@/d?sslmode=verify-full", "names no host"),
        ("DATABASE_URL", "postgresql://h.example/d?sslmode=verify-full", "names no role"),
        ("DATABASE_URL", "postgresql://a:b@h.example?sslmode=verify-full", "names no database"),
        ("DATABASE_URL", "postgresql://a:b@h.example/d", "goes over the network without TLS"),
        ("DATABASE_URL", "postgresql://a:b@h.example/d?sslmode=disable", "goes over the network without TLS"),
        ("DATABASE_URL", "postgresql://a:b#c@h.example/d?sslmode=verify-full", "has a # in it"),
        ("DATABASE_URL", "postgresql://a:b@h.example/d?sslmode=verify-full#x", "has a # in it"),
        ("DATABASE_URL", "", "is empty"),
        ("DATABASE_POOL_SIZE", "0", "is less than 1"),
        ("AUTH_COOKIE_DOMAIN", ".ecent.online", "starts with a dot"),
        ("AUTH_COOKIE_DOMAIN", "online", "is a top-level domain"),
        ("AUTH_COOKIE_DOMAIN", "other.online", "is neither the host of SERVER_PUBLIC_URL nor a parent"),
        ("AUTH_COOKIE_DOMAIN", "i.ecent.online", "is neither the host of SERVER_PUBLIC_URL nor a parent"),
        ("AUTH_SESSION_TTL_SECONDS", "34560001", "is more than 34560000"),
        ("AUTH_OAUTH_GOOGLE_CLIENT_ID", "", "is empty"),
        (
            "AUTH_OAUTH_GOOGLE_REDIRECT_URI",
            "https://ecent.online/auth/callback/google",
            "must be SERVER_PUBLIC_URL with",
        ),
        ("AUTH_OAUTH_AZURE_REDIRECT_URI", "https://api.ecent.online/auth/callback/google", "/auth/callback/azure"),
        ("AUTH_OAUTH_AZURE_TENANT_ID", "common", "is no GUID"),
        ("CORS_ALLOWED_ORIGINS", "", "is empty"),
        ("CORS_ALLOWED_ORIGINS", "*", "is *, which browsers refuse"),
        ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online/", "an origin that ends with /"),
        ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online/app", "an origin with a path"),
        ("CORS_ALLOWED_ORIGINS", "https://Ignition.ecent.online", "an origin with capitals"),
        ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online:443", "the scheme's own port"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example,https://a.example", "has one origin twice"),
        ("CORS_ALLOWED_ORIGINS", "https://admin.ignition.ecent.online", "leaves out the origin of SERVER_FRONTEND_URL"),
        ("STORAGE_BUCKET", "Ignition_Prod", "is no bucket name"),
        ("STORAGE_ACCESS_KEY_ID", "3F1C9AB27DE64058B1C2D3E4F5A60718", "is not 32 lower-case hexadecimal digits"),
        ("STORAGE_SECRET_ACCESS_KEY", "v1.0-theTokenItself", "the SHA-256 of the token's value, not the value"),
        ("SESSION_SECRET", "k" * 31, "is shorter than 32 characters"),
        ("SESSION_SECRET", PRODUCTION["SESSION_SECRET"] + "\n", "has white space around it"),
        ("RUST_LOG", "ignition_api=loud", "is no log filter"),
        ("APP_ENV", "development", "says another environment than SERVER_ENVIRONMENT"),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: str, said: str) -> None:
    assert said in problems({name: value})[name]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SERVER_PUBLIC_URL", "http://api.ecent.online", "is not https"),
        ("SERVER_PUBLIC_URL", "https://localhost", "names this machine"),
        ("SERVER_FRONTEND_URL", "https://127.0.0.1", "names this machine"),
        ("STORAGE_ENDPOINT", "http://s3.example.com", "is not https"),
        ("STORAGE_ENDPOINT", "https://r2.localhost", "names this machine"),
        ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online,http://ignition.ecent.online", "not https"),
        ("CORS_ALLOWED_ORIGINS", "https://ignition.ecent.online,https://localhost:3000", "an origin on this machine"),
        ("DATABASE_URL", "postgresql://a:b@h.example/d?sslmode=require", "does not verify the server"),
        ("DATABASE_URL", "postgresql://a:b@[::1]/d?sslmode=verify-full", "names this machine"),
        ("DATABASE_URL", "postgresql://a@h.example/d?sslmode=verify-full", "has no password"),
        ("DATABASE_URL", "postgresql://Postgres:b@h.example/d?sslmode=verify-full", "signs in as an administrator"),
        ("AUTH_OAUTH_GOOGLE_CLIENT_SECRET", "change-me", "looks like a placeholder"),
        ("AUTH_OAUTH_AZURE_CLIENT_SECRET", "aaaaaaaaaaaaaaaaaaaa", "looks like a placeholder"),
        ("SESSION_SECRET", "abcabcabcabcabcabcabcabcabcabcabcabc", "looks like a placeholder"),
        ("SESSION_SECRET", "abcdefg" * 6, "repeats few characters"),
    ],
)
def test_production_is_strict_where_development_is_not(name: str, value: str, said: str) -> None:
    assert said in problems({name: value})[name]
    assert said not in problems({name: value}, dict(DEVELOPMENT)).get(name, "")


def test_a_rule_is_judged_although_another_value_is_wrong() -> None:
    assert set(problems({"SERVER_PORT": "x", "AUTH_COOKIE_DOMAIN": "other.online"})) == {
        "SERVER_PORT",
        "AUTH_COOKIE_DOMAIN",
    }


def test_a_rule_that_needs_a_missing_value_says_nothing() -> None:
    values = {name: value for name, value in PRODUCTION.items() if name != "SERVER_PUBLIC_URL"}
    found = resolve(Settings, Explicit({**values, "AUTH_COOKIE_DOMAIN": "other.online"})).problems
    assert [problem.variable for problem in found] == ["SERVER_PUBLIC_URL"]


def test_the_admin_console_in_production_calls_a_public_api() -> None:
    found = resolve(AdminSettings, Explicit({"API_PUBLIC_URL": "http://localhost:8080", "APP_ENV": "production"}))
    assert [problem.text.split(":")[0] for problem in found.problems] == ["is not https", "names this machine"]


ADMIN = {"API_PUBLIC_URL": "https://api.ecent.online", "APP_ENV": "production"}
TEAM = {"ACCESS_TEAM_DOMAIN": "https://ecent.cloudflareaccess.com", "ACCESS_AUDIENCE": "0a" * 32}


@pytest.mark.parametrize(
    ("access", "problems"),
    [
        (TEAM, []),
        ({"ACCESS_TEAM_DOMAIN": "none", "ACCESS_AUDIENCE": "none"}, []),
        ({**TEAM, "ACCESS_AUDIENCE": "none"}, []),
        ({"ACCESS_AUDIENCE": "0a" * 32}, ["ACCESS_TEAM_DOMAIN"]),
        ({**TEAM, "ACCESS_AUDIENCE": "0A" * 32}, ["ACCESS_AUDIENCE"]),
        ({**TEAM, "ACCESS_TEAM_DOMAIN": "http://ecent.cloudflareaccess.com"}, ["ACCESS_TEAM_DOMAIN"]),
        ({**TEAM, "ACCESS_TEAM_DOMAIN": "https://ecent.cloudflareaccess.com/"}, ["ACCESS_TEAM_DOMAIN"]),
    ],
)
def test_the_admin_console_knows_the_team_of_the_audience(access: dict[str, str], problems: list[str]) -> None:
    found = resolve(AdminSettings, Explicit({**ADMIN, **access})).problems
    assert [each.variable for each in found] == problems
