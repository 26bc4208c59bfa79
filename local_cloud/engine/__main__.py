"""Obtains every program the local cloud needs and prints where each is: `python -m local_cloud.engine`."""

from __future__ import annotations

import argparse
import os
import sys

from local_cloud.engine.all_programs import ALL
from local_cloud.engine.binaries import BinaryMissing, Cache, find


def main(arguments: list[str] | None = None) -> int:
    """Obtain all programs, or those named; returns the exit code."""
    os.umask(0o077)
    parser = argparse.ArgumentParser(prog="python -m local_cloud.engine", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these: " + ", ".join(b.name for b in ALL))
    parser.add_argument("--full-check", action="store_true", help="compute the digests of cached programs again")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - {binary.name for binary in ALL}
    if unknown:
        parser.error(f"unknown program {', '.join(sorted(unknown))}: choose from {', '.join(b.name for b in ALL)}")
    cache = Cache.of_user(full_check=options.full_check)
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


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its command line


if __name__ == "__main__":
    sys.exit(main())
