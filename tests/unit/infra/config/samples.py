"""Configurations as the engine gives them, from the stack files of this repository, and a way to change one key."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.config import ConfigError, StackConfig, parse

ROOT = Path(__file__).parents[4]
STACKS = ("dev", "prod", "local")


def stack_values(stack: str) -> dict[str, Any]:
    """The values of `Pulumi.<stack>.yaml`, by whole key."""
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]


def as_given(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as the engine hands them to a program: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def changed(stack: str, changes: Mapping[str, Any]) -> dict[str, str]:
    """A stack's values with some keys, `database.size`, set to others; `...` removes a key."""
    values = copy.deepcopy(stack_values(stack))
    for path, value in changes.items():
        first, *rest = path.split(".")
        place, last = values, f"ignition:{first}"
        for name in rest:
            place = place.setdefault(last, {})
            last = name
        if value is ...:
            place.pop(last, None)
        else:
            place[last] = value
    return as_given(values)


def config(stack: str = "prod", /, **changes: Any) -> StackConfig:
    """A stack's configuration; keys are written with `__` for a dot."""
    return parse(changed(stack, {name.replace("__", "."): value for name, value in changes.items()}))


def problems(stack: str, changes: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a changed stack, by key without the namespace; nothing when it is right."""
    try:
        parse(changed(stack, changes))
    except ConfigError as error:
        return {each.key.removeprefix("ignition:"): each.text for each in error.problems}
    return {}
