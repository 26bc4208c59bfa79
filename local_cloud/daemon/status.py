"""What a local cloud is and does right now, for the command line and the console; secrets are never part of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local_cloud.daemon.cloud import LocalCloud

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
    return {
        "stack": cloud.stack.rpartition("/")[2],
        "state": "running",
        "state_dir": str(state),
        "endpoints": {
            "postgres": _postgres(cloud),
            "key_vault": {"url": parts.key_vault.uri(vaults[0].name) if vaults else None},
            "s3": {"url": parts.object_storage.endpoint, "plain_url": parts.object_storage.plain_endpoint},
            "console": {"url": console_url},
        },
        "ca_file": str(parts.ca.ca_file),
    }


def _postgres(cloud: LocalCloud) -> dict[str, Any] | None:
    databases = [each.resource.inputs["databaseName"] for each in cloud.records.of_type(_DATABASE)]
    for name in cloud.parts.postgres.names():
        port = cloud.parts.postgres.server(name).port
        return {"server": name, "host": "localhost", "port": port, "database": databases[0] if databases else None}
    return None
