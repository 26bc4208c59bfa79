"""
The endpoint file: where commands outside this installation find the running platform.

Readers and shape: `app_config.local_platform`, which documents it for everybody; nothing of this package may be imported there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import engine_environment
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.parts import Parts
from local_cloud.runtime.files.private_files import write_private
from local_cloud.services.container_apps.backend import AppStatus
from local_cloud.services.container_apps.backend.processes.launch import LOOPBACK
from local_cloud.services.identity.backend.principals import PrincipalUnknown

FILE: Final = "endpoint.json"
_VERSION: Final = 1


class EndpointFile:
    """
    The file of one state directory.

    Args:
        state: the state directory.
        settings: what it was set up for.
        cloud: what runs.
    """

    def __init__(self, state: Path, settings: Settings, cloud: LocalCloud) -> None:
        self._state = state.absolute()
        self._settings = settings
        self._cloud = cloud

    def write(self) -> None:
        """
        Write it as everything is now; apps that come later are in it after the next call.

        Raises:
            NotWritten: the disk is full, say.
        """
        parts = self._cloud.parts
        document = {
            "version": _VERSION,
            "pid": os.getpid(),
            "stack": self._cloud.stack.rpartition("/")[2],
            "project": self._settings.project,
            "engine": {
                "program": str(find_pulumi()),
                "environment": engine_environment(self._state, self._settings),
            },
            "authority": {"ca_file": str(parts.ca.ca_file), "environment": dict(parts.platform.machine_env)},
            "identity": _token_endpoint(parts.identity.developer_environment()),
            "apps": self._apps(parts),
        }
        write_private(self._state / FILE, json.dumps(document, indent=2).encode())

    def remove(self) -> None:
        """Remove it: whoever looks for the platform is told that it does not run."""
        (self._state / FILE).unlink(missing_ok=True)

    def _apps(self, parts: Parts) -> dict[str, Any]:
        there = {each.name: each for each in parts.platform.apps()}
        return {app: _app(parts, there[name]) for app, name in self._cloud.apps.items() if name in there}


def _app(parts: Parts, status: AppStatus) -> dict[str, Any]:
    spec = parts.platform.spec(status.name)
    reader = next((each.identity for each in spec.secrets if each.key_vault_url and each.identity), None)
    identity = None
    environment: Mapping[str, str] = {}
    try:
        identity = _token_endpoint(parts.identity.secrets_reader(status.name, reader)) if reader else None
        environment = parts.identity.endpoint_for(status.name, spec.identities) if spec.identities else {}
    except PrincipalUnknown:
        pass  # somebody deleted the identity behind the engine's back; the vault refuses, as in Azure
    return {
        "identity": identity,
        "variables": {each.variable: LOOPBACK for each in status.listen},
        "environment": dict(environment),
    }


def _token_endpoint(variables: Mapping[str, str]) -> dict[str, str]:
    return {"endpoint": variables["IDENTITY_ENDPOINT"], "header": variables["IDENTITY_HEADER"]}
