"""
What one value must look like: URLs, hosts, origins, a database URL, secrets.

Each check takes the value and gives it back, or raises UnfitError with a sentence that continues the variable's name and
never shows the value. What depends on several values is in `rules`.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from app_config.contract import Shape

_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_AUDIENCE: Final = re.compile(r"none|[0-9a-f]{64}")
_LOG_DIRECTIVE: Final = re.compile(
    r"(?:[\w:\-]+(?:\[[^\]]*\])?=)?(?:off|error|warn|info|debug|trace)|[\w:\-]+(?:\[[^\]]*\])?", re.IGNORECASE
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LOOPBACK: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
SESSION_SECRET_CHARACTERS: Final = 32


class UnfitError(ValueError):
    """What is wrong with a value, in a sentence that does not show it."""


def is_local(host: str) -> bool:
    """Whether a host means this machine, or none in particular."""
    name = host.lower().rstrip(".").strip("[]")
    if name in _LOOPBACK or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def split_url(text: str) -> SplitResult:
    """The parts of a URL, with a port that is a port."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        # `from None`: urllib's message shows the value.
        raise UnfitError("is no URL: check its brackets and its port") from None
    if port == 0:
        raise UnfitError("has port 0: name the real one, or leave it out")
    return parts


def host_name(text: str) -> str:
    """A DNS name or an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in text.split(".")):
            raise UnfitError("is no host: write a name such as api.example.com, or an IP address") from None
    return text


def web_url(text: str) -> str:
    """An http or https URL without credentials, query or fragment."""
    parts = split_url(text)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise UnfitError("is no web address: write https://HOST[:PORT][/PATH]")
    if "@" in parts.netloc:
        raise UnfitError("has a user name in it: credentials do not belong into an address, take them out")
    if "?" in text or "#" in text:
        raise UnfitError("has a query or a fragment: take out everything from ? or # on")
    host_name(parts.hostname)
    return text


def base_url(text: str) -> str:
    """A web address that paths are appended to."""
    if text.endswith("/"):
        raise UnfitError("ends with /: paths are appended to it, so take the slash off")
    return web_url(text)


def origin(text: str) -> str:
    """An origin exactly as a browser sends it."""
    if text == "*":
        raise UnfitError("is *, which browsers refuse for requests with cookies: list the origins")
    if text.endswith("/"):
        raise UnfitError("has an origin that ends with /: browsers send none, so it would never match; take it off")
    parts = split_url(web_url(text))
    if parts.path:
        raise UnfitError("has an origin with a path: an origin is https://HOST[:PORT] only")
    if text != text.lower():
        raise UnfitError("has an origin with capitals: browsers send lower case, so it would never match")
    if parts.port is not None and parts.port == _DEFAULT_PORTS[parts.scheme]:
        raise UnfitError("has an origin with the scheme's own port: browsers leave it out, so it would never match")
    return text


def cookie_domain(text: str) -> str:
    """A domain that cookies are set for."""
    if text.startswith("."):
        raise UnfitError("starts with a dot: write the domain without it")
    if "." not in text and not is_local(text):
        raise UnfitError("is a top-level domain, for which browsers refuse cookies: write one such as example.com")
    return host_name(text)


def bucket_name(text: str) -> str:
    """A bucket's name, by R2's rule: 3 to 63 lower-case letters, digits and hyphens."""
    if not _BUCKET.fullmatch(text):
        raise UnfitError("is no bucket name: 3 to 63 lower-case letters, digits and hyphens, none at the ends")
    return text


def guid(text: str) -> str:
    """An id of Entra ID."""
    try:
        uuid.UUID(text)
    except ValueError:
        raise UnfitError("is no GUID: copy the id from Entra ID, 8-4-4-4-12 hexadecimal digits") from None
    return text


def log_directives(text: str) -> str:
    """Directives of Rust's `EnvFilter`: `target=level` with commas."""
    if not all(_LOG_DIRECTIVE.fullmatch(each.strip()) for each in text.split(",")):
        raise UnfitError("is no log filter: write target=level with commas, such as ignition_api=info,tower_http=warn")
    return text


