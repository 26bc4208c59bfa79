"""
Turns reports of a pull request into the text of a comment: `python3 -m ignition.previews.comment FILE ... > comment.md`.

The files come from a job that ran the pull request's code, so nothing in them is trusted: no mention notifies anybody, no reference
reaches another issue, no HTML and no picture is left, and the text fits into a comment. Needs nothing but Python, so that the job with the
right to comment installs nothing.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

MARKER: Final = "<!-- ignition-report -->"
"""Begins the comment, so that the next one replaces it."""
LIMIT: Final = 65_536
"""GitHub takes no longer comment, in characters."""
_READ_BYTES: Final = 1 << 20
_CUT: Final = "\n\nThe rest does not fit here; the report is an artifact of this run.\n"
_BREAK: Final = "\N{ZERO WIDTH SPACE}"
# Control characters, and those that make text run the other way.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Markup that GitHub acts upon: it only takes what stands together. A break between keeps the look, in code spans too.
_ACTIVE: Final = re.compile(
    r"<(?=[A-Za-z/!?])|@(?=\w)|#(?=\d)|!(?=\[)|\bGH-(?=\d)|\bgithub\.com(?=/)",
    re.IGNORECASE,
)


def safe(text: str) -> str:
    """A text that looks the same and does nothing."""
    return _ACTIVE.sub(lambda found: found.group() + _BREAK, _UNSEEN.sub("", text))


def comment(texts: list[str]) -> str:
    """The whole comment; each text gets an equal share of what fits."""
    share = (LIMIT - len(MARKER) - 2) // max(len(texts), 1) - 2
    return "\n\n".join([MARKER, *(_cut(safe(each).strip(), share) for each in texts)]) + "\n"


def _cut(text: str, limit: int) -> str:
    """At the end of a line, so that no row of a table is torn."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(_CUT) - len("\n```")].rpartition("\n")[0]
    fence = "\n```" if sum(line.startswith("```") for line in kept.split("\n")) % 2 else ""
    return f"{kept}{fence}{_CUT}"


def main(arguments: list[str] | None = None) -> int:
    """Prints the comment; returns the exit code."""
    files = [Path(each) for each in (sys.argv[1:] if arguments is None else arguments)]
    if not files:
        sys.stderr.write("name the reports: python3 -m ignition.previews.comment FILE ...\n")
        return 2
    try:
        texts = [_read(file) for file in files]
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read ({error.strerror})\n")
        return 1
    sys.stdout.write(comment(texts))
    return 0


def _read(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_READ_BYTES).decode("utf-8", errors="replace").replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
