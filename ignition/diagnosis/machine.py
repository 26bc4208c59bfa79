"""The machine: Python and its packages, the account, names on loopback, container engines, and what its system cannot do."""

from __future__ import annotations

import importlib.metadata
import os
import pwd
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from ignition.diagnosis.finding import Finding, note, ok, wrong
from ignition.other_accounts import NOT_PROTECTED
from local_cloud.services.container_apps.backend.processes.images import Images

_PYTHON: Final = (3, 11)
_DISTRIBUTION: Final = "ignition-infrastructure"
_EXTRAS: Final = ("", "program", "local")
_ACCOUNTS: Final = ("postgres", "nobody")
_NAME: Final = "doctor.vault.localhost"


def python() -> Finding:
    """Whether this Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _PYTHON:
        return wrong("python", f"{version} at {sys.executable}", "install Python 3.11 or newer, then `make setup`")
    return ok("python", f"{version} at {sys.executable}")


def packages() -> Finding:
    """Whether everything that the local cloud imports is installed, in the versions that it was tried with."""
    try:
        declared = importlib.metadata.requires(_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return wrong("packages", f"{_DISTRIBUTION} is not installed in {sys.prefix}", "`make setup`")
    missing: list[str] = []
    for requirement in map(Requirement, declared):
        if requirement.name == _DISTRIBUTION:
            continue  # one of our extras names another
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in _EXTRAS):
            continue
        try:
            installed = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            missing.append(f"{requirement.name} is {installed}, not {requirement.specifier}")
    if missing:
        return wrong("packages", "; ".join(missing), "`make setup`")
    return ok("packages", f"complete in {sys.prefix}")


def account() -> Finding:
    """PostgreSQL refuses to run as root, so root needs another account for it."""
    if os.geteuid() != 0:
        return ok("account", f"uid {os.geteuid()}; every part runs as you")
    names = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in _ACCOUNTS if name in names), None)
    if found is None:
        fix = "`useradd --system postgres`, or work as a normal user"
        return wrong("account", "root, and PostgreSQL has no account to run as", fix)
    return ok("account", f"root; PostgreSQL runs as {found}")


def local_names() -> Finding:
    """Whether names below `localhost` lead to this machine, as RFC 6761 wants and not every resolver does."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(_NAME, 443, type=socket.SOCK_STREAM)}
    except OSError:
        found = set[str]()
    if found and found <= {"127.0.0.1", "::1"}:
        return ok("names", "*.localhost leads to this machine")
    fix = "install libnss-myhostname (Debian) or enable systemd-resolved; then `ignition down` and `ignition up`"
    seen = f"leads to {', '.join(sorted(found))}" if found else "does not resolve"
    return note("names", f"*.localhost {seen}; the vault answers at `localhost` instead of at a name of its own", fix)


def container_engine() -> Finding:
    """Only images without an entry in local-images.yaml need one."""
    found = Images(Path("local-images.yaml"), search=os.environ.get("PATH", os.defpath)).engine
    if found is None:
        return ok("containers", "neither docker nor podman works here; images that local-images.yaml names need none")
    return ok("containers", f"{found} runs images that local-images.yaml does not name")


def platform() -> Sequence[Finding]:
    """What this system cannot do."""
    if sys.platform == "linux":
        return ()
    if sys.platform == "darwin":
        return (
            note(
                "macOS",
                "parts that a killed daemon leaves behind are recognised by pid alone, and the owner of a taken port by lsof; "
                "the rest is as on Linux",
            ),
            note("gRPC", NOT_PROTECTED.format(system="macOS")),
        )
    return (wrong("system", f"{sys.platform} is not supported", "use Linux, macOS, or WSL 2 on Windows"),)
