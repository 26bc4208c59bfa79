"""Values that follow from several keys."""

from __future__ import annotations

from infra.config.stack import StackConfig
from infra.sizes import DATABASE_SIZES, derived_pool


def max_connections(config: StackConfig) -> int:
    """How many connections the server takes: what is set, or what its size brings."""
    return config.database.max_connections or DATABASE_SIZES[config.database.size].max_connections


def pool_size(config: StackConfig) -> int:
    """How many connections each replica of the api keeps."""
    replicas = config.services.api.max_replicas
    return config.database.pool_size or derived_pool(max_connections(config), replicas)


def active_secret_end(config: StackConfig) -> str | None:
    """The day on which the client secret in use at Microsoft ends; None where no end is set."""
    ends = config.oauth.secret_ends
    return ends.a if config.oauth.rotation.active == "a" else ends.b
