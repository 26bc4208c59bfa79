"""What a terminal would obey is gone from a process's text; what people read stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.runtime.processes.terminal_text import printable


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b[?1049h\x1b[2J\x1b[3;4Hhere", "here"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]52;c;ZXZpbA==\x1b\\after", "after"),
        ("\x9d8;;https://elsewhere.test\x9clink", "link"),
        ("\x1bP+q544e\x1b\\after", "after"),
        ("\x1b_hidden\x1b\\after", "after"),
        ("\x1bcreset \x1b(0lines", "reset lines"),
        ("password: \rnothing here", "password: nothing here"),
        ("ab\b\bcd\x7f\x00", "abcd"),
        ("left \u202etfel\u2066", "left tfel"),
        ("one\u2028two", "onetwo"),
        ("\x1b]0;never ended", "0;never ended"),
        ("ended by \x1b", "ended by "),
        ("\x1b\x1b[31m[32mnested", "[32mnested"),
    ],
)
def test_what_a_terminal_obeys_is_gone(written, shown):
    assert printable(written) == shown


def test_what_people_read_stays():
    text = "GET /größe?a=[1]\t200\n  ─ ✓ 日本語 🚀\n"
    assert printable(text) == text


@given(st.text())
def test_nothing_that_is_left_is_a_control_character(text):
    left = printable(text)
    assert {each for each in left if unicodedata.category(each) == "Cc"} <= {"\n", "\t"}
    assert printable(left) == left
