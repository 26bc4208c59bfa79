"""Writes a report as Markdown for a pull request and as one self-contained HTML file; whatever comes from the program is escaped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ignition.report.dangers import LABELS
from ignition.report.model import Report
from ignition.report.picture import DONE, SIGNS, picture
from ignition.report.sizes import CALCULATOR, CLOUDFLARE_PRICES
from ignition.report.stakes import stake_of

MARKDOWN_LIMIT: Final = 65_536
"""What GitHub takes as a comment; counted in bytes here, which are never fewer than its characters."""

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LONGEST: Final = 400
_ROWS: Final = 40
_PUNCTUATION: Final = re.compile(r"([\\`*_\[\]()#!|~])")
"""What Markdown reads as its own inside of a line; nothing that is escaped stands at the beginning of one."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_TRUNCATED: Final = "\n\n**Truncated:** {count} more lines do not fit into a comment. `report.html` has everything.\n"


def markdown(report: Report) -> str:
    """The report for a pull request, at most `MARKDOWN_LIMIT` bytes long; what does not fit is said."""
    environment = _environment(finalize=_escaped_for_markdown)
    environment.filters |= {"code": _code, "link": _link}
    text = (
        re.sub(r"\n{3,}", "\n\n", environment.get_template("report.md.jinja").render(_context(report))).strip() + "\n"
    )
    return _fitting(text)


def html(report: Report) -> str:
    """The report as a page with nothing outside of it."""
    context = _context(report) | {
        "style": Markup((_TEMPLATES / "report.css").read_text()),  # noqa: S704  our own file
        "wide": picture(report.changes, width=1040, columns=5),
        "narrow": picture(report.changes, width=340, columns=2),
    }
    environment = _environment(finalize=_for_page)
    environment.filters |= {"web": _web}
    return environment.get_template("report.html.jinja").render(context)


def _context(report: Report) -> dict[str, Any]:
    return {
        "report": report,
        "labels": LABELS,
        "done": DONE,
        "signs": SIGNS,
        "noun": _noun,
        "calculator": CALCULATOR,
        "cloudflare": CLOUDFLARE_PRICES,
        "rows": _ROWS,
    }


def _noun(token: str) -> str:
    return stake_of(token).noun


def _environment(**options: Any) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def _escaped_for_markdown(value: Any) -> Any:
    """Every character that Markdown or HTML could read as its own; nobody is mentioned, nothing becomes a link by itself."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    text = _plain(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _PUNCTUATION.sub(r"\\\1", text)
    return Markup(text.replace("@", "@\u200b").replace("://", ":\u200b//").replace("www.", "www\u200b."))  # noqa: S704


def _code(value: str) -> Markup:
    """A code span: no escape works in it, so its fence is longer than any run of backticks inside."""
    text = _plain(value).replace("|", "\\|") or " "
    fence = "`" * (max((len(each) for each in re.findall(r"`+", text)), default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return Markup(f"{fence}{padding}{text}{padding}{fence}")  # noqa: S704  HTML is text in a code span


def _link(address: str) -> Markup:
    """A link to a page, only where the address is a plain one."""
    return Markup(f"[source]({address})") if _web(address) else Markup("")  # noqa: S704


def _web(address: str) -> str:
    """An address that can be linked; empty for anything else."""
    return address if re.fullmatch(r"https://[\w./#?=&%~+:,-]+", address) else ""


def _for_page(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else _plain(value)


def _plain(value: str) -> str:
    """One line without control characters, cut where it is very long."""
    text = _CONTROL.sub(" ", value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST} more characters)"


def _fitting(text: str) -> str:
    if len(text.encode()) <= MARKDOWN_LIMIT:
        return text
    lines = text.splitlines()
    room = MARKDOWN_LIMIT - len(_TRUNCATED.format(count=len(lines)).encode())
    kept = 0
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept += 1
    return "\n".join(lines[:kept]) + _TRUNCATED.format(count=len(lines) - kept)
