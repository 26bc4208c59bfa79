"""What changes in a stack, resource by resource, from the steps of a preview; secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from ignition.report.masking import masked
from ignition.report.plan_state import UNKNOWN
from local_cloud.server.values.shapes import is_dict, is_list

Operation = Literal["delete", "replace", "update", "follow", "create", "same"]
"""`follow` is a resource that the engine would leave alone, had it known that a value it refers to becomes another one."""

_OPERATIONS: Final[Mapping[str, Operation]] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "same": "same",
}
LATER: Final = "(known after the deployment)"
ABSENT: Final = "(none)"
_NOT_RESOURCES: Final = ("pulumi:pulumi:", "pulumi:providers:")


@dataclass(frozen=True)
class Difference:
    """
    One property.

    Attributes:
        path: as on the wire, `sku.name`.
        before, after: as people read them; `ABSENT` for none.
        replaces: whether its change makes a new resource.
    """

    path: str
    before: str
    after: str
    replaces: bool = False


@dataclass(frozen=True)
class Change:
    """
    What becomes of one resource.

    Attributes:
        urn, token, name, parent: of the resource.
        operation: what the engine would do.
        differences: of its properties.
        needs: URNs that it depends on.
        protected: whether Pulumi would refuse to delete it.
        file, line: where the program declares it, relative to the project; empty and 0 where that is not known.
        custom: whether it is a resource, and not a component that groups some.
        because: for `follow` and for a replacement without a changed property, the resources it follows, by name.
    """

    urn: str
    token: str
    name: str
    parent: str
    operation: Operation
    differences: Sequence[Difference] = ()
    needs: frozenset[str] = field(default_factory=frozenset[str])
    protected: bool = False
    file: str = ""
    line: int = 0
    custom: bool = True
    because: Sequence[str] = ()

    @property
    def kind(self) -> str:
        """The last word of its token: `Server`."""
        return self.token.rsplit(":", 1)[-1]


def changes(steps: Sequence[Mapping[str, Any]], protected: frozenset[str] = frozenset()) -> list[Change]:
    """
    Every resource of the plan and of the state, providers aside.

    Args:
        steps: of a preview, as the engine's JSON has them; unchanged resources among them.
        protected: URNs that are protected in the state, where the state that was compared with does not say so.
    """
    found: dict[str, Change] = {}
    states: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for step in steps:
        operation = _OPERATIONS.get(str(step.get("op")))
        if operation is None:
            continue
        old, new = _part(step, "oldState"), _part(step, "newState")
        if str((new or old).get("type", "")).startswith(_NOT_RESOURCES):
            continue
        urn = str(step["urn"])
        states[urn] = (old, new)
        found[urn] = _change(step, operation, is_protected=urn in protected)
    return list(_with_followers(found, states).values())


def _change(step: Mapping[str, Any], operation: Operation, *, is_protected: bool) -> Change:
    old, new = _part(step, "oldState"), _part(step, "newState")
    state = new or old
    urn, token = str(step["urn"]), str(state.get("type", ""))
    replacing = {
        re.sub(r"\[\d+\]", "", path)
        for path, each in _part(step, "detailedDiff").items()
        if is_dict(each) and str(each.get("kind", "")).endswith("replace")
    } | {str(each) for each in step.get("replaceReasons") or ()}
    differences = list(_differences(token, old, new, replacing)) if operation not in ("same", "delete") else []
    if operation in ("update", "replace"):
        seen = {each.path for each in differences}
        differences += [
            Difference(path, "(secret)", "(secret, changed)", path in replacing)
            for path in _part(step, "detailedDiff")
            if not any(
                path == each or path.startswith((f"{each}.", f"{each}[")) or each.startswith(path) for each in seen
            )
        ]
    file, line = _position(str(state.get("sourcePosition", "")))
    return Change(
        urn=urn,
        token=token,
        name=urn.rsplit("::", 1)[-1],
        parent=str(state.get("parent", "")),
        operation=operation,
        differences=differences,
        needs=frozenset(str(each) for each in state.get("dependencies") or ()),
        protected=is_protected or bool(old.get("protect") or (new.get("protect") and operation == "replace")),
        file=file,
        line=line,
        custom=bool(state.get("custom")),
    )


def _with_followers(
    found: dict[str, Change], states: Mapping[str, tuple[dict[str, Any], dict[str, Any]]]
) -> dict[str, Change]:
    """
    Marks what follows a resource that is made anew.

    Where the state is a plan, `subnet.id` is unknown before and after, so the engine sees no difference although it becomes another id.
    """
    anew = {urn for urn, each in found.items() if each.operation in ("replace", "create")}
    for urn, change in found.items():
        old, new = states[urn]
        if not new or change.operation in ("delete", "create"):
            continue
        before, after = _part(old, "propertyDependencies"), _part(new, "propertyDependencies")
        causes: dict[str, None] = {}
        differences: list[Difference] = []
        for name, needed in after.items():
            value, earlier = _part(new, "inputs").get(name), _part(old, "inputs").get(name)
            if not is_list(needed) or not _has_unknown(value) or not _has_unknown(earlier):
                continue
            moved = [str(each) for each in needed if each in anew or each not in (before.get(name) or ())]
            if moved:
                causes |= dict.fromkeys(each.rsplit("::", 1)[-1] for each in moved)
                listed = ", ".join(each.rsplit("::", 1)[-1] for each in moved)
                differences.append(Difference(name, LATER, f"(from {listed})"))
        if change.operation == "same" and causes:
            found[urn] = replace(change, operation="follow", because=tuple(causes), differences=differences)
        elif change.operation == "replace" and not any(each.replaces for each in change.differences):
            own = [each for each in sorted(change.needs & anew) if any(one.replaces for one in found[each].differences)]
            causes_of = own or sorted(change.needs & anew)
            found[urn] = replace(change, because=tuple(each.rsplit("::", 1)[-1] for each in causes_of[:1]))
    return found


def _differences(
    token: str, old: Mapping[str, Any], new: Mapping[str, Any], replacing: set[str]
) -> Iterator[Difference]:
    before, after = (dict(_flat(masked(token, _part(each, "inputs")))) for each in (old, new))
    for path in dict.fromkeys([*before, *after]):
        was, becomes = before.get(path, ABSENT), after.get(path, ABSENT)
        if was != becomes:
            bare = re.sub(r"\[\d+\]", "", path)
            yield Difference(path, was, becomes, any(bare == each or bare.startswith(f"{each}.") for each in replacing))


def _flat(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if is_dict(value) and value:
        for key, each in sorted(value.items()):
            if not key.startswith("__"):
                yield from _flat(each, f"{at}.{key}" if at else key)
    elif is_list(value) and value:
        for index, each in enumerate(value):
            yield from _flat(each, f"{at}[{index}]")
    elif value is not None and at:
        yield at, shown(value)


def shown(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return LATER if UNKNOWN in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_list(value) and not value:
        return "[]"
    return "{}" if is_dict(value) else str(value)


def _has_unknown(value: Any) -> bool:
    if is_dict(value):
        return any(_has_unknown(each) for each in value.values())
    if is_list(value):
        return any(_has_unknown(each) for each in value)
    return isinstance(value, str) and UNKNOWN in value


def _position(source: str) -> tuple[str, int]:
    """`project:///infra/network.py#150`; a file outside the project is nobody's to look at."""
    uri = urlsplit(source)
    path = unquote(uri.path).lstrip("/")
    if uri.scheme != "project" or path.startswith("..") or not uri.fragment.isdecimal():
        return "", 0
    return path, int(uri.fragment)


def _part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if is_dict(value) else {}