def split_commas(value: Any) -> Any:
    """Text with commas as a list; anything else stays."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def some_origins(value: tuple[str, ...]) -> tuple[str, ...]:
    """At least one origin, none twice."""
    if not value:
        raise UnfitError("is empty: list the frontend's origin at least")
    if len(set(value)) != len(value):
        raise UnfitError("has one origin twice: take one out")
    return value


def secret_text(value: SecretStr) -> SecretStr:
    """A secret that is there and has nothing around it."""
    text = value.get_secret_value()
    if not text:
        raise UnfitError("is empty: give it a value")
    if text != text.strip():
        raise UnfitError(
            "has white space around it (often a line end from `echo`): store it again without, `printf %s`"
        )
    return value


def database_url(value: SecretStr) -> SecretStr:
    """A PostgreSQL URL that names everything, with TLS unless the server is this machine."""
    secret_text(value)
    if "#" in value.get_secret_value():
        raise UnfitError("has a # in it: in a password write it as %23")
    parts = split_url(value.get_secret_value())
    if parts.scheme not in {"postgres", "postgresql"}:
        raise UnfitError(
            "is no PostgreSQL URL: write postgresql://ROLE:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full"
        )
    for part, there in (("host", parts.hostname), ("role", parts.username), ("database", parts.path.strip("/"))):
        if not there:
            raise UnfitError(
                f"names no {part}: write postgresql://ROLE:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full"
            )
    if not is_local(parts.hostname or "") and ssl_mode(parts) not in {"require", "verify-ca", "verify-full"}:
        raise UnfitError("goes over the network without TLS: add sslmode=verify-full")
    return value


def ssl_mode(parts: SplitResult) -> str:
    """The `sslmode` of a database URL, lower case; `prefer` where it is not named, as in libpq."""
    return parse_qs(parts.query).get("sslmode", ["prefer"])[-1].lower()


def database_role(parts: SplitResult) -> str:
    """The role of a database URL."""
    return unquote(parts.username or "")


def session_secret(value: SecretStr) -> SecretStr:
    """At least 32 characters."""
    secret_text(value)
    if len(value.get_secret_value()) < SESSION_SECRET_CHARACTERS:
        raise UnfitError(
            f"is shorter than {SESSION_SECRET_CHARACTERS} characters: make one with `openssl rand -base64 48`, or in Key "
            "Vault with `app-config rotate SESSION_SECRET`"
        )
    return value


def team_domain(text: str) -> str:
    """The address of a team at Cloudflare Access, or `none`."""
    return text if text == "none" else base_url(text)


def access_audience(text: str) -> str:
    """The audience tag of an application at Cloudflare Access, or `none`."""
    if not _AUDIENCE.fullmatch(text):
        raise UnfitError("is no audience: copy the application's tag, 64 hexadecimal digits, or write none")
    return text


HostName = Annotated[str, AfterValidator(host_name)]
TeamDomain = Annotated[str, AfterValidator(team_domain)]
AccessAudience = Annotated[str, Shape(pattern=_AUDIENCE.pattern, whole=True), AfterValidator(access_audience)]
WebUrl = Annotated[str, AfterValidator(web_url)]
BaseUrl = Annotated[str, AfterValidator(base_url)]
CookieDomain = Annotated[str, AfterValidator(cookie_domain)]
BucketName = Annotated[str, Shape(pattern=_BUCKET.pattern, whole=True), AfterValidator(bucket_name)]
Guid = Annotated[str, AfterValidator(guid)]
LogDirectives = Annotated[str, AfterValidator(log_directives)]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(origin)], ...], BeforeValidator(split_commas), AfterValidator(some_origins)
]
Secret = Annotated[SecretStr, Shape(min_length=1, trimmed=True, whole=True), AfterValidator(secret_text)]
DatabaseUrl = Annotated[SecretStr, Shape(min_length=1, trimmed=True), AfterValidator(database_url)]
SessionSecret = Annotated[
    SecretStr,
    Shape(min_length=SESSION_SECRET_CHARACTERS, trimmed=True, whole=True),
    AfterValidator(session_secret),
]
