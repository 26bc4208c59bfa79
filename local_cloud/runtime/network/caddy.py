"""
One Caddy process and the configuration that it runs with.

What is in a configuration is decided by the edge and by the container platform. It is loaded over a unix socket that only
this account can open, and kept in a file of the same privacy, with which a restarted process begins.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_directories import remove_socket_directory, socket_directory
from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.network.unix_http import UnixConnection
from local_cloud.runtime.processes.process import Process
from local_cloud.runtime.processes.supervisor import Supervisor

_TIMEOUT_S: Final = 30


class CaddyRefused(BackendError):  # noqa: N818  says what happened
    """Caddy does not take a configuration; the one before stays in force."""


class Caddy:
    """
    A supervised Caddy.

    Args:
        name: what the supervisor calls it.
        program: the caddy executable.
        directory: gets configuration, log and storage.
        supervisor: keeps it running.
    """

    def __init__(self, name: str, *, program: Path, directory: Path, supervisor: Supervisor) -> None:
        self.name = name
        self._program = program
        self._directory = directory.absolute()
        self._supervisor = supervisor
        self._lock = threading.RLock()
        self._applied: str | None = None

    @property
    def log_file(self) -> Path:
        """Where it writes its log."""
        return self._directory / "caddy.log"

    def listener(self, name: str) -> str:
        """Where a listener of this name is that only this account can connect to, as Caddy writes it: `unix//PATH`."""
        return f"unix/{self._sockets / f'{name}.sock'}"

    @property
    def running(self) -> bool:
        """Whether it is supervised (it may be restarting just now)."""
        return self._supervisor.get(self.name) is not None

    @property
    def left_running(self) -> bool:
        """Whether an earlier daemon left it running."""
        return self._process().left_running

    def apply(self, apps: Mapping[str, Any]) -> None:
        """
        Run with these apps (`http`, `tls`); what is in force already costs nothing.

        Raises:
            CaddyRefused: it does not take them.
            ProcessFailed: it does not start.
        """
        with self._lock:
            wanted = json.dumps(self._complete(apps), indent=1, sort_keys=True)
            if wanted == self._applied and self.running:
                return
            if self.running:
                self._change(wanted)
            else:
                self._begin(wanted)
            self._applied = wanted

    def stop(self) -> None:
        """End the process; its configuration is kept."""
        with self._lock:
            self._supervisor.remove(self.name)
            remove_socket_directory(self._directory / "sockets")
            self._applied = None

    def active_requests(self) -> dict[str, int]:
        """How many requests each upstream works on, by address; nothing while the process is down."""
        try:
            answer = self._ask("GET", "/reverse_proxy/upstreams")
        except (OSError, http.client.HTTPException):
            return {}
        upstreams: list[dict[str, Any]] = json.loads(answer) or []
        return {each["address"]: each["num_requests"] for each in upstreams}

    @property
    def _file(self) -> Path:
        return self._directory / "caddy.json"

    @property
    def _sockets(self) -> Path:
        return socket_directory(self._directory / "sockets")

    @property
    def _socket(self) -> Path:
        return self._sockets / "admin.sock"

    def _complete(self, apps: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "admin": {"listen": f"unix/{self._socket}|0600", "config": {"persist": False}},
            # Request lines hold codes and tokens of sign-ins, so requests are not logged.
            "logging": {"logs": {"default": {"level": "WARN", "encoder": {"format": "console"}}}},
            "storage": {"module": "file_system", "root": str(self._directory / "storage")},
            "apps": dict(apps),
        }

    def _process(self) -> Process:
        return Process(
            self.name,
            [self._program, "run", "--config", self._file],
            env={"HOME": str(self._directory), "PATH": os.defpath},
            cwd=self._directory if self._directory.exists() else None,
            log_file=self.log_file,
            ready=self._answers,
            grace_s=2,  # open websockets would hold it longer
        )

    def _begin(self, wanted: str) -> None:
        write_private(self._file, wanted.encode())
        process = self._process()
        adopting = process.left_running
        self._supervisor.add(process)
        if adopting and process.adopted:
            self._change(wanted)

    def _change(self, wanted: str) -> None:
        try:
            self._load(wanted)
        except (OSError, http.client.HTTPException):
            # It is down, or going down: what comes up next begins with the new configuration.
            write_private(self._file, wanted.encode())
            self._supervisor.restart(self.name)
        else:
            write_private(self._file, wanted.encode())

    def _load(self, wanted: str) -> None:
        self._ask("POST", "/load", wanted)

    def _answers(self) -> bool:
        try:
            self._ask("GET", "/config/admin/listen")
        except (http.client.HTTPException, CaddyRefused):
            return False
        return True

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = UnixConnection(self._socket, timeout_s=_TIMEOUT_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise CaddyRefused(f"{self.name} refuses its configuration: {_error_in(content)}")
        return content


def _error_in(content: bytes) -> str:
    try:
        return str(json.loads(content)["error"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")[:500]
