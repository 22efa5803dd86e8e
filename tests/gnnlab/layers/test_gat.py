import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from hypothesis import strategies as st

from gnnlab import GATConv, path_graph

KERNELS = ["auto", "dense", "sparse", "message"]
EDGES = torch.tensor([[0, 1, 1, 2, 4, 0], [1, 0, 2, 2, 3, 1]])  # a self-loop, a parallel edge
ATTR = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
FEATURES = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))  # node 5 is isolated
# float32 sums in another order
CLOSE = {"atol": 1e-6, "rtol": 1e-5}


@st.composite
def graphs(draw):
    """Edges (2, E), edge features (E, 2) and N: self-loops, parallel edges, isolated nodes, no edges, one node."""
    nodes = draw(st.integers(1, 11))
    count = draw(st.integers(0, 3 * nodes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    edges = torch.randint(nodes, (2, count), generator=generator)
    if draw(st.booleans()):
        edges = torch.cat([edges, edges.flip(0)], dim=1)
    return edges, torch.randn(edges.size(1), 2, generator=generator), nodes


OPTIONS = st.fixed_dictionaries(
    {
        "heads": st.sampled_from([1, 3]),
        "concat": st.booleans(),
        "add_self_loops": st.booleans(),
        "residual": st.booleans(),
        "bias": st.booleans(),
        "edge_dim": st.sampled_from([None, 2]),
        "flow": st.sampled_from(["source_to_target", "target_to_source"]),
    }
)


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=20)
@given(graph=graphs(), options=OPTIONS)
def test_equal_to_pyg(kernel, v2, graph, options):
    edges, attr, nodes = graph
    # Read backwards, PyG's layer gives self-loops the mean of the edges that leave a node: there it gets turned edges.
    turned = options["flow"] == "target_to_source"
    torch.manual_seed(0)
    theirs = (pyg.GATv2Conv if v2 else pyg.GATConv)(5, 4, **options | {"flow": "source_to_target"})
    ours = GATConv(5, 4, v2=v2, kernel=kernel, **options)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(nodes, 5)
    results = []
    for layer, pairs in ((ours, edges), (theirs, edges.flip(0) if turned else edges)):
        x_own, attr_own = x.clone().requires_grad_(), attr.clone().requires_grad_()
        features = () if options["edge_dim"] is None else (attr_own,)
        out, (listed, alpha) = layer(x_own, pairs, *features, return_attention_weights=True)
        out.square().sum().backward()
        results.append((out, listed, alpha, x_own.grad, attr_own.grad, dict(layer.named_parameters())))
    (out, listed, alpha, dx, dattr, params), (out_, listed_, alpha_, dx_, dattr_, params_) = results
    torch.testing.assert_close(out, out_, **CLOSE)
    torch.testing.assert_close(alpha, alpha_, **CLOSE)
    assert torch.equal(listed, listed_.flip(0) if turned else listed_)
    torch.testing.assert_close(dx, dx_, atol=1e-5, rtol=1e-4)
    if dattr_ is not None:  # PyG leaves the features out where there are no edges
        torch.testing.assert_close(dattr, dattr_, atol=1e-5, rtol=1e-4)
    assert set(params) == set(params_)
    for name, parameter in params.items():
        expected = params_[name].grad
        expected = torch.zeros_like(parameter) if expected is None else expected
        got = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-4)


def by_hand(conv, x, edges):
    """One head at a time, one node at a time."""
    h = conv.lin(x).view(len(x), conv.heads, -1)
    out = torch.zeros_like(h)
    pairs = [(i, j) for i, j in edges.T.tolist() if i != j] + [(i, i) for i in range(len(x))]
    for k in range(conv.heads):
        for i in range(len(x)):
            heard = [source for source, target in pairs if target == i]
            scores = [
                torch.nn.functional.leaky_relu(
                    h[i, k] @ conv.att_dst[0, k] + h[j, k] @ conv.att_src[0, k], 0.2
                )
                for j in heard
            ]
            alpha = torch.stack(scores).exp() / torch.stack(scores).exp().sum()
            out[i, k] = sum(a * h[j, k] for a, j in zip(alpha, heard))
    return out.flatten(1) + conv.bias


