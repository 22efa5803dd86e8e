import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch_geometric.nn import TransformerConv

from gnnlab import ExampleGraphClassifier, GraphNet, GraphTransformerConv, graph_memory, path_graph

EDGES = torch.tensor([[0, 1, 2, 3, 3, 3], [1, 2, 0, 1, 4, 3]])  # one way, and a self-loop


def made(*sizes, **options):
    """A layer in double precision whose bias is not zero."""
    torch.manual_seed(0)
    conv = GraphTransformerConv(*sizes, **options).double()
    if conv.edge_bias is not None:
        nn.init.normal_(conv.edge_bias)
    return conv


def nodes(*shape):
    return torch.randn(*shape, dtype=torch.double, requires_grad=True)


def additive(conv, edges, count):
    """The bias (K, N, N) by its definition."""
    kinds = np.zeros((count, count), dtype=int)
    for source, target in edges.t().tolist():
        kinds[target, source] = 1
    np.fill_diagonal(kinds, 2)
    return torch.stack([torch.stack([bias[k] for k in kinds.flatten()]) for bias in conv.edge_bias]).view(
        conv.heads, count, count
    )


def same_gradients(ours, theirs, inputs, tolerance=1e-10):
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)
    weights = torch.randn_like(ours)
    both = [torch.autograd.grad((y * weights).sum(), inputs, retain_graph=True) for y in (ours, theirs)]
    for one, other in zip(*both):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)


def test_it_is_the_attention_of_torch_with_the_bias_as_its_mask_gradients_too():
    conv = made(6, 3, 2, root_weight=False)
    x = nodes(5, 6)
    parts = (conv.lin_query, conv.lin_key, conv.lin_value)
    theirs, _ = nn.functional.multi_head_attention_forward(
        *(3 * [x.unsqueeze(1)]),
        6,
        2,
        torch.cat([part.weight for part in parts]),
        torch.cat([part.bias for part in parts]),
        None,
        None,
        False,
        0.0,
        torch.eye(6, dtype=torch.double),
        None,
        attn_mask=additive(conv, EDGES, 5),
    )
    same_gradients(conv(x, EDGES), theirs.squeeze(1), [x, *conv.parameters()])


@given(st.integers(1, 6), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**31))
def test_it_is_its_equation_by_loops(count, heads, channels, seed):
    torch.manual_seed(seed)
    conv = made(3, channels, heads)
    x = torch.randn(count, 3, dtype=torch.double)
    edges = torch.randint(count, (2, 7))
    out = conv(x, edges).detach().numpy()
    q, k, v, skip = (
        part(x).detach().numpy() for part in (conv.lin_query, conv.lin_key, conv.lin_value, conv.lin_skip)
    )
    joined = set(map(tuple, edges.t().tolist()))
    for head in range(heads):
        columns = slice(head * channels, (head + 1) * channels)
        bias = conv.edge_bias[head].tolist()
        for i in range(count):
            kinds = [2 if i == j else int((j, i) in joined) for j in range(count)]
            scores = [
                np.exp(q[i, columns] @ k[j, columns] / channels**0.5 + bias[kinds[j]]) for j in range(count)
            ]
            expected = sum(score / sum(scores) * v[j, columns] for j, score in enumerate(scores))
            np.testing.assert_allclose(out[i, columns], expected + skip[i, columns], atol=1e-10)


@pytest.mark.parametrize("root_weight", [True, False])
def test_without_the_bias_it_is_pygs_layer_on_the_complete_graph(root_weight):
    conv = made(3, 4, 2, edge_bias=False, root_weight=root_weight)
    theirs = TransformerConv(3, 4, heads=2, root_weight=root_weight).double()
    theirs.load_state_dict(conv.state_dict(), strict=root_weight)  # PyG keeps an unused lin_skip
    x = nodes(5, 3)
    pairs = torch.cartesian_prod(torch.arange(5), torch.arange(5)).t()
    torch.testing.assert_close(conv(x, EDGES), theirs(x, pairs), rtol=1e-12, atol=1e-12)


def test_a_batch_is_its_examples():
    conv = made(3, 4, 2)
    x = nodes(7, 5, 3)
    apart = torch.stack([conv(row, EDGES) for row in x])
    same_gradients(conv(x, EDGES), apart, [x, *conv.parameters()])


@given(st.permutations(range(5)))
def test_numbers_of_nodes_do_not_matter(order):
    conv, x = made(3, 4, 2), torch.randn(5, 3, dtype=torch.double)
    order = torch.tensor(order)
    moved = order.argsort()[EDGES]  # node order[k] is now k
    torch.testing.assert_close(conv(x[order], moved), conv(x, EDGES)[order])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5).filter(any), st.integers(0, 2**31))
