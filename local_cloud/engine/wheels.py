"""Finds programs inside installed wheels, without importing them."""

from __future__ import annotations

import sys
import sysconfig
from importlib import metadata
from pathlib import Path


def script(name: str) -> Path | None:
    """A program that a wheel installed beside the interpreter."""
    for directory in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        path = directory / name
        if path.is_file():
            return path
    return None


def package_directory(package: str) -> Path | None:
    """The directory of an installed package."""
    for entry in sys.path:
        path = Path(entry or ".") / package
        if (path / "__init__.py").is_file():
            return path.resolve()
    return None


def version(distribution: str) -> str | None:
    """The installed version of a distribution."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def installing(distribution: str) -> str:
    """What to type to install a distribution into this environment, also over one whose files are damaged."""
    return f"{sys.executable} -m pip install --force-reinstall {distribution}"
