"""
The generic Check: inputs against the SDK's types and the rules of the resource type.

Words follow the real azure-native provider where it has any; where it stays silent and the service would refuse minutes later, this
refuses at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.rules import ListedValueProblem, Problem, Rule, without_indexes
from local_cloud.server.schemas.schema import Anything, ListOf, MapOf, OneOf, Property, Scalar, Type
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN, Secret

REQUIRED: Final = "sdk.required-property"
UNKNOWN_PROPERTY: Final = "sdk.unknown-property"
WRONG_TYPE: Final = "sdk.type"
UNLISTED_VALUE: Final = "sdk.listed-value"

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def problems(resource_type: ResourceType, inputs: Mapping[str, Any]) -> list[Problem]:
    """Everything in the inputs that the cloud would refuse, types first; rules are asked only of inputs whose types are right."""
    wrong = resource_type.wrong_enums
    found = [
        each
        for each in _object(resource_type.schema.inputs, inputs, "")
        if not (isinstance(each, ListedValueProblem) and without_indexes(each.path) in wrong)
    ]
    if all(isinstance(each, ListedValueProblem) for each in found):  # which the project may accept
        for rule in resource_type.all_rules:
            found.extend(_named(problem, resource_type.token, rule) for problem in rule.problems(inputs))
    return found


def rule_id(token: str, rule: Rule) -> str:
    """
    A stable name of a rule of one resource, made of its type, property and kind.

    `dbforpostgresql.Server.serverName.pattern`, `cloudflare.DnsRecord.ttl.valid`.
    """
    package, module, name = token.split(":")
    group = module if package == "azure-native" else package
    return f"{group}.{name}.{rule.path}.{type(rule).__name__.lower()}"


def _named(problem: Problem, token: str, rule: Rule) -> Problem:
    return replace(problem, rule=rule_id(token, rule), remedy=rule.says, source=rule.source)


def _object(
    properties: Mapping[str, Property], value: Mapping[str, Any], at: str, *, secret: bool = False
) -> Iterator[Problem]:
    for name, prop in properties.items():
        where = f"{at}.{name}" if at else name
        given = value.get(name)
        if given is None or (isinstance(given, Secret) and given.value is None):
            if prop.required:
                yield Problem(
                    where, f"missing required property '{where}'", rule=REQUIRED, remedy=f"give '{where}' a value"
                )
        else:
            yield from _value(prop.type, given, where, secret=secret)
    for name in value:
        if name not in properties and not name.startswith("__"):
            yield _unknown(properties, name, f"{at}.{name}" if at else name)


def _unknown(properties: Mapping[str, Property], name: str, where: str) -> Problem:
    by_any_name = {prop.python: wire for wire, prop in properties.items()} | {wire: wire for wire in properties}
    close = difflib.get_close_matches(name, by_any_name, n=1)
    advice = f"did you mean '{by_any_name[close[0]]}'?" if close else f"known here: {', '.join(sorted(properties))}"
    reason = f"unknown property '{where}', which the service would drop or refuse; {advice}"
    return Problem(where, reason, rule=UNKNOWN_PROPERTY, remedy=advice)


def _value(kind: Type, value: Any, at: str, *, secret: bool = False) -> Iterator[Problem]:
    if isinstance(value, Secret):
        yield from _value(kind, value.value, at, secret=True)
    elif value is UNKNOWN or isinstance(kind, Anything):
        return
    elif isinstance(kind, Scalar):
        yield from _scalar(kind, value, at, secret=secret)
    elif isinstance(kind, ListOf):
        if not is_list(value):
            yield _wrong(at, "array", value)
            return
        for index, item in enumerate(value):
            yield from _value(kind.item, item, f"{at}[{index}]", secret=secret)
    elif isinstance(kind, OneOf):
        yield from _one_of(kind, value, at, secret=secret)
    elif not is_object(value):
        yield _wrong(at, "object", value)
    elif isinstance(kind, MapOf):
        for key, item in value.items():
            yield from _value(kind.item, item, f"{at}.{key}", secret=secret)
    else:
        yield from _object(kind.properties, value, at, secret=secret)


def _one_of(kind: OneOf, value: Any, at: str, *, secret: bool) -> Iterator[Problem]:
    attempts = [list(_value(member, value, at, secret=secret)) for member in kind.members]
    if all(attempts):
        yield from min(attempts, key=len)


def _scalar(kind: Scalar, value: Any, at: str, *, secret: bool) -> Iterator[Problem]:
    fits = isinstance(value, _PYTHON_TYPES[kind.kind]) and (kind.kind == "boolean" or not isinstance(value, bool))
    if not fits:
        yield _wrong(at, kind.kind, value)
    elif kind.choices and not _chosen(kind, value):
        shown = "a secret" if secret else repr(value)
        listed = ", ".join(repr(choice) for choice in kind.choices)
        yield ListedValueProblem(
            at,
            f"'{at}' is {shown}, but must be one of {listed}",
            value,
            rule=UNLISTED_VALUE,
            remedy=f"give '{at}' one of {listed}",
        )


def _chosen(kind: Scalar, value: Any) -> bool:
    if kind.ignore_case and isinstance(value, str):
        return value.lower() in {str(choice).lower() for choice in kind.choices}
    return value in kind.choices


def _wrong(at: str, expected: str, value: Any) -> Problem:
    reason = f"'{at}' should be of type '{expected}' but got {_kind_of(value)}"
    return Problem(at, reason, rule=WRONG_TYPE, remedy=f"give '{at}' a value of type '{expected}'")


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if is_list(value) else "an object"
