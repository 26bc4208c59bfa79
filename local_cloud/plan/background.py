"""The plan daemon as a background process: one an installation, shared by all its previews."""

from __future__ import annotations

from local_cloud.background import Background
from local_cloud.engine.state_directories import installation_key, state_directory


def plan_daemon() -> Background:
    """The plan daemon of this installation."""
    return Background(
        directory=state_directory() / "plan" / installation_key(),
        argv=("-m", "local_cloud.plan"),
        purpose="the warm language host and the planning providers (they stay for the next preview)",
    )
