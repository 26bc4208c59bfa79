"""
Text of a process, made safe to print on a terminal.

An app often logs what a stranger sent to it. A terminal obeys control characters: it changes its title, hides and overwrites
lines, answers questions with keystrokes, writes to the clipboard. So control characters are removed before text is shown.
"""

from __future__ import annotations

import re
from typing import Final

_CSI: Final = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
_STRING: Final = r"(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
_OTHER: Final = r"\x1b[ -/]*[0-~]"
_CONTROL: Final = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
_REORDERING: Final = "[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
_OBEYED: Final = re.compile(f"{_CSI}|{_STRING}|{_OTHER}|{_CONTROL}|{_REORDERING}")
"""Sequences of ECMA-48 in 7 and 8 bits, then what is left of control characters, then Unicode's marks of direction and lines."""


def printable(text: str) -> str:
    """
    The text without escape sequences and control characters; line feeds and tabs stay.

    A string sequence that is not ended loses its introducer only, so that nothing after it is hidden.
    """
    return _OBEYED.sub("", text)
