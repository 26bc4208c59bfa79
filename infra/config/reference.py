"""
The reference page of the configuration, from the classes themselves.

`python -m infra.config.reference FILE` writes it; a test fails when the file and the classes differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_origin

from infra.config.parsing import type_in_words
from infra.config.rules.combinations import COMBINATIONS
from infra.config.sections.section import KeySpec, Section, is_section, keys_of
from infra.config.stack import NAMESPACE, StackConfig

_HEADING = f"""# Configuration

Every key that `Pulumi.<stack>.yaml` may have below `{NAMESPACE}:`. Written by `python -m infra.config.reference`; do not edit.

A key that is left out has its default, which is the safe value of a production stack. Unknown keys, wrong types and impossible
combinations are refused before anything is declared, all of them together. A key inside a section is set with
`pulumi config set --path '{NAMESPACE}:database.storage_gb' 256`. Keys marked *placeholder* may hold zeros in previews; a deployment
refuses them. No key holds a secret.
"""


_ITEM: Final[Mapping[Any, str]] = {tuple: "[]", Mapping: ".NAME"}
_SEVERAL: Final[Mapping[Any, str]] = {tuple: "list of", Mapping: "by name,"}


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEADING, *_section(StackConfig, ""), "## Rules over several keys\n"]
    rules = [f"- {rule.says} ({', '.join(f'`{key}`' for key in rule.reads)})" for rule in COMBINATIONS]
    return "\n".join([*parts, *rules]) + "\n"


def _section(section: type[Section], path: str) -> Iterator[str]:
    specs = keys_of(section)
    own = [spec for spec in specs if not is_section(spec.type)]
    if own:
        yield f"## {f'`{path}`' if path else 'Top level'}\n"
        yield f"{_first_sentence(section)}\n"
        yield "| Key | Type | Default | Meaning |"
        yield "| --- | --- | --- | --- |"
        for spec in own:
            yield f"| `{spec.name}` | {_type(spec)} | {_default(spec)} | {_meaning(spec)} |"
        yield ""
    for spec in sorted(specs, key=lambda spec: not is_section(spec.type)):  # lists come last
        below = f"{path}.{spec.name}" if path else spec.name
        if is_section(spec.type):
            yield from _section(spec.type, below)
        elif is_section(spec.item):
            yield from _section(spec.item, f"{below}{_ITEM[get_origin(spec.type)]}")


def _first_sentence(section: type) -> str:
    return " ".join((section.__doc__ or "").strip().split("\n\n", maxsplit=1)[0].split())


def _type(spec: KeySpec) -> str:
    several = "mappings" if is_section(spec.item) else type_in_words(spec.item)
    words = f"{_SEVERAL[get_origin(spec.type)]} {several}" if spec.item else type_in_words(spec.type)
    return f"{words} or null" if spec.optional else words


def _default(spec: KeySpec) -> str:
    if spec.required:
        return "**required**"
    return f"`{_plain(spec.default)}`"


def _plain(value: Any) -> str:
    if isinstance(value, Section):
        return value.model_dump_json()
    return value if isinstance(value, str) else json.dumps(value)


def _meaning(spec: KeySpec) -> str:
    rule = f" Must be {spec.key.rule.says}." if spec.key.rule else ""
    placeholder = " *Placeholder.*" if spec.key.placeholder else ""
    return f"{spec.key.description}{rule}{placeholder}".replace("|", "\\|").strip()


def main(argv: list[str]) -> None:
    """Write the page to the file that is named."""
    Path(argv[1]).write_text(page())


if __name__ == "__main__":
    main(sys.argv)
