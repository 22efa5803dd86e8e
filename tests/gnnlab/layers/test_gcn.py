import gc
import math
import weakref

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric import EdgeIndex

from gnnlab import GATConv, GATv2Conv, GCNConv, normalized_adjacency, path_graph

EDGES = torch.tensor([[0, 1, 1, 2, 4, 0], [1, 0, 2, 2, 3, 1]])  # a self-loop, a parallel edge
WEIGHTS = torch.tensor([0.5, 2.0, 1.5, 0.7, 1.0, 0.3])
FEATURES = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))  # node 5 is isolated
# float32 sums in another order
CLOSE = {"atol": 1e-6, "rtol": 1e-5}
KERNELS = ["auto", "dense", "sparse", "message"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Edges (2, E), weights (E,) and N: with self-loops, parallel edges, isolated nodes; also no edges, one node.

    Weights keep away from 0, where the gradient of D^-1/2 has no bound and float32 no digits left.
    """
    nodes = draw(st.integers(1, 11))
    count = draw(st.integers(0, 3 * nodes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    edges = torch.randint(nodes, (2, count), generator=generator)
    if draw(st.booleans()):
        edges = torch.cat([edges, edges.flip(0)], dim=1)
    weights = 0.5 + torch.rand(edges.size(1), generator=generator)
    return edges, weights, nodes


def both(x, weights, *layers_and_edges):
    """Outputs and gradients of layers on inputs of their own."""
    results = []
    for layer, edges in layers_and_edges:
        x_own = x.clone().requires_grad_()
        w_own = None if weights is None else weights.clone().requires_grad_()
        out = layer(x_own, edges, w_own)
        out.square().sum().backward()
        grads = {name: p.grad for name, p in layer.named_parameters()} | {"x": x_own.grad}
        results.append((out, grads if w_own is None else grads | {"edge_weight": w_own.grad}))
    return results


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=15)
@given(graph=graphs(), weighted=st.booleans(), loops=st.booleans(), backwards=st.booleans())
def test_equal_to_pyg(kernel, graph, weighted, loops, backwards):
    edges, weights, nodes = graph
    flow = "target_to_source" if backwards else "source_to_target"
    torch.manual_seed(0)
    theirs = pyg.GCNConv(5, 3, add_self_loops=loops, flow=flow)
    ours = GCNConv(5, 3, add_self_loops=loops, flow=flow, kernel=kernel)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(nodes, 5)
    (out, grads), (expected, expected_grads) = both(
        x, weights if weighted else None, (ours, edges), (theirs, edges)
    )
    torch.testing.assert_close(out, expected, **CLOSE)
    if (
        weighted and loops
    ):  # a self-loop that a later one replaces has no say; PyG gives it a gradient all the same
        last = {int(i): e for e, (i, j) in enumerate(edges.T.tolist()) if i == j}
        replaced = [e for e, (i, j) in enumerate(edges.T.tolist()) if i == j and last[i] != e]
        assert not grads["edge_weight"][replaced].any()
        expected_grads["edge_weight"][replaced] = 0.0
    assert set(grads) == set(expected_grads)
    for name, grad in grads.items():
        torch.testing.assert_close(grad, expected_grads[name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=15)
@given(graph=graphs())
def test_equal_to_the_dense_matrices(kernel, graph):
    edges, weights, nodes = graph
    a = torch.zeros(nodes, nodes, dtype=torch.float64)
    for (source, target), weight in zip(edges.T.tolist(), weights.tolist()):
        if source == target:
            a[target, source] = weight  # of several self-loops the last one counts
        else:
            a[target, source] += weight
    a += torch.diag((a.diagonal() == 0).double())
    root = torch.diag(a.sum(1) ** -0.5)
    torch.manual_seed(1)
    conv = GCNConv(5, 3, kernel=kernel).double()
    torch.nn.init.normal_(conv.bias)
    x = torch.randn(nodes, 5, dtype=torch.float64)
    expected = root @ a @ root @ x @ conv.lin.weight.T + conv.bias
    torch.testing.assert_close(conv(x, edges, weights.double()), expected)


def test_equal_to_the_normalised_adjacency():
    conv = GCNConv(5, 3, bias=False)
    a = normalized_adjacency(EDGES, WEIGHTS, num_nodes=6)
    torch.testing.assert_close(conv(FEATURES, EDGES, WEIGHTS), a @ FEATURES @ conv.lin.weight.T, **CLOSE)


@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=15)
@given(graph=graphs(), seed=st.integers(0, 2**31))
def test_numbering_and_order_change_nothing(kernel, graph, seed):
    edges, weights, nodes = graph
    generator = torch.Generator().manual_seed(seed)
    conv = GCNConv(5, 3, kernel=kernel).double()
    keep = edges[0] != edges[1]  # which of several self-loops is the last depends on the order
    edges, weights = edges[:, keep], weights[keep].double()
    x = torch.randn(nodes, 5, dtype=torch.float64, generator=generator)
    out = conv(x, edges, weights)
    order = torch.randperm(edges.size(1), generator=generator)
    torch.testing.assert_close(conv(x, edges[:, order], weights[order]), out)
    place = torch.randperm(nodes, generator=generator)  # node i becomes place[i]
    moved = torch.empty_like(x)
    moved[place] = x
    torch.testing.assert_close(conv(moved, place[edges], weights)[place], out)


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_batch_is_its_examples(kernel):
    torch.manual_seed(2)
    conv = GCNConv(5, 3, kernel=kernel)
    x = torch.randn(7, 6, 5)
    apart = torch.stack([conv(example, EDGES, WEIGHTS) for example in x])
    torch.testing.assert_close(conv(x, EDGES, WEIGHTS), apart, **CLOSE)


@pytest.mark.parametrize("kernel", ["dense", "sparse"])
def test_gradients_by_finite_differences_and_gradients_of_gradients(kernel):
    torch.manual_seed(3)
    conv = GCNConv(2, 3, kernel=kernel).double()
    x = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    w = WEIGHTS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x, w: conv(x, EDGES, w), (x, w), fast_mode=True)
    assert torch.autograd.gradgradcheck(lambda x, w: conv(x, EDGES, w), (x, w), fast_mode=True)


def test_every_form_of_the_graph_gives_the_same():
    conv = GCNConv(5, 3)
    expected = conv(FEATURES, EDGES, WEIGHTS)
    adj_t = torch.sparse_coo_tensor(EDGES.flip(0), WEIGHTS, (6, 6)).coalesce()
    for matrix in (adj_t, adj_t.to_sparse_csr(), adj_t.to_sparse_csc()):
        torch.testing.assert_close(conv(FEATURES, matrix), expected, **CLOSE)
        torch.testing.assert_close(conv(FEATURES, matrix), expected, **CLOSE)  # and when it is remembered
    index = EdgeIndex(EDGES, sparse_size=(6, 6))
    torch.testing.assert_close(conv(FEATURES, index, WEIGHTS), expected, **CLOSE)
    torch.testing.assert_close(conv(FEATURES, EDGES.int(), WEIGHTS), expected, **CLOSE)


def test_improved_is_a_plus_two_i():
    conv = GCNConv(5, 3, improved=True, bias=False)
    edges = path_graph(3).edge_index
    a = torch.tensor([[2.0, 1, 0], [1, 2, 1], [0, 1, 2]])
    root = torch.diag(a.sum(1) ** -0.5)
    x = FEATURES[:3]
    torch.testing.assert_close(conv(x, edges), root @ a @ root @ x @ conv.lin.weight.T, **CLOSE)


def test_without_normalisation_neighbours_are_added_up():
    conv = GCNConv(5, 3, normalize=False, bias=False)
    out = conv(FEATURES, EDGES, -WEIGHTS) @ torch.eye(3)  # negative weights are fine here
    a = torch.zeros(6, 6).index_put((EDGES[1], EDGES[0]), -WEIGHTS, accumulate=True)
    torch.testing.assert_close(out, a @ FEATURES @ conv.lin.weight.T, **CLOSE)


def one_channel_stack(edges, layers, x):
    conv = GCNConv(1, 1, bias=False).double()
    torch.nn.init.ones_(conv.lin.weight)
    for _ in range(layers):
        x = conv(x, edges)
    return x


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("distance", [2, 3, 5, 8])
def test_closed_form_sensitivities(directed, distance):
    """d out(last) / d in(source) on a path with self-loops, as many layers as hops: reference by hand."""
    for nodes, inside in ((distance + 4, True), (distance + 1, False)):
        edges = path_graph(nodes, directed=directed).edge_index
        source = nodes - 1 - distance
        x = torch.zeros(nodes, 1, dtype=torch.float64, requires_grad=True)
        one_channel_stack(edges, distance, x)[-1].sum().backward()
        if directed:
            expected = 2.0**-distance if inside else math.sqrt(2) * 2.0**-distance
        else:
            expected = 3.0 ** -(distance - 1) / math.sqrt(6) if inside else 3.0 ** -(distance - 2) / 6
        assert x.grad[source].item() == pytest.approx(expected, rel=1e-12)
        x.grad = None
        one_channel_stack(edges, distance - 1, x)[-1].sum().backward()
        assert x.grad[source].item() == 0  # one layer less hears nothing at all


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_edges_and_no_nodes(kernel):
    conv = GCNConv(5, 3, kernel=kernel)
    none = torch.empty(2, 0, dtype=torch.long)
    torch.testing.assert_close(conv(FEATURES, none), conv.lin(FEATURES) + conv.bias)
    assert conv(FEATURES[:0], none).shape == (0, 3)


def test_a_change_in_place_is_noticed():
    conv = GCNConv(5, 3)
    edges, weights = EDGES.clone(), WEIGHTS.clone()
    conv(FEATURES, edges, weights)
    edges[0, 0] = 3
    torch.testing.assert_close(conv(FEATURES, edges, weights), conv(FEATURES, edges.clone(), weights.clone()))
    weights[0] = 7.0
    torch.testing.assert_close(conv(FEATURES, edges, weights), conv(FEATURES, edges.clone(), weights.clone()))
    edges[0, 0] = 6
    with pytest.raises(ValueError, match="edge_index"):
        conv(FEATURES, edges, weights)


def test_what_is_remembered_dies_with_the_edge_list():
    edges = EDGES.clone()
    GCNConv(5, 3)(FEATURES, edges)
    from gnnlab.layers.sorted_edges import sorted_edges

    made = weakref.ref(sorted_edges(edges, 6, self_loops=True))
    assert made() is not None
    del edges
    gc.collect()
    assert made() is None


def test_made_without_gradients_and_used_with_them():
    conv, edges = GCNConv(5, 3, kernel="sparse"), EDGES.clone()
    with torch.inference_mode():
        conv(FEATURES, edges, WEIGHTS)
    conv(FEATURES, edges, WEIGHTS).sum().backward()
    assert conv.lin.weight.grad is not None


def test_explaining_and_hooks_see_the_messages():
    conv, seen = GCNConv(5, 3), []
    conv.register_message_forward_hook(lambda module, inputs, out: seen.append(out.shape))
    torch.testing.assert_close(conv(FEATURES, EDGES), GCNConv.forward(conv, FEATURES, EDGES))
    assert seen[0] == (11, 3)  # five edges that are no loops, six self-loops


def test_cached_serves_one_graph_and_refuses_others():
    conv = GCNConv(5, 3, cached=True)
    first = conv(FEATURES, EDGES, WEIGHTS)
    torch.testing.assert_close(conv(FEATURES, EDGES.clone(), WEIGHTS.clone()), first)
    with pytest.raises(ValueError, match="cached"):
        conv(FEATURES, EDGES.flip(0), WEIGHTS)
    with pytest.raises(ValueError, match="cached"):
        conv(FEATURES, EDGES, WEIGHTS + 1)
    with pytest.raises(ValueError, match="cached"):
        conv(torch.cat([FEATURES, FEATURES]), EDGES, WEIGHTS)
    with pytest.raises(ValueError, match="batch"):
        conv(FEATURES[None], EDGES, WEIGHTS)
    conv.reset_parameters()
    conv(FEATURES, EDGES.flip(0), WEIGHTS)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("edge_index", (FEATURES, EDGES + 2)),  # node 5 is the last
        ("edge_index", (FEATURES[:4], EDGES)),
        ("edge_index", (FEATURES, EDGES - 1)),
        ("edge_index", (FEATURES, EDGES.float())),
        ("edge_index", (FEATURES, EDGES[0])),
        ("edge_index", (FEATURES, [[0], [1]])),
        ("edge_weight", (FEATURES, EDGES, WEIGHTS[:3])),
        ("edge_weight", (FEATURES, EDGES, -WEIGHTS)),
        ("edge_weight", (FEATURES, EDGES, WEIGHTS * math.nan)),
        ("edge_weight", (FEATURES, EDGES, WEIGHTS.long())),
        ("x", (FEATURES[:, :4], EDGES)),
        ("x", (FEATURES[0], EDGES)),
        ("x", (FEATURES[:5], torch.eye(6).to_sparse())),
    ],
)
def test_bad_input_is_named(name, arguments):
    with pytest.raises(ValueError, match=rf"^{name} "):
        GCNConv(5, 3)(*arguments)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="add_self_loops"):
        GCNConv(5, 3, add_self_loops=True, normalize=False)
    with pytest.raises(ValueError, match="kernel"):
        GCNConv(5, 3, kernel="fast")(FEATURES, EDGES)


@pytest.mark.parametrize("kernel", ["dense", "sparse"])
def test_a_product_cannot_stand_in_for_another_aggregation(kernel):
    conv = GCNConv(5, 3, kernel=kernel, aggr="mean")
    with pytest.raises(ValueError, match="kernel"):
        conv(torch.ones(3, 5), torch.tensor([[0], [1]]))


def test_kernel_is_checked_when_the_layer_is_made():
    with pytest.raises(ValueError, match="kernel"):
        GCNConv(5, 3, kernel="sprase")


def test_a_returned_matrix_is_the_callers_own():
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    torch.manual_seed(0)
    conv, x = GCNConv(5, 3), torch.randn(3, 5)
    before = conv(x, edges)
    normalized_adjacency(edges, num_nodes=3).zero_()
    normalized_adjacency(edges, num_nodes=3, sparse=True).values().zero_()
    assert torch.equal(conv(x, edges), before)


@pytest.mark.parametrize("layer", [GCNConv, GATConv, GATv2Conv])
@pytest.mark.parametrize(
    "kind", [torch.uint8, torch.int8, torch.int16, torch.int32, torch.uint16, torch.uint32]
)
@pytest.mark.parametrize("kernel", ["auto", "sparse", "message"])
def test_edges_of_any_whole_type(layer, kind, kernel):
    conv = layer(5, 3, kernel=kernel)
    torch.testing.assert_close(conv(FEATURES, EDGES.to(kind)), conv(FEATURES, EDGES), **CLOSE)
    with pytest.raises(ValueError, match=r"^edge_index must hold nodes from 0 to 5 .* holds 6"):
        conv(FEATURES, (EDGES + 2).to(kind))


@pytest.mark.parametrize("layer", [GCNConv, GATConv, GATv2Conv])
@pytest.mark.parametrize("kernel", ["sparse", "message"])
def test_a_nan_reaches_those_who_hear_it_and_no_others(layer, kernel):
    x = FEATURES.clone()
    x[0, 0] = float("nan")
    lost = layer(5, 3, kernel=kernel)(x, path_graph(6).edge_index).isnan().any(1)
    assert lost.tolist() == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("edge_weight", {"edge_weight": [1.0] * 6}),
        ("edge_weight", {"edge_weight": torch.ones(6, dtype=torch.long)}),
        ("edge_weight", {"edge_weight": torch.ones(6, 2)}),
        ("edge_weight", {"edge_weight": torch.ones(5)}),
        ("x", {"x": FEATURES.double()}),
        ("x", {"x": FEATURES.bfloat16()}),
        ("x", {"x": FEATURES.long()}),
        ("x", {"x": FEATURES.tolist()}),
        ("x", {"x": FEATURES[0]}),
        ("edge_index", {"edge_index": EDGES.tolist()}),
        ("edge_index", {"edge_index": EDGES.bool()}),
        ("edge_index", {"edge_index": EDGES.t()}),
    ],
)
def test_arguments_of_a_call_are_named(name, given):
    with pytest.raises(ValueError, match=rf"^{name} "):
        GCNConv(5, 3)(**{"x": FEATURES, "edge_index": EDGES} | given)
