"""
The reference page of the configuration, from the classes themselves.

`python -m infra.config.reference FILE` writes it; a test fails when the file and the classes differ.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, cast, get_args, get_origin

from infra.config.combinations import COMBINATIONS
from infra.config.parsing import KeySpec, keys_of, type_in_words
from infra.config.stack import NAMESPACE, StackConfig

_HEADING = f"""# Configuration

Every key that `Pulumi.<stack>.yaml` may have below `{NAMESPACE}:`. Written by `python -m infra.config.reference`; do not edit.

A key that is left out has its default, which is the safe value of a production stack. Unknown keys, wrong types and impossible
combinations are refused before anything is declared, all of them together. A key inside a section is set with
`pulumi config set --path '{NAMESPACE}:database.storage_gb' 256`. Keys marked *placeholder* may hold zeros in previews; a deployment
refuses them. No key holds a secret.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEADING, *_section(StackConfig, ""), "## Rules over several keys\n"]
    rules = [f"- {rule.says} ({', '.join(f'`{key}`' for key in rule.reads)})" for rule in COMBINATIONS]
    return "\n".join([*parts, *rules]) + "\n"


def _section(section: type, path: str) -> Iterator[str]:
    specs = keys_of(section)
    own = [spec for spec in specs if not is_dataclass(spec.type)]
    below = [(spec, spec.type) for spec in specs if is_dataclass(spec.type)]
    lists = [(spec, _item(spec)) for spec in own if is_dataclass(_item(spec))]
    if own:
        yield f"## {f'`{path}`' if path else 'Top level'}\n"
        yield f"{_first_sentence(section)}\n"
        yield "| Key | Type | Default | Meaning |"
        yield "| --- | --- | --- | --- |"
        for spec in own:
            yield f"| `{spec.name}` | {_type(spec)} | {_default(spec)} | {_meaning(spec)} |"
        yield ""
    for spec, inner in [*below, *lists]:
        suffix = "[]" if (spec, inner) in lists else ""
        yield from _section(cast("type", inner), f"{path}.{spec.name}{suffix}" if path else f"{spec.name}{suffix}")


def _item(spec: KeySpec) -> Any:
    return get_args(spec.type)[0] if get_origin(spec.type) is tuple else None


def _first_sentence(section: type) -> str:
    return " ".join((section.__doc__ or "").strip().split("\n\n", maxsplit=1)[0].split())


def _type(spec: KeySpec) -> str:
    item = _item(spec)
    words = f"list of {'mappings' if is_dataclass(item) else type_in_words(item)}" if item else type_in_words(spec.type)
    return f"{words} or null" if spec.optional else words


def _default(spec: KeySpec) -> str:
    if spec.required:
        return "**required**"
    return f"`{_plain(spec.default)}`"


def _plain(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return json.dumps({each.name: getattr(value, each.name) for each in fields(value)})
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
