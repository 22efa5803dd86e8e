import itertools
import math
from fractions import Fraction

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


@given(
    st.integers(2, 7),
    st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=15),
)
def test_equal_to_fractions_whatever_the_scales(nodes, wires):
    """Weights from 1e-12 to 1e12 beside each other; Gauss in fractions, which round nothing."""
    weight = {}
    for power, i, j in wires:
        if i % nodes != j % nodes:
            weight[frozenset((i % nodes, j % nodes))] = Fraction(2) ** power
    edges = [(i, j) for pair in weight for i, j in itertools.permutations(pair)]
    index = torch.tensor(edges, dtype=torch.long).view(-1, 2).T
    values = torch.tensor([float(weight[frozenset(pair)]) for pair in edges], dtype=torch.float64)
    resistance = effective_resistance(index, values, num_nodes=nodes)
    joined = nx.Graph(edges)
    joined.add_nodes_from(range(nodes))
    for i, j in itertools.combinations(range(nodes), 2):
        due = _resistance(weight, i, j) if nx.has_path(joined, i, j) else math.inf
        assert resistance[i, j].item() == pytest.approx(float(due), rel=1e-12, abs=0)
        assert resistance[j, i] == resistance[i, j]


def _resistance(weight, source, sink):
    """The voltage between two nodes when a current of 1 flows, by elimination."""
    part = sorted(nx.node_connected_component(nx.Graph([tuple(pair) for pair in weight]), source) - {sink})
    rows = {
        i: {j: (sum(w for pair, w in weight.items() if i in pair) if i == j else -weight.get(frozenset((i, j)), 0))
            for j in part} | {"current": Fraction(int(i == source))}
        for i in part
    }  # fmt: skip
    for k in part:
        row = {j: value / rows[k][k] for j, value in rows[k].items()}
        rows = {
            i: {j: v - other[k] * row[j] for j, v in other.items()} if i != k else row
            for i, other in rows.items()
        }
    return rows[source]["current"]


@pytest.mark.parametrize("scale", [1e-300, 1e-50, 1e-9, 1.0, 1e9, 1e200])
def test_no_weight_is_too_small_or_too_large(scale):
    wires = nx.Graph([(i, i + 1, {"weight": scale}) for i in range(3)])
    expected = torch.tensor([[abs(i - j) / scale for j in range(4)] for i in range(4)], dtype=torch.float64)
    torch.testing.assert_close(
        effective_resistance(wires), expected, rtol=1e-6, atol=0
    )  # float32 where it holds them
    one_way = nx.DiGraph([("b", "a", {"weight": scale})])
    with pytest.raises(ValueError, match=r"symmetric.*b → a has the weight .* and a → b has 0"):
        effective_resistance(one_way)


def test_gradients_of_the_resistance():
    edges = torch.tensor([[0, 1, 1, 2, 2, 0, 2, 3], [1, 0, 2, 1, 0, 2, 3, 2]])

    def of_pairs(weight):
        return effective_resistance(edges, weight.repeat_interleave(2))

    weight = torch.tensor([0.5, 2.0, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(of_pairs, (weight,))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
@pytest.mark.parametrize(
    "function", [effective_resistance, lambda *given: random_walk_influence(given[0], 1, given[1])]
)
def test_weights_that_are_no_conductance_are_named(function, bad):
    with pytest.raises(ValueError, match="edge_weight must be zero or more and finite"):
        function(torch.tensor([[0, 1], [1, 0]]), torch.tensor([bad, bad]))


def test_influence_of_low_precision_is_summed_in_float32():
    spokes = torch.stack([torch.arange(1, 301), torch.zeros(300, dtype=torch.long)])
    influence = random_walk_influence(spokes, 1, torch.ones(300).bfloat16())
    torch.testing.assert_close(influence[0], torch.full((301,), 1 / 301))


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
    for steps in (-1, 1.5, "2", None, True):
        with pytest.raises(ValueError, match="steps must be a whole number from 0 to 1000000000"):
            random_walk_influence(path_graph(3), steps)
    with pytest.raises(ValueError, match="edge_weight"):
        random_walk_influence(torch.tensor([[0], [1]]), 1, torch.tensor([-3.0]))
    with pytest.raises(ValueError, match="square"):
        effective_resistance(torch.ones(2, 3))
