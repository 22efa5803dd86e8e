"""The layers in the places that PyG has for its own: explainers, hooks, subclasses, hetero graphs, lazy sizes."""

import copy

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import HeteroData
from torch_geometric.explain import AttentionExplainer, Explainer, GNNExplainer
from torch_geometric.explain.algorithm.utils import clear_masks, set_masks
from torch_geometric.nn import to_captum_model, to_hetero

import gnnlab

CLOSE = {"atol": 1e-6, "rtol": 1e-5}
#: Ours and PyG's, with the options that both take.
LAYERS = {
    "gcn": (gnnlab.GCNConv, pyg.GCNConv, {}),
    "gat": (gnnlab.GATConv, pyg.GATConv, {"heads": 2, "concat": False}),
    "gatv2": (gnnlab.GATv2Conv, pyg.GATv2Conv, {"heads": 2, "concat": False}),
}
# torch gives its notices about sparse matrices once a process.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Sparse CS. tensor support is in beta"),
    pytest.mark.filterwarnings("ignore:Sparse invariant checks are implicitly disabled"),
]
by_layer = pytest.mark.parametrize("layer", LAYERS)


def graph(seed, nodes=7, edges=15):
    """A random graph, with self-loops and parallel edges, and the features of its nodes."""
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(nodes, 3, generator=generator),
        torch.randint(nodes, (2, edges), generator=generator),
        generator,
    )


class Net(torch.nn.Module):
    """Two convolutions, as the papers have them."""

    def __init__(self, conv, options):
        super().__init__()
        self.first, self.second = conv(3, 5, **options), conv(5, 2, **options)

    def forward(self, x, edge_index):
        return self.second(torch.relu(self.first(x, edge_index)), edge_index)


def nets(layer):
    """Our network and PyG's, with the same weights, in double precision."""
    ours, theirs, options = LAYERS[layer]
    torch.manual_seed(0)
    reference = Net(theirs, options).double().eval()
    net = Net(ours, options).double().eval()
    net.load_state_dict(reference.state_dict())
    return net, reference


def test_a_mask_meets_its_own_edge():
    conv = gnnlab.GCNConv(4, 4, bias=False)
    torch.nn.init.eye_(conv.lin.weight)
    edges = torch.tensor([[2, 1, 0], [3, 3, 3]])
    set_masks(conv, torch.tensor([0.0, 1.0, 1.0]), edges, apply_sigmoid=False)
    # Node 3 hears 0, 1, 2 and itself: 4 in all, each of the others hears itself alone.
    torch.testing.assert_close(conv(torch.eye(4), edges)[3], torch.tensor([0.5, 0.5, 0.0, 0.25]), **CLOSE)
    clear_masks(conv)
    torch.testing.assert_close(conv(torch.eye(4), edges)[3], torch.tensor([0.5, 0.5, 0.5, 0.25]), **CLOSE)


@by_layer
@pytest.mark.parametrize("seed", range(20))
def test_gradients_of_masks_are_those_of_pyg(layer, seed):
    """Captum's way: a mask for each edge, of which the answer is differentiated."""
    x, edges, generator = graph(seed)
    mask = torch.rand(1, edges.size(1), dtype=torch.float64, generator=generator)
    answers = []
    for net in nets(layer):
        model = to_captum_model(net, mask_type="edge", output_idx=4)
        one = mask.clone().requires_grad_()
        out = model(one, x.double(), edges)
        (gradient,) = torch.autograd.grad(out.square().sum(), one)
        answers += [(out, gradient)]
    for found, expected in zip(*answers):
        torch.testing.assert_close(found, expected)


