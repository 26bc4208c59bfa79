"""
Takes a program from an archive that its publisher released, where the archive has the digest that is pinned here.

What another archive holds is never unpacked. Keeping the result is `binaries`' business.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_cloud.engine.binaries import Binary, Progress, Unavailable, sha256_of

_TIMEOUT_S: Final = 10
_CHUNK_BYTES: Final = 1 << 20
_MACHINES: Final = {"amd64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Archive:
    """
    One archive of a release.

    Attributes:
        url: a `.tar.gz`.
        sha256: its digest, in hex.
        program: the executable's path in it.
    """

    url: str
    sha256: str
    program: str


def this_machine() -> str:
    """System and processor as releases name them: `Linux_x86_64`, `Darwin_arm64`."""
    machine = platform.machine().lower()
    return f"{platform.system()}_{_MACHINES.get(machine, machine)}"


def release(archives: Mapping[str, Archive]) -> Callable[[Binary, Path, Progress], str]:
    """
    A way to obtain a program for `binaries.Obtained`.

    Args:
        archives: by what `this_machine` says.
    """

    def obtain(binary: Binary, scratch: Path, progress: Progress) -> str:
        archive = archives.get(this_machine())
        if archive is None:
            raise Unavailable(f"there is none for {this_machine()}; there is one for {', '.join(sorted(archives))}")
        file = scratch / "release.tar.gz"
        _download(archive.url, file, progress)
        if (digest := sha256_of(file)) != archive.sha256:
            raise Unavailable(
                f"{archive.url} has the SHA-256 {digest}, and {archive.sha256} is pinned: nothing was unpacked"
            )
        _unpack(file, archive, scratch / "bin" / binary.name)
        file.unlink()
        return f"bin/{binary.name}"

    return obtain


def _download(url: str, file: Path, progress: Progress) -> None:
    import http.client  # noqa: PLC0415  a warm cache downloads nothing
    import shutil  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer, file.open("wb") as target:  # noqa: S310  a pinned address
            progress("downloading the official release")
            shutil.copyfileobj(answer, target, _CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:  # a failed download is an OSError too
        raise Unavailable(f"{url} cannot be downloaded ({getattr(error, 'reason', error)})") from None


def _unpack(file: Path, archive: Archive, program: Path) -> None:
    """The executable alone: nothing else of an archive is needed."""
    import shutil  # noqa: PLC0415  as above
    import tarfile  # noqa: PLC0415

    program.parent.mkdir()
    try:
        with tarfile.open(file) as members:
            content = members.extractfile(archive.program)
            if content is None:
                raise Unavailable(f"{archive.program} in {archive.url} is no file")
            with content, program.open("wb") as target:
                shutil.copyfileobj(content, target, _CHUNK_BYTES)
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise Unavailable(f"{archive.program} cannot be taken from {archive.url} ({error})") from None
    program.chmod(0o700)
