import math

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import adjacency_matrix, effective_resistance, palindrome_graph, path_graph, random_walk_influence


def test_two_steps_on_a_path_of_three():
    # Row by row P = [1/2 1/2 0], [1/3 1/3 1/3], [0 1/2 1/2]; this is P P by hand.
    expected = [[5 / 12, 5 / 12, 2 / 12], [5 / 18, 8 / 18, 5 / 18], [2 / 12, 5 / 12, 5 / 12]]
    torch.testing.assert_close(random_walk_influence(path_graph(3), 2), torch.tensor(expected))


def test_a_walk_without_self_loops_ends_where_nothing_is_heard():
    walk = random_walk_influence(path_graph(3, directed=True), 1, self_loops=False)
    assert walk.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]


def test_a_mirrored_edge_raises_the_influence_of_the_answer():
    plain, mirrored = (palindrome_graph(11, mirrored=flag) for flag in (False, True))
    assert random_walk_influence(plain, 9)[10, 0] == 0  # out of reach
    assert random_walk_influence(plain, 10)[10, 0] < 1e-3  # in reach, and hardly heard
    assert random_walk_influence(mirrored, 1)[10, 0] == pytest.approx(
        1 / 3
    )  # itself, its neighbour, the answer


@given(st.integers(1, 13), st.integers(0, 7), st.integers(0, 2**31))
def test_rows_are_distributions(nodes, steps, seed):
    edges = torch.randint(nodes, (2, 3 * nodes), generator=torch.Generator().manual_seed(seed))
    influence = random_walk_influence(edges, steps, num_nodes=nodes)
    torch.testing.assert_close(influence.sum(1), torch.ones(nodes))
    assert bool((influence >= 0).all())


def test_wires_in_series_and_in_parallel():
    square = nx.cycle_graph(4)
    # Neighbours: 1 ohm beside 3 ohm; opposite corners: 2 ohm beside 2 ohm.
    expected = torch.tensor(
        [[0, 3 / 4, 1, 3 / 4], [3 / 4, 0, 3 / 4, 1], [1, 3 / 4, 0, 3 / 4], [3 / 4, 1, 3 / 4, 0]],
        dtype=torch.float64,
    )
    torch.testing.assert_close(effective_resistance(square), expected)


def test_equal_to_networkx_on_a_weighted_graph():
    graph = nx.karate_club_graph()
    resistance = effective_resistance(graph)
    for i, j in [(0, 33), (5, 16), (11, 26)]:
        expected = nx.resistance_distance(graph, i, j, weight="weight", invert_weight=False)
        assert resistance[i, j].item() == pytest.approx(expected, rel=1e-6)  # weights pass through float32


def test_separate_parts_do_not_conduct():
    resistance = effective_resistance(torch.tensor([[0, 1], [1, 0]]), num_nodes=3)
    assert resistance.tolist() == [
        [0, pytest.approx(1), math.inf],
        [pytest.approx(1), 0, math.inf],
        [math.inf, math.inf, 0],
    ]


def test_an_asymmetric_matrix_is_refused():
    with pytest.raises(ValueError, match=r"symmetric.*0 → 1"):
        effective_resistance(path_graph(3, directed=True))
    with pytest.raises(ValueError, match="symmetric"):
        effective_resistance(adjacency_matrix(path_graph(3, directed=True)))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="steps"):
        random_walk_influence(path_graph(3), -1)
    with pytest.raises(ValueError, match="edge_weight"):
        random_walk_influence(torch.tensor([[0], [1]]), 1, torch.tensor([-3.0]))
    with pytest.raises(ValueError, match="square"):
        effective_resistance(torch.ones(2, 3))
