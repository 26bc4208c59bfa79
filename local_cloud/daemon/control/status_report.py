"""The current status of a local cloud for the command line and the console; it never contains secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_cloud.daemon.control.exposure import Exposure
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.services.container_apps.backend.status import RevisionStatus

_DATABASE = "azure-native:dbforpostgresql:Database"


def status(cloud: LocalCloud, state: Path, console_url: str) -> dict[str, Any]:
    """
    The state of everything, in the shape that `ignition status --json` prints.

    Args:
        cloud: the running cloud.
        state: its state directory.
        console_url: where the console is, without its key.
    """
    parts = cloud.parts
    vaults = parts.key_vault.vaults.list()
    exposure = Exposure.now(parts.platform.images_file)
    statuses = {each.name: each for each in parts.platform.apps()}
    return {
        "stack": cloud.stack.rpartition("/")[2],
        "state": "running",
        "state_dir": str(state),
        "zone": parts.zone_name,
        "endpoints": {
            **{app: _reached(cloud, statuses.get(name)) for app, name in cloud.apps.items()},
            "postgres": _postgres(cloud),
            "key_vault": {"url": parts.key_vault.uri(vaults[0].name) if vaults else None},
            "s3": {"url": parts.object_storage.endpoint, "plain_url": parts.object_storage.plain_endpoint},
            "dns": {"address": parts.dns.address},
            "console": {"url": console_url},
        },
        "ca_file": str(parts.ca.ca_file),
        "apps": [
            {
                "name": app,
                "revision": found.latest_ready_revision,
                "state": found.state,
                "replicas": len(found.replicas),
                "ready": found.ready,
                "restarts": found.restarts,
                "failures": found.failures,
                "trouble": found.trouble,
                "revisions": [_revision(each) for each in found.revisions if each.active],
                "override": list(found.override) if found.override else None,
                **exposure.of(app, found),
            }
            for app, name in cloud.apps.items()
            if (found := statuses.get(name)) is not None
        ],
    }


def _revision(revision: RevisionStatus) -> dict[str, Any]:
    """One that runs, and its share of the requests in percent."""
    return {
        "name": revision.name,
        "weight": revision.weight,
        "replicas": len(revision.replicas),
        "ready": sum(each.ready for each in revision.replicas),
        "restarts": sum(each.restarts for each in revision.replicas),
    }


def _reached(cloud: LocalCloud, app: Any) -> Mapping[str, str] | None:
    """The public address of an app, where on this machine the edge answers for it, and by which name a browser gets there."""
    if app is None or not app.custom_domains:
        return None
    name, port = app.custom_domains[0], cloud.parts.edge.tls_port
    found = {"url": f"https://{name}", "address": f"127.0.0.1:{port}"}
    hosts = (host for zone in cloud.parts.edge.state.zones for host in zone.hosts if host.name == name)
    alias = next((alias for host in hosts for alias in host.aliases), None)
    return found if alias is None else {**found, "browser_url": f"https://{alias}:{port}"}


def _postgres(cloud: LocalCloud) -> dict[str, Any] | None:
    databases = [each.resource.inputs["databaseName"] for each in cloud.records.of_type(_DATABASE)]
    for name in cloud.parts.postgres.names():
        port = cloud.parts.postgres.server(name).port
        return {"server": name, "host": "localhost", "port": port, "database": databases[0] if databases else None}
    return None
