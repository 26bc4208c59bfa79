"""
Runs the benchmarks, each in an interpreter of its own, one after another.

    python -m bench [NAME ...]

Without names all of them. Ends with 1 when one of them says that a promise is broken.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """The modules of this folder that can be run."""
    files = (file for file in sorted(HERE.glob("*.py")) if file.stem != "__main__")
    return [file.stem for file in files if 'if __name__ == "__main__":' in file.read_text()]


def main() -> int:
    """Run what is asked for."""
    known = names()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed and memory, side by side.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    chosen = parser.parse_args().names or known
    if unknown := [name for name in chosen if name not in known]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    failed: list[str] = []
    for name in chosen:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nnot as promised: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
