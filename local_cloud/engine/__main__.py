"""Obtains every program the local cloud needs and prints where each is: `python -m local_cloud.engine`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys

from local_cloud.engine.all_programs import ALL
from local_cloud.engine.binaries import Binary, BinaryMissing, Cache, OnPath, Unavailable, find
from local_cloud.engine.pulumi_cli import PULUMI, waits_for_sdk
from local_cloud.engine.versitygw import VERSITYGW


def main(arguments: list[str] | None = None) -> int:
    """Obtain all programs, or those named; returns the exit code."""
    os.umask(0o077)
    parser = argparse.ArgumentParser(prog="python -m local_cloud.engine", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these: " + ", ".join(b.name for b in ALL))
    parser.add_argument("--full-check", action="store_true", help="compute the digests of cached programs again")
    parser.add_argument(
        "--before-python",
        action="store_true",
        help="only what takes long and needs no Python environment, while that is made; what fails is left to the next run",
    )
    options = parser.parse_args(arguments)
    unknown = set(options.names) - {binary.name for binary in ALL}
    if unknown:
        parser.error(f"unknown program {', '.join(sorted(unknown))}: choose from {', '.join(b.name for b in ALL)}")
    cache = Cache.of_user(full_check=options.full_check)
    if options.before_python:
        return _before_python(cache)
    missing = 0
    for binary in ALL:
        if options.names and binary.name not in options.names:
            continue
        try:
            found = find(binary, cache=cache, progress=lambda line, name=binary.name: _say(f"{name}: {line}"))
        except BinaryMissing as error:
            missing += 1
            print(error, file=sys.stderr)  # noqa: T201  this is its command line
        else:
            _say(f"{binary.name} {found.version}: {found.path} ({found.source})")
    return 1 if missing else 0


def _before_python(cache: Cache) -> int:
    """
    Gets or builds the two programs that no wheel brings; another run waits for this one by the cache's lock.

    Returns:
        0: whoever needs the programs looks for them again, and says what is missing.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background process would ignore it
    wanted = [binary for binary in (VERSITYGW, PULUMI) if not _is_here(binary, cache)]
    if wanted:
        names = " and ".join(binary.name for binary in wanted)
        _say(
            f"==> Still to come: the Python environment, and beside it {names}: downloaded where their publishers can be "
            "reached, otherwise built with Go, which makes all of it take about 10 minutes on 2 cores, once"
        )
    with contextlib.suppress(KeyboardInterrupt):
        for binary in wanted:
            if binary is PULUMI and waits_for_sdk():
                continue
            with contextlib.suppress(BinaryMissing):
                find(binary, cache=cache, progress=lambda line, name=binary.name: _say(f"{name}: {line}"))
    return 0


def _is_here(binary: Binary, cache: Cache) -> bool:
    for source in binary.sources:
        if isinstance(source, OnPath):
            with contextlib.suppress(Unavailable):
                source.find(binary, cache, _say)
                return True
    return cache.load(binary, _say) is not None


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its command line


if __name__ == "__main__":
    sys.exit(main())
