"""
A file of `NAME=value` lines.

The grammar is python-dotenv's, without the interpolation of `${NAME}`: a password may contain a dollar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from app_config.problems import Problem
from app_config.sources.source import Answer, Given, Precedence, Request

_BINDING: Final = re.compile(
    r"""
    [ \t]*(?:export[ \t]+)?
    (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    [ \t]*=[ \t]*
    (?:
        '(?P<single>(?:\\[\\']|\\(?![\\'])|[^'\\])*)'[ \t]*(?:\#[^\r\n]*)?
      | "(?P<double>(?:\\.|[^"\\])*)"[ \t]*(?:\#[^\r\n]*)?
      | (?P<plain>(?!['"])[^\r\n]*)
    )
    (?:\r\n|\r|\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_IDLE_LINE: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True)
class Dotenv:
    """
    A dotenv file.

    Args:
        file: its path.
        optional: whether it may be absent.
    """

    file: Path | str
    optional: bool = False

    @property
    def precedence(self) -> Precedence:
        """After the environment: a variable set for one command wins over the file."""
        return Precedence.DOTENV

    @property
    def origin(self) -> str:
        """The source in words."""
        return str(self.file)

    def answer(self, request: Request) -> Answer:
        """See `Source.answer`."""
        origin = str(self.file)
        try:
            text = SecretStr(Path(self.file).read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            if self.optional:
                return Answer()
            return _failed(origin, "the file does not exist. Correct the path, or create it from .env.example")
        except OSError as error:
            return _failed(origin, f"cannot be read ({error.strerror}): correct its owner or mode")
        except UnicodeDecodeError as error:
            return _failed(origin, f"is not UTF-8 from byte {error.start} on: save it as UTF-8")
        wanted = {variable.env for variable in request.wanted}
        given: dict[str, Given] = {}
        problems: list[Problem] = []
        for name, value, line in bindings(text):
            if value is None:
                problems.append(
                    Problem(name, f"{origin}, line {line}", "cannot be read: write NAME='value', and close the quote")
                )
            elif name in wanted:
                given[name] = Given(value, f"{origin}, line {line}")
        return Answer(given=given, problems=tuple(problems))


def bindings(content: SecretStr) -> Iterator[tuple[str | None, SecretStr | None, int]]:
    """
    The bindings of a dotenv text: name, value, line.

    A line that is no binding comes with value None, and with its name if it has one.
    """
    text, at, line = content.get_secret_value(), 0, 1
    while at < len(text):
        idle = _IDLE_LINE.match(text, at)
        found = None if idle else _BINDING.match(text, at)
        if idle:
            end = idle.end()
        elif found:
            yield found["name"], SecretStr(_value(found)), line
            end = found.end()
        else:
            end = text.find("\n", at) + 1 or len(text)
            name = re.match(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=", text[at:end])
            yield (name[1] if name else None), None, line
        line += text.count("\n", at, end)
        at = end


def _value(found: re.Match[str]) -> str:
    if found["single"] is not None:
        return re.sub(r"\\([\\'])", r"\1", found["single"])
    if found["double"] is not None:
        return re.sub(r"\\(.)", _unescape, found["double"], flags=re.DOTALL)
    return re.sub(r"[ \t]+#.*", "", found["plain"]).rstrip()


def _unescape(found: re.Match[str]) -> str:
    character = found[1]
    return _ESCAPES.get(character, character if character in "\\'\"" else found[0])


def _failed(origin: str, text: str) -> Answer:
    return Answer(problems=(Problem(None, origin, text),))
