"""All programs of the local cloud at once: what a command makes sure of before it starts anything."""

from __future__ import annotations

from typing import Final

from local_cloud.engine.binaries import BinaryMissing, Cache, Progress, find
from local_cloud.engine.caddy import CADDY
from local_cloud.engine.postgres_binaries import POSTGRES
from local_cloud.engine.pulumi_cli import PULUMI
from local_cloud.engine.versitygw import VERSITYGW

# Quick ones first, so that a machine that lacks something hears of it before the long build.
ALL: Final = (CADDY, POSTGRES, VERSITYGW, PULUMI)


def find_all(progress: Progress, *, cache: Cache | None = None) -> None:
    """
    Finds every program, and builds or fetches what is not there yet; milliseconds when everything is.

    Args:
        progress: told of everything that takes longer.
        cache: the user's when left out.

    Raises:
        BinaryMissing: says of each that is missing what was tried and what to install.
    """
    cache = cache or Cache.of_user()
    cache.close()
    missing: list[str] = []
    for binary in ALL:
        try:
            find(binary, cache=cache, progress=lambda line, name=binary.name: progress(f"{name}: {line}"))
        except BinaryMissing as error:
            missing.append(str(error))
    if missing:
        raise BinaryMissing(
            "\n".join([*missing, "Nothing was started. `ignition doctor` looks at everything else, too."])
        )
