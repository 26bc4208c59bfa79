"""
The stack as a picture: its components from top to bottom, each below what it depends on, with what changes in each.

Drawn twice, for a wide and for a narrow page; a style sheet shows one of them. Colours are the style sheet's too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from ignition.report.changes import Change, Operation

ORDER: Final[Sequence[Operation]] = ("delete", "replace", "follow", "update", "create", "same")
"""The most dangerous first."""
SIGNS: Final[Mapping[Operation, str]] = {
    "delete": "-",
    "replace": "±",
    "follow": "→",
    "update": "~",
    "create": "+",
    "same": "",
}
DONE: Final[Mapping[Operation, str]] = {
    "delete": "deleted",
    "replace": "replaced",
    "follow": "following",
    "update": "changed",
    "create": "created",
    "same": "unchanged",
}
_LISTED: Final = 4
_LINE: Final = 17
_GAP: Final = 14
_BETWEEN: Final = 34
_MARGIN: Final = 6
_LETTER: Final = 7.0
"""The width of an average letter at the size of the text, in pixels."""


@dataclass
class _Box:
    """A component, or a resource that is in none."""

    name: str
    members: list[Change] = field(default_factory=list[Change])
    x: int = 0
    y: int = 0
    height: int = 0

    @property
    def changed(self) -> list[Change]:
        found = [each for each in self.members if each.operation != "same"]
        return sorted(found, key=lambda each: (ORDER.index(each.operation), each.name))

    @property
    def worst(self) -> Operation:
        return self.changed[0].operation if self.changed else "same"

    @property
    def counted(self) -> str:
        counts = Counter(each.operation for each in self.changed)
        parts = [f"{counts[each]} {DONE[each]}" for each in ORDER if counts[each]]
        return ", ".join(parts) or f"{len(self.members)} unchanged"


def picture(found: Sequence[Change], *, width: int, columns: int) -> Markup:
    """
    The picture as SVG.

    Args:
        found: every resource.
        width: of the picture in pixels.
        columns: how many boxes stand side by side at most.
    """
    boxes, graph = _boxes(found)
    layers = _layers(graph)
    box_width = (width - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    bottom = _place(boxes, layers, box_width, columns)
    lines = [
        Markup('<path class="{}" d="{}"/>').format(
            "touched" if boxes[node].changed and boxes[needed].changed else "plain",
            _curve(boxes[needed], boxes[node], box_width),
        )
        for node, needs in graph.items()
        for needed in needs
    ]
    drawn = [_drawn(each, box_width) for each in boxes.values()]
    changed = sum(1 for each in boxes.values() if each.changed)
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}"><g class="lines">{}</g>{}</svg>'
    ).format(
        width,
        bottom,
        width,
        bottom,
        f"{len(boxes)} parts of the stack, each below what it depends on; {changed} of them change.",
        Markup().join(lines),
        Markup().join(drawn),
    )


def _boxes(found: Sequence[Change]) -> tuple[dict[str, _Box], dict[str, tuple[str, ...]]]:
    by_urn = {each.urn: each for each in found}

    def top(change: Change) -> Change:
        while change.parent in by_urn:
            change = by_urn[change.parent]
        return change

    boxes: dict[str, _Box] = {}
    graph: dict[str, list[str]] = {}
    for each in found:
        above = top(each)
        box = boxes.setdefault(above.urn, _Box(above.name))
        if each.custom:
            box.members.append(each)
        needs = graph.setdefault(above.urn, [])
        needs += [urn for needed in each.needs if needed in by_urn and (urn := top(by_urn[needed]).urn) != above.urn]
    filled = {urn: box for urn, box in boxes.items() if box.members}
    return filled, _reduced({urn: [each for each in graph[urn] if each in filled] for urn in filled})


def _reduced(graph: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Every node after what it depends on, without lines that a longer path says already; a cycle is cut where it closes."""
    needed: dict[str, set[str]] = {}
    kept: dict[str, tuple[str, ...]] = {}

    def visit(node: str, entered: tuple[str, ...]) -> None:
        direct = [each for each in dict.fromkeys(graph[node]) if each not in entered]
        for each in direct:
            if each not in kept:
                visit(each, (*entered, each))
        direct = [each for each in direct if each in kept]
        beyond = {further for each in direct for further in needed[each]}
        kept.setdefault(node, tuple(each for each in direct if each not in beyond))
        needed[node] = beyond | set(direct)

    for node in graph:
        if node not in kept:
            visit(node, (node,))
    return kept


def _layers(graph: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """By longest path; `_reduced` gives every node after what it depends on."""
    depth: dict[str, int] = {}
    for node, needs in graph.items():
        depth[node] = max((depth[each] + 1 for each in needs), default=0)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node, at in depth.items():
        layers[at].append(node)
    return layers


def _place(boxes: Mapping[str, _Box], layers: Sequence[Sequence[str]], box_width: int, columns: int) -> int:
    y = _MARGIN
    for layer in layers:
        ordered = sorted(layer, key=lambda urn: ORDER.index(boxes[urn].worst))
        for start in range(0, len(layer), columns):
            row = [boxes[urn] for urn in ordered[start : start + columns]]
            for column, box in enumerate(row):
                listed = min(len(box.changed), _LISTED) + (len(box.changed) > _LISTED)
                box.x, box.y = _MARGIN + column * (box_width + _GAP), y
                box.height = 44 + _LINE * listed
            y += max(each.height for each in row) + _GAP
        y += _BETWEEN - _GAP
    return max(y - _BETWEEN + _MARGIN, 2 * _MARGIN)


def _drawn(box: _Box, width: int) -> Markup:
    letters = int((width - 20) / _LETTER)
    listed = [f"{SIGNS[each.operation]} {each.name}" for each in box.changed[:_LISTED]]
    if len(box.changed) > _LISTED:
        listed.append(f"and {len(box.changed) - _LISTED} more")
    lines = [
        Markup('<text x="{}" y="{}">{}</text>').format(box.x + 10, box.y + 52 + at * _LINE, _short(text, letters))
        for at, text in enumerate(listed)
    ]
    return Markup(
        '<g class="box {}"><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text class="name" x="{}" y="{}">{}</text><text class="count" x="{}" y="{}">{}</text>{}</g>'
    ).format(
        box.worst,
        f"{box.name}: {box.counted}",
        box.x,
        box.y,
        width,
        box.height,
        box.x + 10,
        box.y + 18,
        _short(box.name, letters),
        box.x + 10,
        box.y + 34,
        _short(box.counted, letters),
        Markup().join(lines),
    )


def _curve(upper: _Box, lower: _Box, width: int) -> str:
    x, y = upper.x + width // 2, upper.y + upper.height
    to_x, to_y = lower.x + width // 2, lower.y
    half = max((to_y - y) // 2, 10)
    return f"M{x} {y}C{x} {y + half} {to_x} {to_y - half} {to_x} {to_y}"


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
