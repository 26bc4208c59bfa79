"""
The configuration of a stack: one typed, checked object.

`stack` says what there is, `parsing` makes it from values, `reading` gets the values from the engine, `reference` writes it down for
people. Everything but `reading` works without an engine.
"""

from infra.config.derived import active_secret_end, max_connections, pool_size
from infra.config.parsing import parse
from infra.config.problems import ConfigError, Problem
from infra.config.stack import StackConfig

__all__ = ["ConfigError", "Problem", "StackConfig", "active_secret_end", "max_connections", "parse", "pool_size"]
