"""The TypeScript compiler: one on PATH, else a pinned release from the registry that npm is set up for, kept for the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

VERSION = "5.9.3"


def find_tsc() -> list[str]:
    """The compiler's command; skips the test where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("there is no node on PATH")
    if found := shutil.which("tsc"):
        return [found]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ignition" / "typescript" / VERSION
    compiler = home / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        if npm is None:
            pytest.skip("there is neither tsc nor npm on PATH")
        home.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", str(home)]
        got = subprocess.run(
            [npm, "install", *options, f"typescript@{VERSION}"], check=False, capture_output=True, text=True
        )
        if got.returncode != 0:
            pytest.skip(f"npm does not get TypeScript {VERSION}: {(got.stderr.strip() or 'no reason given')[-200:]}")
    return [node, str(compiler)]
