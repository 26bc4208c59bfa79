"""Which value each variable of the apps gets, and what is in the vault for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

from app_config.contract import Contract, variables
from app_config.settings import AdminSettings, Settings, StorageSettings
from infra.components.access.oauth import OAuth, OAuthArgs
from infra.components.data.database_roles import ADMINISTRATOR_PASSWORD, verifier_names
from infra.components.data.object_storage import ObjectStorage
from infra.components.edge.access import Access
from infra.components.edge.edge_secret import EdgeSecret
from infra.components.key_vault import VaultSecret, VaultSecrets, VaultSecretsArgs
from infra.composition.data import Data
from infra.composition.foundation import OPERATORS, ROLES, Foundation
from infra.composition.stack import Stack, url_of
from infra.config import ConfigError, Problem, active_secret_end, pool_size
from infra.config.stack import NAMESPACE
from infra.names import secret_name
from infra.settings import Bindings, refuse_broken

_PLACEHOLDER = "change-me"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of personal Microsoft accounts (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#payload-claims)."""


@dataclass(frozen=True, kw_only=True)
class AppSettings:
    """
    Every app's settings, bound.

    Attributes:
        api: The backend's bindings.
        admin: The admin console's bindings; it gets no secrets.
        secrets: What is in the vault; whoever depends on it starts once it can be read.
        addresses: The backend's secrets' addresses, by variable.
        role_addresses: The addresses of what the database's roles are made with, by variable of that container.
    """

    api: Bindings
    admin: Bindings
    secrets: VaultSecrets
    addresses: Mapping[str, Output[str]]
    role_addresses: Mapping[str, Output[str]]


def make_settings(
    stack: Stack, foundation: Foundation, data: Data, edge: EdgeSecret, access: Access | None
) -> AppSettings:
    """
    Bind every variable and fill the vault.

    Raises:
        BindingError: the bindings do not satisfy the apps' contracts.
    """
    oauth = _oauth(stack)
    reader = {"api": foundation.identities["api"].principal_id}
    roles_reader = {ROLES: foundation.identities[ROLES].principal_id}
    operator = foundation.identities.get(OPERATORS)
    administrator_reader = roles_reader | ({OPERATORS: operator.principal_id} if operator is not None else {})
    secrets = {**_api_secrets(stack, data, oauth, reader), **_edge_secrets(edge, reader)}
    api = Bindings(contract=Settings, values=_api_values(stack, data, oauth), secrets=frozenset(secrets))
    admin = Bindings(contract=AdminSettings, values=_admin_values(stack, access))
    refuse_broken(api, admin)
    for_roles = _role_secrets(stack, data, roles_reader, administrator_reader)
    made = VaultSecrets(
        "secrets",
        VaultSecretsArgs(
            resource_group_name=foundation.group_name,
            vault_id=foundation.vault.vault_id,
            vault_name=foundation.vault.vault_name,
            vault_uri=foundation.vault.vault_uri,
            tags=stack.tags,
            secrets={
                **{secret_name(env): secret for env, secret in secrets.items()},
                **{_role_secret_name(env): secret for env, secret in for_roles.items()},
                **_operators_secrets(data),
            },
            propagation_s=stack.config.key_vault.propagation_s,
        ),
        stack.options(),
    )
    return AppSettings(
        api=api,
        admin=admin,
        secrets=made,
        addresses={env: made.uris[secret_name(env)] for env in sorted(secrets)},
        role_addresses={env: made.uris[_role_secret_name(env)] for env in sorted(for_roles)},
    )


