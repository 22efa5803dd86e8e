import pytest
import torch

from gnnlab import GATConv, GCNConv, adjacency_matrix, path_graph
from gnnlab.layers.edge_list import edges_of_matrix


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
