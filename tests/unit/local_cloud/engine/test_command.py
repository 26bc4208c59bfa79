"""`python -m local_cloud.engine` obtains programs and says where they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.engine.__main__ import main
from local_cloud.engine.go_build import TOOLS

GO = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
mkdir -p "$(dirname "$2")"
case "$2" in */versitygw) version=1.8.0;; *) version=3.259.0;; esac
printf '#!/bin/sh\\necho v%s\\n' "$version" > "$2"
chmod +x "$2"
"""


def test_a_named_program_is_printed_with_its_version_path_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caddy"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("caddy 2.")
    assert "bin/caddy (" in out


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["terraform"])
    assert stopped.value.code == 2
    assert "choose from caddy, postgres, versitygw, pulumi" in capsys.readouterr().err


def _before_python(directory: Path) -> list[str]:
    """The lines of a run in an interpreter without any installed package, on a machine without a network, with a compiler that is quick."""
    go = directory / "bin" / "go"
    go.parent.mkdir(exist_ok=True)
    go.write_text(GO)
    go.chmod(0o755)
    run = subprocess.run(
        [sys.executable, "-S", "-m", "local_cloud.engine", "--before-python"],
        cwd=TOOLS.parent,
        env={
            "PATH": f"{go.parent}:/usr/bin:/bin",
            "HOME": str(directory),
            "XDG_CACHE_HOME": str(directory / "cache"),
            "https_proxy": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.splitlines()


def test_programs_are_built_before_there_is_a_python_environment(tmp_path: Path) -> None:
    first, *others = _before_python(tmp_path)
    assert first.startswith("==> Still to come: the Python environment, and beside it versitygw and pulumi")
    assert "about 10 minutes on 2 cores" in first
    assert [line for line in others if "building it" in line] == [
        "versitygw: building it from Go modules, once: a few minutes",
        "pulumi: building it from Go modules, once: a few minutes",
    ]
    built = {file.name for file in (tmp_path / "cache" / "ignition").rglob("bin/*")}
    assert built == {"versitygw", "pulumi"}
    assert _before_python(tmp_path) == []


def test_without_a_compiler_what_is_missing_is_left_to_the_next_run(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "bin", ignore_errors=True)
    run = subprocess.run(
        [sys.executable, "-S", "-m", "local_cloud.engine", "--before-python"],
        cwd=TOOLS.parent,
        env={"PATH": "/nowhere", "HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("made", [False, True])
def test_setup_starts_them_before_the_python_environment_where_there_is_none(tmp_path: Path, made: bool) -> None:
    if made:
        (tmp_path / ".ready").touch()
    argv = ["make", "--no-print-directory", "--directory", str(TOOLS.parent), "setup", f"VENV={tmp_path}"]
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\necho environment: "$@" >> {tmp_path}/runs\n')
    python.chmod(0o755)
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\necho bare: "$@" >> {tmp_path}/runs; touch {tmp_path}/begun\n')
    bare.chmod(0o755)
    python.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/.ready ] || until [ -e {tmp_path}/begun ]; do sleep 0.01; done\n"
        f'echo environment: "$@" >> {tmp_path}/runs\n'
    )
    run = subprocess.run([*argv, f"PYTHON={bare}"], env=os.environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    first, *others = (tmp_path / "runs").read_text().splitlines()
    if made:
        assert [first, *others] == ["environment: -m local_cloud.engine"]
    else:
        assert first == "bare: -m local_cloud.engine --before-python"
        assert [" ".join(line.split()[:4]) for line in others] == [
            "environment: -m pip install",
            "environment: -m pip install",
            "environment: -m local_cloud.engine",
        ]
