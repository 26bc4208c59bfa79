"""
The settings of the backend and of the admin console: the whole contract, declared once.

A field is the only place where a variable is added, named, described or made secret (by the type `SecretStr`). How values
are found is `loading`'s, what one must look like `formats`', how they fit together `rules`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from app_config.contract import Brought, Contract, Env, Group, Rotated
from app_config.formats import (
    AccessAudience,
    BaseUrl,
    BucketName,
    CookieDomain,
    DatabaseUrl,
    Guid,
    HostName,
    LogDirectives,
    Origins,
    Secret,
    SessionSecret,
    TeamDomain,
    WebUrl,
)
from app_config.rules import broken_admin_rules, broken_api_rules

Environment = Literal["production", "development"]
_DAY_S = 86_400


class ServerSettings(Group):
    """Where the API listens, and where it is reached."""

    host: HostName = Field(default="0.0.0.0", description="The address to listen on.")  # noqa: S104  a container's only one
    port: int = Field(default=8080, ge=1, le=65_535, description="The TCP port to listen on.")
    environment: Environment = Field(examples=["development"], description="Which rules apply; `production` is strict.")
    app_env: Annotated[Environment, Env("APP_ENV")] = Field(
        examples=["development"], description="The same as SERVER_ENVIRONMENT, under the name that libraries look for."
    )
    public_url: BaseUrl = Field(
        examples=["http://localhost:8080"], description="Where clients reach the API, without a slash at the end."
    )
    frontend_url: BaseUrl = Field(
        examples=["http://localhost:3000"], description="Where the frontend is; sign-in returns there."
    )


class DatabaseSettings(Group):
    """The PostgreSQL database."""

    url: DatabaseUrl = Field(
        examples=["postgresql://ignition_api:development@localhost:5432/ignition?sslmode=disable"],
        description="URL of the application's own least-privilege role, with TLS verified; never the administrator's.",
    )
    pool_size: int = Field(
        ge=1,
        le=500,
        examples=[5],
        description="Connections per replica. Sized from the server's connection limit and the number of replicas.",
    )


class AuthSettings(Group):
    """Sign-in: cookies and the two identity providers."""

    cookie_domain: CookieDomain = Field(
        examples=["localhost"], description="Domain of the session cookie; the API's host or a parent of it."
    )
    # Browsers keep no cookie for more than 400 days.
    session_ttl_seconds: int = Field(
        default=30 * _DAY_S, ge=300, le=400 * _DAY_S, description="How long a session lasts, in seconds."
    )
    oauth_google_client_id: str = Field(
        min_length=1, examples=["0-development.apps.googleusercontent.com"], description="Client id at Google."
    )
    oauth_google_client_secret: Annotated[Secret, Brought("the OAuth client in the Google Cloud console")] = Field(
        examples=["change-me"], description="Client secret at Google; a person puts it into Key Vault."
    )
    oauth_google_redirect_uri: WebUrl = Field(
        examples=["http://localhost:8080/auth/callback/google"],
        description="Where Google returns to; on the host of SERVER_PUBLIC_URL.",
    )
    oauth_azure_client_id: Guid = Field(
        examples=["00000000-0000-0000-0000-000000000000"], description="Application id at Entra ID."
    )
    oauth_azure_tenant_id: Guid = Field(
        examples=["00000000-0000-0000-0000-000000000000"], description="Tenant id at Entra ID."
    )
    oauth_azure_client_secret: Secret = Field(
        examples=["change-me"], description="Password at Entra ID; the stack makes and rotates it."
    )
    oauth_azure_redirect_uri: WebUrl = Field(
        examples=["http://localhost:8080/auth/callback/azure"],
        description="Where Entra ID returns to; on the host of SERVER_PUBLIC_URL.",
    )


class CorsSettings(Group):
    """Which web pages may call the API."""

    allowed_origins: Origins = Field(
        examples=["http://localhost:3000"], description="Origins with commas, each exactly as a browser sends it."
    )


class StorageSettings(Group):
    """The S3 bucket (Cloudflare R2)."""

    endpoint: BaseUrl = Field(
        examples=["http://localhost:9000"], description="The S3 address of the account, in the bucket's jurisdiction."
    )
    bucket: BucketName = Field(examples=["ignition-development"], description="The bucket's name.")
    region: str = Field(default="auto", min_length=1, description="The region to sign for; R2 has one, `auto`.")
    access_key_id: Secret = Field(
        examples=["change-me"], description="Id of a token that reaches this one bucket only."
    )
    secret_access_key: Secret = Field(
        examples=["change-me"], description="SHA-256 of that token's value, as 64 hexadecimal digits."
    )


class SessionSettings(Group):
    """What sessions are signed with."""

    secret: Annotated[SessionSecret, Rotated()] = Field(
        examples=["development-only-change-me-0123456789"],
        description="At least 32 random characters. Replace it with `app-config rotate`.",
    )


class EdgeSettings(Group):
    """How the API tells requests of the edge from those of others."""

    required: bool = Field(
        examples=[False],
        description="Whether a request (probes excepted) must show one of the two secrets in the header X-Edge-Secret; refuse others "
        "with 403.",
    )
    secret_a: SessionSecret = Field(
        examples=["development-only-change-me-a-0123456789"],
        description="One secret that the edge may show. Both are right at any time: it changes from one to the other.",
    )
    secret_b: SessionSecret = Field(
        examples=["development-only-change-me-b-0123456789"], description="The other secret that the edge may show."
    )


class ObservabilitySettings(Group):
    """What is logged."""

    rust_log: Annotated[LogDirectives, Env("RUST_LOG")] = Field(
        default="ignition_api=info,tower_http=info", description="Log filter, target=level with commas."
    )


class Settings(Contract):
    """
    All settings of the API, and of the jobs and tools beside it.

    Source: the backend's configuration reference; names and meanings are the backend's, this class does not invent any.
    """

    app: ClassVar[str] = "api"

    server: ServerSettings
    database: DatabaseSettings
    auth: AuthSettings
    cors: CorsSettings
    storage: StorageSettings
    session: SessionSettings
    edge: EdgeSettings
    observability: ObservabilitySettings

    @classmethod
    def broken_rules(cls, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """See `Contract.broken_rules`."""
        return broken_api_rules(values)


class ApiAddressSettings(Group):
    """The API that the console calls."""

    public_url: BaseUrl = Field(
        examples=["http://localhost:8080"],
        description="Where the API is reached, the same as the API's SERVER_PUBLIC_URL.",
    )


class AppSettings(Group):
    """Which environment this is."""

    env: Annotated[Environment, Env("APP_ENV")] = Field(
        examples=["development"], description="Which rules apply; `production` is strict."
    )


class LogSettings(Group):
    """What is logged."""

    level: Literal["error", "warn", "info", "debug"] = Field(default="info", description="The least level to log.")


class AccessSettings(Group):
    """Cloudflare Access, which asks for a sign-in before the console; `none` where it does not stand there."""

    team_domain: TeamDomain = Field(
        default="none",
        description="Address of the team that issues the tokens (`iss`); their keys are below it at `/cdn-cgi/access/certs`.",
    )
    audience: AccessAudience = Field(
        default="none",
        description="Audience (`aud`) of the tokens in `Cf-Access-Jwt-Assertion`; with it, refuse requests without a valid one.",
    )


class AdminSettings(Contract):
    """All settings of the admin console; it is a web page's server and gets nothing secret."""

    app: ClassVar[str] = "admin"

    api: ApiAddressSettings
    console: AppSettings
    access: AccessSettings
    log: LogSettings

    @classmethod
    def broken_rules(cls, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """See `Contract.broken_rules`."""
        return broken_admin_rules(values)
