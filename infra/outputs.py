"""
What the stack tells the outside, in a shape that programs rely on.

`settings` is versioned and read by `app_config`; the others are single values. No secret is among them: secrets are named by their
addresses in the vault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi import Input

from app_config.contract import variables
from app_config.settings import Settings
from app_config.vault.management import secret_url
from infra.components.data.object_storage import ObjectStorage
from infra.components.edge.zone import Zone
from infra.composition.apps import Apps
from infra.composition.data import Data
from infra.composition.foundation import Foundation
from infra.composition.settings import AppSettings
from infra.composition.stack import Stack, url_of
from infra.config import StackConfig
from infra.names import Names, secret_name
from infra.settings import settings_output

_GOOGLE_SECRET: Final = "AUTH_OAUTH_GOOGLE_CLIENT_SECRET"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Everything that was declared and has something to tell."""

    foundation: Foundation
    data: Data
    settings: AppSettings
    apps: Apps
    zone: Zone | None


def outputs_of(stack: Stack, declared: Declared) -> Mapping[str, Input[object]]:
    """Every output by its name."""
    foundation, data, settings, apps = declared.foundation, declared.data, declared.settings, declared.apps
    hosts = stack.config.hosts
    api_url = url_of(hosts.api.name)
    return {
        "settings": settings_output(
            {"api": (settings.api, settings.addresses), "admin": (settings.admin, {})},
            vault_id=foundation.vault.vault_id,
        ),
        "api_url": api_url,
        "admin_url": url_of(hosts.admin.name),
        "apps": {app: {"fqdn": each.fqdn, "revision": each.latest_revision} for app, each in apps.services.items()},
        "resource_group": foundation.group_name,
        "key_vault_uri": foundation.vault.vault_uri,
        "secret_uris": settings.secrets.uris,
        "database": {"host": data.database.host, "port": data.role_args.port, "name": data.database.database},
        "storage": _bucket_output(data.storage),
        **(
            {"buckets": {name: _bucket_output(bucket) for name, bucket in data.buckets.items()}} if data.buckets else {}
        ),
        "registry": apps.registry.login_server,
        "redirect_uris": {
            "azure": settings.api.values["AUTH_OAUTH_AZURE_REDIRECT_URI"],
            "google": settings.api.values["AUTH_OAUTH_GOOGLE_REDIRECT_URI"],
        },
        "ds_record": declared.zone.ds_record if declared.zone is not None else None,
        "next_steps": list(next_steps(stack.config, stack.names)),
    }


def _bucket_output(bucket: ObjectStorage) -> Mapping[str, Input[str]]:
    return {"endpoint": bucket.endpoint, "bucket": bucket.bucket}


def next_steps(config: StackConfig, names: Names) -> Sequence[str]:
    """What only a person can do, in the order in which to do it."""
    api_url = url_of(config.hosts.api.name)
    vault_id = (
        f"/subscriptions/{names.subscription_id}/resourceGroups/{names.resource_group}"
        f"/providers/Microsoft.KeyVault/vaults/{names.key_vault}"
    )
    google_secret_url = secret_url(vault_id, secret_name(_GOOGLE_SECRET))
    steps = [f"At Google, let the OAuth client return to {api_url}/auth/callback/google."]
    if config.oauth.google_secret == "placeholder":
        steps.append(
            f"Put Google's client secret into the vault: `app-config put {_GOOGLE_SECRET} --stack "
            f"{config.environment}`, or with the Azure CLI `az rest --method put --url '{google_secret_url}' --body @FILE`, "
            'where FILE holds {"properties": {"value": "..."}}; then '
            "`pulumi config set --path 'ignition:oauth.google_secret' brought`."
        )
    steps += [
        f"Store {each.env} from {each.brought_from}: `app-config put {each.env} --stack {config.environment}`."
        for each in variables(Settings)
        if each.brought_from is not None and each.env != _GOOGLE_SECRET
    ]
    if config.zone.owned and config.zone.dnssec:
        steps.append("At the registrar, enter the DS record of the output `ds_record`.")
    if any("/k8se/quickstart@" in each.image for each in (config.services.api, config.services.admin)):
        steps.append(
            "Push the apps' images to the registry of the output `registry`, and set their digests in services.*.image."
        )
    roles_image = config.database.roles_image
    if roles_image.startswith("docker.io/") and not config.attached_providers_only:
        steps.append(
            f"Copy the image that makes the database's roles into the registry, for Docker Hub limits anonymous pulls: `az acr import -n "
            f"{names.registry} --source {roles_image} --image postgres:17`, then `pulumi config set --path "
            f"'ignition:database.roles_image' {names.registry}.azurecr.io/postgres@{roles_image.partition('@')[2]}`."
        )
    for app, each in (("api", config.services.api), ("admin", config.services.admin)):
        if (split := each.traffic) is not None:
            steps.append(
                f"Two revisions of {app} run: the latest one gets {split.latest} percent of the requests, {split.former} the rest. "
                f"Shift them with `pulumi config set --path 'ignition:services.{app}.traffic.latest' PERCENT`; once 100 has proved "
                f"itself, end the former revision with `pulumi config rm --path 'ignition:services.{app}.traffic'`."
            )
    return steps
