"""The daemon as a background process: one a state directory."""

from __future__ import annotations

from pathlib import Path

from local_cloud.background import Background


def local_daemon(state: Path) -> Background:
    """The daemon of a state directory."""
    return Background(
        directory=state,
        argv=("-m", "local_cloud.daemon", str(state)),
        purpose="the local cloud",
    )
