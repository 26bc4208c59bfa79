"""What the documents say of the code: links, configuration keys, commands and targets that they name exist."""

import contextlib
import re
import shlex
from pathlib import Path
from typing import get_args, get_origin

import click
import pytest

from app_config.command.cli import cli as app_config
from ignition.commands import cli as ignition
from infra.config.sections.section import is_section, keys_of
from infra.config.stack import StackConfig

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
PROSE = {
    document: re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL) for document, text in TEXTS.items()
}


def _name(document):
    return str(document.relative_to(ROOT))


def _anchors(document):
    """The anchors of a page's headings as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", PROSE[document], re.MULTILINE)
    shown = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in shown}


def _keys(section, path=""):
    """Every configuration key by its whole path, sections included."""
    for spec in keys_of(section):
        whole = f"{path}.{spec.name}" if path else spec.name
        yield whole
        if is_section(spec.type):
            yield from _keys(spec.type, whole)
        elif get_origin(spec.type) is tuple and is_section(get_args(spec.type)[0]):
            yield from _keys(get_args(spec.type)[0], whole)


def _subcommands(group):
    return set(group.list_commands(click.Context(group)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(document):
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", PROSE[document]):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        if not place.exists() or (anchor and anchor not in _anchors(place)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_configuration_key_that_is_named_exists(document):
    # SECTION stands for any that has what follows; infra is a namespace of types, pulumi's own output has URNs.
    named = set(re.findall(r"(?<![:\w])ignition:([a-z_]+(?:\.[a-z_0-9]+)*)", TEXTS[document])) - {"infra"}
    assert sorted(named - set(_keys(StackConfig))) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_that_is_named_exists(document):
    named = set(re.findall(r"(?:`|\.venv/bin/|^ *)ignition ([a-z]+)", TEXTS[document], re.MULTILINE))
    assert sorted(named - _subcommands(ignition)) == []
    named = set(re.findall(r"(?:`|\.venv/bin/|^ *)app-config ([a-z]+)", TEXTS[document], re.MULTILINE))
    assert sorted(named - _subcommands(app_config)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_target_of_make_that_is_named_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^ *)make ([a-z-]+)(?=`|  | *$)", TEXTS[document], re.MULTILINE))
    assert sorted(named - targets) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_file_of_this_repository_that_is_named_exists(document):
    named = re.findall(
        r"`((?:app_config|infra|local_cloud|ignition|policy|tests|docs|tools|bench)/[\w./]+)`", PROSE[document]
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def _lines_of_commands(text):
    """Every command line of ours that a document shows whole, without its comment."""
    shown = re.findall(r"`((?:\.venv/bin/)?(?:ignition|app-config) [^`]+)`", text.replace("\n", " "))
    blocks = re.findall(r"^ *((?:\.venv/bin/)?(?:ignition|app-config) .+?)(?: {2,}#.*)?$", text, re.MULTILINE)
    lines = {" ".join(line.split()) for line in [*shown, *blocks] if "`" not in line}
    return sorted(line for line in lines if not line.endswith(" --"))  # those are completed by the reader


TYPED = [document for document in DOCUMENTS if document.name != "CHANGELOG.md" and document.parent.name != "reference"]
COMMAND_LINES = [(document, line) for document in TYPED for line in _lines_of_commands(TEXTS[document])]


@pytest.mark.parametrize(
    ("document", "line"), COMMAND_LINES, ids=[f"{_name(document)}: {line}" for document, line in COMMAND_LINES]
)
def test_every_command_line_that_is_shown_can_be_typed(document, line):
    program, name, *arguments = shlex.split(line)
    group = ignition if program.endswith("ignition") else app_config
    command = group.get_command(click.Context(group), name)
    if not arguments and any(parameter.required for parameter in command.params):
        return  # the document speaks of the command and types nothing
    of_the_reader = re.search(r"\.(json|env|yaml)\b|\bids\b|\b[A-Z]{3,}\b", line)  # files, and words in capitals
    with contextlib.suppress(click.BadParameter if of_the_reader else ()):
        command.make_context(name, arguments, parent=click.Context(group))
