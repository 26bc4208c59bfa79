"""
Values that stand for what is not known yet.

They keep the files in this repository free of identifiers and let anybody preview a stack; a deployment needs the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from infra.config.problems import Problem
from infra.config.sections.section import Section, keys_of
from infra.config.stack import NAMESPACE, StackConfig


def placeholders(config: StackConfig) -> Sequence[Problem]:
    """The keys that still hold a placeholder, each with the command that sets it."""
    return [
        Problem(
            f"{NAMESPACE}:{path}",
            f"is still the placeholder {value}, which previews accept and a deployment does not; set it with "
            f"`pulumi config set --path '{NAMESPACE}:{path}' VALUE`",
        )
        for path, value in _walk(config, "")
    ]


def _walk(section: Section, at: str) -> Iterator[tuple[str, str]]:
    for spec in keys_of(type(section)):
        value = getattr(section, spec.name)
        path = f"{at}.{spec.name}" if at else spec.name
        if isinstance(value, Section):
            yield from _walk(value, path)
        elif spec.key.placeholder is None:
            continue
        elif isinstance(value, tuple):
            for number, item in enumerate(cast("tuple[str, ...]", value)):
                if item == spec.key.placeholder:
                    yield f"{path}[{number}]", item
        elif value == spec.key.placeholder:
            yield path, value
