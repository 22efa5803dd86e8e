"""Every way to describe a graph is the same graph, direction and weights included."""

import warnings

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.utils import from_networkx

from gnnlab import (
    adjacency_matrix,
    as_graph,
    degree_matrix,
    dirichlet_energy,
    draw_adjacency,
    draw_graph,
    effective_resistance,
    hop_distances,
    layers_until_heard,
    normalized_adjacency,
    random_walk_influence,
    receptive_field,
)

# a → b (2), b → c (0.5), a → c (3), c → c (1): no row is a column, so that a transpose cannot pass.
A = np.array([[0, 0, 0], [2, 0, 0], [3, 0.5, 1]])
TRIPLES = [("a", "b", 2), ("b", "c", 0.5), ("a", "c", 3), ("c", "c", 1)]
INDEX, WEIGHT = [[0, 1, 0, 2], [1, 2, 2, 2]], [2.0, 0.5, 3.0, 1.0]


def named():
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(TRIPLES)
    return graph


def compressed(layout):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls these layouts beta, once a process
        return torch.from_numpy(A).float().to_sparse(layout=layout)


FORMS = {
    "torch matrix": torch.from_numpy(A).float(),
    "torch COO": torch.from_numpy(A).float().to_sparse(),
    "torch CSR": compressed(torch.sparse_csr),
    "torch CSC": compressed(torch.sparse_csc),
    "NumPy matrix": A,
    "NumPy big-endian": A.astype(">f4"),
    "NumPy view": A.T.copy().T,
    "SciPy CSR matrix": scipy.sparse.csr_matrix(A),
    "SciPy COO array": scipy.sparse.coo_array(A),
    "SciPy entries twice": scipy.sparse.coo_array(
        (np.array([2, 3, 0.25, 0.25, 1, 0]), ([1, 2, 2, 2, 2, 0], [0, 0, 1, 1, 2, 0])), shape=(3, 3)
    ),
    "triples": TRIPLES,
    "triples of numbers": tuple((i, j, w) for i, j, w in zip(*INDEX, WEIGHT)),
    "networkx": named(),
    "networkx triples": list(named().edges(data=True)),
    "Data": Data(edge_index=torch.tensor(INDEX), edge_weight=torch.tensor(WEIGHT), num_nodes=3),
    "Data of networkx": from_networkx(named()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_all_forms_are_one_graph_to_all_functions(form):
    matrix = torch.from_numpy(A).float()
    torch.testing.assert_close(adjacency_matrix(form).float(), matrix)
    torch.testing.assert_close(adjacency_matrix(as_graph(form)).float(), matrix)
    torch.testing.assert_close(degree_matrix(form).diagonal().float(), torch.tensor([0.0, 2.0, 4.5]))
    degree = np.array([1, 3, 4.5])  # a self-loop is added where there is none
    expected = (A + np.diag([1, 1, 0])) / np.sqrt(np.outer(degree, degree))
    np.testing.assert_allclose(normalized_adjacency(form).numpy(), expected, atol=1e-6)  # float32
    np.testing.assert_allclose(
        random_walk_influence(form, 1).numpy(), (A + np.diag([1, 1, 0])) / degree[:, None], atol=1e-6
    )
    assert hop_distances(form).tolist() == [[0, -1, -1], [1, 0, -1], [1, 1, 0]]
    assert layers_until_heard(form, 0, 2) == 1
    assert layers_until_heard(form, 2, 0) is None
    assert len(receptive_field(form, 2, 1)) == 3
    assert len(draw_graph(form).patches) == 3
    assert len(draw_adjacency(form).texts) == 4


def test_undirected_graphs_have_resistances_and_energies():
    # A triangle of 1-ohm wires: 2/3 ohm between any two.
    for form in (
        nx.cycle_graph("abc"),
        nx.to_numpy_array(nx.cycle_graph(3)),
        nx.to_scipy_sparse_array(nx.cycle_graph(3)),
    ):
        resistance = effective_resistance(form)
        torch.testing.assert_close(resistance, (2 / 3) * (1 - torch.eye(3).double()))
        # ½ Σ over both directions of two edges, each ‖1/√3‖²
        torch.testing.assert_close(
            dirichlet_energy(torch.tensor([[1.0], [0], [0]]), form).float(), torch.tensor(2 / 3)
        )
    with pytest.raises(ValueError, match="x must have 3 rows"):
        dirichlet_energy(torch.ones(4, 1), np.ones((3, 3)))


@st.composite
def matrices(draw):
    size = draw(st.integers(3, 7))
    entries = draw(st.lists(st.sampled_from([0, 0, 0, 1, 2, 0.5, -1.5]), min_size=size**2, max_size=size**2))
    return np.array(entries, dtype=float).reshape(size, size)


@given(matrices())
def test_every_representation_leads_back_to_the_matrix(matrix):
    size = len(matrix)
    graph = nx.from_numpy_array(matrix.T, create_using=nx.DiGraph)  # networkx writes senders in the rows
    renamed = nx.relabel_nodes(graph, {node: f"n{node}" for node in graph})
    rows, columns = np.nonzero(matrix)
    triples = [(int(j), int(i), float(matrix[i, j])) for i, j in zip(rows, columns)]
    for form, nodes in [
        (matrix, None),
        (scipy.sparse.csc_array(matrix), None),
        (torch.from_numpy(matrix).to_sparse(), None),
        (graph, None),
        (renamed, None),
        (triples, size),
        (as_graph(renamed), None),
        (as_graph(np.stack([columns, rows]), edge_weight=matrix[rows, columns], num_nodes=size), None)
        if len(rows) != 2
        else (matrix, None),
    ]:
        found = adjacency_matrix(form, num_nodes=nodes)
        np.testing.assert_array_equal(found.numpy(), matrix)


@given(matrices(), st.randoms(use_true_random=False))
def test_names_are_numbered_as_they_appear(matrix, random):
    rows, columns = np.nonzero(matrix)
    edges = [(f"n{j}", f"n{i}", matrix[i, j]) for i, j in zip(rows, columns)]
    random.shuffle(edges)
    graph = as_graph(edges)
    order = list(dict.fromkeys(name for edge in edges for name in edge[:2]))
    if edges:
        assert graph.names == order
    places = [int(name[1:]) for name in order]
    np.testing.assert_array_equal(adjacency_matrix(graph).numpy(), matrix[np.ix_(places, places)])


TWO = [[0, 1], [1, 1]]  # as edges 0 → 1 and 1 → 1; as a matrix 1 → 0, 0 → 1, 1 → 1


@pytest.mark.parametrize("array", [torch.tensor(TWO), np.array(TWO)], ids=["torch", "NumPy"])
def test_what_could_be_two_things_is_refused_with_both(array):
    both = r"two edges, 0 → 1 and 1 → 1, or the matrix.*node 0 receives 0 from itself and 1 from node 1"
    for function in (as_graph, draw_graph, draw_adjacency):
        with pytest.raises(ValueError, match=both):
            function(array)
    assert adjacency_matrix(as_graph(edge_index=array)).tolist() == [[0, 0], [1, 1]]
    assert adjacency_matrix(as_graph(matrix=array)).tolist() == TWO
    assert [text.get_text() for text in draw_adjacency(matrix=array).texts] == ["1", "1", "1"]


def test_functions_that_compute_take_two_edges_of_torch_as_pyg_does():
    assert adjacency_matrix(torch.tensor(TWO)).tolist() == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="could be two edges"):
        adjacency_matrix(np.array(TWO))


def test_integers_of_other_shapes_can_only_be_one_thing():
    path = torch.tensor([[0, 1, 2], [1, 2, 3]])
    assert as_graph(path).num_nodes == as_graph(path.numpy()).num_nodes == 4
    assert as_graph(torch.eye(3, dtype=torch.long)).edge_index.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert as_graph(torch.eye(2)).edge_index.tolist() == [[0, 1], [0, 1]]  # edges are integers


@pytest.mark.parametrize(
    "rows", [TWO, [[0, 1, 2], [1, 2, 3]], [[0, 1, 0], [1, 0, 1], [0, 1, 0]], [[0.5, 1], [1.5, 1]]], ids=str
)
def test_lists_of_numbers_are_not_guessed_either(rows):
    with pytest.raises(ValueError, match=r"lists of [23] numbers could be"):
        as_graph(rows)
    as_graph([tuple(row) for row in rows])  # tuples are pairs or triples


def test_lists_that_can_be_one_thing_are_taken():
    assert as_graph([[0, 1], [1, 2], [2, 3]]).edge_index.tolist() == [[0, 1, 2], [1, 2, 3]]
    assert as_graph([[0, 1, 2, 3], [1, 2, 3, 0]]).edge_index.tolist() == [[0, 1, 2, 3], [1, 2, 3, 0]]
    assert adjacency_matrix([[0, 0, 0, 1], [1, 0, 0, 0], [0] * 4, [0] * 4]).nonzero().tolist() == [
        [0, 3],
        [1, 0],
    ]
    assert as_graph([]).num_nodes == 0


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (torch.ones(2, 3), "neither|square"),
        (np.zeros((5, 2), dtype=int), "transpose"),
        (np.array([["a", "b"]]), "must hold numbers"),
        (np.array([[np.nan, 0.0], [0.0, 0.0]]), "finite"),
        (scipy.sparse.csr_array([[0, np.inf], [0, 0]]), "finite"),
        (scipy.sparse.csr_array((2, 3)), "square"),
        ([("a", "b", "heavy")], "entry 0: the weight must be a number"),
        ([("a", "b"), ("a", "b", float("nan"))], "entry 1: the weight must be finite"),
        ([("a", None)], "entry 0: a node"),
        ([("a",)], "entry 0 must be"),
        (["ab"], "entry 0 must be"),
        ([(0, -1)], "holds -1"),
        (nx.DiGraph([("a", "b", {"weight": "x"})]), "edge 'a' → 'b': the weight must be a number"),
        (Data(num_nodes=3), "the Data has none"),
        ({"a": ["b"]}, "but is a dict"),
        (3, "but is a int"),
    ],
    ids=str,
)
def test_what_is_no_graph_is_named(graph, words):
    for function in (as_graph, adjacency_matrix, draw_graph, draw_adjacency):
        if function is draw_adjacency and isinstance(graph, np.ndarray) and graph.dtype.kind == "f":
            continue  # draws any matrix
        with pytest.raises(ValueError, match=words):
            function(graph)


