"""A default of the configuration stands in its section and nowhere else."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import infra.components
from infra.config.sections.section import Section, is_section, keys_of
from infra.config.stack import StackConfig

_OWN = {"protect", "lock", "propagation_s"}
"""Inputs that come from a key of another section under another name."""


def _sections(section: type[Section]) -> Iterator[type[Section]]:
    yield section
    for spec in keys_of(section):
        for kind in (spec.type, spec.item):
            if is_section(kind):
                yield from _sections(kind)


def _arguments() -> Iterator[type[Any]]:
    for module in pkgutil.walk_packages(infra.components.__path__, "infra.components."):
        for _, member in inspect.getmembers(import_module(module.name), dataclasses.is_dataclass):
            if member.__module__ == module.name:
                yield member


def test_no_argument_of_a_component_repeats_the_default_of_a_key() -> None:
    keys = {spec.name for section in _sections(StackConfig) for spec in keys_of(section) if not spec.required} | _OWN
    # Private classes describe an alert or a subnet, and are created by their own module only.
    repeated = [
        f"{arguments.__module__}.{arguments.__name__}.{field.name}"
        for arguments in _arguments()
        if not arguments.__name__.startswith("_")
        for field in dataclasses.fields(arguments)
        if field.name in keys
        and (field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING)
    ]
    assert repeated == []


def test_the_sections_that_are_compared_are_all_of_them() -> None:
    assert len(set(_sections(StackConfig))) >= 25