def _api_values(stack: Stack, data: Data, oauth: OAuth) -> Mapping[str, Input[str]]:
    config, hosts = stack.config, stack.config.hosts
    api_url, frontend_url = url_of(hosts.api.name), url_of(hosts.frontend)
    return {
        "SERVER_HOST": "0.0.0.0",  # noqa: S104  a container's only one
        "SERVER_PORT": str(config.services.api.port),
        "SERVER_ENVIRONMENT": config.stage,
        "APP_ENV": config.stage,
        "SERVER_PUBLIC_URL": api_url,
        "SERVER_FRONTEND_URL": frontend_url,
        "RUST_LOG": config.services.api.log,
        "DATABASE_POOL_SIZE": str(pool_size(config)),
        "AUTH_COOKIE_DOMAIN": config.oauth.cookie_domain or hosts.api.name,
        "AUTH_SESSION_TTL_SECONDS": str(config.oauth.session_s),
        "AUTH_OAUTH_GOOGLE_CLIENT_ID": config.oauth.google_client_id,
        "AUTH_OAUTH_GOOGLE_REDIRECT_URI": oauth.google_redirect_uri,
        "AUTH_OAUTH_AZURE_CLIENT_ID": oauth.client_id,
        "AUTH_OAUTH_AZURE_TENANT_ID": _tenant(stack),
        "AUTH_OAUTH_AZURE_REDIRECT_URI": oauth.azure_redirect_uri,
        "CORS_ALLOWED_ORIGINS": f"{frontend_url},{url_of(hosts.admin.name)}",
        "EDGE_REQUIRED": "true" if stack.edge_shows_secret else "false",
        **bucket_values(Settings, _buckets(data)),
    }


def _admin_values(stack: Stack, access: Access | None) -> Mapping[str, Input[str]]:
    team_url = stack.config.edge.access_team_url.replace("{team}", stack.config.edge.access.team or "")
    return {
        "ACCESS_TEAM_DOMAIN": team_url if access is not None else "none",
        "ACCESS_AUDIENCE": access.audience if access is not None else "none",
        "API_PUBLIC_URL": url_of(stack.config.hosts.api.name),
        "APP_ENV": stack.config.stage,
        "LOG_LEVEL": stack.config.services.admin.log,
    }


def _tenant(stack: Stack) -> str:
    """The one tenant whose accounts the backend takes; the registration admits the same."""
    return stack.config.azure.tenant_id if stack.config.oauth.accounts == "organization" else PERSONAL_TENANT


def _api_secrets(stack: Stack, data: Data, oauth: OAuth, reader: Mapping[str, Input[str]]) -> Mapping[str, VaultSecret]:
    session = random.RandomPassword(
        "session-secret", length=64, special=False, opts=ResourceOptions(providers=list(stack.providers))
    )
    active_end = active_secret_end(stack.config)
    return {
        **brought_secrets(Settings, reader),
        "DATABASE_URL": VaultSecret(
            value=data.roles.application_url, content_type="postgres URL of the application's login", readers=reader
        ),
        "AUTH_OAUTH_GOOGLE_CLIENT_SECRET": VaultSecret(
            value=_PLACEHOLDER if stack.config.oauth.google_secret == "placeholder" else None,
            content_type="client secret at Google, put here by a person",
            readers=reader,
            first_value_only=True,
        ),
        "AUTH_OAUTH_AZURE_CLIENT_SECRET": VaultSecret(
            value=oauth.client_secret,
            content_type="client secret at Entra ID",
            readers=reader,
            expires=dt.datetime.fromisoformat(f"{active_end}T00:00:00+00:00") if active_end else None,
        ),
        **bucket_secrets(Settings, _buckets(data), reader),
        "SESSION_SECRET": VaultSecret(
            value=session.result,
            content_type="session secret; replace it with `app-config rotate`",
            readers=reader,
            first_value_only=True,
        ),
    }


def bucket_groups(contract: type[Contract]) -> Sequence[str]:
    """The groups of a contract that are a bucket's."""
    return [name for name, group in contract.model_fields.items() if group.annotation is StorageSettings]