@pytest.mark.parametrize("kernel", KERNELS)
def test_equal_to_a_plain_loop(kernel):
    torch.manual_seed(1)
    conv = GATConv(5, 4, heads=3, kernel=kernel).double()
    x = FEATURES.double()
    torch.testing.assert_close(conv(x, EDGES), by_hand(conv, x, EDGES))


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=12)
@given(graph=graphs(), loops=st.booleans(), seed=st.integers(0, 2**31))
def test_attention_sums_to_one_and_numbering_changes_nothing(kernel, v2, graph, loops, seed):
    edges, attr, nodes = graph
    generator = torch.Generator().manual_seed(seed)
    conv = GATConv(5, 4, heads=3, v2=v2, kernel=kernel, add_self_loops=loops, edge_dim=2).double()
    x, attr = torch.randn(nodes, 5, dtype=torch.float64, generator=generator), attr.double()
    out, (listed, alpha) = conv(x, edges, attr, return_attention_weights=True)
    total = torch.zeros(nodes, 3, dtype=torch.float64).index_add(0, listed[1], alpha)
    heard = torch.zeros(nodes, dtype=torch.bool)
    heard[listed[1]] = True
    torch.testing.assert_close(total[heard], torch.ones_like(total[heard]))

    order = torch.randperm(edges.size(1), generator=generator)
    torch.testing.assert_close(conv(x, edges[:, order], attr[order]), out)
    place = torch.randperm(nodes, generator=generator)  # node i becomes place[i]
    moved = torch.empty_like(x)
    moved[place] = x
    torch.testing.assert_close(conv(moved, place[edges], attr)[place], out)


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_batch_is_its_examples(kernel, v2):
    torch.manual_seed(2)
    conv = GATConv(5, 4, heads=3, v2=v2, kernel=kernel, edge_dim=2, residual=True)
    x = torch.randn(7, 6, 5)
    out, (listed, alpha) = conv(x, EDGES, ATTR, return_attention_weights=True)
    apart = [conv(example, EDGES, ATTR, return_attention_weights=True) for example in x]
    torch.testing.assert_close(out, torch.stack([part[0] for part in apart]), **CLOSE)
    torch.testing.assert_close(alpha, torch.stack([part[1][1] for part in apart]), **CLOSE)
    assert torch.equal(listed, apart[0][1][0])


@pytest.mark.parametrize("v2", [False, True])
@pytest.mark.parametrize("kernel", ["dense", "sparse"])
def test_gradients_by_finite_differences(kernel, v2):
    torch.manual_seed(3)
    conv = GATConv(3, 2, heads=2, v2=v2, kernel=kernel, edge_dim=2).double()
    x = torch.randn(2, 6, 3, dtype=torch.float64, requires_grad=True)
    attr = ATTR.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x, attr: conv(x, EDGES, attr), (x, attr), fast_mode=True)


@pytest.mark.parametrize("kernel", KERNELS)
def test_large_scores_do_not_overflow(kernel):
    conv = GATConv(5, 4, kernel=kernel)
    x = (1e4 * FEATURES).requires_grad_()
    out = conv(x, EDGES)
    out.sum().backward()
    assert bool(out.isfinite().all())
    assert bool(x.grad.isfinite().all())


@pytest.mark.parametrize("kernel", KERNELS)
def test_dropout_drops_attention_and_keeps_the_mean(kernel):
    torch.manual_seed(4)
    nodes = 60
    conv = GATConv(5, 4, heads=7, dropout=0.4, kernel=kernel)
    edges = path_graph(nodes).edge_index
    x = torch.randn(nodes, 5)
    _, (_, dropped) = conv(x, edges, return_attention_weights=True)
    _, (_, alpha) = conv.eval()(x, edges, return_attention_weights=True)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], alpha[kept] / 0.6)
    # 178 edges of 7 heads: the share has a standard deviation of 0.014
    assert kept.float().mean().item() == pytest.approx(0.6, abs=0.06)


