import pytest
import torch

from gnnlab import GATConv, GCNConv, path_graph


@pytest.mark.parametrize("nodes", [8, 200])
@pytest.mark.parametrize("layer", [GCNConv, GATConv])
@pytest.mark.parametrize("kernel", ["auto", "dense", "sparse", "message"])
def test_a_graph_first_seen_in_inference_mode_trains(nodes, layer, kernel):
    edges = path_graph(nodes).edge_index.clone()
    torch.manual_seed(0)
    conv, x = layer(5, 3, kernel=kernel), torch.randn(nodes, 5)
    with torch.inference_mode():
        first = conv(x, edges).clone()
    out = conv(x, edges)
    out.sum().backward()
    assert torch.equal(out, first)
    assert all(p.grad.isfinite().all() for p in conv.parameters())
