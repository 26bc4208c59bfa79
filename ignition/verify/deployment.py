"""What is verified: the outputs of a stack, and where its parts answer from here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from app_config.local_platform import LocalPlatform
from app_config.stacks import AppOutputs, app_outputs

Address = tuple[str, int]

APPS = ("api", "admin")


@dataclass(frozen=True)
class LocalParts:
    """
    Where the parts of the local cloud answer.

    Attributes:
        platform: identities and the certificate authority.
        ports: of each part, by the names in `ports.json`.
        resources: what the stack declared, as the daemon keeps it.
        status: what `ignition status --json` prints.
    """

    platform: LocalPlatform
    ports: Mapping[str, int]
    resources: Sequence[Mapping[str, Any]]
    status: Mapping[str, Any]

    def address(self, part: str) -> Address:
        """The address of a part."""
        return ("127.0.0.1", self.ports[part])

    def app_address(self, app: str) -> Address | None:
        """The port of a replica's own process, past edge and ingress; None when none runs."""
        revision = next((each["revision"] for each in self.status["apps"] if each["name"] == app), None)
        found = (port for name, port in self.ports.items() if revision and f"/{revision}-" in name)
        port = next(found, None)
        return ("127.0.0.1", port) if port is not None else None


@dataclass(frozen=True)
class Deployment:
    """
    A deployed stack.

    Attributes:
        stack: its name.
        outputs: what `pulumi stack output --json` prints.
        local: the local cloud's parts; None for a stack in the clouds.
    """

    stack: str
    outputs: Mapping[str, Any]
    local: LocalParts | None = None

    def host(self, app: str) -> str:
        """The public host of an app."""
        return urlsplit(str(self.outputs[f"{app}_url"])).hostname or ""

    def app(self, app: str) -> AppOutputs:
        """The settings of an app."""
        return app_outputs(self.outputs["settings"], app)

    def edge(self, app: str) -> Address:
        """Where clients connect to reach a public host."""
        return self.local.address("edge") if self.local else (self.host(app), 443)

    def plain_edge(self, app: str) -> Address:
        """The same for plain HTTP."""
        return self.local.address("edge (http)") if self.local else (self.host(app), 80)

    def origin(self, app: str) -> Address:
        """The ingress of an app, past the edge."""
        return self.local.address("origin") if self.local else (str(self.outputs["apps"][app]["fqdn"]), 443)

    @property
    def ca_file(self) -> str | None:
        """The authority to trust in the place of the system's."""
        return str(self.local.platform.ca_file) if self.local else None


def outputs_from(text: str, source: str) -> Mapping[str, Any]:
    """
    Reads outputs.

    Args:
        text: what `pulumi stack output --json` printed.
        source: where it is from, for errors.

    Raises:
        OutputsError: it is something else, or lacks an output that the checks need.
    """
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise OutputsError(f"{source} is not JSON ({error}); write it with `pulumi stack output --json`") from None
    needed = ("api_url", "admin_url", "apps", "settings", "secret_uris", "storage", "database", "redirect_uris")
    found: Mapping[str, Any] = cast("Mapping[str, Any]", document) if isinstance(document, dict) else {}
    missing = [name for name in needed if name not in found]
    if missing:
        raise OutputsError(f"{source} lacks the outputs {', '.join(missing)}; deploy the stack with `pulumi up` first")
    return found


class OutputsError(Exception):
    """The outputs of a stack cannot be used."""


def local_parts(state: Path, platform: LocalPlatform) -> LocalParts:
    """The parts of the running local cloud of a state directory."""
    from ignition.platform.running import running  # noqa: PLC0415  stacks in the clouds do without a daemon

    client = running(state)
    ports = json.loads((state / "ports.json").read_text())
    return LocalParts(platform, ports, client.get("/api/resources"), client.get("/api/status"))
