"""What the edge does: the zone's own rules where this stack owns them, and who may come near the admin console."""

from __future__ import annotations

from infra.components.edge.access import Access, AccessArgs, EntraLogin
from infra.components.edge.edge_secret import EdgeSecret, EdgeSecretArgs
from infra.components.edge.zone import Zone, ZoneArgs
from infra.composition.apps import Apps
from infra.composition.stack import Stack
from infra.config.rules.coverage import is_covered


def make_edge_secret(stack: Stack) -> EdgeSecret:
    """By what the backend knows the edge."""
    args = EdgeSecretArgs(rotation=stack.config.edge.rotation)
    return EdgeSecret("edge-secret", args, stack.options())


def make_zone(stack: Stack, apps: Apps, secret: EdgeSecret) -> Zone | None:
    """What exists once in the zone; None where another stack owns it."""
    config, hosts = stack.config.zone, stack.config.hosts
    if not config.owned:
        return None
    own = hosts.apps.values()
    proxied = [*(host.name for host in own if host.tls == "edge"), *config.other_hosts]
    return Zone(
        "zone",
        ZoneArgs(
            zone_id=stack.config.cloudflare.zone_id,
            config=config,
            hosts=proxied,
            azure_certificates=config.azure_certificates or any(host.tls == "managed" for host in own),
            advanced_hosts=[host for host in proxied if not is_covered(host, config.name)],
            rate_limit=stack.config.edge.rate_limit,
            secret_hosts=[hosts.api.name] if stack.edge_shows_secret else [],
            secret=secret.active,
            protect=stack.config.protection.protect,
        ),
        # Its last setting makes the edge insist on certificates that the apps must present by then.
        stack.options(*apps.hosts.values(), *apps.services.values()),
    )


def make_access(stack: Stack) -> Access | None:
    """Who may come near the admin console; None where nobody is named, and its own sign-in alone protects it."""
    config = stack.config.edge.access
    if not config.names_somebody:
        return None
    return Access(
        "admin-access",
        AccessArgs(
            account_id=stack.config.cloudflare.account_id,
            host=stack.config.hosts.admin.name,
            config=config,
            login=_entra_login(stack),
        ),
        stack.options(),
    )


def _entra_login(stack: Stack) -> EntraLogin | None:
    config = stack.config.edge.access
    if config.team is None or not (config.entra or config.groups):
        return None
    return EntraLogin(team=config.team, tenant_id=stack.config.azure.tenant_id, owners=stack.config.azure.deployers)
