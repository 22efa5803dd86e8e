import math

import networkx as nx
import torch

from gnnlab import path_graph
from gnnlab.drawing.layout import is_line, neighbourhood, spring_layout, upper_side


def test_lines_are_seen():
    assert is_line(path_graph(5, directed=True, skip=2).edge_index, 5)
    assert not is_line(torch.tensor([[0, 0], [1, 2]]), 3)
    assert not is_line(torch.empty(2, 0, dtype=torch.long), 3)


def test_the_neighbourhood_ignores_direction_and_stays_in_its_part():
    edges = torch.tensor([[0, 1, 3], [1, 2, 4]])
    assert neighbourhood(edges, 5, 1, 4).tolist() == [0, 1, 2]
    assert neighbourhood(edges, 5, 4, 1).tolist() == [4]


def test_springs_are_the_same_each_time():
    edges = torch.randint(9, (2, 20), generator=torch.Generator().manual_seed(0))
    assert spring_layout(edges, list(range(9))) == spring_layout(edges, list(range(9)))
    assert set(spring_layout(edges, [1, 4, 6])) == {1, 4, 6}


def test_parts_that_no_edge_joins_stand_side_by_side():
    graph = nx.disjoint_union_all([nx.cycle_graph(7), nx.path_graph(5), nx.empty_graph(3), nx.star_graph(11)])
    edges = torch.tensor(list(graph.edges)).T
    places = spring_layout(edges, list(graph))
    assert places == spring_layout(edges.flip(1), list(graph))  # the order of the edges changes nothing
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


def test_labels_stand_where_fewer_steep_edges_are():
    places = {0: (0.0, 1.0), 1: (0.0, 0.0), 2: (5.0, 0.5)}
    assert upper_side(torch.tensor([[0, 0], [1, 2]]), places) == {0}
