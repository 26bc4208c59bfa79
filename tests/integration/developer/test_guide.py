"""The commands of docs/guides/your-backend.md, as they stand there, and completion in the shells that it names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.local_platform import ROOT, LocalPlatform

GUIDE = ROOT / "docs" / "guides" / "your-backend.md"


def blocks() -> list[str]:
    """What stands between fences, in order."""
    return re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_guide_runs_as_it_stands(platform: LocalPlatform) -> None:
    environ = os.environ | {"IGNITION_STATE_DIR": str(platform.state)}
    said: list[str] = []
    # `make up` would build this project's environment anew; the platform of the tests is up already.
    for block in blocks():
        script = re.sub(r"^ *make up\n", "", block, flags=re.MULTILINE)
        ran = subprocess.run(
            ["sh", "-eu", "-c", script], cwd=platform.project, env=environ, check=False, capture_output=True, text=True
        )
        assert ran.returncode == 0, script + ran.stdout + ran.stderr
        said.append(ran.stdout)
    everything = "".join(said)
    assert len(said) >= 6
    for expected in (
        "https://api.ecent.online",
        "ignition-test-",
        "[2] worker 2 of 2",
        "Everything is as it was",
        "ignition_owner",
    ):
        assert expected in everything


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("program", ["ignition", "app-config"])
def test_the_shells_get_a_script_for_completion(shell: str, program: str) -> None:
    variable = f"_{program.upper().replace('-', '_')}_COMPLETE"
    command = Path(sys.executable).with_name(program)
    # click asks bash for its version; another shell does not have to be there.
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("there is no bash on PATH")
    ran = subprocess.run(
        [command], env=os.environ | {variable: f"{shell}_source"}, check=False, capture_output=True, text=True
    )
    assert f"{variable}={shell}_complete" in ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("program", "words", "expected"),
    [
        ("ignition", "ignition sna", "snapshot"),
        ("ignition", "ignition snapshot lo", "load"),
        ("ignition", "ignition exec a", "api"),
        ("app-config", "app-config types --language ru", "rust"),
    ],
)
def test_bash_completes_commands_and_values(program: str, words: str, expected: str) -> None:
    variable = f"_{program.upper().replace('-', '_')}_COMPLETE"
    environ = {variable: "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    ran = subprocess.run(
        [Path(sys.executable).with_name(program)], env=os.environ | environ, check=False, capture_output=True, text=True
    )
    assert f"plain,{expected}" in ran.stdout.split(), ran.stdout + ran.stderr
