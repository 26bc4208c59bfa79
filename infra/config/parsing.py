"""
From a mapping of configuration values to a `StackConfig`, or all problems with them.

pydantic checks types, rules and unknown keys; this module turns its errors into sentences. The values are those of the engine: text
for scalars at the top, JSON for anything structured. Nothing here knows the engine.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any, Final, Literal, cast, get_args, get_origin

from pydantic import ValidationError

from infra.config.problems import ConfigError, Problem
from infra.config.rules.combinations import broken_combinations
from infra.config.sections.keys import Key, shown
from infra.config.sections.section import Section, is_section, item_of, keys_of
from infra.config.stack import NAMESPACE, StackConfig

_PREFIX: Final = f"{NAMESPACE}:"
_WORDS: Final[Mapping[Any, str]] = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def parse(values: Mapping[str, str]) -> StackConfig:
    """
    Read a stack's configuration.

    Args:
        values: Every configuration value of the stack by its full key, as the engine passes them. Other namespaces are ignored.

    Raises:
        ConfigError: with every problem.
    """
    given = _decoded({key.removeprefix(_PREFIX): text for key, text in values.items() if key.startswith(_PREFIX)})
    problems: list[Problem] = []
    try:
        config = StackConfig.model_validate(given)
    except ValidationError as error:
        problems += [_problem(detail) for detail in cast("list[dict[str, Any]]", error.errors(include_url=False))]
        config = cast("StackConfig", _valid_part(StackConfig, given, "", frozenset(each.key for each in problems)))

    def is_valid(path: str) -> bool:
        whole = f"{_PREFIX}{path}"
        return not any(
            f"{whole}.".startswith(f"{each.key}.") or each.key.startswith((f"{whole}.", f"{whole}["))
            for each in problems
        )

    problems += broken_combinations(config, is_valid)
    if problems:
        raise ConfigError(problems)
    return config


def type_in_words(kind: Any) -> str:
    """A type in plain English."""
    if get_origin(kind) is Literal:
        return " or ".join(str(choice) for choice in get_args(kind))
    return "a list" if get_origin(kind) is tuple else _WORDS.get(kind, "a mapping of keys")


def _decoded(values: Mapping[str, str]) -> dict[str, Any]:
    """The engine's text as values: a key of type text holds it as it is, every other key holds JSON."""
    kinds = {spec.name: spec.type for spec in keys_of(StackConfig)}
    return {
        name: text if kinds.get(name) is str or get_origin(kinds.get(name)) is Literal else _json(text)
        for name, text in values.items()
    }


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _valid_part(kind: Any, value: Any, path: str, wrong: frozenset[str]) -> Any:
    """What the rules over several keys may read: the configuration, with None for each value that has a problem."""
    if value is None or isinstance(value, Section):  # a default
        return value
    if is_section(kind):
        if not isinstance(value, Mapping):
            return None
        given = cast("Mapping[str, Any]", value)
        part: dict[str, Any] = {}
        for spec in keys_of(kind):
            otherwise: Any = {} if spec.required and is_section(spec.type) else spec.default
            part[spec.name] = _valid_part(spec.type, given.get(spec.name, otherwise), _join(path, spec.name), wrong)
        return kind.model_construct(**part)
    if f"{_PREFIX}{path}" in wrong:
        return None
    if isinstance(value, list):
        items = enumerate(cast("list[Any]", value))
        return tuple(_valid_part(item_of(kind), item, f"{path}[{number}]", wrong) for number, item in items)
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value).items()
        return {name: _valid_part(item_of(kind), item, _join(path, name), wrong) for name, item in entries}
    return value


def _problem(detail: Mapping[str, Any]) -> Problem:
    """One of pydantic's errors as a sentence."""
    place: tuple[str | int, ...] = detail["loc"]
    path = ""
    for part in place:
        path = f"{path}[{part}]" if isinstance(part, int) else _join(path, part)
    return Problem(f"{_PREFIX}{path}", _sentence(detail, place))


def _sentence(detail: Mapping[str, Any], place: tuple[str | int, ...]) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "extra_forbidden":
        section, _ = _declared(place[:-1])
        return _unknown(str(place[-1]), [spec.name for spec in keys_of(section)])
    kind, key = _declared(place)
    if detail["type"] == "missing":
        return f"is missing: {key.description} Write {_instead(kind, key)}"
    value = detail["input"]
    if get_origin(kind) is Literal:
        near = difflib.get_close_matches(str(value), [str(choice) for choice in get_args(kind)], n=1)
        return f"is {shown(value)}: it must be {type_in_words(kind)}{f'; did you mean {near[0]}?' if near else ''}"
    if kind is str and isinstance(value, int | float):
        return f"is {type_in_words(type(value))}, not text: put it in quotes, '{value}'"
    return f"is {shown(value)}: it must be {type_in_words(kind)}; write {_instead(kind, key)}"


def _declared(place: tuple[str | int, ...]) -> tuple[Any, Key]:
    """Type and key of a place in the configuration."""
    kind: Any = StackConfig
    key = Key("")
    for part in place:
        if is_section(kind):
            spec = next(spec for spec in keys_of(kind) if spec.name == part)
            kind, key = spec.type, spec.key
        else:
            kind, key = item_of(kind), Key("")
    return kind, key


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"is not a known key; did you mean {near[0]}?"
    return f"is not a known key; the keys are {', '.join(known)}. Remove it"


def _instead(kind: Any, key: Key) -> str:
    return f"{key.rule.says}, for example {shown(key.rule.passes)}" if key.rule is not None else type_in_words(kind)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
