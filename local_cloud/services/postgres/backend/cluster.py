"""
A server's files: initialising the data directory, postgresql.conf, pg_hba.conf and the certificate.

They are written anew before every start, so a changed port or certificate needs no other path than a start. What
`ALTER SYSTEM` sets lies in postgresql.auto.conf and wins.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import NotRegular, read_regular, write_private
from local_cloud.runtime.processes.pids import start_time
from local_cloud.services.postgres.backend.administration import SUPERUSER
from local_cloud.services.postgres.backend.places import Places

ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Cluster:
    """
    One data directory.

    Attributes:
        programs: directory of PostgreSQL's programs.
        data: the data directory; belongs to the account in `places`.
        sockets: directory of the administration's socket.
    """

    places: Places
    programs: Path
    data: Path
    sockets: Path

    @property
    def initialised(self) -> bool:
        """Whether the data directory holds a complete cluster."""
        return (self.data / ".complete").exists()

    def initialise(self) -> None:
        """Make the cluster; what an interrupted try left is removed first."""
        if self.initialised:
            return
        self.clear()
        self.run(
            "initdb",
            "--pgdata",
            str(self.data),
            "--username",
            SUPERUSER,
            "--auth=reject",
            "--encoding=UTF8",
            # Built in, so that the order of text depends on no library of this machine.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--no-instructions",
        )
        self.write(".complete", "")

    def clear(self) -> None:
        """Remove everything from the data directory."""
        for left in self.data.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()

    def write_configuration(self, *, name: str, port: int, azure: Mapping[str, str]) -> None:
        """Write what Azure decides for its customers: addresses, TLS, where sockets and logs are."""
        settings = {
            "cluster_name": name,
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "ssl": "on",
            "ssl_cert_file": "server.crt",
            "ssl_key_file": "server.key",
            "ssl_min_protocol_version": "TLSv1.2",
            "password_encryption": "scram-sha-256",
            "logging_collector": "off",
            "log_destination": "stderr",
            "log_line_prefix": "%m [%p] %q%u@%d ",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "huge_pages": "off",
            **azure,
        }
        lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in settings.items()]
        self.write("postgresql.conf", "\n".join(lines) + "\n")

    def write_access(self, *, operators: Sequence[str], require_tls: bool) -> None:
        """Write who may connect: the operators through the socket, everyone else with a password over TCP."""
        network = "hostssl" if require_tls else "host"
        lines = [
            f"local all,replication {SUPERUSER} peer map=operators",
            "local all all reject",
            f"host all {SUPERUSER} all reject",
            f"{network} all all 127.0.0.1/32 scram-sha-256",
        ]
        self.write("pg_hba.conf", "\n".join(lines) + "\n")
        self.write("pg_ident.conf", "".join(f"operators {user} {SUPERUSER}\n" for user in operators))

    def write(self, name: str, content: str) -> None:
        """Replace a file of the data directory, in which the server's account may have made anything."""
        write_private(self.data / name, content.encode(), owner=self.places.account if self.places.user else None)

    def read(self, name: str) -> str:
        """
        A file of the data directory.

        Raises:
            BackendError: the server's account has made something else of it.
        """
        return read_regular(self.data / name).decode()

    def forget_dead_server(self) -> None:
        """
        Remove the lock files of a server that is gone.

        PostgreSQL asks only whether a process of that pid exists: one that was killed and not yet waited for does, and after a
        reboot it may be anyone's.
        """
        for file in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*.lock")):
            with contextlib.suppress(FileNotFoundError, ValueError):
                try:
                    pid = int(read_regular(file).partition(b"\n")[0])
                except NotRegular:
                    file.unlink(missing_ok=True)
                    continue
                if not self._serves(pid):
                    file.unlink(missing_ok=True)

    def _serves(self, pid: int) -> bool:
        if start_time(pid) is None:
            return False
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return True  # the system does not tell

    def run(self, program: str, *arguments: str) -> str:
        """
        Run a program to its end as the server's account; what it makes is that account's alone.

        Args:
            program: one of PostgreSQL's, or the absolute path of another.
            arguments: no secrets.

        Returns:
            What it printed.

        Raises:
            BackendError: it failed.
        """
        account = self.places.account
        dropped = self.places.user is not None
        run = subprocess.run(
            [self.programs / program, *arguments],
            env=ENVIRONMENT,
            cwd=self.data,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            user=account.pw_uid if dropped else None,
            group=account.pw_gid if dropped else None,
            extra_groups=[] if dropped else None,
            umask=0o077,
        )
        if run.returncode != 0:
            shown = "\n".join(f"    {line}" for line in (run.stdout + run.stderr).splitlines()[-15:])
            raise BackendError(
                f"{program} failed with code {run.returncode}\n"
                f"  command: {self.programs / program} {' '.join(arguments)}\n  as: {account.pw_name}\n"
                f"  last lines:\n{shown}"
            )
        return run.stdout
