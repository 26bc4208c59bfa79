"""Finding the Pulumi command line costs next to nothing once it is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.engine import pulumi_cli
from local_cloud.engine.binaries import Unavailable
from local_cloud.engine.go_build import TOOLS

_IMPORTS = """
import sys
from local_cloud.engine.pulumi_cli import find_pulumi
find_pulumi()
heavy = {"pulumi", "grpc", "ssl", "urllib.request", "subprocess"} & set(sys.modules)
print(sorted(heavy))
"""


def test_a_warm_cache_imports_nothing_heavy(tmp_path: Path) -> None:
    cache = pulumi_cli.Cache(tmp_path / "ignition")
    scratch = cache.scratch(pulumi_cli.PULUMI)
    (scratch / "bin").mkdir()
    (scratch / "bin" / "pulumi").touch()
    cache.store(pulumi_cli.PULUMI, scratch, "bin/pulumi", "a test")
    run = subprocess.run(
        [sys.executable, "-c", _IMPORTS],
        env={"XDG_CACHE_HOME": str(tmp_path), "PATH": "/nowhere", "HOME": str(tmp_path)},
        cwd=TOOLS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


def test_without_a_network_the_official_release_is_given_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    source = pulumi_cli.PULUMI.sources[1]
    assert source.label == "the official release"
    with pytest.raises(Unavailable, match="the release server cannot be reached"):
        source.find(pulumi_cli.PULUMI, pulumi_cli.Cache(tmp_path), lambda _: None)


def test_the_version_is_the_one_of_the_module_that_is_built() -> None:
    pinned = f"require github.com/pulumi/pulumi/pkg/v3 v{pulumi_cli.VERSION}"
    assert pinned in (TOOLS / "pulumi" / "go.mod").read_text().splitlines()
