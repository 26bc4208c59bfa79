"""Files that are replaced as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.runtime.errors import NotWritten
from local_cloud.runtime.private_files import write_private


def test_a_file_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=rf"^{tmp_path}/file/below: .*; (name|`ignition doctor`)"):
        write_private(tmp_path / "file" / "below", b"content")


def test_a_write_that_fails_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(NotWritten):
        write_private(tmp_path / "taken", b"secret")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]
