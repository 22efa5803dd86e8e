import pytest
import torch

from gnnlab import GATConv, GCNConv, adjacency_matrix, path_graph
from gnnlab.layers.edge_list import edges_of_matrix
from gnnlab.layers.memory import ENTRIES_PER_TENSOR, remembered


def test_made_once_until_either_tensor_changes():
    made = []

    def make():
        made.append(None)
        return len(made)

    first, second = torch.arange(3), torch.arange(5)
    assert [remembered(first, "key", make, also=second) for _ in range(2)] == [1, 1]
    assert remembered(first, "other key", make, also=second) == 2
    second += 1
    assert remembered(first, "key", make, also=second) == 3
    first += 1
    assert remembered(first, "key", make, also=second) == 4
    assert remembered(first.clone(), "key", make, also=second) == 5


def test_a_new_tensor_in_the_place_of_a_dead_one_is_not_taken_for_it():
    first = torch.arange(3)
    for value in range(50):  # the allocator gives the same address again
        assert remembered(first, "key", lambda value=value: value, also=torch.tensor([value])) == value


def test_only_so_much_is_remembered():
    tensor, counts = torch.arange(3), []
    for key in range(3 * ENTRIES_PER_TENSOR):
        remembered(tensor, key, lambda: counts.append(None))
    remembered(tensor, 0, lambda: counts.append(None))
    assert len(counts) == 3 * ENTRIES_PER_TENSOR + 1


def test_tensors_of_inference_mode_are_not_remembered():
    with torch.inference_mode():
        tensor = torch.arange(3)
        assert remembered(tensor, "key", lambda: 1) == 1
        assert remembered(tensor, "key", lambda: 2) == 2


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support")  # said once, by whatever test is the first
@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr, torch.sparse_csc])
def test_the_row_of_a_matrix_is_the_target(layout):
    matrix = torch.tensor([[0.0, 5.0], [0.0, 7.0]]).to_sparse(layout=layout)
    edges, weights = edges_of_matrix(matrix, 2)
    assert sorted(zip(*edges.tolist(), weights.tolist())) == [(1, 0, 5.0), (1, 1, 7.0)]


def test_a_matrix_must_be_square_and_fit_the_features():
    with pytest.raises(ValueError, match="square"):
        edges_of_matrix(torch.ones(2, 3).to_sparse(), 2)
    with pytest.raises(ValueError, match=r"^x must have as many rows"):
        edges_of_matrix(torch.ones(2, 2).to_sparse(), 3)


@pytest.mark.parametrize("convolution", [GCNConv, GATConv])
@pytest.mark.parametrize(
    ("weights", "given"),
    [(torch.float32, torch.float64), (torch.float64, torch.float32), (torch.float32, torch.long)],
)
def test_features_of_another_type_are_named_with_the_way_out(convolution, weights, given):
    edges, layer = path_graph(5).edge_index, convolution(3, 2).to(weights)
    with pytest.raises(ValueError, match=rf"x must hold {weights}, .* holds {given}; \.to\({weights}\)"):
        layer(torch.ones(5, 3, dtype=given), edges)
    assert layer(torch.ones(5, 3, dtype=given).to(weights), edges).dtype == weights


def test_autocast_may_mix_other_types():
    with torch.autocast("cpu", torch.bfloat16):
        out = GCNConv(3, 2)(torch.ones(5, 3, dtype=torch.bfloat16), path_graph(5).edge_index)
    assert out.isfinite().all()


def test_a_node_too_many_is_named_where_the_nodes_were_counted():
    with pytest.raises(ValueError, match=r"nodes from 0 to 2 \(there are 3 nodes\), but holds 4"):
        adjacency_matrix(path_graph(5).edge_index, num_nodes=3)
