"""The programs that the parts are: whether each is ready, or can be made."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from ignition.diagnosis.finding import Finding, note, ok, wrong
from local_cloud.engine.all_programs import ALL
from local_cloud.engine.binaries import Binary, Cache, Found, Obtained, Unavailable

_GO: Final = (1, 26)


def programs(binaries: Sequence[Binary] = ALL, cache: Cache | None = None) -> Sequence[Finding]:
    """
    Looks where `find` would look, and obtains nothing.

    Args:
        binaries: the programs.
        cache: the user's when left out.
    """
    cache = cache or Cache.of_user()
    return [_program(binary, cache) for binary in binaries]


def _program(binary: Binary, cache: Cache) -> Finding:
    found = ready(binary, cache)
    if found is not None:
        return ok(binary.name, f"{found.version} at {found.path}")
    if not any(isinstance(source, Obtained) for source in binary.sources):
        return wrong(binary.name, f"{binary.version} is not on this machine", binary.remedy)
    go = go_version()
    if go is not None and go >= _GO:
        detail = f"{binary.version} is not there yet; the first `ignition up` gets it (minutes when it has to be built)"
        return note(binary.name, detail, f"`python -m local_cloud.engine {binary.name}` gets it now")
    had = f"Go is {'.'.join(map(str, go))}" if go else "there is no Go"
    return wrong(binary.name, f"{binary.version} is not on this machine, and {had} to build it with", binary.remedy)


def ready(binary: Binary, cache: Cache) -> Found | None:
    """The program where nothing has to be downloaded or built for it, or None."""
    for source in binary.sources:
        try:
            found = cache.load(binary, _silent) if isinstance(source, Obtained) else source.find(binary, cache, _silent)
        except (Unavailable, OSError):
            continue
        if found is not None:
            return found
    return None


def go_version() -> tuple[int, int] | None:
    """Major and minor version of Go, or None."""
    go = shutil.which("go")
    if go is None:
        return None
    try:
        said = subprocess.run([go, "version"], capture_output=True, text=True, check=False, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"go(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None


def _silent(_line: str) -> None:
    pass
