"""
The S3 gateway's processes: versitygw, and before it `front`, through which clients come with TLS or without.

Plain HTTP is for clients whose roots are compiled in and that cannot be told of a local authority. versitygw has no port: it
listens on socket files in a directory that only this account can enter, one for S3 and one for the accounts.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import ssl
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_directories import socket_directory
from local_cloud.runtime.files.private_files import keep_copy, restoring, write_private
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.network.unix_http import UnixConnection, accepts
from local_cloud.runtime.processes.process import Process
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA

if TYPE_CHECKING:
    from local_cloud.services.object_storage.backend.operator import Operator

# R2's only region.
REGION = "auto"
TLS, PLAIN, GATEWAY = "object storage", "object storage (http)", "object storage (gateway)"
_HEALTH = "/.healthz"
_S3, _ADMIN = "s3.sock", "admin.sock"
_FRONT = "local_cloud.services.object_storage.backend.front"


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """
    The two processes over one directory.

    Attributes:
        program: the versitygw executable.
        directory: state directory; objects are in `data`, accounts in `accounts`.
        host_names: names that it answers to; the certificate is for those that the authority may certify.
    """

    program: Path
    directory: Path
    ca: LocalCA
    ports: Ports
    supervisor: Supervisor
    host_names: Sequence[str]

    @property
    def data(self) -> Path:
        """Where the objects are, one folder a bucket."""
        return self.directory / "data"

    @property
    def tls_port(self) -> int:
        """Port of the TLS endpoint."""
        return self.ports.port(TLS)

    @property
    def plain_port(self) -> int:
        """Port of the plain HTTP endpoint."""
        return self.ports.port(PLAIN)

    @property
    def _sockets(self) -> Path:
        return socket_directory(self.directory / "sockets")

    def start(self) -> None:
        """Start both, or adopt them; those that are supervised already are left alone."""
        for directory in (self.data, self.directory / "accounts"):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_accounts()
        self.ports.forget(GATEWAY)  # earlier versions gave it one
        sockets = self._sockets
        s3, admin = sockets / _S3, sockets / _ADMIN
        self._supervise(
            GATEWAY,
            [
                self.program,
                *("--port", s3, "--admin-port", admin, "--socket-perm", "0600"),
                *("--region", REGION, "--health", _HEALTH),
                # Without its cache: a key that was read while it was removed would stay good in there for two minutes.
                *("--iam-dir", self.directory / "accounts", "--iam-cache-disable"),
                # Request lines would hold presigned URLs.
                *("--quiet", "posix", self.data),
            ],
            self._environment(),
            log="gateway.log",
            needs=(),
            ready=lambda: _healthy(UnixConnection(s3)) and accepts(admin),
        )
        names = [each for each in self.host_names if self.ca.permits(each)]
        certificate = self.ca.issue(names, directory=self.directory / "tls")
        self._supervise(
            TLS,
            [
                *(sys.executable, "-I", "-m", _FRONT),
                *("--tls", str(self.tls_port), "--http", str(self.plain_port), "--gateway", s3),
                *("--data", self.data.absolute()),
                *("--cert", certificate.cert_file.absolute(), "--key", certificate.key_file.absolute()),
                *(word for name in self.host_names for word in ("--name", name)),
            ],
            {"PATH": os.defpath},
            log="front.log",
            needs=(TLS, PLAIN),
            ready=lambda: _healthy(_plain(self.plain_port)) and _healthy(_tls(self.tls_port, self.ca.ca_file)),
        )

    def stop(self) -> None:
        """Stop both."""
        self.supervisor.remove(TLS)
        self.supervisor.remove(GATEWAY)

    def keep_accounts(self) -> None:
        """After a change of accounts: a copy, for the day on which the gateway's own file is damaged."""
        if self._accounts.exists():
            keep_copy(self._accounts)

    @property
    def _accounts(self) -> Path:
        """Where the gateway keeps them."""
        return self.directory / "accounts" / "users.json"

    @property
    def operator(self) -> Operator:
        """An operator's client; of use while the gateway runs."""
        # Imported late: boto3 takes a quarter of a second that starting need not wait for.
        from local_cloud.services.object_storage.backend.operator import Operator  # noqa: PLC0415

        access, secret = self._operator_keys()
        return Operator(self.plain_port, self._sockets / _ADMIN, access, secret, REGION)

    def _supervise(
        self,
        name: str,
        argv: Sequence[str | Path],
        env: Mapping[str, str],
        *,
        log: str,
        needs: Sequence[str],
        ready: Callable[[], bool],
    ) -> None:
        if self.supervisor.get(name) is not None:
            return
        process = Process(name, argv, env=env, cwd=self.directory, log_file=self.directory / log, ready=ready)
        if not process.left_running:
            for port in needs:
                self.ports.require_free(port)
        self.supervisor.add(process)

    def _environment(self) -> dict[str, str]:
        access, secret = self._operator_keys()
        return {
            "ROOT_ACCESS_KEY_ID": access,
            "ROOT_SECRET_ACCESS_KEY": secret,
            "PATH": os.defpath,
            "HOME": str(self.directory),
        }

    def _operator_keys(self) -> tuple[str, str]:
        """The operator's key pair: kept, readable by us only, never handed out; a damaged one is made anew."""
        file = self.directory / "operator.json"
        try:
            access, secret = json.loads(file.read_bytes())
        except (FileNotFoundError, ValueError, TypeError):
            access, secret = secrets.token_hex(10), secrets.token_hex(32)
            write_private(file, json.dumps([access, secret]).encode())
        return access, secret

    def _check_accounts(self) -> None:
        """The gateway would start with a damaged file, and refuse everything."""
        try:
            json.loads(self._accounts.read_bytes())
        except FileNotFoundError:
            return
        except ValueError as error:
            raise BackendError(f"{self._accounts} is damaged ({error}); {restoring(self._accounts)}") from None


def _plain(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=2)


def _tls(port: int, ca_file: Path) -> http.client.HTTPConnection:
    context = ssl.create_default_context(cafile=ca_file)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=2, context=context)


def _healthy(connection: http.client.HTTPConnection) -> bool:
    try:
        connection.request("GET", _HEALTH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except http.client.HTTPException:
        return False
    finally:
        connection.close()
