"""Waiting until every app serves, or until it is clear that one will not."""

from __future__ import annotations

import time
from typing import Any, Final

from ignition.invocation import typed
from ignition.previews.planning import say
from local_cloud.daemon.control.client import Client
from local_cloud.runtime.errors import BackendError

_TOO_MANY_FAILURES: Final = 3
_PATIENCE_S: Final = 120.0
_SILENT_S: Final = 1.0
_POLL_S: Final = 0.05


def wait_for_apps(client: Client, *, patience_s: float = _PATIENCE_S) -> None:
    """
    Returns once every app serves.

    Args:
        client: the running daemon.
        patience_s: how long an app may take that does not fail, in seconds.

    Raises:
        BackendError: one fails again and again, or is not ready in time; the message says why.
    """
    begun = time.monotonic()
    told = False
    while True:
        waiting = [app for app in client.get("/api/status")["apps"] if app["state"] != "Running"]
        if not waiting:
            return
        took_s = time.monotonic() - begun
        lost = [app for app in waiting if _is_lost(app) or took_s > patience_s]
        if lost:
            raise BackendError("\n".join(_why(app, took_s) for app in lost))
        if not told and took_s > _SILENT_S:
            say(f"Waiting for {' and '.join(app['name'] for app in waiting)}")
            told = True
        time.sleep(_POLL_S)


def _is_lost(app: dict[str, Any]) -> bool:
    return app["failures"] >= _TOO_MANY_FAILURES or app["state"] == "Failed"


def _why(app: dict[str, Any], took_s: float) -> str:
    trouble = app["trouble"] or f"it was not ready within {took_s:.0f} s"
    return (
        f"{app['name']} does not serve: {trouble}\n"
        f"`{typed('logs ' + app['name'])}` shows what it wrote. Fix it and run `{typed('up')}` again"
    )