def test_graphs_of_one_batch_do_not_hear_each_other_in_any_order_of_nodes(sizes, seed):
    torch.manual_seed(seed)
    conv = made(3, 2, 2)
    batch = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    batch = batch[torch.randperm(len(batch))]
    x = nodes(len(batch), 3)
    ends = torch.randint(len(batch), (2, 20))
    edges = ends[:, batch[ends[0]] == batch[ends[1]]]
    apart = torch.zeros(len(batch), 4, dtype=torch.double)
    for graph in batch.unique():
        own = (batch == graph).nonzero().view(-1)
        number = torch.full((len(batch),), -1)
        number[own] = torch.arange(len(own))
        inside = edges[:, batch[edges[0]] == graph]
        apart = apart.index_copy(0, own, conv(x[own], number[inside]))
    for remember in (True, False):
        with graph_memory(remember):
            same_gradients(conv(x, edges, batch=batch), apart, [x, *conv.parameters()])


def test_a_network_reads_the_graphs_of_a_loader_apart():
    torch.manual_seed(1)
    net = GraphNet(3, 4, 2, 3, conv=GraphTransformerConv, readout="mean")
    sizes = [4, 2, 7]
    features, edges = [torch.randn(n, 3) for n in sizes], [path_graph(n).edge_index for n in sizes]
    together = net(
        torch.cat(features),
        torch.cat([e + shift for e, shift in zip(edges, (0, 4, 6))], dim=1),
        batch=torch.repeat_interleave(torch.arange(3), torch.tensor(sizes)),
    )
    torch.testing.assert_close(together, torch.stack([net(x, e) for x, e in zip(features, edges)]))


@pytest.mark.parametrize("query", [False, True])
@pytest.mark.parametrize("readout", ["mean", "none"])
def test_examples_of_a_classifier_do_not_hear_each_other(query, readout):
    torch.manual_seed(2)
    own = path_graph(6 + query).edge_index if query else None
    net = ExampleGraphClassifier(
        6,
        2,
        hidden_channels=8,
        num_layers=2,
        num_tokens=5,
        conv=GraphTransformerConv,
        edge_index=own,
        query=query,
        readout=readout,
    )
    tokens, lengths = torch.randint(5, (3, 6)), torch.tensor([6, 2, 4])
    edges = None if query else torch.tensor([[[0, 1], [1, 2]], [[0, 1], [1, 0]], [[0, -1], [2, -1]]])
    together = net(tokens, lengths=lengths, edges=edges)
    for number in range(3):
        one = slice(number, number + 1)
        alone = net(tokens[one], lengths=lengths[one], edges=None if query else edges[one])
        torch.testing.assert_close(together[one], alone, atol=1e-5, rtol=1e-5)


def test_seeds_train_side_by_side_and_steps_are_traced():
    torch.manual_seed(3)
    conv, x = made(3, 2, 2), torch.randn(5, 3, dtype=torch.double)
    batch = torch.tensor([1, 0, 0, 1, 1])
    edges = torch.tensor([[0, 1, 3], [3, 2, 4]])
    weights = {name: torch.stack([p, 2 * p]) for name, p in conv.named_parameters()}
    for more in ({}, {"batch": batch}):
        both = torch.func.vmap(lambda w, kw=more: torch.func.functional_call(conv, w, (x, edges), kw))(
            weights
        )
        torch.testing.assert_close(both[0], conv(x, edges, **more))

    class Program(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = conv

        def forward(self, x, edges, batch):
            return self.conv(x, edges, batch=batch)

    traced = torch.export.export(Program(), (x, edges, batch)).module()
    torch.testing.assert_close(traced(x, edges, batch), conv(x, edges, batch=batch))


def test_what_is_refused():
    conv, x = made(3, 2), torch.randn(5, 3, dtype=torch.double)
    with pytest.raises(ValueError, match="edge_weight must be None"):
        conv(x, EDGES, torch.ones(6))
    with pytest.raises(ValueError, match="edge_index must be an edge list"):
        conv(x, torch.eye(5).to_sparse())
    with pytest.raises(ValueError, match="edge_index must join nodes of one graph"):
        conv(x, EDGES, batch=torch.tensor([0, 0, 0, 1, 1]))
    with pytest.raises(ValueError, match="batch must have the shape"):
        conv(x, EDGES, batch=torch.tensor([0, 0, 0]))
    with pytest.raises(ValueError, match="edge_index must hold nodes from 0 to 2"):
        conv(x[:3], EDGES)


def test_graphs_without_nodes_have_none():
    conv, none = made(3, 2, 2), torch.empty(2, 0, dtype=torch.long)
    assert conv(nodes(0, 3), none).shape == (0, 4)
    assert conv(nodes(2, 0, 3), none).shape == (2, 0, 4)
    assert conv(nodes(0, 3), none, batch=none[0]).shape == (0, 4)


def test_gradients_of_gradients():
    conv, edges, batch = made(3, 2, 2), torch.tensor([[0, 1, 3], [1, 2, 4]]), torch.tensor([0, 0, 0, 1, 1])
    assert torch.autograd.gradgradcheck(lambda x: conv(x, edges, batch=batch), nodes(5, 3))
    assert torch.autograd.gradgradcheck(lambda x: conv(x, edges), nodes(2, 5, 3))


def test_resetting_draws_anew():
    conv = made(3, 2, 2)
    conv.reset_parameters()
    assert not conv.edge_bias.any()