@by_layer
@pytest.mark.parametrize("seed", range(20))
def test_explainers_say_what_they_say_of_pyg(layer, seed):
    x, edges, _ = graph(seed)
    config = {"mode": "multiclass_classification", "task_level": "node", "return_type": "raw"}
    masks = []
    for net in nets(layer):
        found = []
        for algorithm in (GNNExplainer(epochs=4), *([] if layer == "gcn" else [AttentionExplainer()])):
            explainer = Explainer(
                net,
                algorithm,
                explanation_type="model",
                node_mask_type="attributes" if isinstance(algorithm, GNNExplainer) else None,
                edge_mask_type="object",
                model_config=config,
            )
            torch.manual_seed(seed)
            found.append(explainer(x.double(), edges, index=3).edge_mask)
        masks.append(found)
    for mask, expected in zip(*masks):
        torch.testing.assert_close(mask, expected)


def own_step(make):
    """A way to derive from a layer; PyG keeps what it compiles by the name of the class, so each has its own."""

    def derive(base):
        made = make(base)
        made.__name__ = f"{made.__name__}Of{base.__module__.split('.')[0]}{base.__name__}"
        return made

    return derive


@own_step
def doubled(base):
    if "GCN" in base.__name__:

        class WithWeights(base):
            def message(self, x_j, edge_weight):
                return 2 * super().message(x_j, edge_weight)

        return WithWeights

    class WithAttention(base):
        def message(self, x_j, alpha):
            return 2 * super().message(x_j, alpha)

    return WithAttention


@own_step
def shifted(base):
    class Shifted(base):
        def update(self, inputs):
            return inputs + 1

    return Shifted


@own_step
def squared(base):
    class Squared(base):
        def aggregate(self, inputs, index, ptr=None, dim_size=None):
            return super().aggregate(inputs.square(), index, ptr=ptr, dim_size=dim_size)

    return Squared


@own_step
def tripled(base):
    class Tripled(base):
        def propagate(self, edge_index, size=None, **kwargs):
            return 3 * super().propagate(edge_index, size=size, **kwargs)

    return Tripled


@own_step
def even(base):
    class Even(base):
        def edge_update(self, index):
            return torch.ones(index.numel(), self.heads, dtype=torch.float64)

    return Even


@by_layer
@pytest.mark.parametrize("step", [doubled, shifted, squared, tripled, even])
def test_steps_of_a_subclass_are_taken(layer, step):
    if step is even and layer == "gcn":
        return  # it has no attention
    x, edges, _ = graph(0)
    ours, theirs, options = LAYERS[layer]
    torch.manual_seed(0)
    expected = step(theirs)(3, 4, **options).double()
    own = step(ours)(3, 4, **options).double()
    own.load_state_dict(expected.state_dict())
    plain = ours(3, 4, **options).double()
    plain.load_state_dict(expected.state_dict())
    out = own(x.double(), edges)
    torch.testing.assert_close(out, expected(x.double(), edges))
    assert not torch.allclose(out, plain(x.double(), edges))


@by_layer
def test_a_step_put_into_one_layer_is_taken_and_a_product_then_refused(layer):
    x, edges, _ = graph(1)
    conv = LAYERS[layer][0](3, 4, bias=False)
    before = conv(x, edges)
    conv.update = lambda inputs: -inputs
    torch.testing.assert_close(conv(x, edges), -before, **CLOSE)
    conv.kernel = "sparse"
    with pytest.raises(ValueError, match=r"^kernel .* steps of one's own"):
        conv(x, edges)


@by_layer
def test_a_subclass_without_steps_keeps_the_products(layer):
    class Own(LAYERS[layer][0]):
        def forward(self, x, edge_index):
            return 2 * super().forward(x, edge_index)

    x, edges, _ = graph(2)
    own = Own(3, 4, kernel="sparse")  # which messages would refuse
    plain = LAYERS[layer][0](3, 4)
    plain.load_state_dict(own.state_dict())
    torch.testing.assert_close(own(x, edges), 2 * plain(x, edges), **CLOSE)


@by_layer
def test_hooks_see_edges_in_the_order_given(layer):
    x, edges, _ = graph(3)
    ours, theirs, options = LAYERS[layer]
    seen = []
    for conv in (ours(3, 4, **options), theirs(3, 4, **options)):
        conv.register_propagate_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
        conv(x, edges)
    assert torch.equal(*seen)


