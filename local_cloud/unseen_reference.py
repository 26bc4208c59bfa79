"""
The reference page of what no offline preview can know, from what rules and packages declare that they do not see.

`python -m local_cloud.unseen_reference --write` writes it; a test fails when the page and the declarations differ.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from local_cloud.catalog import PACKAGES
from local_cloud.generated_page import write_or_compare
from local_cloud.server.package import Package
from local_cloud.server.resource_types.resource_type import ResourceType

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "what-previews-cannot-know.md"

_HEADING: Final = """# What previews cannot know

<!-- Written by `python -m local_cloud.unseen_reference --write` from the rules themselves; do not edit. -->

A green preview promises that the plan breaks no rule that is registered here: none of [one resource](resource-types.md), and none of how
resources stand together. It knows no more of the clouds than that. With all of it green, a cloud may still refuse a resource because of
what follows.

It promises less than that in these cases, and says so each time:

- A resource whose type is not registered is checked by the SDK's types only. The closing line counts such resources; `--strict` refuses
  them.
- What a function returns that only the cloud can answer, what another stack has, and what an existing resource that a program reads is
  like, are unknown. A rule that needs them is not asked.
- A program that another language host runs (any but a Python program with the attached host) is checked one resource at a time; the
  rules over the plan are not asked. `--strict` refuses such a run.
- A preview without `--state` compares with nothing: it shows no replacement and no change that a service would refuse.
- `accepted-exceptions.yaml` may accept what a rule refuses. The closing line counts it.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEADING, *(line for package in PACKAGES for line in _package(package))])


def _package(package: Package) -> Iterator[str]:
    declared = sorted(set(_declared(package)))
    if not package.unseen and not declared:
        return
    yield f"## {package.name}\n"
    yield from (f"- {sentence}" for sentence in package.unseen)
    if package.unseen:
        yield ""
    if declared:
        yield "| Type | Property | It may be that |"
        yield "| --- | --- | --- |"
        yield from (f"| {kind} | `{path}` | {clause} |" for kind, path, clause in declared)
        yield ""


def _declared(package: Package) -> Iterator[tuple[str, str, str]]:
    found = [
        (resource_type.token, rule.path, rule.unseen)
        for resource_type in package.types
        for rule in (*resource_type.all_rules, *resource_type.all_plan_rules)
        if rule.unseen and rule.path not in _above(resource_type)
    ]
    found += [(each.token, path, clause) for each in package.types for path, clause in each.unseen.items()]
    often = Counter((path, clause) for _, path, clause in found)
    for token, path, clause in found:
        yield ("*several*" if often[path, clause] > _OF_SEVERAL else f"`{token}`"), path, clause


def _above(resource_type: ResourceType) -> Sequence[str]:
    """The properties that name what the resource lies in, and not itself."""
    return getattr(resource_type, "parameters", ())[:-1]


_OF_SEVERAL: Final = 3


def main(argv: list[str] | None = None) -> int:
    """Compares or writes the page."""
    return write_or_compare(PAGE, page, module="local_cloud.unseen_reference", made_from="the rules", argv=argv)


if __name__ == "__main__":
    sys.exit(main())
