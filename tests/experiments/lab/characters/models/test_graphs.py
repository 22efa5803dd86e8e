import pytest
import torch
from torch_geometric.data import Batch, Data
from torch_geometric.nn import GATConv as ReferenceGAT

from experiments.core.registry import CONVOLUTIONS
from experiments.lab.characters.models.graphs import (
    CausalEdges,
    CharacterGraphModel,
    OffsetConv,
    RelationalConv,
)

V, B, T = 11, 3, 23
CPU = torch.device("cpu")


def model(conv, layers=2, window=5, **options):
    torch.manual_seed(7)
    return CharacterGraphModel(
        V,
        hidden_channels=14,
        num_layers=layers,
        window=window,
        conv=conv,
        heads=7 if conv == "gat" else 1,
        **options,
    ).eval()


def tokens(count=T, batch=B):
    return torch.randint(V, (batch, count), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("nodes", "window"), [(1, 3), (2, 5), (7, 3), (13, 1)])
def test_edges_are_those_from_the_characters_before(nodes, window):
    edges = CausalEdges(nodes, window, CPU)
    expected = {(j, i) for i in range(nodes) for j in range(nodes) if 0 <= i - j <= window}
    listed = list(zip(*edges.edge_index.tolist()))
    assert len(listed) == len(expected)
    assert set(listed) == expected
    for (j, i), feature in zip(listed, edges.offsets.tolist()):
        assert feature == [float(i - j == offset) for offset in range(window + 1)]


@pytest.mark.parametrize("nodes", [2, 13])
def test_relational_layer_is_a_loop_over_offsets(nodes):
    torch.manual_seed(0)
    layer, x = (
        RelationalConv(CONVOLUTIONS["gcn"], 5, 3, 4).double(),
        torch.randn(2, nodes, 5, dtype=torch.double, requires_grad=True),
    )
    expected = torch.zeros(2, nodes, 3, dtype=torch.double) + layer.relations[0].bias
    for i in range(nodes):
        for offset, conv in enumerate(layer.relations):
            if i >= offset:
                expected[:, i] = expected[:, i] + x[:, i - offset] @ conv.lin.weight.t() / 5**0.5
    found = layer(x, CausalEdges(nodes, 4, CPU))
    # Double precision: sums in another order differ in the last bits only.
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    upstream = torch.randn_like(found)
    inputs = (x, *layer.parameters())
    ours = torch.autograd.grad(found, inputs, upstream, retain_graph=True, allow_unused=True)
    theirs = torch.autograd.grad(expected, inputs, upstream, allow_unused=True)
    for one, other in zip(ours, theirs):
        if one is None or other is None:  # an offset longer than the text
            assert not any(gradient.any() for gradient in (one, other) if gradient is not None)
        else:
            torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_attention_layer_is_pygs_with_offsets_as_edge_features():
    torch.manual_seed(0)
    layer = OffsetConv(CONVOLUTIONS["gat"], 5, 6, 4, heads=3).double()
    torch.nn.init.normal_(layer.conv.bias)
    reference = ReferenceGAT(5, 2, heads=3, add_self_loops=False, edge_dim=5).double()
    reference.load_state_dict(layer.conv.state_dict())
    x = torch.randn(2, 13, 5, dtype=torch.double, requires_grad=True)
    edges = CausalEdges(13, 4, CPU)
    graphs = Batch.from_data_list(
        [Data(x=row, edge_index=edges.edge_index, edge_attr=edges.offsets.double()) for row in x]
    )
    expected = reference(graphs.x, graphs.edge_index, graphs.edge_attr).view(2, 13, 6)
    found = layer(x, edges)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)
    upstream = torch.randn_like(found)
    ours = torch.autograd.grad(found, [x, *layer.conv.parameters()], upstream)
    theirs = torch.autograd.grad(expected, [x, *reference.parameters()], upstream)
    by_name = dict(zip((name for name, _ in reference.named_parameters()), theirs[1:]))
    torch.testing.assert_close(ours[0], theirs[0], rtol=1e-10, atol=1e-12)
    for (name, _), gradient in zip(layer.conv.named_parameters(), ours[1:]):
        torch.testing.assert_close(gradient, by_name[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
def test_the_future_changes_no_bit(conv):
    net, text = model(conv), tokens()
    before = net(text)[0]
    for place in range(1, T):
        other = text.clone()
        other[:, place:] = (other[:, place:] + 1 + torch.arange(T - place)) % V
        assert not torch.equal(other[:, place], text[:, place])
        assert torch.equal(net(other)[0][:, :place], before[:, :place])


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("layers", [1, 3])
def test_an_answer_reaches_as_far_back_as_layers_times_window(conv, layers):
    net, text = model(conv, layers, 3).double(), tokens()
    before = net(text)[0][:, -1]
    reach = 3 * layers
    for distance in range(T):
        other = text.clone()
        other[:, T - 1 - distance] = (other[:, T - 1 - distance] + 1) % V
        changed = not torch.equal(net(other)[0][:, -1], before)
        assert changed == (distance <= reach), distance


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("piece", [1, 4, 17])
def test_a_text_in_pieces_gives_the_logits_of_the_whole(conv, piece):
    net, text = model(conv).double(), tokens(61)
    whole, last = net(text)
    state, parts = None, []
    for start in range(0, 61, piece):
        logits, state = net(text[:, start : start + piece], state)
        parts.append(logits)
        assert state[0].size(1) <= 10
    # Double precision: products of other sizes are summed in another order.
    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-12, atol=1e-12)
    assert torch.equal(state[0], last[0])
    assert torch.equal(state[0], text[:, -10:])


@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
def test_gradients_reach_every_weight(encoding):
    net = model("gat", encoding=encoding).train()
    net(tokens())[0].square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_dropout_is_for_training():
    net, text = model("gcn", dropout=0.5), tokens()
    assert torch.equal(net(text)[0], net(text)[0])
    net.train()
    assert not torch.equal(net(text)[0], net(text)[0])


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="conv: 'gnc' is no convolution"):
        CharacterGraphModel(V, hidden_channels=4, num_layers=1, window=1, conv="gnc")
    with pytest.raises(ValueError, match="heads: 3 should divide the 4 hidden channels"):
        CharacterGraphModel(V, hidden_channels=4, num_layers=1, window=1, conv="gat", heads=3)
    with pytest.raises(ValueError, match="encoding: unknown 'bits'"):
        CharacterGraphModel(V, hidden_channels=4, num_layers=1, window=1, encoding="bits")
    with pytest.raises(ValueError, match=r"tokens: their shape \(3,\)"):
        model("gcn")(torch.zeros(3, dtype=torch.long))
