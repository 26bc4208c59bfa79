"""What the edge does: the zone's own rules where this stack owns them, and who may come near the admin console."""

from __future__ import annotations

from infra.components.edge.access import Access, AccessArgs, EntraLogin
from infra.components.edge.coverage import is_covered
from infra.components.edge.edge_secret import EdgeSecret, EdgeSecretArgs
from infra.components.edge.plan_limits import RateLimit
from infra.components.edge.zone import Zone, ZoneArgs
from infra.composition.apps import Apps
from infra.composition.stack import Stack, rotation_of


def make_edge_secret(stack: Stack) -> EdgeSecret:
    """By what the backend knows the edge."""
    args = EdgeSecretArgs(rotation=rotation_of(stack.config.edge.rotation))
    return EdgeSecret("edge-secret", args, stack.options())


def make_zone(stack: Stack, apps: Apps, secret: EdgeSecret) -> Zone | None:
    """What exists once in the zone; None where another stack owns it."""
    wishes, hosts = stack.config.zone, stack.config.hosts
    if not wishes.owned:
        return None
    own = (hosts.api, hosts.admin)
    proxied = [*(host.name for host in own if host.tls == "edge"), *wishes.other_hosts]
    limit = stack.config.edge.rate_limit
    return Zone(
        "zone",
        ZoneArgs(
            zone_id=stack.config.cloudflare.zone_id,
            zone=wishes.name,
            plan=wishes.plan,
            hosts=proxied,
            azure_certificates=wishes.azure_certificates or any(host.tls == "managed" for host in own),
            advanced_hosts=[host for host in proxied if not is_covered(host, wishes.name)],
            rate_limit=RateLimit(
                path_prefix=limit.path_prefix,
                requests=limit.requests,
                period_s=limit.period_s,
                timeout_s=limit.timeout_s,
            ),
            authorities=wishes.certificate_authorities,
            strict_tls=wishes.strict_tls,
            secret_hosts=[hosts.api.name] if stack.edge_shows_secret else [],
            secret=secret.active,
            hsts_max_age_s=wishes.hsts_max_age_s,
            hsts_include_subdomains=wishes.hsts_include_subdomains,
            dnssec=wishes.dnssec,
            protect=stack.config.protection.protect,
        ),
        # Its last setting makes the edge insist on certificates that the apps must present by then.
        stack.options(*apps.hosts.values(), *apps.services.values()),
    )


def make_access(stack: Stack) -> Access | None:
    """Who may come near the admin console; None where nobody is named, and its own sign-in alone protects it."""
    wishes = stack.config.edge.access
    if not (wishes.emails or wishes.email_domains or wishes.groups):
        return None
    return Access(
        "admin-access",
        AccessArgs(
            account_id=stack.config.cloudflare.account_id,
            host=stack.config.hosts.admin.name,
            emails=wishes.emails,
            email_domains=wishes.email_domains,
            group_ids=wishes.groups,
            login=_entra_login(stack),
            session=wishes.session,
        ),
        stack.options(),
    )


def _entra_login(stack: Stack) -> EntraLogin | None:
    wishes = stack.config.edge.access
    if wishes.team is None or not (wishes.entra or wishes.groups):
        return None
    return EntraLogin(team=wishes.team, tenant_id=stack.config.azure.tenant_id, owners=stack.config.azure.deployers)
