from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ignition.failure import explained


@pytest.mark.parametrize(
    ("number", "step"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EACCES, "--state-dir"),
        (errno.EROFS, "--state-dir"),
        (errno.EIO, "doctor"),
    ],
)
def test_an_error_of_the_system_names_the_file_and_what_to_do(number: int, step: str) -> None:
    said = explained(OSError(number, os.strerror(number), "/state/settings.json"))
    assert said.startswith(f"/state/settings.json: {os.strerror(number)}")
    assert step in said


def test_a_failure_is_one_message_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = subprocess.run(
        [sys.executable, "-m", "ignition", "reset", "--yes", "--state-dir", str(tmp_path / "file" / "below")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr
