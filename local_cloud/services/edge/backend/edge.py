"""
The edge: what browsers connect to, in Cloudflare's place.

Zones and records are DNS's business; what is behind a host is told by whoever makes the state.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from local_cloud.runtime.files.private_directories import remove_socket_directory, socket_directory
from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.caddy import Caddy
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.edge.backend import routes
from local_cloud.services.edge.backend.access import Access
from local_cloud.services.edge.backend.coverage import certificate_for, certificates_of
from local_cloud.services.edge.backend.guard import Guard
from local_cloud.services.edge.backend.rate_limits import RateLimits
from local_cloud.services.edge.backend.routes import HostFiles, Surface
from local_cloud.services.edge.backend.state import EdgeState, Zone
from local_cloud.services.edge.backend.team import team_domain

_TLS, _HTTP, _TEAM = "edge", "edge (http)", "edge (access team)"
_ALIASES: Final = "aliases"


@dataclass(frozen=True, kw_only=True)
class EdgeCertificate:
    """
    A certificate at the edge, for people.

    Attributes:
        kind: universal, pack, total TLS, or aliases (this machine's own names).
        not_after: when it expires; it is renewed long before.
    """

    zone: str
    kind: str
    names: tuple[str, ...]
    not_after: datetime


class Edge:
    """
    The edge; safe to use from several threads.

    Args:
        directory: configuration, certificates and the key of Access.
        caddy: the caddy executable.
        ca: signs what browsers see.
        trusted: files of the authorities that `strict` accepts at origins: the Origin CA's, and that of public certificates.
        ports: where it listens.
        supervisor: keeps it running.
    """

    def __init__(
        self,
        directory: Path,
        *,
        caddy: Path,
        ca: LocalCA,
        trusted: Sequence[Path],
        ports: Ports,
        supervisor: Supervisor,
    ) -> None:
        self._directory = directory.absolute()
        self._ca = ca
        self._trusted = tuple(trusted)
        self._ports = ports
        self._caddy = Caddy("edge", program=caddy, directory=self._directory / "caddy", supervisor=supervisor)
        self._limits = RateLimits()
        self._access = Access(self._directory / "access-key.pem", issuer=self.access_team_url)
        self._guard: AsgiServer | None = None
        self._team = AsgiServer(
            "Access team domain",
            team_domain(self._access),
            port=ports.port(_TEAM),
            certificate=ca.issue(["localhost", "127.0.0.1"], directory=self._directory / "access-team-tls"),
        )
        self._certificates: tuple[EdgeCertificate, ...] = ()
        self._state = EdgeState()
        self._lock = threading.Lock()

    @property
    def tls_port(self) -> int:
        """Where it answers https, on 127.0.0.1."""
        return self._ports.port(_TLS)

    @property
    def http_port(self) -> int:
        """Where it answers http, on 127.0.0.1."""
        return self._ports.port(_HTTP)

    @property
    def access_team_url(self) -> str:
        """The team domain, which issues Access tokens: at Cloudflare it is https://TEAM.cloudflareaccess.com."""
        return f"https://localhost:{self._ports.port(_TEAM)}"

    @property
    def state(self) -> EdgeState:
        """What was applied last."""
        return self._state

    @property
    def certificates(self) -> tuple[EdgeCertificate, ...]:
        """What it presents."""
        return self._certificates

    def start(self) -> None:
        """Listen, with the state that was applied last (none at first)."""
        if self._guard is None:
            app = Guard(self._limits, self._access).app
            self._guard = AsgiServer("edge guard", app, socket_file=self._guard_socket)
        self._guard.start()
        self._team.start()
        if not self._caddy.left_running and not self._caddy.running:
            for name in (_TLS, _HTTP):
                self._ports.require_free(name)
        self.apply(self._state)

    def stop(self) -> None:
        """Stop listening."""
        self._caddy.stop()
        self.detach()
        remove_socket_directory(self._directory / "sockets")

    def detach(self) -> None:
        """Leave the process to the next daemon (the supervisor leaves it); what it asks ends with this one."""
        if self._guard is not None:
            self._guard.stop()
            self._guard = None
        self._team.stop()

    def apply(self, state: EdgeState) -> None:
        """
        Be this from now on; applying the same again does nothing. Certificates near their end are renewed.

        Raises:
            ExpressionUnknown: a rule cannot be played; nothing has changed.
        """
        self.follow(lambda: state)

    def follow(self, made: Callable[[], EdgeState]) -> None:
        """
        As `apply`, with a state that is made in its turn: of several at once none brings back what another saw go.

        Raises:
            ExpressionUnknown: a rule cannot be played; nothing has changed.
        """
        with self._lock:
            state = made()
            earned = {zone.name: self._issue(zone) for zone in state.zones}
            surface = Surface(
                ports=routes.Ports(tls=self.tls_port, http=self.http_port),
                guard=f"unix/{self._guard_socket}",
                certificates={zone: [files for files, _ in listed] for zone, listed in earned.items()},
                trusted=self._trusted,
            )
            wanted = routes.config(state, surface)
            self._limits.set_rules(
                {routes.rate_id(zone, rule.id): rule for zone in state.zones for rule in zone.rate_limits}
            )
            self._access.set_applications({each.aud: each for zone in state.zones for each in zone.access})
            self._caddy.apply(wanted)
            self._state = state
            self._certificates = tuple(dict.fromkeys(each for listed in earned.values() for _, each in listed))

    @property
    def _guard_socket(self) -> Path:
        return socket_directory(self._directory / "sockets") / "guard.sock"

    def _issue(self, zone: Zone) -> list[tuple[HostFiles, EdgeCertificate]]:
        """A certificate file for every name that a zone's certificates cover, and for the aliases of its hosts."""
        certificates = certificates_of(zone)
        wanted: dict[str, tuple[str, tuple[str, ...]]] = {}
        for host in zone.hosts:
            certificate = certificate_for(host, certificates)
            if certificate is not None:
                wanted[host.name] = (certificate.kind, certificate.names)
        for certificate in reversed(certificates):
            wanted.update(dict.fromkeys(certificate.names, (certificate.kind, certificate.names)))
        aliases = tuple(alias for host in zone.hosts for alias in host.aliases)
        wanted.update(dict.fromkeys(aliases, (_ALIASES, aliases)))
        return [self._files(zone, name, kind, names) for name, (kind, names) in wanted.items()]

    def _files(self, zone: Zone, host: str, kind: str, names: tuple[str, ...]) -> tuple[HostFiles, EdgeCertificate]:
        key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
        issued = self._ca.issue(names, directory=self._directory / "certificates" / f"{zone.name}-{key}")
        tag = f"{zone.name}-{key}-{issued.cert_file.stat().st_mtime_ns}"
        files = HostFiles(host=host, cert_file=issued.cert_file, key_file=issued.key_file, tag=tag)
        return files, EdgeCertificate(zone=zone.name, kind=kind, names=issued.names, not_after=issued.not_after)
