"""
From a mapping of configuration values to a `StackConfig`, with every problem found on the way.

The values are those of the engine: text for scalars at the top, JSON for anything structured. Nothing here knows the engine.
"""

from __future__ import annotations

import difflib
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin

from infra.config.combinations import broken_combinations
from infra.config.keys import Key
from infra.config.problems import ConfigError, Problem
from infra.config.stack import NAMESPACE, StackConfig

_PREFIX: Final = f"{NAMESPACE}:"


@dataclass(frozen=True)
class KeySpec:
    """
    One key of a section, as the class declares it.

    Attributes:
        name: The key within its section.
        type: What it holds; `X | None` is X here, with `optional` set.
        key: What it says about itself.
        required: Whether it must be given.
        default: What it is otherwise.
    """

    name: str
    type: Any
    optional: bool
    key: Key
    required: bool
    default: Any


@cache
def keys_of(section: type[Any]) -> tuple[KeySpec, ...]:
    """The keys of a section, in the order of its declaration."""
    hints = typing.get_type_hints(section, include_extras=True)
    return tuple(_spec(each, hints[each.name]) for each in fields(section))


def parse(values: Mapping[str, str]) -> StackConfig:
    """
    Read a stack's configuration.

    Args:
        values: Every configuration value of the stack by its whole key, as the engine gives them. Other namespaces are left alone.

    Raises:
        ConfigError: with every problem that was found.
    """
    reading = _Reading()
    own = {key.removeprefix(_PREFIX): value for key, value in values.items() if key.startswith(_PREFIX)}
    config = cast("StackConfig", reading.section(StackConfig, _decoded(own), ""))
    reading.problems += broken_combinations(config, reading.is_sound)
    if reading.problems:
        raise ConfigError(reading.problems)
    return config


def type_in_words(spec_type: Any) -> str:
    """A type as people say it."""
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    if get_origin(spec_type) is Literal:
        return " or ".join(str(each) for each in get_args(spec_type))
    if get_origin(spec_type) is tuple:
        return "a list"
    return words.get(spec_type, "a mapping of keys")


class _Reading:
    """One pass over the values; remembers what was wrong where."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def is_sound(self, path: str) -> bool:
        """Whether nothing at, above or below a path was wrong, so that rules may look at it."""
        whole = f"{_PREFIX}{path}"
        return not any(
            f"{whole}.".startswith(f"{each.key}.") or each.key.startswith((f"{whole}.", f"{whole}["))
            for each in self.problems
        )

    def section(self, section: type[Any], given: Mapping[str, Any], path: str) -> Any:
        """An instance of the section, in which what was wrong is None; its problem is noted."""
        specs = keys_of(section)
        for unknown in (each for each in given if each not in {spec.name for spec in specs}):
            self._note(_join(path, unknown), _unknown(unknown, [spec.name for spec in specs]))
        read: Any = object.__new__(section)
        for spec in specs:
            object.__setattr__(read, spec.name, self._key(spec, given, path))
        return read

    def _key(self, spec: KeySpec, given: Mapping[str, Any], path: str) -> Any:
        whole = _join(path, spec.name)
        if spec.name in given:
            value = given[spec.name]
            if value is None and spec.optional:
                return None
            return self._value(spec.type, spec.key, value, whole)
        if not spec.required:
            return spec.default
        if is_dataclass(spec.type):  # so that each of its own required keys is named
            return self.section(cast("type", spec.type), {}, whole)
        self._note(whole, f"is missing: {spec.key.description} Write {_instead(spec.type, spec.key)}")
        return None

    def _value(self, kind: Any, key: Key, value: Any, path: str) -> Any:
        before = len(self.problems)
        read = self._typed(kind, key, value, path)
        if is_dataclass(kind):  # what is right in a section stays there, for the rules that look at it
            return read
        if len(self.problems) > before:
            return None
        if key.rule is not None and not key.rule.holds(read):
            self._note(
                path, f"is {_shown(value)}: it must be {key.rule.says}; write for example {_shown(key.rule.passes)}"
            )
            return None
        return read

    def _typed(self, kind: Any, key: Key, value: Any, path: str) -> Any:
        if is_dataclass(kind):
            if isinstance(value, Mapping):
                return self.section(cast("type", kind), cast("Mapping[str, Any]", value), path)
        elif get_origin(kind) is tuple:
            if isinstance(value, list):
                return tuple(self._items(get_args(kind)[0], cast("list[Any]", value), path))
        elif get_origin(kind) is Literal:
            if value in get_args(kind) and not isinstance(value, bool):
                return value
            near = difflib.get_close_matches(str(value), [str(each) for each in get_args(kind)], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self._note(path, f"is {_shown(value)}: it must be {type_in_words(kind)}{hint}")
            return None
        elif (isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)) or (
            kind is float and isinstance(value, int) and not isinstance(value, bool)
        ):
            return value
        elif kind is str and isinstance(value, int | float):
            self._note(path, f"is {type_in_words(type(value))}, not text: put it in quotes, '{value}'")
            return None
        self._note(path, f"is {_shown(value)}: it must be {type_in_words(kind)}; write {_instead(kind, key)}")
        return None

    def _items(self, kind: Any, items: list[Any], path: str) -> Iterator[Any]:
        for number, item in enumerate(items):
            yield self._typed(kind, Key(""), item, f"{path}[{number}]")

    def _note(self, path: str, text: str) -> None:
        self.problems.append(Problem(f"{_PREFIX}{path}", text))


def _spec(field: Field[Any], hint: Any) -> KeySpec:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} says nothing about itself: annotate it with a Key")
    kind, *marks = get_args(hint)
    optional = get_origin(kind) in {Union, types.UnionType}
    if optional:
        kind = next(each for each in get_args(kind) if each is not type(None))
    required = field.default is MISSING and field.default_factory is MISSING
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    key = next(each for each in marks if isinstance(each, Key))
    return KeySpec(field.name, kind, optional, key, required, None if required else default)


def _decoded(values: Mapping[str, str]) -> dict[str, Any]:
    """The engine's text as values: what a scalar key holds is text unless its type is another, what a section holds is JSON."""
    kinds = {spec.name: spec.type for spec in keys_of(StackConfig)}
    decoded: dict[str, Any] = {}
    for name, text in values.items():
        scalar_text = kinds.get(name) is str or get_origin(kinds.get(name)) is Literal
        decoded[name] = text if scalar_text else _json(text)
    return decoded


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"is no key; did you mean {near[0]}?"
    return f"is no key; there are {', '.join(known)}. Remove it"


def _instead(kind: Any, key: Key) -> str:
    if key.rule is not None:
        return f"{key.rule.says}, for example {_shown(key.rule.passes)}"
    return type_in_words(kind)


def _shown(value: Any) -> str:
    """A value as YAML has it, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
