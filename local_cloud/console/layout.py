"""
Where the boxes and lines of a layered drawing go: every node to the right of what it depends on, with few crossings.

The usual three steps of layered drawing (Sugiyama): layers by longest path, an order in each layer by the middle of the neighbours,
positions from the order. Pure; what a box looks like is `picture`'s.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Graph = Mapping[str, Sequence[str]]
"""By node, the nodes it depends on."""

_SWEEPS: Final = 12


@dataclass(frozen=True)
class Point:
    """A place in the drawing, in cells: layers to the right, rows downwards."""

    layer: int
    row: float


@dataclass(frozen=True)
class Drawing:
    """
    A laid-out graph.

    Attributes:
        nodes: where each is.
        edges: by (node, what it depends on), the points that the line goes through, from the dependency on.
        layers, rows: the size.
    """

    nodes: Mapping[str, Point]
    edges: Mapping[tuple[str, str], tuple[Point, ...]]
    layers: int
    rows: float


def reduced(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The graph without lines that another path says already, and without what is not in it; cycles are cut."""
    order = _ordered(graph)
    place = {node: number for number, node in enumerate(order)}
    reach: dict[str, set[str]] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for node in order:
        direct = sorted(
            {each for each in graph[node] if each in place and place[each] < place[node]}, key=place.__getitem__
        )
        beyond = {further for each in direct for further in reach[each]}
        kept[node] = tuple(each for each in direct if each not in beyond)
        reach[node] = beyond | set(direct)
    return kept


def draw(graph: Graph) -> Drawing:
    """Lays out a graph without cycles, such as `reduced` gives."""
    layer = _layers(graph)
    count = max(layer.values(), default=-1) + 1
    rows: list[list[str]] = [[] for _ in range(count)]
    for node in graph:
        rows[layer[node]].append(node)
    chains: dict[tuple[str, str], list[str]] = {}
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for node, needed in graph.items():
        for each in needed:
            between = [f"{each}\0{node}\0{at}" for at in range(layer[each] + 1, layer[node])]
            for at, bend in enumerate(between, layer[each] + 1):
                layer[bend] = at
                rows[at].append(bend)
            chain = [each, *between, node]
            chains[node, each] = chain
            for left, right in itertools.pairwise(chain):
                neighbours[left].append(right)
                neighbours[right].append(left)
    place = _order(rows, neighbours, layer)
    points = {node: Point(layer[node], row) for node, row in place.items()}
    edges = {edge: tuple(points[each] for each in chain) for edge, chain in chains.items()}
    return Drawing({node: points[node] for node in graph}, edges, count, max(place.values(), default=0) + 1)


def _ordered(graph: Graph) -> list[str]:
    """Every node after what it depends on; in a cycle, in the order of coming."""
    order: dict[str, None] = {}
    entered: set[str] = set()
    for start in graph:
        stack = [(start, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order[node] = None
            elif node not in entered:
                entered.add(node)
                stack.append((node, True))
                stack += [(each, False) for each in reversed(graph[node]) if each in graph and each not in entered]
    return list(order)


def _layers(graph: Graph) -> dict[str, int]:
    layer: dict[str, int] = {}
    for node in _ordered(graph):
        layer[node] = max((layer[each] + 1 for each in graph[node]), default=0)
    return layer


def _order(
    rows: list[list[str]], neighbours: Mapping[str, Sequence[str]], layer: Mapping[str, int]
) -> dict[str, float]:
    """Rows such that lines are short: every node moves towards the middle of its neighbours, sweep by sweep."""
    place = {node: _centred(number, row) for row in rows for number, node in enumerate(row)}
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        for at in range(len(rows)) if rightwards else reversed(range(len(rows))):
            side = at - 1 if rightwards else at + 1
            wanted: dict[str, float] = {}
            for node in rows[at]:
                near = [place[each] for each in neighbours.get(node, ()) if layer[each] == side]
                wanted[node] = sum(near) / len(near) if near else place[node]
            rows[at].sort(key=wanted.__getitem__)
            place |= _spread(rows[at], wanted)
    top = min(place.values(), default=0)
    return {node: row - top for node, row in place.items()}


def _height(node: str) -> float:
    """Bends of lines need less room than boxes."""
    return 0.35 if "\0" in node else 1.0


def _centred(number: int, row: Sequence[str]) -> float:
    return number - (len(row) - 1) / 2


def _spread(row: Sequence[str], wanted: Mapping[str, float]) -> dict[str, float]:
    """The places nearest to the wanted ones at which nothing overlaps: neighbours that touch form a block around their mean."""
    blocks: list[tuple[list[str], float, float]] = []  # nodes, the first one's place, its height in all
    for node in row:
        nodes, start, height = [node], wanted[node] - _height(node) / 2, _height(node)
        while blocks and blocks[-1][1] + blocks[-1][2] > start:
            before, first, tall = blocks.pop()
            start = (first * len(before) + (start - tall) * len(nodes)) / (len(before) + len(nodes))
            nodes, height = [*before, *nodes], tall + height
        blocks.append((nodes, start, height))
    found: dict[str, float] = {}
    for nodes, start, _ in blocks:
        at = start
        for node in nodes:
            found[node] = at + _height(node) / 2
            at += _height(node)
    return found
