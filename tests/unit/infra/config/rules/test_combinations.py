"""Every rule over several keys: a stack that keeps it, and one that breaks it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from infra.config import max_connections, pool_size
from infra.config.rules.combinations import COMBINATIONS
from tests.unit.infra.config.samples import config, problems


def _network(first: str) -> dict[str, str]:
    subnets = {"apps_subnet": "4.0/23", "database_subnet": "2.0/27", "endpoints_subnet": "2.64/27"}
    return {"address_space": f"{first}.0.0/16", **{name: f"{first}.{rest}" for name, rest in subnets.items()}}


_NOW = dt.datetime.now(dt.UTC)
_LONG_AGO = "2026-01-01T00:00:00Z"


def _restored(**changes: Any) -> dict[str, Any]:
    yesterday = f"{_NOW - dt.timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    return {"server": "psql-restored", "source": "psql-source", "time": yesterday, **changes}


# The rule, changes to the production stack that keep it, changes that break it, the key reported, and a part of the text.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    (
        "A database is restored to another server than its source.",
        {"database.restored": _restored()},
        {"database.restored": _restored(server="psql-source")},
        "database.restored.server",
        "choose another name",
    ),
    (
        "Until the restored server exists, the point in time is in the past and within the retention of backups.",
        {"database.restored": _restored(time=_LONG_AGO, made=True)},
        {"database.restored": _restored(time=_LONG_AGO)},
        "database.restored.time",
        "but backups are kept 35 days",
    ),
    (
        "Until the restored server exists, the point in time is in the past and within the retention of backups.",
        {"database.restored": _restored()},
        {"database.restored": _restored(time=f"{_NOW + dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")},
        "database.restored.time",
        "which lies in the future",
    ),
    (
        "Subnets are inside the network's range.",
        {"network.endpoints_subnet": "10.20.4.0/27"},
        {"network.endpoints_subnet": "10.21.0.0/27"},
        "network.endpoints_subnet",
        "outside the network's range 10.20.0.0/16",
    ),
    (
        "Subnets do not overlap.",
        {"network.database_subnet": "10.20.2.32/27"},
        {"network.database_subnet": "10.20.1.0/27"},
        "network.database_subnet",
        "overlaps network.apps_subnet (10.20.0.0/23)",
    ),
    (
        "Subnets are large enough: /27 for apps, /28 for the database and its standby, /28 for endpoints.",
        {"network.database_subnet": "10.20.2.0/28"},
        {"network.database_subnet": "10.20.2.0/29"},
        "network.database_subnet",
        "high availability takes four addresses",
    ),
    (
        "The apps' subnet does not overlap the ranges that Container Apps reserves.",
        {"network": _network("172.29")},
        {"network": _network("172.30")},
        "network.apps_subnet",
        "in 172.30.0.0/16, which Container Apps keeps for itself",
    ),
    (
        "The apps' subnet has room for twice the replicas.",
        {"network.apps_subnet": "10.20.0.0/27", "services.api.max_replicas": 80, "database.pool_size": 1},
        {"network.apps_subnet": "10.20.0.0/27", "services.api.max_replicas": 90, "database.pool_size": 1},
        "network.apps_subnet",
        "has room for 90 replicas, but the services may have 93",
    ),
    (
        "No high availability on a Burstable size.",
        {"database.size": "Standard_B2s", "database.high_availability": "Disabled"},
        {"database.size": "Standard_B2s"},
        "database.high_availability",
        "write Disabled",
    ),
    (
        "No PgBouncer on a Burstable size.",
        {"database.size": "Standard_B2s", "database.high_availability": "Disabled"},
        {
            "database.size": "Standard_B2s",
            "database.high_availability": "Disabled",
            "database.pgbouncer": True,
            "database.separate_migrator": True,
        },
        "database.pgbouncer",
        "write false",
    ),
    (
        "With PgBouncer, migrations run by a login of their own, past it.",
        {"database.pgbouncer": True, "database.separate_migrator": True},
        {"database.pgbouncer": True},
        "database.pgbouncer",
        "run migrations with DATABASE-MIGRATOR-URL",
    ),
    (
        "Sessions go to hosts of this stack only.",
        {"oauth.cookie_domain": "api.ecent.online"},
        {"oauth.cookie_domain": "ecent.online"},
        "oauth.cookie_domain",
        "api-dev.ecent.online, admin-dev.ecent.online of zone.other_hosts lies in",
    ),
    (
        "A production stack sets the expiry of the client secret in use.",
        {"oauth.secret_ends": {"b": "2028-11-30"}, "oauth.rotation": {"active": "b"}},
        {"oauth.secret_ends": {"b": "2028-11-30"}},
        "oauth.secret_ends.a",
        "an alert comes before it",
    ),
    (
        "The Entra applications have an owner.",
        {"azure.deployers": ["11111111-1111-1111-1111-111111111111"]},
        {"azure.deployers": []},
        "azure.deployers",
        "az ad signed-in-user show",
    ),
    (
        "No more connections than the size has memory for.",
        {"database.max_connections": 859},
        {"database.max_connections": 860},
        "database.max_connections",
        "write 859 or less",
    ),
    (
        "The replicas' pools fit into the server's connections twice, because revisions overlap.",
        {"database.pool_size": 69},
        {"database.pool_size": 70},
        "database.pool_size",
        "write 69 or less",
    ),
    (
        "The replicas' pools fit into the server's connections twice, because revisions overlap.",
        {"database.max_connections": 32},
        {"database.max_connections": 31},
        "services.api.max_replicas",
        "too few for one a replica",
    ),
    (
        "A production stack has locks, protection, purge protection and a private vault.",
        {"stage": "development", "protection.locks": False},
        {"protection.locks": False},
        "protection.locks",
        "is false in a production stack: write true",
    ),
    (
        "A production stack has locks, protection, purge protection and a private vault.",
        {"stage": "development", "key_vault.public_access": True},
        {"key_vault.public_access": True},
        "key_vault.public_access",
        "is true in a production stack: write false",
    ),
    (
        "The vault is reachable, and ranges are set only where they have an effect.",
        {"stage": "development", "key_vault.private_endpoint": False, "key_vault.public_access": True},
        {"key_vault.private_endpoint": False},
        "key_vault.private_endpoint",
        "nothing could read the vault",
    ),
    (
        "The vault is reachable, and ranges are set only where they have an effect.",
        {"stage": "development", "key_vault.public_access": True, "key_vault.allowed_ranges": ["192.0.2.0/24"]},
        {"key_vault.allowed_ranges": ["192.0.2.0/24"]},
        "key_vault.allowed_ranges",
        "lets nobody in",
    ),
    (
        "Hosts are below the zone.",
        {"hosts.api.name": "backend.ecent.online"},
        {"hosts.api.name": "api.ecent.dev"},
        "hosts.api.name",
        "write NAME.ecent.online",
    ),
    (
        "Hosts are below the zone.",
        {"zone.other_hosts": ["x.ecent.online"]},
        {"zone.other_hosts": ["x.ecent.dev"]},
        "zone.other_hosts[0]",
        "not in the zone ecent.online",
    ),
    (
        "Hosts differ.",
        {"hosts.frontend": "www.ecent.online"},
        {"hosts.frontend": "api.ecent.online"},
        "hosts.frontend",
        "as another host is already",
    ),
    (
        "A proxied host two levels below the zone needs the advanced certificate.",
        {"zone.advanced_certificate": False, "hosts.admin.name": "admin-ignition.ecent.online"},
        {"zone.advanced_certificate": False},
        "hosts.admin.name",
        "Either name it admin-ignition.ecent.online, or buy Advanced Certificate Manager",
    ),
    (
        "The rate limit fits the zone's plan.",
        {"zone.plan": "free", "edge.rate_limit": {"requests": 2, "period_s": 10, "timeout_s": 10}},
        {"zone.plan": "free"},
        "edge.rate_limit",
        "does not fit zone.plan",
    ),
    (
        "Zero Trust Access needs a proxied host and a team.",
        {"edge.access.email_domains": [], "hosts.admin.tls": "managed"},
        {"edge.access.email_domains": ["ecent.online"], "edge.access.team": "ecent", "hosts.admin.tls": "managed"},
        "edge.access",
        "write tls: edge",
    ),
    (
        "Zero Trust Access needs a proxied host and a team.",
        {"edge.access.emails": ["ana@ecent.online"], "edge.access.team": "ecent"},
        {"edge.access.emails": ["ana@ecent.online"], "edge.access.team": None},
        "edge.access.team",
        "is missing",
    ),
    (
        "`min_replicas` is not above `max_replicas`.",
        {"services.admin.min_replicas": 3},
        {"services.admin.min_replicas": 4},
        "services.admin.min_replicas",
        "write 3 or less",
    ),
    (
        "The admin console's log is a level.",
        {"services.admin.log": "warn"},
        {"services.admin.log": "ignition=warn"},
        "services.admin.log",
        "one of error, warn, info, debug",
    ),
    (
        "Alerts have a recipient, and the budget has one to five thresholds.",
        {"monitoring.emails": ["a@ecent.online"]},
        {"monitoring.emails": []},
        "monitoring.emails",
        "is empty",
    ),
    (
        "Alerts have a recipient, and the budget has one to five thresholds.",
        {"monitoring.budget_thresholds": [50, 80, 100]},
        {"monitoring.budget_thresholds": [80, 80]},
        "monitoring.budget_thresholds",
        "one to five different percentages",
    ),
]
_IDS = [f"{rule.split(',')[0]} {key}" for rule, _, _, key, _ in CASES]


@pytest.mark.parametrize(("rule", "keeps", "breaks", "key", "says"), CASES, ids=_IDS)
def test_a_stack_that_keeps_the_rule_is_right(
    rule: str, keeps: dict[str, Any], breaks: dict[str, Any], key: str, says: str
) -> None:
    assert problems("prod", keeps) == {}


@pytest.mark.parametrize(("rule", "keeps", "breaks", "key", "says"), CASES, ids=_IDS)
def test_a_stack_that_breaks_the_rule_is_told_what_to_write(
    rule: str, keeps: dict[str, Any], breaks: dict[str, Any], key: str, says: str
) -> None:
    assert says in problems("prod", breaks)[key]


def test_every_rule_has_a_case() -> None:
    assert {rule.says for rule in COMBINATIONS} == {rule for rule, *_ in CASES}


def test_the_pool_follows_from_the_servers_connections_and_the_replicas() -> None:
    assert pool_size(config("dev")) == (50 - 20) // (2 * 2)
    assert pool_size(config("prod", services__api__max_replicas=60)) == (859 - 20) // (2 * 60)


def test_a_derived_pool_is_no_larger_than_is_useful() -> None:
    assert pool_size(config("prod")) == 20


def test_a_set_pool_and_set_connections_are_taken_as_they_are() -> None:
    made = config("prod", database__pool_size=7, database__max_connections=200)
    assert (pool_size(made), max_connections(made)) == (7, 200)


@pytest.mark.parametrize("domain", ["ecent.online", "admin-dev.ecent.online"])
def test_a_stack_in_anothers_zone_takes_no_session_of_the_zone(domain: str) -> None:
    assert "oauth.cookie_domain" in problems("dev", {"oauth.cookie_domain": domain})


def test_a_parent_of_the_api_below_the_zone_is_taken() -> None:
    assert (
        problems("dev", {"hosts.api.name": "api-dev.ecent.online", "oauth.cookie_domain": "api-dev.ecent.online"}) == {}
    )
