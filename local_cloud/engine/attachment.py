"""The environment in which a Pulumi CLI is attached to running providers and a running language host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NEVER_RUN: Final = (
    "#!/bin/sh\necho 'this file only has to exist: the attached language host does its work' >&2\nexit 1\n"
)

_MOST_MEMORY: Final = "768MiB"


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
    path = (str(pulumi.parent), environ.get("PATH", os.defpath), str(_looks_installed(home)))
    return {
        **environ,
        "PATH": os.pathsep.join(path),
        "PULUMI_DEBUG_PROVIDERS": providers,
        "PULUMI_DEBUG_LANGUAGES": f"python:{language_port}",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_HOME": str(home),
        "no_grpc_proxy": _without_proxy(environ),
    }


def short_lived(environment: Mapping[str, str]) -> dict[str, str]:
    """
    A copy of the environment in which an engine that runs for seconds does not collect garbage, a tenth of its CPU time.

    Past 768 MiB it does. What the environment says of either already stays.
    """
    return {"GOGC": "off", "GOMEMLIMIT": _MOST_MEMORY, **environment}


def keep_no_logs(home: Path) -> None:
    """
    Keeps the engine from writing a compressed log of each run, which takes up to a sixth of its CPU time.

    No variable turns that off. Where `logs` is a file, the engine goes on without one.

    Args:
        home: a Pulumi home; the logs that are in it are deleted.
    """
    logs = home / "logs"
    if logs.is_dir():
        shutil.rmtree(logs)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    logs.touch(mode=0o600)


def _looks_installed(home: Path) -> Path:
    """
    A directory with a file of the official language host's name.

    Before it starts a policy pack the engine looks whether that host is installed, though it then asks the attached one.
    """
    file = home / "language-hosts" / "pulumi-language-python"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_NEVER_RUN)
        file.chmod(0o700)
    return file.parent


def _without_proxy(environ: Mapping[str, str]) -> str:
    """Programs reach the engine by gRPC, whose Python library would send even loopback through a proxy."""
    kept = environ.get("no_grpc_proxy") or environ.get("no_proxy") or environ.get("NO_PROXY")
    return ",".join(["127.0.0.1", "localhost", *([kept] if kept else [])])
