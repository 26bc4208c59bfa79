"""Every rule of the pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policy.apps import (
    behind_the_edge,
    image_digest,
    no_secret_in_environment,
    probes,
    replicas,
    secrets_by_reference,
    zones,
)
from policy.data import backups_elsewhere, backups_kept, disk_grows, locked, objects_locked, protected, standby
from policy.edge import caa, dnssec, hsts, proxied, strict_tls
from policy.hosts import cookie_domain, no_development, origins, redirect_uris, zone_left_alone
from policy.identity import narrow_tokens, no_registry_keys, no_storage_keys, no_wide_roles, of_each_app, pulls_images
from policy.network import private_buckets, private_database
from policy.rule import Rule
from policy.vault import private, purge_protected, roles
from policy.watch import alerts, alerts_reach_people, audit_logs, budget, log_cap, log_retention, tags

RULES: Final[Sequence[Rule]] = (
    backups_elsewhere.RULE,
    backups_kept.RULE,
    disk_grows.RULE,
    locked.RULE,
    objects_locked.RULE,
    protected.RULE,
    standby.RULE,
    private.RULE,
    purge_protected.RULE,
    roles.RULE,
    behind_the_edge.RULE,
    image_digest.RULE,
    no_secret_in_environment.RULE,
    probes.RULE,
    replicas.RULE,
    secrets_by_reference.RULE,
    zones.RULE,
    narrow_tokens.RULE,
    no_registry_keys.RULE,
    no_storage_keys.RULE,
    no_wide_roles.RULE,
    of_each_app.RULE,
    pulls_images.RULE,
    private_buckets.RULE,
    private_database.RULE,
    caa.RULE,
    dnssec.RULE,
    hsts.RULE,
    proxied.RULE,
    strict_tls.RULE,
    cookie_domain.RULE,
    no_development.RULE,
    origins.RULE,
    redirect_uris.RULE,
    zone_left_alone.RULE,
    alerts.RULE,
    alerts_reach_people.RULE,
    audit_logs.RULE,
    budget.RULE,
    log_cap.RULE,
    log_retention.RULE,
    tags.RULE,
)
