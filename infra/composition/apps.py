"""What runs: registry, environment, host names, the database's roles, the two apps, and the edge before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Output, Resource

from infra.components.apps.container_platform import ContainerPlatform, ContainerPlatformArgs
from infra.components.apps.registry import Registry, RegistryArgs
from infra.components.apps.service import CustomDomain, Service, ServiceArgs
from infra.components.apps.service_template import Container
from infra.components.data.database_roles import roles_container
from infra.components.data.database_roles_app import DatabaseRolesApp, DatabaseRolesAppArgs
from infra.components.edge.access import Access
from infra.components.edge.host import Host, HostArgs
from infra.composition.data import Data
from infra.composition.foundation import APPS, ROLES, Foundation
from infra.composition.settings import AppSettings
from infra.composition.stack import Stack
from infra.settings import Bindings


@dataclass(frozen=True, kw_only=True)
class Apps:
    """What runs, by app where there is one for each."""

    registry: Registry
    platform: ContainerPlatform
    hosts: Mapping[str, Host]
    services: Mapping[str, Service]


def make_apps(stack: Stack, foundation: Foundation, data: Data, settings: AppSettings, access: Access | None) -> Apps:
    """Declare what runs. `access` stands before the admin console from the moment that its host name leads anywhere."""
    registry = _registry(stack, foundation)
    platform = _platform(stack, foundation)
    before = {"admin": [access]} if access is not None else {}
    hosts = {app: _host(stack, foundation, platform, app, before.get(app, ())) for app in APPS}
    making = _Making(stack=stack, foundation=foundation, registry=registry, platform=platform, hosts=hosts)
    roles = making.database_roles(data, settings)
    # The database's roles are there by then, and the vault is reachable and readable.
    api = making.service("api", settings.api, settings.addresses, after=(roles, foundation.vault, settings.secrets))
    admin = making.service("admin", settings.admin, {}, after=())
    return Apps(registry=registry, platform=platform, hosts=hosts, services={"api": api, "admin": admin})


def _registry(stack: Stack, foundation: Foundation) -> Registry:
    return Registry(
        "registry",
        RegistryArgs(
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            registry_name=stack.names.registry,
            tags=stack.tags,
            pullers={app: identity.principal_id for app, identity in foundation.identities.items()},
            config=stack.config.container_platform,
            propagation_s=stack.config.key_vault.propagation_s,
        ),
        stack.options(),
    )


def _platform(stack: Stack, foundation: Foundation) -> ContainerPlatform:
    return ContainerPlatform(
        "platform",
        ContainerPlatformArgs(
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            environment_name=stack.names.container_environment,
            tags=stack.tags,
            subnet_id=foundation.network.apps_subnet_id,
            infrastructure_resource_group=stack.names.platform_resource_group,
            config=stack.config.container_platform,
            protect=stack.config.protection.protect,
        ),
        stack.options(foundation.network),
    )


def registry_server(stack: Stack, registry: Registry, image: str) -> Output[str] | None:
    """The own registry where the image is in it; a public image is pulled without credentials."""
    return registry.login_server if image.startswith(f"{stack.names.registry}.azurecr.io/") else None


def _host(
    stack: Stack, foundation: Foundation, platform: ContainerPlatform, app: str, after: Sequence[Resource]
) -> Host:
    return Host(
        f"{app}-host",
        HostArgs(
            config=stack.config.hosts.apps[app],
            zone_id=stack.config.cloudflare.zone_id,
            app_name=stack.names.app(app),
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            environment_name=platform.environment_name,
            default_domain=platform.default_domain,
            tags=stack.tags,
            ttl_s=stack.config.hosts.ttl_s,
        ),
        stack.options(*after),
    )


@dataclass(frozen=True, kw_only=True)
class _Making:
    """What every app is made from."""

    stack: Stack
    foundation: Foundation
    registry: Registry
    platform: ContainerPlatform
    hosts: Mapping[str, Host]

    def service(
        self,
        app: str,
        bindings: Bindings,
        addresses: Mapping[str, Output[str]],
        *,
        after: Sequence[Resource],
    ) -> Service:
        """One app, with its settings."""
        stack = self.stack
        config, host = stack.config.services.apps[app], stack.config.hosts.apps[app]
        return Service(
            app,
            ServiceArgs(
                resource_group_name=self.foundation.group_name,
                location=stack.config.location,
                app_name=stack.names.app(app),
                environment_id=self.platform.environment_id,
                environment_name=stack.names.container_environment,
                tags=stack.tags,
                identity_id=self.foundation.identities[app].identity_id,
                container=Container(
                    name=app, image=config.image, env=bindings.values, secrets=addresses, cpu=config.cpu
                ),
                config=config,
                registry_server=registry_server(stack, self.registry, config.image),
                custom_domains=[CustomDomain(host=host.name, certificate_id=self.hosts[app].certificate_id)],
                allowed_ranges=stack.web_ranges(host),
            ),
            # The host can be bound and images pulled only some time after their records and roles are there.
            stack.options(self.registry, self.hosts[app], *after),
        )

    def database_roles(self, data: Data, settings: AppSettings) -> DatabaseRolesApp:
        """The app that makes the database's roles."""
        stack, config = self.stack, self.stack.config.database
        return DatabaseRolesApp(
            "database-roles",
            DatabaseRolesAppArgs(
                resource_group_name=self.foundation.group_name,
                location=stack.config.location,
                app_name=stack.names.app(ROLES),
                environment_id=self.platform.environment_id,
                tags=stack.tags,
                identity_id=self.foundation.identities[ROLES].identity_id,
                container=roles_container(data.role_args, secrets=settings.role_addresses),
                registry_server=registry_server(stack, self.registry, config.roles_image),
            ),
            # The vault must be reachable and readable, and images can be pulled only some time after their roles are there.
            stack.options(self.registry, data.database, self.foundation.vault, settings.secrets),
        )
