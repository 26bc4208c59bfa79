"""
What no single key shows: values that are right one by one and impossible together.

Each rule names the keys that it reads and stays silent while one of those is wrong by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from infra.config.derived import active_secret_end
from infra.config.problems import Problem
from infra.config.rules import addresses
from infra.config.rules.combination import Combination, Texts
from infra.config.rules.coverage import is_in_zone, uncovered_host_problem
from infra.config.rules.database import DATABASE_COMBINATIONS
from infra.config.rules.plan_limits import rate_limit_problems
from infra.config.stack import NAMESPACE, StackConfig

_LOG_LEVELS: Final = ("error", "warn", "info", "debug")


def broken_combinations(config: StackConfig, is_sound: Callable[[str], bool]) -> Sequence[Problem]:
    """The rules that do not hold, among those whose keys are all sound."""
    return [
        Problem(f"{NAMESPACE}:{key}", text)
        for rule in COMBINATIONS
        if all(is_sound(key) for key in rule.reads)
        for key, text in rule.broken(config)
    ]


def _subnets_lie_in_the_network(config: StackConfig) -> Texts:
    for name in addresses.SUBNETS:
        subnet = getattr(config.network, name)
        if not addresses.contains(config.network.address_space, subnet):
            yield (
                f"network.{name}",
                f"is {subnet}, outside the network's range {config.network.address_space}: choose a part of that range",
            )


def _subnets_are_apart(config: StackConfig) -> Texts:
    for number, name in enumerate(addresses.SUBNETS):
        for other in addresses.SUBNETS[number + 1 :]:
            one, two = getattr(config.network, name), getattr(config.network, other)
            if addresses.overlaps(one, two):
                yield f"network.{other}", f"is {two}, which overlaps network.{name} ({one}): choose a range of its own"


def _subnets_are_large_enough(config: StackConfig) -> Texts:
    for name, longest in addresses.LONGEST_PREFIXES.items():
        subnet = getattr(config.network, name)
        if addresses.prefix_length(subnet) > longest:
            standby = " (high availability takes four addresses of it)" if name == "database_subnet" else ""
            yield (
                f"network.{name}",
                f"is {subnet}: it must be /{longest} or larger{standby}; write {subnet.split('/')[0]}/{longest}",
            )


def _apps_keep_off_reserved_ranges(config: StackConfig) -> Texts:
    subnet = config.network.apps_subnet
    reserved = addresses.reserved_range(subnet)
    if reserved is not None:
        yield (
            "network.apps_subnet",
            f"is {subnet}, in {reserved}, which Container Apps keeps for itself: take one in 10.0.0.0/8",
        )


def _replicas_fit_into_the_subnet(config: StackConfig) -> Texts:
    subnet = config.network.apps_subnet
    wanted = config.services.api.max_replicas + config.services.admin.max_replicas
    room = addresses.replicas_that_fit(subnet)
    if addresses.prefix_length(subnet) <= addresses.LONGEST_PREFIXES["apps_subnet"] and wanted > room:
        yield (
            "network.apps_subnet",
            f"is {subnet}, which has room for {room} replicas, but the services may have {wanted}: take a larger range or lower "
            "services.api.max_replicas",
        )


def _production_keeps_its_guards(config: StackConfig) -> Texts:
    if config.stage != "production":
        return
    guards = {
        "protection.locks": (config.protection.locks, True),
        "protection.protect": (config.protection.protect, True),
        "key_vault.purge_protection": (config.key_vault.purge_protection, True),
        "key_vault.public_access": (config.key_vault.public_access, False),
    }
    for key, (value, safe) in guards.items():
        if value is not safe:
            yield (
                key,
                f"is {str(value).lower()} in a production stack: write {str(safe).lower()}, or stage: development",
            )


def _vault_is_reachable(config: StackConfig) -> Texts:
    vault = config.key_vault
    if not vault.private_endpoint and not vault.public_access:
        yield (
            "key_vault.private_endpoint",
            "is false and so is key_vault.public_access: nothing could read the vault; write true for one",
        )
    elif not vault.private_endpoint and vault.allowed_ranges:
        yield (
            "key_vault.allowed_ranges",
            "would keep the apps out, which have no fixed address: leave it out, or write private_endpoint: true",
        )
    if vault.allowed_ranges and not vault.public_access:
        yield (
            "key_vault.allowed_ranges",
            "lets nobody in while key_vault.public_access is false: leave it out, or write true there",
        )


def _hosts_lie_in_the_zone(config: StackConfig) -> Texts:
    hosts = {"hosts.api.name": config.hosts.api.name, "hosts.admin.name": config.hosts.admin.name}
    for key, host in hosts.items():
        if not is_in_zone(host, config.zone.name) or host == config.zone.name:
            yield key, f"is {host}, which does not lie below the zone {config.zone.name}: write NAME.{config.zone.name}"
    for number, host in enumerate(config.zone.other_hosts):
        if not is_in_zone(host, config.zone.name):
            yield f"zone.other_hosts[{number}]", f"is {host}, which is not in the zone {config.zone.name}: remove it"


def _hosts_differ(config: StackConfig) -> Texts:
    names = [config.hosts.api.name, config.hosts.admin.name, config.hosts.frontend]
    for number, key in ((1, "hosts.admin.name"), (2, "hosts.frontend")):
        if names[number] in names[:number]:
            yield key, f"is {names[number]}, as another host is already: give each its own name"


def _proxied_hosts_are_certified(config: StackConfig) -> Texts:
    own = (("hosts.api", config.hosts.api), ("hosts.admin", config.hosts.admin))
    proxied = {f"{key}.name": host.name for key, host in own if host.tls == "edge"}
    others = {f"zone.other_hosts[{number}]": host for number, host in enumerate(config.zone.other_hosts)}
    for key, host in (proxied | others).items():
        if is_in_zone(host, config.zone.name):
            problem = uncovered_host_problem(host, config.zone.name, advanced=config.zone.advanced_certificate)
            if problem is not None:
                yield key, f"cannot have a certificate: {problem}"


def _rate_limit_fits_the_plan(config: StackConfig) -> Texts:
    if config.zone.owned:
        for problem in rate_limit_problems(config.edge.rate_limit, config.zone.plan):
            yield "edge.rate_limit", f"does not fit zone.plan: {problem}"


def _access_needs_the_edge(config: StackConfig) -> Texts:
    access = config.edge.access
    if (access.emails or access.email_domains or access.groups or access.entra) and access.team is None:
        yield (
            "edge.access.team",
            "is missing: the admin console verifies the tokens of Access with the team's keys; write its name",
        )
    if (access.emails or access.email_domains or access.groups) and config.hosts.admin.tls != "edge":
        yield (
            "edge.access",
            "stands at the edge, which hosts.admin with tls: managed goes around: write tls: edge, or name nobody here",
        )


def _sessions_stay_in_the_stack(config: StackConfig) -> Texts:
    domain = config.oauth.cookie_domain
    if domain is None:
        return
    if not is_in_zone(config.hosts.api.name, domain):
        yield (
            "oauth.cookie_domain",
            f"is {domain}, which is neither hosts.api.name ({config.hosts.api.name}) nor a parent of it: write {config.hosts.api.name}, or "
            "leave it out",
        )
    elif not config.zone.owned and domain == config.zone.name:
        yield (
            "oauth.cookie_domain",
            f"is {domain}, the zone of other stacks too: browsers would send them this stack's sessions, and theirs to this one. Leave "
            "it out",
        )
    if others := [each for each in config.zone.other_hosts if is_in_zone(each, domain)]:
        yield (
            "oauth.cookie_domain",
            f"is {domain}, which {', '.join(others)} of zone.other_hosts lies in: another stack would be sent this stack's sessions. Leave "
            "it out",
        )


def _production_knows_when_its_secret_ends(config: StackConfig) -> Texts:
    if config.stage == "production" and active_secret_end(config) is None:
        slot = config.oauth.rotation.active
        yield (
            f"oauth.secret_ends.{slot}",
            "is missing in a production stack: Microsoft ends the client secret after two years without a word. Write a day, and an "
            "alert comes before it",
        )


def _replicas_are_a_range(config: StackConfig) -> Texts:
    for name, service in (("api", config.services.api), ("admin", config.services.admin)):
        if service.min_replicas > service.max_replicas:
            yield (
                f"services.{name}.min_replicas",
                f"is {service.min_replicas}, above max_replicas ({service.max_replicas}): write {service.max_replicas} or less",
            )


def _admin_has_a_log_level(config: StackConfig) -> Texts:
    if config.services.admin.log not in _LOG_LEVELS:
        yield "services.admin.log", f"is {config.services.admin.log}: it must be one of {', '.join(_LOG_LEVELS)}"


def _somebody_is_told(config: StackConfig) -> Texts:
    if not config.monitoring.emails:
        yield "monitoring.emails", "is empty: write at least one address, or nobody receives alerts"
    thresholds = config.monitoring.budget_thresholds
    if not 1 <= len(thresholds) <= 5 or len(set(thresholds)) != len(thresholds):
        yield (
            "monitoring.budget_thresholds",
            f"are {list(thresholds)}: write one to five different percentages, such as [80, 100]",
        )


def _somebody_owns_the_applications(config: StackConfig) -> Texts:
    if not config.azure.deployers:
        yield (
            "azure.deployers",
            "is empty: write the object id of each deployer, from `az ad signed-in-user show --query id` or "
            "`az identity show --query principalId`",
        )


_SUBNETS = tuple(f"network.{name}" for name in addresses.SUBNETS)
_HOSTS = ("hosts.api.name", "hosts.admin.name", "zone.name")
_REPLICAS = ("services.api.max_replicas", "services.admin.max_replicas")

COMBINATIONS: Final = (
    *DATABASE_COMBINATIONS,
    Combination(
        "Subnets are inside the network's range.", ("network.address_space", *_SUBNETS), _subnets_lie_in_the_network
    ),
    Combination("Subnets do not overlap.", _SUBNETS, _subnets_are_apart),
    Combination(
        "Subnets are large enough: /27 for apps, /28 for the database and its standby, /28 for endpoints.",
        _SUBNETS,
        _subnets_are_large_enough,
    ),
    Combination(
        "The apps' subnet does not overlap the ranges that Container Apps reserves.",
        ("network.apps_subnet",),
        _apps_keep_off_reserved_ranges,
    ),
    Combination(
        "The apps' subnet has room for twice the replicas.",
        ("network.apps_subnet", *_REPLICAS),
        _replicas_fit_into_the_subnet,
    ),
    Combination(
        "A production stack has locks, protection, purge protection and a private vault.",
        ("stage", "protection", "key_vault.purge_protection", "key_vault.public_access"),
        _production_keeps_its_guards,
    ),
    Combination(
        "The vault is reachable, and ranges are set only where they have an effect.",
        ("key_vault.private_endpoint", "key_vault.public_access", "key_vault.allowed_ranges"),
        _vault_is_reachable,
    ),
    Combination("Hosts are below the zone.", (*_HOSTS, "zone.other_hosts"), _hosts_lie_in_the_zone),
    Combination("Hosts differ.", (*_HOSTS[:2], "hosts.frontend"), _hosts_differ),
    Combination(
        "A proxied host two levels below the zone needs the advanced certificate.",
        (*_HOSTS, "hosts.api.tls", "hosts.admin.tls", "zone.advanced_certificate", "zone.other_hosts"),
        _proxied_hosts_are_certified,
    ),
    Combination(
        "The rate limit fits the zone's plan.",
        ("zone.owned", "zone.plan", "edge.rate_limit"),
        _rate_limit_fits_the_plan,
    ),
    Combination(
        "Zero Trust Access needs a proxied host and a team.",
        ("edge.access", "hosts.admin.tls"),
        _access_needs_the_edge,
    ),
    Combination(
        "Sessions go to hosts of this stack only.",
        ("oauth.cookie_domain", "hosts.api.name", "zone.name", "zone.owned", "zone.other_hosts"),
        _sessions_stay_in_the_stack,
    ),
    Combination(
        "A production stack sets the expiry of the client secret in use.",
        ("stage", "oauth.secret_ends", "oauth.rotation"),
        _production_knows_when_its_secret_ends,
    ),
    Combination(
        "`min_replicas` is not above `max_replicas`.",
        (*_REPLICAS, "services.api.min_replicas", "services.admin.min_replicas"),
        _replicas_are_a_range,
    ),
    Combination("The Entra applications have an owner.", ("azure.deployers",), _somebody_owns_the_applications),
    Combination("The admin console's log is a level.", ("services.admin.log",), _admin_has_a_log_level),
    Combination(
        "Alerts have a recipient, and the budget has one to five thresholds.",
        ("monitoring.emails", "monitoring.budget_thresholds"),
        _somebody_is_told,
    ),
)
