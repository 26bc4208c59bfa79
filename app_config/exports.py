"""
Settings as text that other programs read: dotenv, JSON, shell, and docker's env files.

Each format quotes for its own reader. A value that a format cannot hold is refused by name, never bent to fit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, SecretStr

from app_config.contract import as_text, values_of
from app_config.problems import Problem, SettingsError

# Docker reads env files by lines of at most 64 KiB.
_DOCKER_LINE_BYTES: Final = 64 * 1024
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+,=?&~^-]+")
_DOUBLE_ESCAPES: Final = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
}


class ExportFormat(StrEnum):
    """A format, by who reads it."""

    DOTENV = "dotenv"
    """python-dotenv and this library; simple values are read alike by every dotenv reader."""
    JSON = "json"
    """One object of texts."""
    SHELL = "shell"
    """`. FILE` in any POSIX shell."""
    DOCKER_ENV = "docker-env"
    """`docker run --env-file FILE`."""


def as_environment(settings: BaseModel) -> dict[str, SecretStr]:
    """The variables of settings as a process gets them; one without a value is left out."""
    return {name: SecretStr(as_text(value)) for name, value in values_of(settings).items() if value is not None}


def export(values: Mapping[str, SecretStr], format_: ExportFormat) -> SecretStr:
    """
    Values as text in a format.

    Raises:
        SettingsError: the format cannot hold some of them; nothing else can be wrong.
    """
    problems = [
        Problem(name, f"--format {format_}", f"cannot be written: {reason}. Use --format json")
        for name, value in values.items()
        if (reason := _OBSTACLES[format_](name, value))
    ]
    if problems:
        raise SettingsError(tuple(problems))
    if format_ is ExportFormat.JSON:
        texts = {name: value.get_secret_value() for name, value in values.items()}
        return SecretStr(json.dumps(texts, ensure_ascii=False, indent=2) + "\n")
    write = _LINES[format_]
    return SecretStr("".join(write(name, value.get_secret_value()) for name, value in values.items()))


def refuse_unholdable(values: Mapping[str, SecretStr]) -> None:
    """
    Refuse values that no process environment can hold.

    Raises:
        SettingsError: there are some.
    """
    problems = [
        Problem(name, "process environment", f"cannot be given to a program: {reason}. Store another value")
        for name, value in values.items()
        if (reason := _nul(name, value))
    ]
    if problems:
        raise SettingsError(tuple(problems))


def _dotenv(name: str, text: str) -> str:
    if _bare_backslash(text) or _PLAIN.fullmatch(text):
        return f"{name}={text}\n"
    # Single quotes are literal to every reader as long as nothing in them needs escaping.
    if not re.search(r"['\\\r\n]", text):
        return f"{name}='{text}'\n"
    escaped = "".join(_DOUBLE_ESCAPES.get(character, character) for character in text)
    return f'{name}="{escaped}"\n'


def _shell(name: str, text: str) -> str:
    quoted = text.replace("'", "'\\''")
    return f"export {name}='{quoted}'\n"


def _docker(name: str, text: str) -> str:
    return f"{name}={text}\n"


def _bare_backslash(text: str) -> bool:
    """Whether the value ends in a backslash, which python-dotenv takes for an escape of the closing quote."""
    return text.endswith("\\")


def _nul(_: str, value: SecretStr) -> str:
    text = value.get_secret_value()
    if "\0" in text:
        return "it has a NUL character, which no environment can hold"
    return "" if _encodable(text) else "it has half of a surrogate pair, which UTF-8 cannot hold"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_obstacle(_: str, value: SecretStr) -> str:
    return "" if _encodable(value.get_secret_value()) else "it has half of a surrogate pair, which UTF-8 cannot hold"


def _dotenv_obstacle(name: str, value: SecretStr) -> str:
    text = value.get_secret_value()
    if _bare_backslash(text) and (re.search(r"[\r\n]|\s#", text) or text[0] in "'\"" or text[0].isspace()):
        return "it ends in a backslash and needs quotes, and dotenv readers take \\' for a quote"
    return _nul(name, value)


def _docker_obstacle(name: str, value: SecretStr) -> str:
    text = value.get_secret_value()
    if re.search(r"[\r\n]", text):
        return "it has several lines, which docker's env files cannot hold"
    if _encodable(text) and len(f"{name}={text}".encode()) >= _DOCKER_LINE_BYTES:
        return "it is longer than the 64 KiB that docker reads as a line"
    return _nul(name, value)


_OBSTACLES: Final[Mapping[ExportFormat, Callable[[str, SecretStr], str]]] = {
    ExportFormat.DOTENV: _dotenv_obstacle,
    ExportFormat.JSON: _json_obstacle,
    ExportFormat.SHELL: _nul,
    ExportFormat.DOCKER_ENV: _docker_obstacle,
}
_LINES: Final[Mapping[ExportFormat, Callable[[str, str], str]]] = {
    ExportFormat.DOTENV: _dotenv,
    ExportFormat.SHELL: _shell,
    ExportFormat.DOCKER_ENV: _docker,
}
