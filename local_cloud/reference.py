"""
The reference page of the resource types, from the registered types themselves.

`python -m local_cloud.reference --write` writes it; a test fails when the page and the types differ.
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from local_cloud.catalog import PACKAGES
from local_cloud.confirmed_live import last_dates
from local_cloud.generated_page import write_or_compare
from local_cloud.server.package import Package
from local_cloud.server.plan.kinds import Kind, kind_of
from local_cloud.server.plan.rules import PlanRule
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.rules import Rule

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "resource-types.md"

_HEADING: Final = """# Resource types

<!-- Written by `python -m local_cloud.reference --write` from the types themselves; do not edit. -->

What the local cloud knows. A type or function that is not listed is refused by name when it should be made here; a preview checks it by
the SDK's types only. A property that the SDK does not have is refused by both.

Required properties, types and enumerated values come from the installed SDKs and hold for every type; the rules below are what the
services ask beyond them, each with the page or issue that says so. They are checked in previews and locally alike. A rule names the
property as it is on the wire; `[]` means every item.

*Rules over the plan* are about several resources together, whichever way they refer to each other. They are checked in previews. A rule
that says *warning* is about a race that the cloud often forgives: it is a warning, and a refusal with `--strict`.

*real*: a local part does what the resource says. *state only*: it is checked, recorded, shown and compared, and nothing runs behind it.

*Confirmed live on*: the last day on which a run against the real clouds agreed with what is said here of the type, by
[`docs/confirmed-live.yaml`](../confirmed-live.yaml), which `ignition calibrate STACK FILE --confirm` appends to.

To add one: [add a resource type](../guides/add-a-resource-type.md).
"""


def page() -> str:
    """The whole page as Markdown."""
    types = [each for package in PACKAGES for each in package.types]
    rules = {id(rule) for each in types for rule in each.all_rules}
    real = sum(each.real for each in types)
    kinds = Counter(kind_of(rule) for each in types for rule in each.all_plan_rules)
    over_plan = ", ".join(f"{kinds[kind]} on {kind}" for kind in Kind)
    counted = f"{len(types)} types, {real} of them real; {len(rules)} rules of one resource, {kinds.total()} over the plan:\n{over_plan}.\n"
    return "\n".join([_HEADING, counted, *(line for package in PACKAGES for line in _package(package))])


def _package(package: Package) -> Iterator[str]:
    yield f"## {package.name}\n"
    yield f"As in `{package.distribution}` {package.version}.\n"
    yield "| Type | What it is | Behind it | Rules | Over the plan | Confirmed live on |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    confirmed = last_dates()
    for each in package.types:
        behind = "real" if each.real else "state only"
        on = confirmed.get(each.token, "not yet")
        counts = f"{len(each.all_rules)} | {len(each.all_plan_rules)}"
        yield f"| [`{_short(each)}`](#{_anchor(each)}) | {_cell(_sentence(each))} | {behind} | {counts} | {on} |"
    yield ""
    if package.functions:
        yield f"Functions: {', '.join(f'`{token}`' for token in package.functions)}.\n"
    if shared := list(_shared(package)):
        yield f"### Rules of several types of {package.name}\n"
        yield "They hold for every type that has the property.\n"
        yield from (_rule(rule) for rule in shared)
        yield ""
    for each in package.types:
        yield from _type(each)


def _type(resource_type: ResourceType) -> Iterator[str]:
    yield f"### `{resource_type.token}`\n"
    if resource_type.replacing:
        yield f"Changed, they make a new resource: {_listed(resource_type.replacing)}.\n"
    if resource_type.immutable:
        yield f"Cannot change; the change is refused: {_listed(resource_type.immutable)}.\n"
    for one_way in resource_type.transitions:
        yield f"- `{one_way.path}`: {_stop(one_way.says)} ([source]({one_way.source}))"
    yield from (_rule(rule) for rule in resource_type.rules)
    if resource_type.rules or resource_type.transitions:
        yield ""
    if resource_type.all_plan_rules:
        yield "Over the plan:\n"
        yield from (_plan_rule(rule) for rule in resource_type.all_plan_rules)
        yield ""


def _shared(package: Package) -> Iterator[Rule]:
    """The rules that types of a package have without declaring them, each once."""
    seen: set[int] = set()
    for resource_type in package.types:
        own = {id(rule) for rule in resource_type.rules}
        for rule in resource_type.all_rules:
            if id(rule) not in own | seen:
                seen.add(id(rule))
                yield rule


def _rule(rule: Rule) -> str:
    return f"- `{rule.path}`: {_stop(rule.says)} ([source]({rule.source}))"


def _plan_rule(rule: PlanRule) -> str:
    warning = " (*warning*)" if rule.warning else ""
    return f"- `{rule.id}`{warning}, at `{rule.path}`: {_stop(rule.says)} ([source]({rule.source}))"


def _short(resource_type: ResourceType) -> str:
    """The token without its package: `keyvault:Vault`, `R2Bucket`."""
    module, name = resource_type.token.split(":")[1:]
    return name if "/" in module else f"{module}:{name}"


def _anchor(resource_type: ResourceType) -> str:
    """The anchor that a page gets from a heading: small letters, digits and hyphens, the rest left out."""
    return "".join(each for each in resource_type.token.lower() if each.isalnum() or each == "-")


def _sentence(resource_type: ResourceType) -> str:
    documented = inspect.cleandoc(type(resource_type).__doc__ or "")
    return " ".join(documented.split("\n\n", maxsplit=1)[0].split())


def _listed(properties: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(properties))


def _stop(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").rstrip(".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(argv: list[str] | None = None) -> int:
    """Write the page, or tell whether it is what the types say."""
    return write_or_compare(PAGE, page, module="local_cloud.reference", made_from="the types", argv=argv)


if __name__ == "__main__":
    sys.exit(main())
