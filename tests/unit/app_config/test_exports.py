"""Exports, read back by what is to read them: /bin/sh, python-dotenv, docker's rules, json."""

from __future__ import annotations

import json
import subprocess
from io import StringIO

import dotenv
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from app_config.exports import ExportFormat, export, refuse_unholdable
from app_config.problems import SettingsError
from app_config.sources.dotenv import bindings

# Everything that an environment can hold, with a liking for what quoting gets wrong.
AWKWARD = st.text(alphabet=st.sampled_from("'\"\\$`#=! \t\n\r%{}()a1ü💧\u2028\u00a0;&|<>*?~"), max_size=12)
ANY = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
VALUES = st.lists(AWKWARD | ANY, min_size=1, max_size=4)
NAMES = ("FIRST", "SECOND", "THIRD", "FOURTH")


def wrap(values: list[str]) -> dict[str, SecretStr]:
    return {name: SecretStr(value) for name, value in zip(NAMES, values, strict=False)}


def plain(values: list[str]) -> dict[str, str]:
    return dict(zip(NAMES, values, strict=False))


def written(values: list[str], format_: ExportFormat) -> str:
    """The export, or the example is passed over when the format cannot hold it (and says so)."""
    try:
        return export(wrap(values), format_).get_secret_value()
    except SettingsError:
        assume(False)
        raise


@settings(max_examples=60, deadline=None)
@given(VALUES)
@example(["two\nlines\n", "it's", "\r\n", "$(id) `id` ${HOME}"])
def test_a_shell_reads_back_what_was_exported(values: list[str]) -> None:
    text = written(values, ExportFormat.SHELL)
    names = " ".join(f'"${name}"' for name in plain(values))
    done = subprocess.run(["/bin/sh", "-c", f"{text}\nprintf '%s\\0' {names}"], env={}, check=True, capture_output=True)
    assert done.stdout.decode().split("\0")[:-1] == values


@settings(deadline=None)
@given(VALUES)
@example(["ends\\", 'and "quotes"'])
@example(["a\\'b", "'", '"', "\\\\"])
def test_python_dotenv_reads_back_what_was_exported(values: list[str]) -> None:
    text = written(values, ExportFormat.DOTENV)
    assert dotenv.dotenv_values(stream=StringIO(text, newline=""), interpolate=False) == plain(values)


@settings(deadline=None)
@given(VALUES)
@example(["ends\\", 'and "quotes"'])
def test_our_own_reader_reads_back_what_was_exported(values: list[str]) -> None:
    text = SecretStr(written(values, ExportFormat.DOTENV))
    assert {name: None if value is None else value.get_secret_value() for name, value, _ in bindings(text)} == plain(
        values
    )


@settings(deadline=None)
@given(VALUES)
def test_docker_reads_back_what_was_exported(values: list[str]) -> None:
    assert _as_docker_reads(written(values, ExportFormat.DOCKER_ENV)) == plain(values)


@settings(deadline=None)
@given(VALUES)
def test_json_reads_back_what_was_exported(values: list[str]) -> None:
    assert json.loads(written(values, ExportFormat.JSON)) == plain(values)


@pytest.mark.parametrize("format_", list(ExportFormat))
def test_a_long_value_of_many_lines_is_written_whole_or_refused(format_: ExportFormat) -> None:
    value = "".join(f"line {number} ünï\n" for number in range(1700))
    assert len(value.encode()) > 25_000
    if format_ is ExportFormat.DOCKER_ENV:
        with pytest.raises(SettingsError, match=r"FIRST .* it has several lines"):
            export(wrap([value]), format_)
    else:
        assert written([value], format_).count("line 1699") == 1


@pytest.mark.parametrize(
    ("value", "format_", "said"),
    [
        ("a\nb", ExportFormat.DOCKER_ENV, "several lines"),
        ("a\rb", ExportFormat.DOCKER_ENV, "several lines"),
        ("x" * 65_536, ExportFormat.DOCKER_ENV, "longer than the 64 KiB"),
        ("a\0b", ExportFormat.SHELL, "a NUL character"),
        ("a\0b", ExportFormat.DOTENV, "a NUL character"),
        ("\ud800", ExportFormat.JSON, "half of a surrogate pair"),
        ("a\nb\\", ExportFormat.DOTENV, "ends in a backslash"),
        (" \\", ExportFormat.DOTENV, "ends in a backslash"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_by_name(value: str, format_: ExportFormat, said: str) -> None:
    with pytest.raises(SettingsError, match=f"FIRST .*{said}.*Use --format json") as caught:
        export(wrap([value]), format_)
    assert repr(value)[1:-1] not in str(caught.value)


def test_all_values_that_cannot_be_held_are_refused_together() -> None:
    with pytest.raises(SettingsError) as caught:
        export(wrap(["a\nb", "fine", "c\nd"]), ExportFormat.DOCKER_ENV)
    assert [problem.variable for problem in caught.value.problems] == ["FIRST", "THIRD"]


def test_no_environment_holds_a_nul() -> None:
    with pytest.raises(SettingsError, match=r"SECOND .* NUL"):
        refuse_unholdable(wrap(["a", "b\0c"]))


def test_values_without_anything_special_stay_readable() -> None:
    assert written(["postgres://h/d?sslmode=verify-full", "a b"], ExportFormat.DOTENV) == (
        "FIRST=postgres://h/d?sslmode=verify-full\nSECOND='a b'\n"
    )


def _as_docker_reads(text: str) -> dict[str, str]:
    """The rules of docker's `kvfile`: lines, leading white space off, comments, the value as it is."""
    found: dict[str, str] = {}
    for raw in text.encode().split(b"\n"):
        line = raw.removesuffix(b"\r").decode().lstrip(" \t")
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name] = value
    return found