def test_what_is_said_twice_is_refused():
    with pytest.raises(ValueError, match="one of graph, edge_index and matrix"):
        as_graph()
    with pytest.raises(ValueError, match="one of graph and matrix"):
        draw_adjacency(np.eye(3), matrix=np.eye(3))
    for form in (np.eye(3), torch.eye(3), scipy.sparse.eye_array(3), TRIPLES, named()):
        with pytest.raises(ValueError, match="edge_weight must be None"):
            adjacency_matrix(form, torch.ones(3))
        with pytest.raises(ValueError, match="num_nodes must be 3"):
            adjacency_matrix(form, num_nodes=4)


def test_precision_and_gradients_are_kept():
    matrix = torch.tensor([[0.0, 2.0], [0.5, 0.0]], dtype=torch.float64, requires_grad=True)
    found = adjacency_matrix(matrix)
    assert found.dtype == torch.float64
    (found * torch.tensor([[1.0, 3.0], [5.0, 7.0]])).sum().backward()
    assert matrix.grad.tolist() == [[0.0, 3.0], [5.0, 0.0]]


def test_a_data_keeps_what_it_holds():
    data = Data(x=torch.ones(3, 2), edge_index=torch.tensor(INDEX), y=torch.zeros(3))
    graph = as_graph(data)
    assert set(graph.keys()) == {"x", "edge_index", "y", "num_nodes"}
    assert "num_nodes" not in data.keys()  # noqa: SIM118