def bucket_values(contract: type[Contract], buckets: Mapping[str, ObjectStorage]) -> Mapping[str, Input[str]]:
    """
    The plain variables of every bucket that the contract has a group for.

    Raises:
        ConfigError: the stack has no bucket for a group.
    """
    groups = bucket_groups(contract)
    missing = [name for name in groups if name not in buckets]
    if missing:
        raise ConfigError(
            [
                Problem(
                    f"{NAMESPACE}:buckets.{name}",
                    f"is missing: the settings of {contract.app} have a bucket `{name}` ({name.upper()}_BUCKET). Write `{name}: {{}}` "
                    "under ignition:buckets, with what differs from the defaults",
                )
                for name in missing
            ]
        )
    return {
        f"{name.upper()}_{variable}": value
        for name in groups
        for variable, value in (
            ("ENDPOINT", buckets[name].endpoint),
            ("BUCKET", buckets[name].bucket),
            ("REGION", buckets[name].region),
        )
    }


def bucket_secrets(
    contract: type[Contract], buckets: Mapping[str, ObjectStorage], readers: Mapping[str, Input[str]]
) -> Mapping[str, VaultSecret]:
    """The credentials of every bucket that the contract has a group for."""
    return {
        f"{name.upper()}_{variable}": VaultSecret(value=value, content_type=content_type, readers=readers)
        for name in bucket_groups(contract)
        for variable, value, content_type in (
            ("ACCESS_KEY_ID", buckets[name].access_key_id, "S3 access key id"),
            ("SECRET_ACCESS_KEY", buckets[name].secret_access_key, "S3 secret access key"),
        )
    }


def _buckets(data: Data) -> Mapping[str, ObjectStorage]:
    return {"storage": data.storage, **data.buckets}


def brought_secrets(contract: type[Contract], readers: Mapping[str, Input[str]]) -> Mapping[str, VaultSecret]:
    """Secrets that people bring: the vault holds a placeholder until `app-config put`, and the stack keeps off what comes then."""
    return {
        variable.env: VaultSecret(
            value=variable.example or _PLACEHOLDER,
            content_type=f"from {variable.brought_from}, put here by a person",
            readers=readers,
            first_value_only=True,
        )
        for variable in variables(contract)
        if variable.brought_from is not None
    }


def _edge_secrets(edge: EdgeSecret, reader: Mapping[str, Input[str]]) -> Mapping[str, VaultSecret]:
    """Both, whichever the edge sends: so it can change from one to the other without a gap."""
    return {
        env: VaultSecret(value=value, content_type="what the edge shows the backend", readers=reader)
        for env, value in (("EDGE_SECRET_A", edge.secret_a), ("EDGE_SECRET_B", edge.secret_b))
    }


def _role_secrets(
    stack: Stack, data: Data, reader: Mapping[str, Input[str]], administrator_reader: Mapping[str, Input[str]]
) -> Mapping[str, VaultSecret]:
    verifiers = {
        env: VaultSecret(
            value=data.roles.verifiers[env], content_type="SCRAM verifier of a login's password", readers=reader
        )
        for env in verifier_names(separate_migrator=stack.config.database.separate_migrator)
    }
    administrator = VaultSecret(
        value=data.database.administrator_password,
        content_type="password of the server's administrator",
        readers=administrator_reader,
    )
    return {ADMINISTRATOR_PASSWORD: administrator, **verifiers}


def _role_secret_name(env: str) -> str:
    return secret_name("DATABASE_ADMINISTRATOR_PASSWORD" if env == ADMINISTRATOR_PASSWORD else f"DATABASE_{env}")


def _operators_secrets(data: Data) -> Mapping[str, VaultSecret]:
    """What no app reads: whoever runs migrations is given the role to read it by hand."""
    if data.roles.migrator_url is None:
        return {}
    return {
        secret_name("DATABASE_MIGRATOR_URL"): VaultSecret(
            value=data.roles.migrator_url, content_type="postgres URL of the login that changes the schema", readers={}
        )
    }


def _oauth(stack: Stack) -> OAuth:
    return OAuth(
        "oauth",
        OAuthArgs(
            display_name=f"Ignition ({stack.config.environment})",
            url=url_of(stack.config.hosts.api.name),
            owners=stack.config.azure.deployers,
            config=stack.config.oauth,
        ),
        stack.options(),
    )
