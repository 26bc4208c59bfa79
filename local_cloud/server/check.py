"""
The generic Check: inputs against the SDK's types and the rules of the resource type.

Words follow the real azure-native provider where it has any; where it stays silent and the service would refuse minutes later, this
refuses at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.rules import ListedValueProblem, Problem, without_indexes
from local_cloud.server.schemas.schema import Anything, ListOf, MapOf, OneOf, Property, Scalar, Type
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN, Secret

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
            found.extend(rule.problems(inputs))
    return found


def _object(
    properties: Mapping[str, Property], value: Mapping[str, Any], at: str, *, secret: bool = False
) -> Iterator[Problem]:
    for name, prop in properties.items():
        where = f"{at}.{name}" if at else name
        given = value.get(name)
        if given is None or (isinstance(given, Secret) and given.value is None):
            if prop.required:
                yield Problem(where, f"missing required property '{where}'")
        else:
            yield from _value(prop.type, given, where, secret=secret)
    for name in value:
        if name not in properties and not name.startswith("__"):
            yield Problem(f"{at}.{name}" if at else name, _unknown(properties, name, at))


def _unknown(properties: Mapping[str, Property], name: str, at: str) -> str:
    by_any_name = {prop.python: wire for wire, prop in properties.items()} | {wire: wire for wire in properties}
    close = difflib.get_close_matches(name, by_any_name, n=1)
    advice = f"did you mean '{by_any_name[close[0]]}'?" if close else f"known here: {', '.join(sorted(properties))}"
    return f"unknown property '{f'{at}.{name}' if at else name}', which the service would drop or refuse; {advice}"


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
        yield ListedValueProblem(at, f"'{at}' is {shown}, but must be one of {listed}", value)


def _chosen(kind: Scalar, value: Any) -> bool:
    if kind.ignore_case and isinstance(value, str):
        return value.lower() in {str(choice).lower() for choice in kind.choices}
    return value in kind.choices


def _wrong(at: str, expected: str, value: Any) -> Problem:
    return Problem(at, f"'{at}' should be of type '{expected}' but got {_kind_of(value)}")


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if is_list(value) else "an object"