@st.composite
def two_kinds(draw):
    """Sources, targets and edges between them: no edges, one node, more of one kind than of the other."""
    sources, targets = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    count = draw(st.integers(0, 12))
    edges = torch.stack([torch.randint(n, (count,), generator=generator) for n in (sources, targets)])
    return edges, torch.randn(sources, 3, generator=generator), torch.randn(targets, 5, generator=generator)


@pytest.mark.parametrize("kernel", ["auto", "dense", "sparse", "message"])
@pytest.mark.parametrize("layer", ["gat", "gatv2"])
@settings(max_examples=15)
@given(
    graph=two_kinds(),
    loops=st.booleans(),
    residual=st.booleans(),
    edge_dim=st.sampled_from([None, 2]),
    deaf=st.booleans(),
)
def test_two_kinds_of_nodes(layer, kernel, graph, loops, residual, edge_dim, deaf):
    edges, source, target = graph
    ours, theirs, _ = LAYERS[layer]
    options = {"heads": 3, "add_self_loops": loops, "residual": residual, "edge_dim": edge_dim}
    options["fill_value"] = 0.5  # PyG takes means over edges for as many nodes as there are loops, and fails
    torch.manual_seed(0)
    theirs = theirs((3, 5), 4, **options)
    ours = ours((3, 5), 4, kernel=kernel, **options)
    ours.load_state_dict(theirs.state_dict())
    attr = None if edge_dim is None else torch.randn(edges.size(1), 2)
    silent = deaf and layer == "gat"  # the second scoring needs both ends
    extra = {"size": (len(source), len(target))} if silent else {}
    results = []
    for conv in (ours, theirs):
        x = [part.clone().requires_grad_() for part in (source, target)]
        out, (listed, alpha) = conv(
            (x[0], None if silent else x[1]), edges, attr, return_attention_weights=True, **extra
        )
        out.square().sum().backward()
        results.append((out, listed, alpha, x[0].grad, x[1].grad))
    for found, expected in zip(*results):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    if edge_dim is None and edges.unique(dim=1).size(1) == edges.size(1):  # a matrix has one place for a pair
        matrix = torch.sparse_coo_tensor(
            edges.flip(0), torch.ones(edges.size(1)), (len(target), len(source))
        ).coalesce()
        for adj in (matrix, matrix.to_sparse_csr(), matrix.to_sparse_csc()):
            torch.testing.assert_close(
                ours((source, None if silent else target), adj), results[0][0], atol=1e-5, rtol=1e-4
            )


@pytest.mark.parametrize("layer", ["gat", "gatv2"])
def test_two_kinds_in_a_batch_are_its_examples(layer):
    generator = torch.Generator().manual_seed(0)
    edges = torch.tensor([[0, 1, 2, 3, 3], [0, 0, 1, 1, 2]])
    conv = LAYERS[layer][0]((3, 5), 4, heads=2)
    source, target = (
        torch.randn(7, 4, 3, generator=generator),
        torch.randn(7, 3, 5, generator=generator),
    )
    apart = [conv((s, t), edges) for s, t in zip(source, target)]
    torch.testing.assert_close(conv((source, target), edges), torch.stack(apart), **CLOSE)


def hetero():
    generator = torch.Generator().manual_seed(0)
    data = HeteroData()
    data["word"].x = torch.randn(6, 3, generator=generator)
    data["text"].x = torch.randn(4, 5, generator=generator)
    ends = [torch.randint(n, (9,), generator=generator) for n in (6, 4)]
    data["word", "in", "text"].edge_index = torch.stack(ends)
    data["text", "has", "word"].edge_index = torch.stack(ends[::-1])
    return data


