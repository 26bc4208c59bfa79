"""The apps of a running local cloud: whether other machines reach them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ignition.diagnosis.finding import Finding, note, ok
from local_cloud.daemon.control.client import connect


def listeners(state: Path, status: Callable[[Path], Mapping[str, Any] | None] | None = None) -> Sequence[Finding]:
    """
    Apps that listen on more than loopback.

    Args:
        state: the state directory.
        status: what `ignition status --json` prints, or None where nothing runs; for tests.
    """
    running = (status or _status)(state)
    if running is None or not running["apps"]:
        return ()
    exposed = [app["exposed"] for app in running["apps"] if app["exposed"]]
    if not exposed:
        return [ok("apps", "listen on loopback only")]
    return [note("apps", each["problem"], each["fix"]) for each in exposed]


def _status(state: Path) -> Mapping[str, Any] | None:
    client = connect(state)
    return client.get("/api/status") if client is not None else None
