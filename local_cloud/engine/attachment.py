"""The environment in which a Pulumi CLI is attached to running providers and a running language host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def attached(
    environ: Mapping[str, str], *, pulumi: Path, providers: str, language_port: int, home: Path
) -> dict[str, str]:
    """
    A copy of the environment with which every `pulumi` uses the running providers and language host.

    Args:
        environ: the environment to start from.
        pulumi: the CLI; its directory comes first on PATH.
        providers: the value of PULUMI_DEBUG_PROVIDERS.
        language_port: the language host's port.
        home: the Pulumi home, kept apart from the user's own.
    """
    return {
        **environ,
        "PATH": f"{pulumi.parent}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "PULUMI_DEBUG_PROVIDERS": providers,
        "PULUMI_DEBUG_LANGUAGES": f"python:{language_port}",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_HOME": str(home),
        "no_grpc_proxy": _without_proxy(environ),
    }


def _without_proxy(environ: Mapping[str, str]) -> str:
    """Programs reach the engine by gRPC, whose Python library would send even loopback through a proxy."""
    kept = environ.get("no_grpc_proxy") or environ.get("no_proxy") or environ.get("NO_PROXY")
    return ",".join(["127.0.0.1", "localhost", *([kept] if kept else [])])
