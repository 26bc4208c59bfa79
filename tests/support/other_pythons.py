"""
Environments of the other Python versions that this machine has, with what `app_config` needs and nothing else.

`python -m tests.support.other_pythons` makes them, below `.venv`, from the package index; the tests that use them never
download anything and say which versions they passed over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
_NEEDS = ("pytest", "hypothesis", "python-dotenv")


def environment_of(version: str) -> Path:
    """Where the interpreter of an environment is, made or not."""
    return ROOT / ".venv" / "pythons" / version / "bin" / "python"


def interpreter(version: str) -> Path | None:
    """An interpreter of a version: this one, one on PATH, or one that pyenv has."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path and _runs(Path(on_path)):
        return Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python"), key=lambda each: int(each.parts[-3].split(".")[2]))
    return found[-1] if found else None


def _runs(python: Path) -> bool:
    # pyenv puts scripts on PATH for versions that are not selected.
    return subprocess.run([str(python), "-c", ""], check=False, capture_output=True).returncode == 0


def main() -> None:
    """Make every environment whose interpreter is here."""
    for version in VERSIONS:
        python = interpreter(version)
        if python is None:
            sys.stdout.write(f"Python {version}: not on this machine, passed over\n")
            continue
        made = environment_of(version)
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", str(python), str(made.parents[1])], check=True)
        target = ["uv", "pip", "install", "--quiet", "--python", str(made)]
        subprocess.run([*target, "--editable", str(ROOT), *_NEEDS], check=True)
        sys.stdout.write(f"Python {version}: {made}\n")


if __name__ == "__main__":
    main()
