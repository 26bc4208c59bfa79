"""
The stack as a picture: what depends on what, or whose child is whose, as SVG with a link for each resource.

Colours come from the console's style sheet; where things go is `layout`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from local_cloud.console.layout import Drawing, Point, draw, reduced
from local_cloud.console.stack_state import Node

_BOX: Final = (192, 34)
_CELL: Final = (258, 42)
_MARGIN: Final = 12
_LETTERS: Final = 24


def dependencies(nodes: Mapping[str, Node], base: str) -> Markup:
    """Every resource that a provider made, to the right of what it depends on; lines that follow from others are left out."""
    graph = {urn: node.dependencies for urn, node in nodes.items() if node.id is not None and node.package != "pulumi"}
    drawing = draw(_lonely_last(reduced(graph)))
    return _svg(nodes, drawing, base, "What depends on what: every resource stands to the right of those it needs.")


def family(nodes: Mapping[str, Node], base: str) -> Markup:
    """The stack, its components and their resources as a tree."""
    children: dict[str | None, list[str]] = {}
    for urn, node in nodes.items():
        if node.package != "pulumi" or node.parent is None:
            children.setdefault(node.parent if node.parent in nodes else None, []).append(urn)
    points: dict[str, Point] = {}
    edges: dict[tuple[str, str], tuple[Point, ...]] = {}
    row = 0.0

    def place(urn: str, depth: int) -> None:
        nonlocal row
        below = children.get(urn, [])
        for each in below:
            place(each, depth + 1)
        middle = (points[below[0]].row + points[below[-1]].row) / 2 if below else row
        row += 0 if below else 1
        points[urn] = Point(depth, middle)
        edges.update({(each, urn): (points[urn], points[each]) for each in below})

    for root in children.get(None, []):
        place(root, 0)
    depth = max((each.layer for each in points.values()), default=-1) + 1
    return _svg(
        nodes, Drawing(points, edges, depth, row), base, "The stack, its components, and the resources of each."
    )


def _lonely_last(graph: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    needed = {each for needs in graph.values() for each in needs}
    return dict(sorted(graph.items(), key=lambda item: not item[1] and item[0] not in needed))


def _svg(nodes: Mapping[str, Node], drawing: Drawing, base: str, says: str) -> Markup:
    width = drawing.layers * _CELL[0] - (_CELL[0] - _BOX[0]) + 2 * _MARGIN
    height = round(drawing.rows * _CELL[1]) + 2 * _MARGIN
    names = {urn: f"n{number}" for number, urn in enumerate(drawing.nodes)}
    lines = [
        Markup('<path d="{}" data-from="{}" data-to="{}"/>').format(_line(points), names[needed], names[urn])
        for (urn, needed), points in drawing.edges.items()
    ]
    boxes = [_box(nodes[urn], names[urn], point, base) for urn, point in drawing.nodes.items()]
    return Markup(
        '<svg class="graph" viewBox="0 0 {} {}" width="{}" height="{}" role="group" aria-label="{}">'
        '<g class="lines" aria-hidden="true">{}</g>{}</svg>'
    ).format(width, height, width, height, says, Markup().join(lines), Markup().join(boxes))


def _box(node: Node, name: str, point: Point, base: str) -> Markup:
    x, y = _corner(point)
    return Markup(
        '<a href="{}/resources/{}" id="{}" class="{}" aria-label="{}">'
        '<title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="4"/>'
        '<text x="{}" y="{}">{}</text><text class="type" x="{}" y="{}">{}</text></a>'
    ).format(
        base,
        quote(node.key),
        name,
        f"package {node.package}",
        f"{node.name}, {node.short_type}",
        f"{node.name}\n{node.type}",
        x,
        y,
        *_BOX,
        x + 8,
        y + 14,
        _short(node.name),
        x + 8,
        y + 27,
        _short(node.short_type),
    )


def _corner(point: Point) -> tuple[int, int]:
    return _MARGIN + point.layer * _CELL[0], round(_MARGIN + point.row * _CELL[1])


def _line(points: tuple[Point, ...]) -> Markup:
    """A curve from the right side of the first box to the left side of the last, through the bends between."""
    x, y = _corner(points[0])
    x, y = x + _BOX[0], y + _BOX[1] // 2
    written = [f"M{x} {y}"]
    for number, point in enumerate(points[1:], 2):
        to_x, to_y = _corner(point)
        to_y += _BOX[1] // 2
        half = (to_x - x) // 2
        written.append(f"C{x + half} {y} {to_x - half} {to_y} {to_x} {to_y}")
        if number < len(points):
            to_x += _BOX[0]
            written.append(f"H{to_x}")
        x, y = to_x, to_y
    return escape("".join(written))


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