@pytest.mark.parametrize("layer", ["gat", "gatv2"])
def test_hetero_conv(layer):
    data = hetero()
    ours, theirs, _ = LAYERS[layer]
    options = {"heads": 2, "add_self_loops": False, "edge_dim": 2}
    attributes = {kind: torch.randn(9, 2) for kind in data.edge_types}
    nets = [
        pyg.HeteroConv({kind: conv((-1, -1), 4, **options) for kind in data.edge_types})
        for conv in (ours, theirs)
    ]
    arguments = (data.x_dict, data.edge_index_dict)
    nets[1](*arguments, edge_attr_dict=attributes)
    nets[0](*arguments, edge_attr_dict=attributes)
    nets[0].load_state_dict(nets[1].state_dict())
    found, expected = (net(*arguments, edge_attr_dict=attributes) for net in nets)
    assert set(found) == set(expected)
    for kind, values in found.items():
        torch.testing.assert_close(values, expected[kind], **CLOSE)


@pytest.mark.parametrize("layer", ["gat", "gatv2"])
def test_to_hetero(layer):
    data = hetero()

    class Two(torch.nn.Module):
        def __init__(self, conv):
            super().__init__()
            self.first = conv((-1, -1), 4, add_self_loops=False)
            self.second = conv((-1, -1), 2, add_self_loops=False)

        def forward(self, x, edge_index):
            return self.second(self.first(x, edge_index).relu(), edge_index)

    nets = [to_hetero(Two(conv), data.metadata()) for conv in LAYERS[layer][:2]]
    for net in nets:
        net(data.x_dict, data.edge_index_dict)
    nets[0].load_state_dict(nets[1].state_dict())
    found, expected = (net(data.x_dict, data.edge_index_dict) for net in nets)
    for kind, values in expected.items():
        torch.testing.assert_close(found[kind], values, **CLOSE)


@by_layer
def test_lazy_sizes(layer):
    x, edges, _ = graph(4)
    ours, theirs, options = LAYERS[layer]
    options = options if layer == "gcn" else options | {"edge_dim": -1, "residual": True}
    given = () if layer == "gcn" else (torch.randn(edges.size(1), 2),)
    lazy, known = ours(-1, 4, **options), theirs(-1, 4, **options)
    copied = copy.deepcopy(lazy)
    known(x, edges, *given)
    for conv in (lazy, copied):
        conv(x, edges, *given)
        conv.load_state_dict(known.state_dict())
        torch.testing.assert_close(conv(x, edges, *given), known(x, edges, *given), **CLOSE)
    with pytest.raises(ValueError, match=r"^x must have in_channels = 3 columns"):
        lazy(torch.randn(7, 2), edges, *given)


@pytest.mark.parametrize("layer", ["gat", "gatv2"])
@pytest.mark.parametrize("layout", ["coo", "csr", "csc"])
def test_attention_of_a_sparse_matrix_is_one(layer, layout):
    edges = torch.tensor([[0, 1, 1, 2, 4], [1, 0, 2, 2, 3]])
    x = torch.randn(6, 3)
    adj = torch.sparse_coo_tensor(edges.flip(0), torch.ones(5), (6, 6)).coalesce()
    adj = {"coo": adj, "csr": adj.to_sparse_csr(), "csc": adj.to_sparse_csc()}[layout]
    conv = LAYERS[layer][0](3, 4, heads=2)
    out, (matrix, values) = conv(x, adj, return_attention_weights=True)
    expected, (listed, alpha) = conv(x, edges, return_attention_weights=True)
    torch.testing.assert_close(out, expected, **CLOSE)
    assert matrix.layout == adj.layout
    assert matrix.shape == (6, 6, 2)
    assert values.shape == (10, 2)
    written = torch.zeros(6, 6, 2).index_put((listed[1], listed[0]), alpha)
    torch.testing.assert_close(matrix.to_dense() if layout == "coo" else dense(matrix), written, **CLOSE)


