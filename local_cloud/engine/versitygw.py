"""
versitygw, the S3 server that plays R2: an installed one, or a build from its Go module.

Its releases on GitHub are not used: their digests are not pinned here, while go.sum pins every byte of a build.
"""

from __future__ import annotations

from pathlib import Path

from local_cloud.engine.binaries import Binary, Cache, Obtained, OnPath, Progress, find
from local_cloud.engine.go_build import go_build

VERSION = "1.8.0"

VERSITYGW = Binary(
    name="versitygw",
    version=VERSION,
    below="2",
    version_argv=("--version",),
    sources=(
        OnPath(),
        Obtained(
            "a build from Go modules",
            go_build("github.com/versity/versitygw/cmd/versitygw", variables={"main.Version": f"v{VERSION}"}),
        ),
    ),
    remedy=f"Install versitygw {VERSION} (github.com/versity/versitygw, releases), or Go 1.26, and try again.",
)


def find_versitygw(*, cache: Cache | None = None, progress: Progress | None = None) -> Path:
    """
    The `versitygw` executable.

    Raises:
        BinaryMissing: nothing provides it; says what was tried and what to install.
    """
    return find(VERSITYGW, cache=cache, progress=progress).path
