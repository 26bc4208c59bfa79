"""
The table of how the stacks differ, and where each difference is exercised before production.

The values come from the stacks' files; where a value of production is tried before is declared by hand in `docs/guides/differences.yaml`.
`python -m infra.config.differences` writes the table into the deploy guide; tests fail for a difference that the file does not explain.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from infra.config.parsing import parse
from infra.config.sections.section import Section, keys_of
from infra.config.stack import StackConfig

STACKS: Final = ("local", "dev", "prod")
DECLARED: Final = Path("docs/guides/differences.yaml")
GUIDE: Final = Path("docs/guides/deploy-to-prod.md")
_BEGIN: Final = "<!-- differences: written by `python -m infra.config.differences`; do not edit -->"
_END: Final = "<!-- /differences -->"
_LONGEST: Final = 48


@dataclass(frozen=True)
class Difference:
    """A key whose value is not the same in every stack; `values` in the order of `STACKS`."""

    key: str
    values: Sequence[str]


def differences(root: Path) -> list[Difference]:
    """Every key that differs, in the order of the configuration."""
    read = [dict(_values(_config(root, stack), "")) for stack in STACKS]
    keys = dict.fromkeys(key for each in read for key in each)
    return [Difference(key, values) for key in keys if len(set(values := [_shown(each.get(key)) for each in read])) > 1]


def declared(root: Path) -> Mapping[str, str]:
    """Where each difference is exercised before production, by key."""
    return cast("dict[str, str]", yaml.safe_load((root / DECLARED).read_text()))


def table(root: Path) -> str:
    """The table as Markdown."""
    exercised = declared(root)
    heading = f"| Key | {' | '.join(STACKS)} | Production's value is exercised before |"
    rows = [
        f"| `{each.key}` | {' | '.join(each.values)} | {exercised.get(each.key, '**not declared**')} |"
        for each in differences(root)
    ]
    return "\n".join([heading, "|" + " --- |" * (len(STACKS) + 2), *rows])


def with_table(text: str, made: str) -> str:
    """A page with the table between its marks."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{made}\n\n{_END}{after}"


def _config(root: Path, stack: str) -> StackConfig:
    document = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())
    given = cast("dict[str, Any]", document["config"])
    return parse({key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()})


def _values(section: Section, at: str) -> Iterator[tuple[str, Any]]:
    for spec in keys_of(type(section)):
        value = getattr(section, spec.name)
        path = f"{at}.{spec.name}" if at else spec.name
        if isinstance(value, Section):
            yield from _values(value, path)
        else:
            yield path, value


def _shown(value: Any) -> str:
    if value is None or value == ():
        return "-"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def main(root: Path) -> None:
    """Write the table into the guide."""
    page = root / GUIDE
    page.write_text(with_table(page.read_text(), table(root)))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
