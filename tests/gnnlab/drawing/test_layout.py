import itertools
import math

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import path_graph, tree_graph, with_virtual_node
from gnnlab.drawing.layout import find_layout, neighbourhood, upper_side


def edges_of(graph):
    return list(graph.edges)


def pairs_of(data):
    return [tuple(pair) for pair in data.edge_index.T.tolist()]


def layout_of(graph, layout=None, **options):
    return find_layout(edges_of(graph), sorted(graph), layout, **options)


def is_round(places):
    x, y = (sum(part) / len(places) for part in zip(*places.values()))
    radii = [math.dist((x, y), place) for place in places.values()]
    return max(radii) == pytest.approx(min(radii), abs=1e-9) and min(radii) > 0


@pytest.mark.parametrize("graph", [*map(nx.cycle_graph, (3, 6, 9)), *map(nx.complete_graph, (3, 4, 5, 12))])
def test_rings_and_complete_graphs_are_circles(graph):
    found = layout_of(graph)
    assert found.even
    assert not found.line
    assert is_round(found.places)


@given(st.permutations(range(8)))
def test_a_ring_goes_around_whatever_its_nodes_are_called(order):
    ring = nx.relabel_nodes(nx.cycle_graph(8), dict(enumerate(order)))
    found = layout_of(ring)
    assert is_round(found.places)
    lengths = [math.dist(found.places[i], found.places[j]) for i, j in ring.edges]
    assert lengths == pytest.approx([1.0] * 8)


@given(st.permutations(range(7)))
def test_a_path_is_a_line_from_end_to_end(order):
    path = nx.path_graph(order)
    found = layout_of(path)
    assert found.line
    steps = [found.places[b][0] - found.places[a][0] for a, b in itertools.pairwise(order)]
    assert steps in ([1.0] * 6, [-1.0] * 6)
    assert {y for _, y in found.places.values()} == {0.0}


@pytest.mark.parametrize(("skip", "nodes"), [(2, 5), (3, 9), (4, 6)])
def test_a_path_with_skips_is_a_line_in_its_order(skip, nodes):
    found = find_layout(pairs_of(path_graph(nodes, skip=skip)), list(range(nodes)))
    assert found.line
    assert found.places == {node: (float(node), 0.0) for node in range(nodes)}


def test_mirrored_edges_are_arcs_and_a_single_one_makes_a_ring():
    assert layout_of(nx.Graph([(i, i + 1) for i in range(6)] + [(0, 6), (1, 5)])).line
    assert not layout_of(nx.Graph([(i, i + 1) for i in range(6)] + [(0, 6)])).line
    assert find_layout(
        edges_of(nx.cycle_graph(6)), list(range(6)), sequence=True
    ).line  # a palindrome of six digits


def test_edges_from_i_to_i_plus_one_alone_make_no_line():
    wheel = nx.wheel_graph(6)
    assert not layout_of(wheel).line
    assert len({y for _, y in layout_of(wheel).places.values()}) > 2


@given(st.integers(4, 20), st.integers(0, 999))
def test_trees_stand_in_levels(nodes, seed):
    tree = nx.Graph([(node, (seed * 7 + node * node) % node) for node in range(1, nodes)])
    if max(dict(tree.degree).values()) < 3:
        return
    root = nx.center(tree)[0]
    places = layout_of(tree, root=root).places
    depth = nx.shortest_path_length(tree, root)
    assert {node: -y for node, (_, y) in places.items()} == depth
    for level in set(depth.values()):
        row = sorted(x for node, (x, _) in places.items() if depth[node] == level)
        assert all(right - left >= 0.5 for left, right in itertools.pairwise(row))


def test_the_root_of_a_tree_stands_on_top():
    graph = tree_graph(3)
    places = find_layout(pairs_of(graph), list(range(15)), root=graph.query).places
    assert max(places, key=lambda node: places[node][1]) == 14
    assert places[14][0] == pytest.approx(3.5)  # in the middle over eight leaves
    assert [places[leaf][0] for leaf in range(8)] == [0, 1, 2, 3, 4, 5, 6, 7]


