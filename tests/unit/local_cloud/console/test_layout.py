import itertools

from hypothesis import given
from hypothesis import strategies as st

from local_cloud.console.layout import draw, reduced


@st.composite
def graphs(draw_from):
    """Graphs without cycles: every node needs earlier ones only."""
    count = draw_from(st.integers(0, 24))
    needs = [draw_from(st.sets(st.integers(0, node - 1), max_size=5)) if node else set() for node in range(count)]
    return {f"n{node}": tuple(f"n{each}" for each in sorted(needs[node])) for node in range(count)}


def reaches(graph):
    """By node, whatever it needs, directly or not; nodes come after what they need."""
    found = {}
    for node, needs in graph.items():
        found[node] = {*needs}.union(*(found[each] for each in needs))
    return found


@given(graphs())
def test_every_node_is_to_the_right_of_what_it_needs(graph):
    places = draw(graph).nodes
    assert all(places[each].layer < places[node].layer for node, needs in graph.items() for each in needs)


@given(graphs())
def test_no_two_boxes_overlap_and_none_is_outside(graph):
    drawing = draw(graph)
    layers = {}
    for point in drawing.nodes.values():
        layers.setdefault(point.layer, []).append(point.row)
        assert 0 <= point.row <= drawing.rows - 1 + 1e-6
        assert point.layer < drawing.layers
    for rows in layers.values():
        assert all(low + 1 <= high + 1e-6 for low, high in itertools.pairwise(sorted(rows)))


@given(graphs())
def test_every_line_goes_from_the_need_to_its_node_layer_by_layer(graph):
    drawing = draw(graph)
    assert set(drawing.edges) == {(node, each) for node, needs in graph.items() for each in needs}
    for (node, need), points in drawing.edges.items():
        assert (points[0], points[-1]) == (drawing.nodes[need], drawing.nodes[node])
        assert [point.layer for point in points] == list(range(points[0].layer, points[-1].layer + 1))


@given(graphs())
def test_a_reduced_graph_reaches_the_same_with_no_line_too_many(graph):
    kept = reduced(graph)
    before = reaches(graph)
    assert reaches({node: kept[node] for node in graph}) == before
    for needs in kept.values():
        assert not any(need in before[other] for need in needs for other in needs)


def test_a_cycle_is_cut():
    assert draw(reduced({"a": ("b",), "b": ("a",)})).layers == 2


def test_what_is_not_in_the_graph_is_left_out():
    assert reduced({"a": ("gone",)}) == {"a": ()}


def test_an_empty_graph_has_no_layers():
    assert draw({}).layers == 0
