"""
Stopping a local cloud with its data kept, or removing it for good.

Also works without a daemon: processes that a killed daemon left are stopped here.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.single_instance import end_running_daemon
from local_cloud.daemon.state.settings import FILE
from local_cloud.runtime.files.private_directories import remove_socket_directory
from local_cloud.runtime.processes.process import end_orphans
from local_cloud.services.postgres.backend.places import Places

STOP_WITHIN_S: Final = 60.0
_MARKS: Final = (FILE, "ca/ca-key.pem", "control-token", "daemon.log")


def stop(state: Path) -> bool:
    """
    Ends the daemon and every process of it; False when nothing ran.

    Raises:
        BackgroundError: the daemon does not end.
        BackendError: one whose address was lost does not end.
    """
    stopped = local_daemon(state).stop(wait_s=STOP_WITHIN_S)
    stopped = end_running_daemon(state, wait_s=STOP_WITHIN_S) or stopped
    return bool(end_orphans(state)) or stopped


def is_state_directory(directory: Path) -> bool:
    """Whether a directory is a local cloud's, or an empty one: nothing else may ever be deleted."""
    return any((directory / mark).exists() for mark in _MARKS) or not any(directory.iterdir())


def remove(state: Path) -> None:
    """
    Stops everything and deletes the state directory, with the databases and sockets that lie outside it.

    Raises:
        BackgroundError: the daemon does not end; nothing is deleted then.
        BackendError: a database's directory cannot be told.
    """
    stop(state)
    servers = sorted((state / "postgres").glob("*/data"))
    if servers:
        places = Places.of_this_machine()
        for data in servers:
            places.remove_data_directory(data)
    for sockets in (*state.glob("*/sockets"), *state.glob("*/*/sockets")):
        remove_socket_directory(sockets)
    shutil.rmtree(state)
