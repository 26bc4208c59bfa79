"""The edge, the platform behind it, and a client that connects as a browser would."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_cloud.engine.caddy import find_caddy
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import CustomDomain, Ingress, IpRule
from local_cloud.services.edge.backend import Edge, EdgeState, Host, Origin, Zone
from tests.integration.container_apps.stage import VERIFICATION_ID, Stage, app

API = "api.ecent.online"
ADMIN = "admin.ignition.ecent.online"


class Front:
    """Everything between a browser and the app."""

    def __init__(self, directory: Path) -> None:
        self.stage = Stage(directory)
        self.origin_ca = LocalCA(directory / "origin-ca", common_name="Origin CA")
        self.ports = Ports(directory / "edge-ports.json")
        for host in (API, ADMIN):
            self.bind(host, self.origin_certificate(host))
        self.stage.platform.put_app(self.declared)
        self.open()

    def open(self) -> None:
        """An edge as a daemon makes it."""
        self.edge = Edge(
            self.stage.directory / "edge",
            caddy=find_caddy(),
            ca=self.stage.ca,
            trusted=[self.origin_ca.ca_file],
            ports=self.ports,
            supervisor=self.stage.supervisor,
        )
        self.edge.start()

    def close(self) -> None:
        self.edge.stop()
        self.stage.close()

    @property
    def declared(self) -> Any:
        domains = tuple(CustomDomain(name=host, certificate_id=host) for host in (API, ADMIN))
        rules = (IpRule(name="edge", action="Allow", ip_address_range="173.245.48.0/20"),)
        return app(ingress=Ingress(target_port=8080, custom_domains=domains, ip_rules=rules))

    @property
    def origin(self) -> Origin:
        addresses = self.stage.platform.addresses
        return Origin(tls=addresses.edge_tls, http=addresses.edge_http)

    def bind(self, host: str, certificate: bytes) -> None:
        self.stage.dns(f"asuid.{host}", "TXT", f'"{VERIFICATION_ID}"')
        self.stage.platform.put_certificate(host, certificate)

    def origin_certificate(self, host: str, ca: LocalCA | None = None) -> bytes:
        """Key and certificate as the program makes them."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
        pem = request.public_bytes(serialization.Encoding.PEM).decode()
        certificate = (ca or self.origin_ca).sign_request(pem, days=5475, names=[host])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return certificate.encode() + private

    def apply(self, *, hosts: tuple[str, ...] = (API,), **settings: Any) -> None:
        """One zone with these hosts."""
        listed = tuple(
            Host(name=host, origin=self.origin, aliases=(f"{host.split('.')[0]}.localhost",)) for host in hosts
        )
        zone = Zone(name="ecent.online", hosts=listed, **{"ssl": "strict", **settings})
        self.edge.apply(EdgeState(zones=(zone,)))

    def client(self, **options: Any) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.stage.ca.ca_file)
        for name, value in options.pop("tls", {}).items():
            setattr(context, name, value)
        return httpx.Client(verify=context, trust_env=False, timeout=60, **options)

    def get(self, path: str = "/", *, host: str = API, secure: bool = True, **options: Any) -> httpx.Response:
        """A request with the real name in SNI and Host."""
        headers = options.pop("headers", {})
        method, data = options.pop("method", "GET"), options.pop("data", None)
        with self.client(**options) as client:
            port = self.edge.tls_port if secure else self.edge.http_port
            url = f"{'https' if secure else 'http'}://127.0.0.1:{port}{path}"
            extensions = {"sni_hostname": host.partition(":")[0]} if secure else {}
            return client.request(method, url, headers={"Host": host, **headers}, extensions=extensions, data=data)


__all__ = ["ADMIN", "API", "Front", "replace"]
