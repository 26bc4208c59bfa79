"""A platform on this machine with its surroundings as the tests want them, and a client for it."""

from __future__ import annotations

import json
import ssl
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from local_cloud.engine.caddy import find_caddy
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.process import Process
from local_cloud.runtime.processes.supervisor import BackOff, Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import (
    AppSpec,
    Container,
    Dependencies,
    EnvironmentSpec,
    EnvironmentVariable,
    HttpGet,
    Images,
    Ingress,
    Platform,
    Probe,
    Scale,
    Template,
    Timing,
)
from local_cloud.services.dns.backend import Record, Zones

DOMAIN = "ignition-1a2b.westeurope.azurecontainerapps.io"
VERIFICATION_ID = "0123456789ABCDEF"
SAMPLE = Path(__file__).with_name("sample.py")
IMAGE = "ghcr.io/ecent/api@sha256:0f3b"
LIVE = Probe(
    type="Liveness", http_get=HttpGet(path="/live", port=8080), period_s=0.05, timeout_s=5, failure_threshold=2
)
READY = Probe(
    type="Readiness", http_get=HttpGet(path="/ready", port=8080), period_s=0.05, timeout_s=5, failure_threshold=2
)


@dataclass
class Stage:
    """The platform, and what it is told by DNS, Key Vault and identities."""

    directory: Path
    timing: Timing = field(
        default_factory=lambda: Timing(back_off=BackOff(first_s=0.05, most_s=0.2), deploy_s=60, poll_s=0.1)
    )
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._left: list[Process] = []
        self.ca = LocalCA(self.directory / "ca")
        self.zones = Zones()
        self.zones.add_zone("ecent.online")
        self.images_file = self.directory / "local-images.yaml"
        self.images_command = f"{{python}} -I -S {SAMPLE}"
        self.map_image("ghcr.io/ecent/api*", self.images_command, port="SERVER_PORT")
        self.open()

    def open(self) -> None:
        """A platform as a daemon makes it."""
        self.supervisor = Supervisor()
        self.platform = Platform(
            self.directory / "apps",
            images=Images(self.images_file),
            dependencies=Dependencies(
                resolve_secret=self.resolve,
                identity_env=lambda app, ids: {
                    "IDENTITY_ENDPOINT": f"http://identity/{app}",
                    "IDENTITY_HEADER": ids[0],
                },
                lookup=self.zones.lookup,
                verification_id=VERIFICATION_ID,
                machine_env={"SSL_CERT_FILE": str(self.ca.ca_file)},
            ),
            caddy=find_caddy(),
            ca=self.ca,
            ports=Ports(self.directory / "ports.json"),
            supervisor=self.supervisor,
            timing=self.timing,
        )
        self.platform.start()
        self.platform.put_environment(EnvironmentSpec(name="cae", default_domain=DOMAIN))

    def abandon(self) -> None:
        """Leave everything running, as a daemon that is killed does."""
        self._left += [process for name in self.supervisor.names() if (process := self.supervisor.get(name))]
        for app in self.platform._apps.values():
            for replica in (replica for revision in app.running.values() for replica in revision.replicas):
                self._left += [container.process for container in replica._containers]
        self.platform.detach()
        self.supervisor.detach_all()

    def close(self) -> None:
        """End everything."""
        self.platform.stop()
        self.supervisor.stop_all()
        for process in self._left:
            process.wait()  # they are our children, although another daemon's platform has ended them

    def resolve(self, identity: str, url: str) -> str:
        """The vault, as the platform sees it."""
        if (identity, url) not in self.secrets:
            raise BackendError("Forbidden: the caller has no permission to get secrets")
        return self.secrets[identity, url]

    def map_image(self, image: str, command: str, **more: Any) -> None:
        """Put an entry in front of the file of images."""
        entries = json.loads(self.images_file.read_text())["images"] if self.images_file.exists() else []
        entry = {"image": image, "command": command, **more}
        self.images_file.write_text(json.dumps({"images": [entry, *entries]}))

    def dns(self, name: str, kind: str, content: str, **more: Any) -> None:
        """Declare a record."""
        self.zones.set_record(f"{name} {kind}", Record(name=name, type=kind, content=content, **more))

    def get(
        self, host: str, path: str = "/", *, address: str | None = None, http2: bool = False, **more: Any
    ) -> httpx.Response:
        """A request over verified TLS with the real name."""
        secure = not (address or "").startswith(("http://", "unix/"))
        where = address or f"https://{self.platform.addresses.tls}"
        context = ssl.create_default_context(cafile=self.ca.ca_file)
        transport = None
        if where.startswith("unix/"):
            transport, where = httpx.HTTPTransport(uds=where.removeprefix("unix/")), "http://socket"
        with httpx.Client(verify=context, trust_env=False, timeout=60, transport=transport) as client:
            headers = {"Host": host, **more.pop("headers", {})}
            extensions = {"sni_hostname": host} if secure else {}
            try:
                return client.get(f"{where}{path}", headers=headers, extensions=extensions, **more)
            except httpx.RemoteProtocolError:
                # Caddy closes what it has accepted but not read when its routes change; the edge repeats such requests, too.
                return client.get(f"{where}{path}", headers=headers, extensions=extensions, **more)

    def shown(self, host: str, path: str = "/", **more: Any) -> dict[str, Any]:
        """What the sample backend shows."""
        response = self.get(host, path, **more)
        assert response.status_code == 200, response.text
        return response.json()


def app(*, name: str = "ca-api", replicas: int = 1, template: dict[str, Any] | None = None, **more: Any) -> AppSpec:
    """An app with one container and probes; variables are given as `env`."""
    env = more.pop("env", {"VERSION": "1"})
    probes = more.pop("probes", (LIVE, READY))
    image = more.pop("image", IMAGE)
    variables = tuple(
        each if isinstance(each, EnvironmentVariable) else EnvironmentVariable(name=each, value=env[each])
        for each in env
    )
    container = Container(name="api", image=image, env=variables, probes=probes)
    made = Template(
        containers=(container,),
        scale=Scale(min_replicas=replicas, max_replicas=replicas),
        termination_grace_s=10,
        **(template or {}),
    )
    return AppSpec(name=name, environment="cae", template=made, **{"ingress": Ingress(target_port=8080), **more})


def host_of(name: str = "ca-api") -> str:
    """An app's or a revision's host."""
    return f"{name}.{DOMAIN}"


__all__ = ["DOMAIN", "IMAGE", "LIVE", "READY", "SAMPLE", "VERIFICATION_ID", "Stage", "app", "host_of", "replace", "sys"]