@given(st.integers(2, 9), st.integers(2, 9))
def test_bipartite_graphs_are_two_columns(left, right):
    places = layout_of(nx.complete_bipartite_graph(left, right)).places
    if left == right == 2:
        return  # a ring
    columns = [{places[node][0] for node in side} for side in (range(left), range(left, left + right))]
    assert [len(column) for column in columns] == [1, 1]
    assert columns[0] != columns[1]
    assert len(set(places.values())) == left + right


def test_columns_cross_few_edges():
    pairs = [(i, 10 + (i * 3) % 7) for i in range(7)]
    ladder = nx.Graph([*pairs, *((i, 10 + ((i + 1) * 3) % 7) for i in range(6)), (0, 12), (12, 3)])
    places = layout_of(ladder, "columns").places
    ends = [sorted((places[i], places[j])) for i, j in ladder.edges]
    crossings = sum((a[1] - b[1]) * (c[1] - d[1]) < 0 for k, (a, c) in enumerate(ends) for b, d in ends[:k])
    in_order = {node: (float(node >= 10), -float(node % 10)) for node in ladder}
    ends = [sorted((in_order[i], in_order[j])) for i, j in ladder.edges]
    assert (
        crossings
        < sum((a[1] - b[1]) * (c[1] - d[1]) < 0 for k, (a, c) in enumerate(ends) for b, d in ends[:k]) / 2
    )


@pytest.mark.parametrize("layout", ["line", "circle", "tree", "spring"])
def test_a_layout_can_be_chosen(layout):
    graph = nx.karate_club_graph()
    found = layout_of(graph, layout)
    assert set(found.places) == set(graph)
    assert found.line == (layout == "line")
    assert found.even == (layout == "circle")
    assert len(set(found.places.values())) == 34


def test_a_layout_that_there_is_not():
    with pytest.raises(
        ValueError, match="layout must be one of line, circle, tree, columns, spring, but is 'round'"
    ):
        layout_of(nx.path_graph(3), "round")
    with pytest.raises(
        ValueError, match="layout must not be 'columns' for a graph with a ring of odd length"
    ):
        layout_of(nx.cycle_graph(5), "columns")


def test_a_virtual_node_stands_below_the_line():
    graph = with_virtual_node(path_graph(7, skip=2))
    places = find_layout(pairs_of(graph), list(range(8)), sequence=True, below=7).places
    assert places[7][1] < -1
    assert [places[node] for node in range(7)] == [(float(node), 0.0) for node in range(7)]


def test_the_neighbourhood_ignores_direction_and_stays_in_its_part():
    edges = [(0, 1), (1, 2), (3, 4)]
    assert neighbourhood(edges, 5, 1, 4) == [0, 1, 2]
    assert neighbourhood(edges, 5, 4, 1) == [4]


def test_springs_are_the_same_each_time():
    edges = list(nx.gnm_random_graph(9, 20, seed=0).edges)
    assert find_layout(edges, list(range(9))) == find_layout(edges, list(range(9)))
    assert set(find_layout(edges, [1, 4, 6]).places) == {1, 4, 6}
    assert find_layout(edges, []).places == {}


def test_parts_that_no_edge_joins_stand_side_by_side():
    graph = nx.disjoint_union_all(
        [nx.cycle_graph(7), nx.path_graph(5), nx.empty_graph(3), nx.star_graph(11), nx.wheel_graph(6)]
    )
    places = layout_of(graph).places
    turned = find_layout([(j, i) for i, j in reversed(edges_of(graph))], sorted(graph)).places
    assert places == turned  # the order of the edges changes nothing
    parts = [sorted(part) for part in nx.connected_components(graph)]
    boxes = []
    for part in parts:
        x, y = zip(*(places[node] for node in part))
        boxes.append((min(x), max(x), min(y), max(y)))
    for i, (left, right, low, high) in enumerate(boxes):
        for other_left, other_right, other_low, other_high in boxes[:i]:
            assert max(left - other_right, other_left - right, low - other_high, other_low - high) > 0.9
    near = min(math.dist(places[i], places[j]) for i in graph for j in graph if i < j)
    assert near > 0.3  # an edge is about 1 long
    assert is_round({node: places[node] for node in range(7)})


def test_labels_stand_where_fewer_steep_edges_are():
    places = {0: (0.0, 1.0), 1: (0.0, 0.0), 2: (5.0, 0.5)}
    assert upper_side([(0, 1), (0, 2)], places) == {0}
