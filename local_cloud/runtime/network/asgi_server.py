"""
An ASGI application served on loopback by a thread with its own event loop.

What it answers is the application's business; which port, and what the certificate is for, is decided by whoever makes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.tls.certificates import Certificate
from local_cloud.system_errors import explained

_LOOPBACK: Final = "127.0.0.1"
_READY_TIMEOUT_S: Final = 30.0
# Whoever still waits for an answer is let go then: a client that hangs must not keep the local cloud from stopping.
_GRACE_S: Final = 1


class ServerFailed(BackendError):  # noqa: N818  says what happened
    """A server cannot listen, or did not start."""


class AsgiServer:
    """
    One listening server.

    Args:
        name: what messages call it.
        app: the application; it may use its own event loop freely, and nobody else's.
        port: on 127.0.0.1.
        socket_file: listen on this unix socket, which only this account can open, and on no port. Its directory must be private.
        certificate: for TLS; without one the server speaks plain http.
    """

    def __init__(
        self,
        name: str,
        app: ASGIApp,
        *,
        port: int = 0,
        socket_file: Path | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self.name = name
        self.port = port
        self._socket_file = socket_file
        self._app = app
        self._certificate = certificate
        self._server: _Announcing | None = None
        self._context: ssl.SSLContext | None = None
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return (
            self._thread is not None
            and self._thread.is_alive()
            and self._server is not None
            and self._server.started
            and not self._server.should_exit
        )

    def start(self) -> None:
        """
        Listen, and return once requests are answered; a server that runs stays as it is.

        Raises:
            ServerFailed: the port is taken, or the server ended at once.
        """
        if self.alive:
            return
        listener = self._listen()
        config = uvicorn.Config(
            self._app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            ssl_certfile=self._certificate.cert_file if self._certificate else None,
            ssl_keyfile=self._certificate.key_file if self._certificate else None,
        )
        config.load()
        self._context = config.ssl
        if self._context is not None:
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        started = threading.Event()
        self._server = server = _Announcing(config, started)
        self._thread = threading.Thread(target=_serve, args=(server, listener, started), name=self.name, daemon=True)
        self._thread.start()
        if not started.wait(_READY_TIMEOUT_S) or not server.started:
            self.stop()
            raise ServerFailed(
                f"{self.name} did not start on {self._socket_file or f'{_LOOPBACK}:{self.port}'}; the log says why. "
                "Start it again."
            )

    def ask_to_stop(self) -> None:
        """Begin to stop and return at once; several servers can stop together this way."""
        if self._server is not None:
            self._server.wake_to_exit()

    def stop(self) -> None:
        """Stop listening, finish what is under way within a second, and return when the thread has ended."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()
        self._server = self._thread = self._context = None

    def present(self, certificate: Certificate) -> None:
        """Present another certificate to whoever connects from now on."""
        self._certificate = certificate
        if self._context is not None:
            self._context.load_cert_chain(certificate.cert_file, certificate.key_file)

    def _listen(self) -> socket.socket:
        if self._socket_file is not None:
            return _listen_at(self.name, self._socket_file)
        # Named TCP: asyncio switches Nagle's algorithm off only then, and an answer would take 40 ms longer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_LOOPBACK, self.port))
        except OSError as error:
            listener.close()
            raise ServerFailed(
                f"{self.name} cannot listen on {_LOOPBACK}:{self.port}: {error.strerror}. "
                f"End what uses the port (`lsof -i :{self.port}` names it), or configure another."
            ) from error
        return listener


def _listen_at(name: str, file: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        file.unlink(missing_ok=True)  # of a process that was killed
        listener.bind(str(file))
        file.chmod(0o600)
    except OSError as error:
        listener.close()
        raise ServerFailed(f"{name} cannot listen on {file}: {explained(error, file)}") from error
    return listener


class _Announcing(uvicorn.Server):
    """A uvicorn server that says when it listens, so that nobody has to poll."""

    def __init__(self, config: uvicorn.Config, announcement: threading.Event) -> None:
        super().__init__(config)
        self._announcement = announcement
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce it."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._announcement.set()

    def wake_to_exit(self) -> None:
        """Begin to stop, now rather than at the next tick; from any thread."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it closed just now
                self._loop.call_soon_threadsafe(self._wake.set)

    async def main_loop(self) -> None:
        """Tick once a second, for the Date header, until it is time to stop."""
        seconds = 0
        while not await self.on_tick(10 * seconds):  # ten of uvicorn's ticks are a second
            seconds += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way; drop idle connections, whose clients would let a polite TLS goodbye wait."""
        self._drop(idle_only=True)
        await super().shutdown(sockets)
        self._drop(idle_only=False)
        await asyncio.sleep(0)

    def _drop(self, *, idle_only: bool) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpToolsProtocol) and not (
                idle_only and connection.cycle and not connection.cycle.response_complete
            ):
                connection.transport.abort()


def _serve(server: uvicorn.Server, listener: socket.socket, announcement: threading.Event) -> None:
    try:
        with asyncio.Runner() as runner:
            runner.run(server.serve([listener]))
    finally:
        announcement.set()
        listener.close()
