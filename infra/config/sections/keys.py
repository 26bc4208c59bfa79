"""
What a configuration key says about itself: a sentence for people, and the rule on its value.

The sections carry these on their fields (`Annotated[int, Key("...", between(1, 35))]`); the parser, the report of problems and the
reference page all read them from there, so nothing about a key is written down twice.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"
ZERO_ID: Final = "0" * 32


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    A rule on one value.

    Attributes:
        says: What the value must be, continuing "must be".
        holds: Whether a value, already of the right type, keeps the rule. For a list it is asked about the whole.
        passes: A value that keeps it; the report offers it as what to write.
        fails: A value of the same type that does not.
    """

    says: str
    holds: Callable[[Any], bool]
    passes: Any
    fails: Any


@dataclass(frozen=True)
class Key:
    """
    What is known of a key beyond its type and default.

    Attributes:
        description: A sentence for people.
        rule: The rule on the value; None where every value of the type will do.
        placeholder: The value that stands for "not known yet": previews accept it, a deployment refuses it.
    """

    description: str
    rule: Rule | None = None
    placeholder: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Adds the rule to pydantic's check of the type."""
        schema = handler(source)
        inner = cast("dict[str, Any]", schema["schema"] if schema["type"] == "nullable" else schema)
        if inner["type"] == "tuple":
            inner["strict"] = False  # the engine has lists only; their items stay strict
        elif inner["type"] == "float":  # 80 stays 80: written as 80.0 it would be a change to the deployed resource
            schema = core_schema.no_info_wrap_validator_function(_as_given, schema)
        return schema if self.rule is None else core_schema.no_info_after_validator_function(self._checked, schema)

    def _checked(self, value: Any) -> Any:
        rule = self.rule
        if rule is not None and value is not None and not rule.holds(value):
            wrong = list(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value
            raise ValueError(f"is {shown(wrong)}: it must be {rule.says}; write for example {shown(rule.passes)}")
        return value


def _as_given(value: Any, check: core_schema.ValidatorFunctionWrapHandler) -> Any:
    check(value)
    return value


def shown(value: Any) -> str:
    """A value as YAML has it, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."


def matching(pattern: str, says: str, *, passes: str, fails: str) -> Rule:
    """A text that the whole pattern matches."""
    compiled = re.compile(pattern)
    return Rule(says=says, holds=lambda text: compiled.fullmatch(text) is not None, passes=passes, fails=fails)


def between(least: float, most: float, *, unit: str = "") -> Rule:
    """A number within bounds, both included."""
    return Rule(
        says=f"{least:,} to {most:,}{f' {unit}' if unit else ''}",
        holds=lambda number: least <= number <= most,
        passes=least,
        fails=most + 1,
    )


def one_of(values: Iterable[Any]) -> Rule:
    """One of a few values that are no names of ours."""
    allowed = tuple(values)
    return Rule(
        says=f"one of {', '.join(map(str, allowed))}",
        holds=lambda value: value in allowed,
        passes=allowed[0],
        fails=f"{allowed[-1]}x" if isinstance(allowed[-1], str) else allowed[-1] + 1,
    )


def each(rule: Rule) -> Rule:
    """A list of which every item keeps a rule."""

    def holds(several: tuple[Any, ...]) -> bool:
        return all(rule.holds(one) for one in several)

    return Rule(says=f"a list in which each is {rule.says}", holds=holds, passes=(rule.passes,), fails=(rule.fails,))


def is_utc_moment(text: str) -> bool:
    """Whether the text is a whole RFC 3339 time in UTC."""
    try:
        return dt.datetime.fromisoformat(text).utcoffset() == dt.timedelta(0) and "T" in text
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        return ipaddress.IPv4Network(text).prefixlen > 0
    except ValueError:
        return False


GUID: Final = matching(
    r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "a GUID, 8-4-4-4-12 hexadecimal digits",
    passes=ZERO_GUID,
    fails="0000",
)
ID32: Final = matching("[0-9a-f]{32}", "32 lower-case hexadecimal digits, in quotes", passes=ZERO_ID, fails="abc")
NETWORK: Final = Rule(
    says="an IPv4 range whose address is the first of the range",
    holds=_is_network,
    passes="10.20.0.0/16",
    fails="10.20.0.1/16",
)
HOST: Final = matching(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    "a full host name in lower case, without scheme or path",
    passes="api.ecent.online",
    fails="https://api.ecent.online",
)
NAMES: Final = Rule(
    says="a mapping by name; a name has 2 to 16 lower-case letters and digits and is not `storage`",
    holds=lambda entries: all(re.fullmatch("(?!storage$)[a-z][a-z0-9]{1,15}", name) for name in entries),
    passes={"exports": {}},
    fails={"Exports": {}},
)
PATH: Final = matching(r"/\S*", "a path that begins with a slash", passes="/health", fails="health")
EMAIL: Final = matching(
    r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address", passes="operations@ecent.online", fails="operations"
)
IMAGE: Final = matching(
    r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}",
    "an image by digest, SERVER/NAME@sha256:64 hexadecimal digits; a tag may move between two deployments",
    passes=f"ghcr.io/ecent/ignition-api@sha256:{'0123456789abcdef' * 4}",
    fails="mcr.microsoft.com/k8se/quickstart:latest",
)
