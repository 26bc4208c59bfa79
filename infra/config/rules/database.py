"""Which values of the database go together: what Burstable sizes lack, and how many connections there are."""

from __future__ import annotations

import datetime as dt
from typing import Final

from infra.config.derived import max_connections
from infra.config.rules.combination import Combination, Texts
from infra.config.stack import StackConfig
from infra.sizes import DATABASE_SIZES, largest_pool


def _a_restore_makes_another_server(config: StackConfig) -> Texts:
    restored = config.database.restored
    if restored is not None and restored.server == restored.source:
        yield (
            "database.restored.server",
            f"is {restored.server}, as the source is: a restore makes another server, so choose another name",
        )


def _a_point_in_time_is_within_the_backups(config: StackConfig) -> Texts:
    restored = config.database.restored
    if restored is None or restored.made:
        return
    now = dt.datetime.now(dt.UTC)
    moment = dt.datetime.fromisoformat(restored.time)
    if moment > now:
        yield (
            "database.restored.time",
            f"is {restored.time}, which lies in the future (it is {now:%Y-%m-%dT%H:%M:%SZ}): write a time that is over",
        )
    elif now - moment > dt.timedelta(days=config.database.backup_days):
        yield (
            "database.restored.time",
            f"is {restored.time}, {(now - moment).days} days ago, but backups are kept {config.database.backup_days} days "
            "(database.backup_days): choose a later time; if the server is there already, set database.restored.made",
        )


def _burstable(config: StackConfig) -> bool:
    return DATABASE_SIZES[config.database.size].tier == "Burstable"


def _burstable_has_no_standby(config: StackConfig) -> Texts:
    if _burstable(config) and config.database.high_availability != "Disabled":
        yield (
            "database.high_availability",
            f"is {config.database.high_availability}, but {config.database.size} is Burstable, which has none: write Disabled, or "
            "take a size such as Standard_D2ds_v5",
        )


def _burstable_has_no_pgbouncer(config: StackConfig) -> Texts:
    if _burstable(config) and config.database.pgbouncer:
        yield (
            "database.pgbouncer",
            f"is true, but {config.database.size} is Burstable, which has no PgBouncer: write false, or take a size such as "
            "Standard_D2ds_v5",
        )


def _pgbouncer_leaves_migrations_out(config: StackConfig) -> Texts:
    if config.database.pgbouncer and not config.database.separate_migrator:
        yield (
            "database.pgbouncer",
            "is true, but the backend runs its migrations over DATABASE_URL, and their lock may stay on a pooled connection: write "
            "false, or separate_migrator: true and run migrations with DATABASE-MIGRATOR-URL, which goes to port 5432",
        )


def _connections_fit_the_size(config: StackConfig) -> Texts:
    asked, most = config.database.max_connections, DATABASE_SIZES[config.database.size].max_connections
    if asked is not None and asked > most:
        yield (
            "database.max_connections",
            f"is {asked}, but {config.database.size} has memory for {most}: write {most} or less, or leave it out",
        )


def _pool_fits_the_server(config: StackConfig) -> Texts:
    replicas = config.services.api.max_replicas
    takes = max_connections(config)
    most = largest_pool(takes, replicas)
    if most < 1:
        yield (
            "services.api.max_replicas",
            f"is {replicas}, but the server takes {takes} connections, too few for one a replica: lower it, or take a larger "
            "database.size",
        )
    elif config.database.pool_size is not None and config.database.pool_size > most:
        yield (
            "database.pool_size",
            f"is {config.database.pool_size}, but the server takes {takes} connections, and up to {2 * replicas} replicas share "
            f"them while revisions change: write {most} or less, or leave it out",
        )


DATABASE_COMBINATIONS: Final = (
    Combination(
        "A database is restored to another server than its source.",
        ("database.restored.server", "database.restored.source"),
        _a_restore_makes_another_server,
    ),
    Combination(
        "Until the restored server exists, the point in time is in the past and within the retention of backups.",
        ("database.restored.time", "database.restored.made", "database.backup_days"),
        _a_point_in_time_is_within_the_backups,
    ),
    Combination(
        "No high availability on a Burstable size.",
        ("database.size", "database.high_availability"),
        _burstable_has_no_standby,
    ),
    Combination(
        "No PgBouncer on a Burstable size.", ("database.size", "database.pgbouncer"), _burstable_has_no_pgbouncer
    ),
    Combination(
        "With PgBouncer, migrations run by a login of their own, past it.",
        ("database.pgbouncer", "database.separate_migrator"),
        _pgbouncer_leaves_migrations_out,
    ),
    Combination(
        "No more connections than the size has memory for.",
        ("database.size", "database.max_connections"),
        _connections_fit_the_size,
    ),
    Combination(
        "The replicas' pools fit into the server's connections twice, because revisions overlap.",
        ("database.size", "database.max_connections", "database.pool_size", "services.api.max_replicas"),
        _pool_fits_the_server,
    ),
)
