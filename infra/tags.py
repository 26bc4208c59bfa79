"""The tags of every resource that supports tags."""

from __future__ import annotations

from collections.abc import Mapping

from infra.config import StackConfig


def tags_of(project: str, config: StackConfig) -> Mapping[str, str]:
    """The owner of a resource and the tool that created it."""
    return {
        "project": project,
        "environment": config.environment,
        "owner": config.tags.owner,
        "repository": config.tags.repository,
        "managed-by": "pulumi",
    }
