"""
The addresses that apps listen on, and warnings about apps that listen on more than loopback.

An app is a process here, and its ports are the machine's: on 0.0.0.0 it answers the whole network, past the edge, its rules
and Access.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.runtime.network.listeners import Listener, beyond_loopback, owned
from local_cloud.services.container_apps.backend import AppStatus
from local_cloud.services.container_apps.backend.processes.launch import LOOPBACK


@dataclass(frozen=True)
class Exposure:
    """
    The listeners of this machine at one moment.

    Attributes:
        listeners: all that are bound to more than loopback.
        images_file: `local-images.yaml`.
    """

    listeners: Sequence[Listener]
    images_file: Path

    @classmethod
    def now(cls, images_file: Path) -> Exposure:
        """As it is now."""
        return cls(beyond_loopback(), images_file)

    def of(self, name: str, app: AppStatus) -> dict[str, Any]:
        """
        What `status` says of an app.

        Args:
            name: what people call it.
            app: how it is.

        Returns:
            `listen`: the variables with the address to listen on, each with the value that the stack declares and the one that
            it has here. `exposed`: the sockets beyond loopback, with the problem and its fix; None where there are none.
        """
        pids = [pid for replica in app.replicas for pid in replica.pids]
        ports = [replica.port for replica in app.replicas if replica.port is not None]
        exposed = owned(self.listeners, pids, ports)
        return {
            "listen": [{"variable": each.variable, "declared": each.declared, "here": LOOPBACK} for each in app.listen],
            "exposed": self._explained(name, app, exposed) if exposed else None,
        }

    def _explained(self, name: str, app: AppStatus, exposed: Sequence[Listener]) -> dict[str, Any]:
        where = " and ".join(map(str, exposed))
        told = " and ".join(each.variable for each in app.listen)
        if told:
            change = f"have it listen on the address in {told}, which is {LOOPBACK} here"
        else:
            change = (
                f"name the variable that holds its address in {self.images_file} (`listen: SERVER_HOST`), "
                f"or have its command listen on {LOOPBACK}"
            )
        again = f"`ignition up --run {name}=COMMAND`" if app.override else "`ignition up`"
        return {
            "sockets": [{"address": each.address, "port": each.port, "pid": each.pid} for each in exposed],
            "problem": f"{name} listens on {where}: other machines in this network reach it there, past the edge and its rules",
            "fix": f"{change}; then {again}",
        }
