"""
A file of `NAME=value` lines.

python-dotenv parses it; `${NAME}` is not interpolated, because a password may contain a dollar.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import parse_stream
from pydantic import SecretStr

from app_config.problems import Problem
from app_config.sources.source import Answer, Given, Precedence, Request

_NAME: Final = re.compile(r"\s*(?:export[ \t]+)?([^=#\s]+)[ \t]*=")
_ALIKE: Final = 0.9
"""`SERVER_PROT` is as much like `SERVER_PORT`."""


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
        others: dict[str, int] = {}
        for name, value, line in bindings(text):
            if value is None:
                problems.append(
                    Problem(name, f"{origin}, line {line}", "cannot be read: write NAME='value', and close the quote")
                )
            elif name in wanted:
                given[name] = Given(value, f"{origin}, line {line}")
            elif name is not None:
                others[name] = line
        missing = wanted - set(given)
        for name, line in others.items():
            if (meant := _close(name, missing)) is not None:
                problems.append(Problem(name, f"{origin}, line {line}", f"is not a setting; did you mean {meant}?"))
        return Answer(given=given, problems=tuple(problems))


def bindings(content: SecretStr) -> Iterator[tuple[str | None, SecretStr | None, int]]:
    """
    The bindings of a dotenv text: name, value, line.

    A line that is not a binding comes with value None, and with its name if it has one.
    """
    for found in parse_stream(StringIO(content.get_secret_value(), newline="")):
        text = found.original.string
        line = found.original.line + _blank_lines(text)
        if found.error:
            name = _NAME.match(text)
            yield (name[1] if name else None), None, line
        elif found.key is not None:
            named = _NAME.match(text) is not None  # a name without `=` binds nothing
            yield (found.key if named else None), (SecretStr(found.value or "") if named else None), line


def _blank_lines(text: str) -> int:
    """A binding begins with the empty lines before it."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def _close(name: str, wanted: Collection[str]) -> str | None:
    """The setting that a name is likely to stand for."""
    return next(iter(difflib.get_close_matches(name, wanted, n=1, cutoff=_ALIKE)), None)


def _failed(origin: str, text: str) -> Answer:
    return Answer(problems=(Problem(None, origin, text),))