def test_joined_and_separate_heads_are_equal(monkeypatch):
    torch.manual_seed(5)
    conv = GATConv(5, 4, heads=7, kernel="sparse")
    x = torch.randn(6, 5, requires_grad=True)
    joined = conv(x, EDGES)
    (grad,) = torch.autograd.grad(joined.square().sum(), x)
    for entries in (0, 25):  # one head at a time; three at a time and one left over
        monkeypatch.setattr("gnnlab.layers.sparse_product.JOINED_ENTRIES", entries)
        apart = conv(x, EDGES.clone())
        torch.testing.assert_close(apart, joined, **CLOSE)
        torch.testing.assert_close(torch.autograd.grad(apart.square().sum(), x)[0], grad, **CLOSE)


def test_blocks_of_edges_change_nothing(monkeypatch):
    torch.manual_seed(6)
    conv = GATConv(5, 4, heads=3, v2=True, edge_dim=2, kernel="sparse")
    whole = conv(FEATURES, EDGES, ATTR)
    whole.square().sum().backward()
    grads = [p.grad.clone() for p in conv.parameters()]
    conv.zero_grad()
    monkeypatch.setattr("gnnlab.layers.pair_scores.BLOCK_NUMBERS", 2 * 3 * 4)  # two edges a block
    blocks = conv(FEATURES, EDGES, ATTR)
    blocks.square().sum().backward()
    torch.testing.assert_close(blocks, whole, **CLOSE)
    for parameter, grad in zip(conv.parameters(), grads):
        torch.testing.assert_close(parameter.grad, grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("fill_value", ["mean", "add", "min", "max", "mul", 0.7, torch.tensor([0.3, -0.2])])
def test_features_of_self_loops(fill_value):
    torch.manual_seed(7)
    theirs = pyg.GATConv(5, 4, edge_dim=2, fill_value=fill_value)
    ours = GATConv(5, 4, edge_dim=2, fill_value=fill_value)
    ours.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(FEATURES, EDGES, edge_attr=ATTR), theirs(FEATURES, EDGES, ATTR), **CLOSE)


def test_weights_have_no_effect_without_edge_dim_and_are_a_feature_with_it():
    torch.manual_seed(8)
    weights = ATTR[:, 0].abs()
    plain = GATConv(5, 4)
    assert torch.equal(plain(FEATURES, EDGES, weights), plain(FEATURES, EDGES))
    aware = GATConv(5, 4, edge_dim=1)
    torch.testing.assert_close(aware(FEATURES, EDGES, weights), aware(FEATURES, EDGES, weights[:, None]))
    assert not torch.allclose(aware(FEATURES, EDGES, weights), aware(FEATURES, EDGES, 2 * weights))


def test_sparse_matrices_give_the_same():
    conv = GATConv(5, 4, heads=2)
    single = EDGES[:, :5]
    adj_t = torch.sparse_coo_tensor(single.flip(0), torch.ones(5), (6, 6)).coalesce()
    for matrix in (adj_t, adj_t.to_sparse_csr(), adj_t.to_sparse_csc()):
        torch.testing.assert_close(conv(FEATURES, matrix), conv(FEATURES, single), **CLOSE)


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_nodes(kernel):
    none = torch.empty(2, 0, dtype=torch.long)
    assert GATConv(5, 4, heads=3, kernel=kernel)(FEATURES[:0], none).shape == (0, 12)


@pytest.mark.parametrize(
    ("name", "options", "arguments"),
    [
        ("edge_index", {}, (FEATURES, EDGES + 2)),
        ("edge_index", {}, (FEATURES, EDGES.float())),
        ("edge_attr", {"edge_dim": 3}, (FEATURES, EDGES, ATTR)),
        ("edge_attr", {"edge_dim": 2}, (FEATURES, EDGES, ATTR[:4])),
        ("edge_attr", {}, (FEATURES, EDGES, ATTR)),
        ("x", {}, (FEATURES[:, :4], EDGES)),
    ],
)
def test_bad_input_is_named(name, options, arguments):
    with pytest.raises(ValueError, match=rf"^{name} "):
        GATConv(5, 4, **options)(*arguments)


