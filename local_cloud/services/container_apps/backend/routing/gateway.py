"""
The ingress at work: follows readiness with routes, and requests with replicas.

What the configuration looks like is `ingress`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.caddy import Caddy
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend.app import App
from local_cloud.services.container_apps.backend.processes.events import Events
from local_cloud.services.container_apps.backend.routing import ingress
from local_cloud.services.container_apps.backend.routing.certificates import DomainCertificates, managed_id
from local_cloud.services.container_apps.backend.routing.ingress import Addresses, HostCertificate, RoutedApp
from local_cloud.services.container_apps.backend.spec import EnvironmentSpec, Ingress

_PORTS: Final = {
    "tls": "origin",
    "http": "origin (http)",
}
_SOCKETS: Final = {"edge_tls": "edge-tls", "edge_http": "edge-http", "inside": "inside"}

Contents = Callable[[], tuple[Sequence[EnvironmentSpec], Sequence[App]]]


class Gateway:
    """
    The ingress of a platform.

    Args:
        caddy: the process.
        ca: issues the certificates of the environments' own domains.
        directory: holds those.
        ports: where it listens.
        certificates: of custom domains.
        events: gets what goes wrong.
        contents: the environments and apps of this moment.
        poll_s: how often requests are counted.
    """

    def __init__(
        self,
        caddy: Caddy,
        *,
        ca: LocalCA,
        directory: Path,
        ports: Ports,
        certificates: DomainCertificates,
        events: Events,
        contents: Contents,
        poll_s: float,
    ) -> None:
        self._caddy = caddy
        self._ca = ca
        self._directory = directory
        self._ports = ports
        self._certificates = certificates
        self._events = events
        self._contents = contents
        self._poll_s = poll_s
        self._routing = threading.Lock()
        self._woken = threading.Event()
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def addresses(self) -> Addresses:
        """Where it listens."""
        ports = {field: f"127.0.0.1:{self._ports.port(name)}" for field, name in _PORTS.items()}
        return Addresses(**ports, **{field: self._caddy.listener(name) for field, name in _SOCKETS.items()})

    def start(self) -> None:
        """Listen, and follow the apps from now on."""
        if not self._caddy.left_running:
            for name in _PORTS.values():
                self._ports.require_free(name)
        self.route()
        self._leave.clear()
        self._thread = threading.Thread(target=self._attend, name="container apps", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """No longer follow the apps; what is routed stays."""
        self._leave.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def stop(self) -> None:
        """Stop listening."""
        self._caddy.stop()

    def wake(self) -> None:
        """Something changed: route soon."""
        self._woken.set()

    def route(self) -> None:
        """Bring the routes in line with what is declared and what is ready, now."""
        with self._routing:
            environments, apps = self._contents()
            domains = {each.name: each.default_domain for each in environments}
            routed = [
                _routed(app, app.spec.ingress, domains[app.spec.environment])
                for app in apps
                if app.spec.ingress is not None
            ]
            certificates = [*self._of_environments(environments), *self._of_domains(routed)]
            self._caddy.apply(ingress.config(routed, certificates, self.addresses))

    def _of_environments(self, environments: Sequence[EnvironmentSpec]) -> list[HostCertificate]:
        found: list[HostCertificate] = []
        for environment in environments:
            names = [f"*.{environment.default_domain}", f"*.internal.{environment.default_domain}"]
            issued = self._ca.issue(names, directory=self._directory / environment.name)
            found += [_host_certificate(name, issued.cert_file, issued.key_file) for name in names]
        return found

    def _of_domains(self, apps: Sequence[RoutedApp]) -> list[HostCertificate]:
        found: list[HostCertificate] = []
        for domain in (domain for app in apps for domain in app.ingress.custom_domains):
            wanted = managed_id(domain.name) if domain.binding_type == "Auto" else domain.certificate_id or ""
            certificate = self._certificates.get(wanted) if domain.binding_type != "Disabled" else None
            if certificate is not None:
                found.append(_host_certificate(domain.name, certificate.cert_file, certificate.key_file))
        return found

    def _attend(self) -> None:
        failed = ""
        while not self._leave.is_set():
            woken = self._woken.wait(self._poll_s) or bool(failed)
            self._woken.clear()
            if self._leave.is_set():
                return
            try:
                if woken:
                    self.route()
                self._scale()
                failed = ""
            except (BackendError, OSError) as error:  # on a full disk, say: tried again until there is room
                if str(error) != failed:
                    self._events.add("ingress", str(error))
                failed = str(error) or type(error).__name__

    def _scale(self) -> None:
        _, apps = self._contents()
        scaling = [app for app in apps if any(each.scale.max_replicas > each.least for each in app.running.values())]
        if scaling:
            requests = self._caddy.active_requests()
            active = {int(address.rpartition(":")[2]): count for address, count in requests.items()}
            for app in scaling:
                app.scale(active)


def _routed(app: App, declared: Ingress, domain: str) -> RoutedApp:
    return RoutedApp(
        name=app.spec.name,
        domain=domain,
        ingress=declared,
        weights=app.weights(),
        upstreams={name: revision.upstreams for name, revision in app.running.items()},
        custom_hosts=tuple(each.name for each in declared.custom_domains),
    )


def _host_certificate(host: str, cert_file: Path, key_file: Path) -> HostCertificate:
    return HostCertificate(host, cert_file, key_file, f"{cert_file.parent.name}-{cert_file.stat().st_mtime_ns}")
