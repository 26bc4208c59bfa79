"""Patterns and shapes, of which the contract in other languages is made; that it compiles and runs is tested with the compilers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from app_config import AdminSettings, Contract, Settings
from app_config.command.types import GENERATORS, command
from app_config.contract import Group
from app_config.languages.patterns import Piece, pieces
from app_config.languages.shapes import shaped
from app_config.rules import ADMIN_RULES, API_RULES

PATTERNS = sorted(
    {each.shape.pattern for contract in (Settings, AdminSettings) for each in shaped(contract) if each.shape.pattern}
)


class Unknown(Contract):
    """Has a type of which nothing is generated."""

    class Part(Group):
        """Its one group."""

        share: float = Field(description="A share.")

    numbers: Part


def fits(text: str, row: tuple[Piece, ...]) -> bool:
    """As the Rust module reads pieces."""
    if not row:
        return not text
    piece, rest = row[0], row[1:]
    taken = 0
    while taken < min(piece.most, len(text)) and any(first <= text[taken] <= last for first, last in piece.ranges):
        taken += 1
    return any(fits(text[count:], rest) for count in range(piece.least, taken + 1))


@pytest.mark.parametrize("pattern", [*PATTERNS, "a?[b-d]+e*", "x{2}|y{1,3}"])
@given(text=st.text(alphabet="abcdefnoxyz0919-", max_size=70))
def test_pieces_take_what_the_regular_expression_takes(pattern: str, text: str) -> None:
    for each in (text, text[:3], "none", "0" * 64, "x" * len(text)):
        assert any(fits(each, row) for row in pieces(pattern)) == bool(re.fullmatch(pattern, each))


@pytest.mark.parametrize("pattern", ["(a)", "^a", r"\d", "a.b", "[^a]", "a{2,}", "["])
def test_what_no_piece_can_say_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="use letters, classes and counts alone"):
        pieces(pattern)


def test_a_type_without_a_generator_is_refused_by_its_variable() -> None:
    with pytest.raises(TypeError, match="NUMBERS_SHARE has the type <class 'float'>"):
        shaped(Unknown)


@pytest.mark.parametrize("language", GENERATORS)
def test_checks_that_stay_pythons_are_named(language: str) -> None:
    text = GENERATORS[language](Settings)
    assert "app_config.formats.database_url" in text
    assert "app_config.formats.base_url" in text
    assert "app_config.formats.bucket_name" not in text, "its pattern says it all"
    assert all(rule in text or rule.replace('"', '\\"') in text for rule in API_RULES)
    assert all(rule in GENERATORS[language](AdminSettings) for rule in ADMIN_RULES)


def test_the_command_writes_and_compares_a_file(tmp_path: Path) -> None:
    out = tmp_path / "settings.rs"
    options = ["--language", "rust", "--out", str(out)]
    assert CliRunner().invoke(command, [*options, "--check"]).exit_code == 1
    assert CliRunner().invoke(command, options).exit_code == 0
    assert out.read_text() == GENERATORS["rust"](Settings)
    assert CliRunner().invoke(command, [*options, "--check"]).exit_code == 0
    out.write_text("older")
    compared = CliRunner().invoke(command, [*options, "--check"])
    assert (compared.exit_code, "is out of date: run `app-config types --language rust" in compared.output) == (1, True)
    assert out.read_text() == "older"


def test_a_file_that_cannot_be_written_is_said_to_be_one(tmp_path: Path) -> None:
    ran = CliRunner().invoke(command, ["--language", "json-schema", "--out", str(tmp_path / "no" / "x.json")])
    assert ran.exit_code == 1
    assert "cannot be written (No such file or directory): choose another place" in ran.output