def dense(matrix):
    """A compressed matrix with several numbers an entry, written out; torch cannot."""
    along_rows = matrix.layout == torch.sparse_csr
    starts = matrix.crow_indices() if along_rows else matrix.ccol_indices()
    plain = matrix.col_indices() if along_rows else matrix.row_indices()
    ends = torch.arange(6).repeat_interleave(starts.diff())
    places = (ends, plain.long()) if along_rows else (plain.long(), ends)
    return torch.zeros(6, 6, 2).index_put(places, matrix.values())


def test_arguments_stand_where_pyg_has_them():
    x, edges, _ = graph(5)
    attr = torch.randn(edges.size(1), 2)
    theirs = pyg.GATConv(3, 4, 2, True, 0.3, 0.0, True, 2, 0.5, True, True)
    ours = gnnlab.GATConv(3, 4, 2, True, 0.3, 0.0, True, 2, 0.5, True, True)
    ours.load_state_dict(theirs.state_dict())
    for found, expected in zip(*(conv(x, edges, attr, (7, 7), True) for conv in (ours, theirs))):
        torch.testing.assert_close(found, expected, **CLOSE)
    theirs = pyg.GATv2Conv(3, 4, 2, False, 0.3, 0.0, False, 2, 0.5, False, True, True)
    ours = gnnlab.GATv2Conv(3, 4, 2, False, 0.3, 0.0, False, 2, 0.5, False, True, True)
    ours.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(x, edges, attr), theirs(x, edges, attr), **CLOSE)
    assert repr(ours) == repr(theirs)


def test_weights_may_stand_in_a_column():
    x, edges, generator = graph(6)
    weights = torch.rand(edges.size(1), generator=generator)
    conv = gnnlab.GCNConv(3, 4)
    assert torch.equal(conv(x, edges, weights.view(-1, 1)), conv(x, edges, weights))


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("x", ((torch.ones(4, 3), None, None), torch.zeros(2, 1, dtype=torch.long)), {}),
        ("x", ((torch.ones(4, 3), torch.ones(2, 4)), torch.zeros(2, 1, dtype=torch.long)), {}),
        (r"x\[0\]", ((None, torch.ones(2, 5)), torch.zeros(2, 1, dtype=torch.long)), {}),
        ("size", ((torch.ones(4, 3), None), torch.zeros(2, 1, dtype=torch.long)), {"size": (3, 2)}),
        ("size", ((torch.ones(4, 3), None), torch.zeros(2, 1, dtype=torch.long)), {"size": 4}),
        ("edge_index", ((torch.ones(4, 3), torch.ones(2, 5)), torch.tensor([[0], [2]])), {}),
        ("edge_index", ((torch.ones(2, 3), torch.ones(4, 5)), torch.tensor([[2], [0]])), {}),
    ],
)
def test_bad_pairs_are_named(name, arguments, options):
    with pytest.raises(ValueError, match=f"^{name}"):
        gnnlab.GATConv((3, 5), 4)(*arguments, **options)


def test_a_gcn_has_one_kind_of_nodes():
    with pytest.raises(ValueError, match=r"^x must be one tensor"):
        gnnlab.GCNConv(3, 4)((torch.ones(4, 3), None), torch.zeros(2, 1, dtype=torch.long))


def test_arguments_of_gatv2_stand_where_pyg_has_them():
    ours, theirs = gnnlab.GATv2Conv(3, 4, heads=2, edge_dim=2), pyg.GATv2Conv(3, 4, heads=2, edge_dim=2)
    ours.load_state_dict(theirs.state_dict())
    x, edges, features = torch.randn(5, 3), torch.tensor([[0, 1, 2, 3], [1, 2, 0, 4]]), torch.randn(4, 2)
    (found, (listed, alpha)), (due, (their_list, their_alpha)) = (
        conv(x, edges, features, True) for conv in (ours, theirs)
    )
    torch.testing.assert_close(found, due)
    assert listed.tolist() == their_list.tolist()
    torch.testing.assert_close(alpha, their_alpha)
    torch.testing.assert_close(ours(x, edges, features), ours(x, edges, edge_weight=features))
