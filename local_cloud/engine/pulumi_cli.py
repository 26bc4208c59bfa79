"""
The Pulumi command line: an installed one, the official release, or a build from its Go modules.

Attaching providers and a language host to it is not its business.
"""

from __future__ import annotations

import sys
from pathlib import Path

from local_cloud.engine.binaries import Binary, Cache, Obtained, OnPath, Progress, Unavailable, find
from local_cloud.engine.go_build import go_build

VERSION = "3.259.0"
_INSTALLER = "https://get.pulumi.com/install.sh"
_REACHABLE_WITHIN_S = 3


def find_pulumi(*, cache: Cache | None = None, progress: Progress | None = None) -> Path:
    """
    The `pulumi` executable, at least version 3.259.0.

    A warm cache answers in milliseconds and imports neither pulumi nor grpc; a cold one takes a download or
    some minutes of building.

    Raises:
        BinaryMissing: nothing provides it; says what was tried and what to install.
    """
    return find(PULUMI, cache=cache, progress=progress).path


def waits_for_sdk() -> bool:
    """Whether the official release can be had as soon as the SDK, whose installer gets it, is installed."""
    import importlib.util  # noqa: PLC0415  only asked before there is a Python environment

    try:
        _require_release_server()
    except Unavailable:
        return False
    return importlib.util.find_spec("pulumi") is None


def _require_release_server() -> None:
    import urllib.request  # noqa: PLC0415  20 ms that a warm cache need not pay

    try:
        # The installer itself has no timeout, so it is only started when its publisher answers.
        urllib.request.urlopen(_INSTALLER, timeout=_REACHABLE_WITHIN_S).close()
    except OSError as error:
        raise Unavailable(
            f"the release server cannot be reached ({getattr(error, 'reason', error)}); is there a network?"
        ) from None


def _official_release(binary: Binary, scratch: Path, progress: Progress) -> str:
    """Pulumi's own installer, asked through the Automation API."""
    _require_release_server()
    progress("installing the official release")
    try:
        from pulumi.automation import PulumiCommand  # noqa: PLC0415  takes a second; only needed here
        from semver import VersionInfo  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable(f"the Pulumi SDK is not installed ({error})") from None
    try:
        PulumiCommand.install(root=str(scratch), version=VersionInfo.parse(binary.version))
    except Exception as error:  # noqa: BLE001  the installer raises whatever its steps raise
        raise Unavailable(f"the official installer failed: {error}") from None
    return "bin/pulumi"


PULUMI = Binary(
    name="pulumi",
    version=VERSION,
    below="4",
    version_argv=("version",),
    sources=(
        OnPath(directories=(str(Path.home() / ".pulumi" / "bin"),)),
        Obtained("the official release", _official_release),
        Obtained(
            "a build from Go modules",
            go_build(
                "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                # Without it the Automation API cannot parse the version and refuses the program.
                variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": VERSION},
            ),
        ),
    ),
    remedy=(
        f"Install Pulumi {VERSION} or newer (`brew install pulumi/tap/pulumi`, or its own installer), "
        f"or Go 1.26, and try again. (This is {sys.platform}.)"
    ),
)
