"""What every part of the composition works with: the configuration, names, tags and providers of the stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_azure_native as azure
import pulumi_azuread as azuread
from pulumi import ProviderResource, Resource, ResourceOptions

from infra.components.edge.cloudflare_ranges import CLOUDFLARE_IPV4
from infra.config import StackConfig
from infra.config.sections.cloudflare import HostSection
from infra.names import Names
from infra.tags import tags_of


@dataclass(frozen=True, kw_only=True)
class Stack:
    """
    The stack that is being declared.

    Attributes:
        config: Its configuration.
        names: What everything is called.
        tags: What everything is marked with.
        providers: The providers for its subscription and tenant.
    """

    config: StackConfig
    names: Names
    tags: Mapping[str, str]
    providers: tuple[ProviderResource, ...]

    def options(self, *after: Resource) -> ResourceOptions:
        """The options of a component: the stack's providers, and what must be there before."""
        return ResourceOptions(providers=list(self.providers), depends_on=list(after))

    @property
    def edge_shows_secret(self) -> bool:
        """Whether requests that come through the edge show the backend a secret: the zone's rules are its owner's alone."""
        return self.config.zone.owned and self.config.hosts.api.tls == "edge"

    def web_ranges(self, host: HostSection) -> Sequence[str]:
        """Who may connect to the app of a host; empty is everybody, whom Azure's certificate authority is among."""
        return CLOUDFLARE_IPV4 if host.tls == "edge" and self.config.edge.origin_locked else ()


def stack_of(config: StackConfig) -> Stack:
    """The running stack. Its providers are explicit, so that no variable of the shell decides which subscription is changed."""
    project = pulumi.get_project()
    subscription, tenant = config.azure.subscription_id, config.azure.tenant_id
    return Stack(
        config=config,
        names=Names(
            project=project,
            environment=config.environment,
            subscription_id=subscription,
            location=config.location,
        ),
        tags=tags_of(project, config),
        providers=(
            azure.Provider("azure", subscription_id=subscription, tenant_id=tenant),
            azuread.Provider("entra", tenant_id=tenant),
        ),
    )


def url_of(host: str) -> str:
    """Where browsers reach a host."""
    return f"https://{host}"
