"""
versitygw, the S3 server that plays R2: an installed one, the official release, or a build from its Go module.

The digests are those of the release's own checksums.txt, as several public projects pin them too. go.sum pins every byte of a build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from local_cloud.engine.binaries import Binary, Cache, Obtained, OnPath, Progress, find
from local_cloud.engine.go_build import go_build
from local_cloud.engine.release import Archive, release

VERSION = "1.8.0"
_SHA256: Final = {
    "Darwin_arm64": "4953096f65a9c0d62ab184fb6b2ba7c2435229205cf00a56cb62cd4bf6b216ca",
    "Darwin_x86_64": "104bd978e80ef0173554cfd8630ccc5bac24b00da440510b60365a3b6b6ab134",
    "Linux_arm64": "b34051d33f5a9c457f790896acb7bd7d7e15ad8d92efb70616b924f37e401910",
    "Linux_x86_64": "2ba2c734d10d2c4e651d03182cb4b246656bc735a2f282db7b0b73fba6073467",
}


def _archive(machine: str) -> Archive:
    name = f"versitygw_v{VERSION}_{machine}"
    url = f"https://github.com/versity/versitygw/releases/download/v{VERSION}/{name}.tar.gz"
    return Archive(url, _SHA256[machine], f"{name}/versitygw")


VERSITYGW = Binary(
    name="versitygw",
    version=VERSION,
    below="2",
    version_argv=("--version",),
    sources=(
        OnPath(),
        Obtained("the official release", release({machine: _archive(machine) for machine in _SHA256})),
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