def test_shared_weights_are_for_the_second_scoring():
    with pytest.raises(ValueError, match="share_weights"):
        GATConv(5, 4, share_weights=True)
    theirs, ours = pyg.GATv2Conv(5, 4, share_weights=True), GATConv(5, 4, v2=True, share_weights=True)
    ours.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(FEATURES, EDGES), theirs(FEATURES, EDGES), **CLOSE)


@pytest.mark.parametrize("options", [{}, {"v2": True}, {"edge_dim": 2, "residual": True}])
def test_reset_honours_the_generator(options):
    conv = GATConv(5, 4, heads=2, **options)

    def weights(seed):
        torch.manual_seed(seed)
        conv.reset_parameters()
        return torch.cat([p.detach().flatten() for p in conv.parameters()])

    assert torch.equal(weights(7), weights(7))
    assert not torch.equal(weights(7), weights(8))


@pytest.mark.parametrize("kernel", ["dense", "sparse"])
@pytest.mark.parametrize("parallel", [False, True])
def test_gradients_have_gradients(kernel, parallel):
    torch.manual_seed(0)
    edges = EDGES if parallel else path_graph(6).edge_index
    conv = GATConv(5, 3, heads=2, kernel=kernel).double()
    x = FEATURES.double().requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: conv(x, edges), (x,))


def test_second_derivatives_that_do_not_exist_are_refused():
    conv = GATConv(5, 3, v2=True, kernel="sparse")
    x = FEATURES.clone().requires_grad_()
    with pytest.raises(RuntimeError, match="kernel='message'"):
        torch.autograd.grad(conv(x, EDGES).square().sum(), x, create_graph=True)


def test_the_listed_edges_are_the_callers_own():
    conv = GATConv(5, 3)
    _, (edges, _) = conv(FEATURES, EDGES, return_attention_weights=True)
    before = edges.clone()
    edges.zero_()
    _, (again, _) = conv(FEATURES, EDGES, return_attention_weights=True)
    assert torch.equal(again, before)


@pytest.mark.parametrize(
    ("name", "options"), [("heads", {"heads": 0}), ("out_channels", {"out_channels": -1})]
)
def test_sizes_are_checked(name, options):
    with pytest.raises(ValueError, match=name):
        GATConv(**{"in_channels": 5, "out_channels": 3} | options)


def test_a_list_is_no_edge_index():
    with pytest.raises(ValueError, match="edge_index"):
        GATConv(5, 3)(FEATURES, [[0], [1]])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("edge_attr", {"edge_attr": ATTR.double()}),
        ("edge_attr", {"edge_attr": ATTR.long()}),
        ("edge_attr", {"edge_attr": ATTR.tolist()}),
        ("edge_attr", {"edge_weight": ATTR.tolist()}),
        ("edge_weight", {"edge_attr": ATTR, "edge_weight": ATTR}),
        ("return_attention_weights", {"return_attention_weights": 1}),
        ("size", {"size": (6, 5)}),
        ("size", {"size": 6}),
        ("x", {"x": FEATURES.double()}),
    ],
)
def test_arguments_of_a_call_are_named(name, given):
    with pytest.raises(ValueError, match=rf"^{name} "):
        GATConv(5, 3, edge_dim=2)(**{"x": FEATURES, "edge_index": EDGES} | given)


@pytest.mark.parametrize("fill", [torch.ones(3), torch.ones(2, 2)])
def test_a_fill_value_fits_the_features(fill):
    with pytest.raises(ValueError, match=r"^fill_value "):
        GATConv(5, 3, edge_dim=2, fill_value=fill)(FEATURES, EDGES, ATTR)
