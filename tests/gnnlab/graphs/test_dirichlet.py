import itertools

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import GCNConv, dirichlet_energy, normalized_adjacency, path_graph


def by_pairs(x, matrix):
    """The double sum as it is written."""
    degree = matrix.sum(1)
    total = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            gap = x[i] / (1 + degree[i]) ** 0.5 - x[j] / (1 + degree[j]) ** 0.5
            total += 0.5 * float(matrix[i, j] * (gap**2).sum())
    return total


@given(st.integers(2, 11), st.integers(1, 5), st.integers(0, 2**31))
def test_the_double_sum_on_random_weighted_graphs(nodes, channels, seed):
    draws = torch.Generator().manual_seed(seed)
    matrix = torch.rand(nodes, nodes, generator=draws, dtype=torch.double) + 0.1
    matrix = torch.triu(matrix * (torch.rand(nodes, nodes, generator=draws) < 0.5), 1)
    matrix = matrix + matrix.t()
    edges = matrix.nonzero().t()
    x = torch.randn(nodes, channels, generator=draws, dtype=torch.double)
    energy = dirichlet_energy(x, edges, matrix[edges[0], edges[1]])
    assert energy.item() == pytest.approx(by_pairs(x, matrix), rel=1e-9, abs=1e-12)


def test_it_is_the_quadratic_form_of_one_minus_the_normalised_adjacency():
    graph = nx.karate_club_graph()
    for *_, data in graph.edges(data=True):
        data.pop("weight")
    x = torch.randn(34, 7, dtype=torch.double)
    laplacian = torch.eye(34, dtype=torch.double) - normalized_adjacency(graph).double()
    expected = torch.trace(x.t() @ laplacian @ x)
    torch.testing.assert_close(
        dirichlet_energy(x, graph), expected, rtol=1e-6, atol=0
    )  # Â is made in float32


def test_a_batch_is_its_examples_and_self_loops_add_nothing():
    x = torch.randn(3, 5, 2)
    plain, looped = path_graph(5), path_graph(5, self_loops=True)
    each = torch.stack([dirichlet_energy(row, plain) for row in x])
    torch.testing.assert_close(dirichlet_energy(x, plain), each)
    torch.testing.assert_close(dirichlet_energy(x, looped), each)


def test_averaging_lowers_it_to_nothing():
    graph, x = path_graph(7), torch.randn(7, 3)
    conv = GCNConv(3, 3, bias=False)
    conv.lin.weight.data = torch.eye(3)
    energies = []
    with torch.no_grad():
        for _ in range(150):
            energies.append(dirichlet_energy(x, graph).item())
            x = conv(x, graph.edge_index)
    assert all(later <= earlier * (1 + 1e-5) for earlier, later in itertools.pairwise(energies))
    assert energies[-1] < 1e-6 * energies[0]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="x must have the shape"):
        dirichlet_energy(torch.zeros(5), path_graph(5))
    with pytest.raises(ValueError, match="x must have 5 rows"):
        dirichlet_energy(torch.zeros(4, 2), path_graph(5))
    with pytest.raises(ValueError, match="x must have the shape"):
        dirichlet_energy([[1.0]], path_graph(1))
    with pytest.raises(ValueError, match=r"x must hold floating-point numbers, but holds torch\.int64"):
        dirichlet_energy(torch.ones(5, 2, dtype=torch.long), path_graph(5))
    edges = path_graph(5).edge_index
    for weight in (-1.0, float("nan"), float("inf")):  # roots of negative degrees would be NaN
        with pytest.raises(ValueError, match="edge_weight must be zero or more and finite"):
            dirichlet_energy(torch.ones(5, 2), edges, torch.full((edges.size(1),), weight))
    with pytest.raises(ValueError, match=r"edge_weight must have the shape \(8,\)"):
        dirichlet_energy(torch.ones(5, 2), edges, torch.ones(3))
    with pytest.raises(ValueError, match="edge_weight must be None for a networkx graph"):
        dirichlet_energy(torch.ones(5, 2), nx.path_graph(5), torch.ones(8))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_energy_of_low_precision_is_summed_in_float32(dtype):
    spokes = torch.stack([torch.arange(1, 1001), torch.zeros(1000, dtype=torch.long)])
    edges = torch.cat([spokes, spokes.flip(0)], dim=1)
    x = torch.zeros(1001, 1, dtype=dtype)
    x[1:] = 9.0
    energy = dirichlet_energy(x, edges)  # 1,000 leaves of degree 1 beside a hub of 0: each (9 / √2)²
    assert energy.dtype == torch.float32
    assert energy.item() == pytest.approx(1000 * 81 / 2)
