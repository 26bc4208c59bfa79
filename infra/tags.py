"""What every resource that takes tags is marked with."""

from __future__ import annotations

from collections.abc import Mapping

from infra.config import StackConfig


def tags_of(project: str, config: StackConfig) -> Mapping[str, str]:
    """Whose a resource is, and what made it."""
    return {
        "project": project,
        "environment": config.environment,
        "owner": config.tags.owner,
        "repository": config.tags.repository,
        "managed-by": "pulumi",
    }
