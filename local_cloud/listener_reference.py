"""
The reference page of the listeners, from their table.

`python -m local_cloud.listener_reference --write` writes it; a test fails when the page and the table differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from local_cloud.generated_page import write_or_compare
from local_cloud.listener_table import TABLE, Row

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "listeners.md"

_HEADING: Final = """# What listens

<!-- Written by `python -m local_cloud.listener_reference --write` from the table of listeners; do not edit. -->

Every socket that this project opens on a machine. TCP and UDP are bound to 127.0.0.1, which every account of the machine reaches, so
"another account" is the question. [SECURITY.md](../../SECURITY.md) says what follows from it.

Tests compare this table with the sockets of a running platform, and try every listener from another account with every protocol.
"""
_SECTIONS: Final = (
    ("local cloud", "While the local cloud runs", "From `ignition up` to `ignition down`."),
    (
        "plan daemon",
        "While the plan daemon runs",
        "From `ignition preview` or `ignition attach` to half an hour after the last one.",
    ),
    ("run", "While the engine runs", "From the start of a preview or an `up` to its end."),
)


def page() -> str:
    """The whole page as Markdown."""
    lines = [_HEADING]
    for owner, title, when in _SECTIONS:
        lines += [f"## {title}\n", f"{when}\n", *_table([each for each in TABLE if owner in each.started_by]), ""]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| Listener | Socket | Speaks | Who may speak | How that is enforced | Another account is answered |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in rows:
        cells = (
            f"**{each.name}**: {each.what}",
            ", ".join(each.transports),
            each.speaks,
            each.who,
            each.how,
            _answered(each),
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _answered(row: Row) -> str:
    if not row.answered:
        return "nothing"
    what = "everything" if "*" in row.answered else ", ".join(f"`{each.replace('[?]', '?')}`" for each in row.answered)
    return f"{what}: {row.why}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(argv: list[str] | None = None) -> int:
    """Write the page, or tell whether it is what the table says."""
    return write_or_compare(
        PAGE, page, module="local_cloud.listener_reference", made_from="the table of listeners", argv=argv
    )


if __name__ == "__main__":
    sys.exit(main())
