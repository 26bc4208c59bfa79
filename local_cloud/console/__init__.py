"""
The local cloud's console: web pages for people, and what programs ask of the same kind.

Who may see them is `daemon.control`'s to decide.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from local_cloud.console.logs import log_routes
from local_cloud.console.masking import KnownSecrets
from local_cloud.console.pages import Pages
from local_cloud.console.stack_state import StackState
from local_cloud.daemon.local_cloud import LocalCloud


def console_routes(
    cloud: LocalCloud, state: Path, status: Callable[[], Mapping[str, Any]], *, ending: threading.Event
) -> list[BaseRoute]:
    """
    The routes of the console.

    Args:
        cloud: what it shows.
        state: the state directory, where the engine's side of the stack lies.
        status: what `ignition status` would say now.
        ending: set when whatever goes on without end is to end.
    """
    stack = StackState.of(state, cloud.stack)
    secrets = KnownSecrets(cloud, stack)
    return [*log_routes(cloud, secrets, ending), *Pages(cloud, stack, secrets, status).routes()]
