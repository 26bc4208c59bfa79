"""Whether there is room for a run, and what a run is told whose disk got full."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from local_cloud.disk_space import DiskTooFull, disk_space_for_a_run, is_full
from local_cloud.runtime.errors import BackendError

MIB = 1 << 20


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """How much is free, in MiB."""
    now = SimpleNamespace(mib=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=now.mib * MIB))
    return now


def test_a_first_run_needs_more_than_the_later_ones(free: SimpleNamespace, tmp_path: Path) -> None:
    free.mib = 100
    with (
        pytest.raises(DiskTooFull, match=r"has 100 MiB of free space, and `ignition up` needs 128 MiB"),
        disk_space_for_a_run(tmp_path),
    ):
        pass
    (tmp_path / "records").mkdir()
    with disk_space_for_a_run(tmp_path):
        pass


def test_the_disk_of_a_directory_that_is_not_there_yet_is_that_of_the_one_above(tmp_path: Path) -> None:
    assert not is_full(tmp_path / "not" / "there")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BackendError("the part failed"), "the part failed\nThe disk of"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/file"), "/file: No space left on device; free"),
        (SystemExit(255), "The disk of"),
    ],
)
def test_a_run_that_fails_on_a_full_disk_says_so(
    free: SimpleNamespace, tmp_path: Path, error: BaseException, said: str
) -> None:
    with pytest.raises(DiskTooFull) as raised:
        _run(free, tmp_path, error)
    assert str(raised.value).startswith(said)
    assert f"The disk of {tmp_path} is full. Free some space there and type `ignition up` again" in str(raised.value)


def _run(free: SimpleNamespace, state: Path, error: BaseException) -> None:
    with disk_space_for_a_run(state):
        free.mib = 0
        raise error


def test_a_run_that_fails_with_room_left_fails_as_it_does(free: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(SystemExit), disk_space_for_a_run(tmp_path):
        sys.exit(255)
