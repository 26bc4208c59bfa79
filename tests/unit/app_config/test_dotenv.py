"""Reading dotenv files, beside python-dotenv."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import dotenv
import pytest
from pydantic import SecretStr

from app_config import SettingsError, load
from app_config.sources.dotenv import Dotenv, bindings
from tests.unit.app_config.test_loading import Numbers


def read(text: str) -> dict[str | None, str | None]:
    return {name: None if value is None else value.get_secret_value() for name, value, _ in bindings(SecretStr(text))}


@pytest.mark.parametrize(
    "text",
    [
        "A=1",
        "A=1\nB=2\n",
        "A=1\r\nB=2\r\n",
        "export A=1",
        " A = 1 ",
        "# comment\n\nA=1 # comment",
        "A=a#b",
        "A='1 # 2' # comment",
        "A=",
        "A=\nB=1",
        "A='it\\'s'",
        "A='back\\\\slash'",
        "A='C:\\dir'",
        'A="two\\nlines"',
        'A="two\nlines"\nB=1',
        "A='two\nlines'\nB=1",
        'A="a \\"quote\\""',
        'A="\\t\\\\"',
        'A="\\d"',
        "A=$HOME-${HOME}",
        "A='$HOME'",
        "A=ünï💧",
        "A.B=1",
    ],
)
def test_a_file_reads_as_python_dotenv_reads_it(text: str) -> None:
    assert read(text) == dotenv.dotenv_values(stream=StringIO(text, newline=""), interpolate=False)


def test_the_later_of_two_bindings_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("NUMBER_ONE=1\nNUMBER_ONE=2\n")
    assert load(Numbers, Dotenv(file)).number.one == 2


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbfNUMBER_ONE=5\n")
    assert load(Numbers, Dotenv(file)).number.one == 5


def test_an_absent_file_is_all_right_when_it_is_optional(tmp_path: Path) -> None:
    assert load(Numbers, Dotenv(tmp_path / "none", optional=True)).number.one == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"A=1\nNUMBER_ONE='open\n", r"NUMBER_ONE \(.*, line 2\) cannot be read"),
        (b"what is this\n", r", line 1: cannot be read: write NAME='value'"),
        (b"\nNUMBER_ONE\n", r", line 2: cannot be read: write NAME='value'"),
        (b'\n\nNUMBER_ONE="open\n', r"NUMBER_ONE \(.*, line 3\) cannot be read"),
        (b"A=1\nNUMBER_OEN=2\n", r"NUMBER_OEN \(.*, line 2\) is not a setting; did you mean NUMBER_ONE\?"),
        (b"NUMBER_ONE=\xff\n", "is not UTF-8 from byte 11 on"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_not_shown(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=said) as caught:
        load(Numbers, Dotenv(file))
    said_of_the_line = str(caught.value).replace(str(file), "")
    assert "open" not in said_of_the_line
    assert "what" not in said_of_the_line


def test_a_name_that_is_like_a_setting_is_fine_beside_the_setting(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("NUMBER_OEN=2\nNUMBER_ONE=5\n")
    assert load(Numbers, Dotenv(file)).number.one == 5


def test_a_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read \(Is a directory\)"):
        load(Numbers, Dotenv(tmp_path))
