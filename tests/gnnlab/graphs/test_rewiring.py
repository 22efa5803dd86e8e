"""Edges that are added to a graph, against slow definitions and networkx."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch_geometric.data import Batch, Data

from gnnlab import palindrome_graph, path_graph, rewire, ring_graph, tree_graph, with_virtual_node
from gnnlab.graphs.rewiring.curvature import balanced_forman

METHODS = ("fosr", "sdrf", "expander", "random")


@st.composite
def graphs(draw, connected=True, least=4, most=9):
    nodes = draw(st.integers(least, most))
    pairs = list(combinations(range(nodes), 2))
    graph = nx.Graph(draw(st.lists(st.sampled_from(pairs), min_size=nodes - 1, unique=True)))
    graph.add_nodes_from(range(nodes))
    if connected:
        assume(nx.is_connected(graph))
    return graph


def as_data(graph):
    edges = sorted({(i, j) for i, j in graph.edges} | {(j, i) for i, j in graph.edges})
    index = torch.tensor(edges, dtype=torch.long).view(-1, 2).t().contiguous()
    return Data(edge_index=index, num_nodes=graph.number_of_nodes())


def as_nx(data):
    graph = nx.Graph(data.edge_index.t().tolist())
    graph.add_nodes_from(range(data.num_nodes))
    return graph


def added(before, after):
    """The edges that are new; all others are still there."""
    one, other = as_nx(before), as_nx(after)
    assert set(map(frozenset, one.edges)) <= set(map(frozenset, other.edges))
    return {tuple(sorted(edge)) for edge in other.edges} - {tuple(sorted(edge)) for edge in one.edges}


def missing(graph):
    return [pair for pair in combinations(range(graph.number_of_nodes()), 2) if not graph.has_edge(*pair)]


def gap(graph):
    return sorted(np.linalg.eigvalsh(nx.normalized_laplacian_matrix(graph).toarray()))[1]


# FoSR


@given(graphs())
def test_fosr_adds_the_edge_of_the_least_product(graph):
    candidates = missing(graph)
    assume(candidates)
    order = range(graph.number_of_nodes())
    values, vectors = np.linalg.eigh(nx.normalized_laplacian_matrix(graph, nodelist=order).toarray())
    assume(values[2] - values[1] > 1e-6)  # otherwise there are many second eigenvectors
    x, degree = vectors[:, 1], dict(graph.degree)
    product = {(u, v): x[u] * x[v] / ((1 + degree[u]) * (1 + degree[v])) ** 0.5 for u, v in candidates}
    (edge,) = added(as_data(graph), rewire(as_data(graph), "fosr", 1))
    assert product[edge] <= min(product.values()) + 1e-8


@given(graphs())
def test_the_product_is_the_part_of_the_first_order_change_that_the_edge_makes(graph):
    """Adding ε of an edge to the matrix moves its second eigenvalue by 2 ε xᵤ xᵥ; ε is 1/√((1+dᵤ)(1+dᵥ))."""
    candidates = missing(graph)
    assume(candidates)
    order = range(graph.number_of_nodes())
    matrix = np.eye(len(order)) - nx.normalized_laplacian_matrix(graph, nodelist=order).toarray()
    values = np.linalg.eigvalsh(matrix)
    assume(values[-2] - values[-3] > 1e-3)
    assume(values[-1] - values[-2] > 1e-3)
    changes = {}
    for u, v in candidates:
        step = np.zeros_like(matrix)
        step[u, v] = step[v, u] = 1e-6 / ((1 + graph.degree[u]) * (1 + graph.degree[v])) ** 0.5
        changes[u, v] = (np.linalg.eigvalsh(matrix + step)[-2] - np.linalg.eigvalsh(matrix - step)[-2]) / 2e-6
    (edge,) = added(as_data(graph), rewire(as_data(graph), "fosr", 1))
    assert changes[edge] <= min(changes.values()) + 1e-6


@given(graphs(connected=False))
def test_the_first_edges_of_fosr_join_the_parts(graph):
    assume(graph.number_of_edges())
    parts = nx.number_connected_components(graph)
    after = graph
    for number in range(1, parts):
        after = as_nx(rewire(as_data(graph), "fosr", number))
        assert nx.number_connected_components(after) == parts - number
    assert nx.is_connected(after)


def test_fosr_widens_the_gap_of_a_barbell_more_than_chance():
    barbell = nx.barbell_graph(6, 1)
    before, count = gap(barbell), 4
    fosr = gap(as_nx(rewire(as_data(barbell), "fosr", count)))
    chance = [gap(as_nx(rewire(as_data(barbell), "random", count, seed=seed))) for seed in range(20)]
    assert before < np.mean(chance) < fosr


# SDRF


def slow_curvature(graph, i, j):
    """Definition 1 of the paper, set by set."""
    ball = {node: set(graph.neighbors(node)) for node in graph}
    di, dj = len(ball[i]), len(ball[j])
    if min(di, dj) == 1:
        return 0.0

    def squares(a, b):
        return {k: (ball[k] & ball[b]) - ball[a] - {a} for k in ball[a] - ball[b] - {b}}

    of_i, of_j = squares(i, j), squares(j, i)
    through_i = {k for k, ends in of_i.items() if ends}
    through_j = {k for k, ends in of_j.items() if ends}
    triangles = len(ball[i] & ball[j])
    found = 2 / di + 2 / dj - 2 + 2 * triangles / max(di, dj) + triangles / min(di, dj)
    if through_i:
        most = max(*(len(of_i[k]) for k in through_i), *(len(of_j[k]) for k in through_j))
        found += (len(through_i) + len(through_j)) / (most * max(di, dj))
    return found


@given(graphs())
def test_curvature_is_that_of_its_definition(graph):
    joined = nx.to_numpy_array(graph, nodelist=range(graph.number_of_nodes()), dtype=bool)
    for i, j in graph.edges:
        assert balanced_forman(joined, i, j) == pytest.approx(slow_curvature(graph, i, j), abs=1e-12)


@pytest.mark.parametrize(
    ("graph", "edge", "curvature"),
    [  # Table 1 of the paper: cycles of 3, 4 and more, complete graphs, grids
        (nx.cycle_graph(3), (0, 1), 3 / 2),
        (nx.cycle_graph(4), (0, 1), 1),
        (nx.cycle_graph(7), (0, 1), 0),
        (nx.complete_graph(6), (0, 1), 6 / 5),
        (nx.convert_node_labels_to_integers(nx.grid_2d_graph(5, 5, periodic=True)), (0, 1), 0),
    ],
)
def test_curvature_of_graphs_that_the_paper_lists(graph, edge, curvature):
    joined = nx.to_numpy_array(graph, nodelist=range(graph.number_of_nodes()), dtype=bool)
    assert balanced_forman(joined, *edge) == pytest.approx(curvature)


def sdrf_edges(graph):
    """All edges that one step of SDRF may add, by trying them."""
    curvatures = {edge: slow_curvature(graph, *edge) for edge in graph.edges}
    for least in sorted(set(np.round(list(curvatures.values()), 9))):
        allowed = set()
        for i, j in (edge for edge, value in curvatures.items() if abs(value - least) < 1e-8):
            gains = {}
            for k in {i, *graph.neighbors(i)}:
                for l in {j, *graph.neighbors(j)}:
                    if k != l and not graph.has_edge(k, l):
                        larger = nx.Graph(graph)
                        larger.add_edge(k, l)
                        gains[tuple(sorted((k, l)))] = slow_curvature(larger, i, j)
            allowed |= {pair for pair, gain in gains.items() if gain >= max(gains.values()) - 1e-8}
        if allowed:
            return allowed
    return set()


@given(graphs())
def test_sdrf_adds_an_edge_that_helps_the_most_negative_one_most(graph):
    allowed = sdrf_edges(graph)
    if not allowed:
        with pytest.raises(ValueError, match="count must be at most 0"):
            rewire(as_data(graph), "sdrf", 1)
        return
    assert added(as_data(graph), rewire(as_data(graph), "sdrf", 1)) <= allowed


def test_a_high_temperature_of_sdrf_is_the_best_edge_and_zero_is_chance():
    graph = as_data(nx.barbell_graph(5, 2))
    best = added(graph, rewire(graph, "sdrf", 1))
    near = [added(graph, rewire(graph, "sdrf", 1, seed=seed, temperature=1e6)) for seed in range(5)]
    assert all(sdrf_edges(as_nx(graph)) >= edges for edges in [best, *near])
    free = {
        edge
        for seed in range(40)
        for edge in added(graph, rewire(graph, "sdrf", 1, seed=seed, temperature=0))
    }
    assert len(free) > 3


def test_sdrf_says_where_it_finds_no_more():
    apart = nx.disjoint_union(nx.complete_graph(3), nx.path_graph(3))
    assert len(added(as_data(apart), rewire(as_data(apart), "sdrf", 1))) == 1
    with pytest.raises(ValueError, match="count must be at most 1 for this graph where method is 'sdrf'"):
        rewire(as_data(apart), "sdrf", 2)


# chance


@given(st.integers(2, 14), st.integers(0, 13), st.integers(0, 2**31))
def test_an_expander_adds_a_regular_graph(nodes, degree, seed):
    degree = min(degree, nodes - 1)
    empty = Data(edge_index=torch.empty(2, 0, dtype=torch.long), num_nodes=nodes)
    if nodes * degree % 2:
        with pytest.raises(ValueError, match="count must be even"):
            rewire(empty, "expander", degree, seed=seed)
        return
    regular = as_nx(rewire(empty, "expander", degree, seed=seed))
    assert [degree] * nodes == [regular.degree[node] for node in range(nodes)]
    ring = as_data(nx.cycle_graph(nodes))
    if nodes > 2:  # the same regular graph, whatever the graph has already
        both = nx.compose(regular, nx.cycle_graph(nodes))
        found = as_nx(rewire(ring, "expander", degree, seed=seed))
        assert set(map(frozenset, found.edges)) == set(map(frozenset, both.edges))


def test_a_ring_with_an_expander_is_narrow_no_more():
    ring = as_data(nx.cycle_graph(60))
    gaps = [gap(as_nx(rewire(ring, "expander", 3, seed=seed))) for seed in range(5)]
    assert min(gaps) > 10 * gap(as_nx(ring))


def test_random_edges_are_each_as_likely():
    ring, count, draws = as_data(nx.cycle_graph(6)), 2, 400
    seen = [edge for seed in range(draws) for edge in added(ring, rewire(ring, "random", count, seed=seed))]
    assert len(seen) == count * draws
    counts = np.array([seen.count(pair) for pair in missing(nx.cycle_graph(6))])
    expected = count * draws / len(counts)
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert counts.min() > 0
    assert statistic < 27.9  # 0.1 % of χ² with 9 degrees of freedom is beyond


# all


@pytest.mark.parametrize("method", METHODS)
@given(graphs(), st.integers(0, 3), st.integers(0, 5))
def test_edges_are_added_in_both_directions_and_a_seed_says_which(method, graph, count, seed):
    if method == "expander":
        assume(count < len(graph) and count * len(graph) % 2 == 0)
    else:
        assume(count <= len(missing(graph)))
    data = as_data(graph)
    before = data.edge_index.clone()
    try:
        found = rewire(data, method, count, seed=seed)
    except ValueError as error:  # small graphs run out of neighbours that are not joined
        if method != "sdrf" or "neighbours are joined" not in str(error):
            raise
        return
    assert torch.equal(data.edge_index, before)  # what was given stays
    edges = found.edge_index.t().tolist()
    assert edges == sorted(edges)
    assert set(map(tuple, edges)) == {(j, i) for i, j in edges}
    assert len(set(map(tuple, edges))) == len(edges)
    if method != "expander":
        assert len(added(data, found)) == count
    assert torch.equal(rewire(data, method, count, seed=seed).edge_index, found.edge_index)


@pytest.mark.parametrize("method", METHODS)
def test_what_a_graph_holds_is_kept(method):
    palindrome = palindrome_graph("1234321", mirrored=True)
    found = rewire(palindrome, method, 2)
    assert type(found) is type(palindrome)
    assert (found.query, found.y.item(), found.num_nodes) == (6, 1, 7)
    for name in ("tokens", "position"):
        assert torch.equal(found[name], palindrome[name])
    marked = {tuple(edge) for edge in palindrome.edge_index[:, palindrome.mirrored].t().tolist()}
    assert {tuple(edge) for edge in found.edge_index[:, found.mirrored].t().tolist()} == marked
    tree = tree_graph(2, directed=False)
    assert torch.equal(rewire(tree, method, 2).height, tree.height)


@pytest.mark.parametrize("method", METHODS)
def test_the_distance_of_a_label_is_that_of_the_new_graph(method):
    ring = ring_graph(12)
    found = rewire(ring, method, 4)
    assert (found.source, found.query) == (0, 11)
    assert found.distance == nx.shortest_path_length(as_nx(found), 0, 11)
    assert ring.distance == 6
    assert with_virtual_node(ring).distance == 2


def test_self_loops_are_kept_and_do_not_matter():
    loops = path_graph(6, self_loops=True)
    for method in METHODS:
        assert added(loops, rewire(loops, method, 2)) == added(
            path_graph(6), rewire(path_graph(6), method, 2)
        )
        kept = rewire(loops, method, 2).edge_index
        assert int((kept[0] == kept[1]).sum()) == 6


def test_any_form_of_a_graph_will_do():
    pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    found = rewire(pairs, "random", 1)
    assert found.names == ["a", "b", "c"]
    assert found.edge_index.tolist() == [[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]]


def test_what_is_refused():
    for graph in (path_graph(4, directed=True), tree_graph(2)):
        with pytest.raises(ValueError, match="graph must be undirected, with every edge in both directions"):
            rewire(graph, "fosr", 1)
    for method in ("fosr", "sdrf", "random"):
        with pytest.raises(
            ValueError, match="count must be at most 3, the pairs of the graph that are not joined"
        ):
            rewire(path_graph(4), method, 4)
    for method in ("fosr", "sdrf"):
        with pytest.raises(ValueError, match="graph must have edges"):
            rewire(Data(edge_index=torch.empty(2, 0, dtype=torch.long), num_nodes=3), method, 1)
    with pytest.raises(ValueError, match="count must be below 4"):
        rewire(path_graph(4), "expander", 4)
    weighted = path_graph(4)
    weighted.edge_weight = torch.ones(6)
    with pytest.raises(ValueError, match="graph must not have edge_weight"):
        rewire(weighted, "random", 1)
    with pytest.raises(ValueError, match="graph must be one graph"):
        rewire(Batch.from_data_list([path_graph(3), path_graph(3)]), "random", 1)
    with pytest.raises(ValueError, match="graph must have at most 2000 nodes"):
        rewire(path_graph(2001), "random", 1)
    with pytest.raises(ValueError, match="temperature must be None where method is not 'sdrf'"):
        rewire(path_graph(4), "fosr", 1, temperature=1.0)
    with pytest.raises(ValueError, match="method must be one of fosr, sdrf, expander, random"):
        rewire(path_graph(4), "digl", 1)
