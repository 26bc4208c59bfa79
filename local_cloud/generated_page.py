"""Pages of the documentation that are made from the code: written on demand, compared otherwise."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def write_or_compare(
    file: Path, page: Callable[[], str], *, module: str, made_from: str, argv: list[str] | None
) -> int:
    """
    The command line of a module that makes a page; returns the exit code.

    Args:
        file: where the page lies.
        page: makes it.
        module: the module's name, as `python -m` takes it.
        made_from: what the page is made from, for people: "the commands".
        argv: the arguments; those of the process where none are given.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=f"The page that is made from {made_from}.")
    parser.add_argument("--write", action="store_true", help="write it; otherwise it is only compared")
    if parser.parse_args(argv).write:
        file.write_text(page(), encoding="utf-8")
        return 0
    if file.is_file() and file.read_text(encoding="utf-8") == page():
        return 0
    sys.stderr.write(f"{file} is not what {made_from} say: run `python -m {module} --write`\n")
    return 1
