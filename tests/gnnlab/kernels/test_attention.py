"""The kernels of attention beside PyG's layers in double precision."""

import copy

import pytest
import torch
import torch_geometric.nn as pyg
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gnnlab import GATConv, GCNConv, path_graph
from gnnlab.layers import attend

V2 = pytest.mark.parametrize("v2", [False, True])


def slow(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


def random_graph(targets, sources, seed=0):
    """A target that hears every source, a source that all others hear, parallel edges, nodes without edges."""
    generator = torch.Generator().manual_seed(seed)
    some = torch.stack([torch.randint(n - 2, (targets,), generator=generator) for n in (sources, targets)])
    hub = torch.stack([torch.arange(sources - 2), torch.zeros(sources - 2, dtype=torch.long)])
    loud = torch.stack([torch.ones(targets - 2, dtype=torch.long), torch.arange(targets - 2)])
    return torch.cat([some, hub, loud, some[:, :3]], dim=1)


def assert_near(found, expected):
    """Equal to 1e-5 of the largest number; where all are nearly zero, terms that cancel were larger."""
    largest = expected.abs().max().clamp(min=0.1).item()
    torch.testing.assert_close(found.double().cpu(), expected.double().cpu(), rtol=0, atol=1e-5 * largest)


def both(v2, device, in_channels=5, **options):
    """A layer of ours in single precision and PyG's in double, with the same weights."""
    torch.manual_seed(0)
    theirs = (pyg.GATv2Conv if v2 else pyg.GATConv)(in_channels, **options)
    with torch.no_grad():
        for parameter in theirs.parameters():  # no bias is zero
            parameter.add_(0.1 * torch.randn_like(parameter))
    ours = GATConv(in_channels, v2=v2, **options)
    ours.load_state_dict(theirs.state_dict())
    return ours.to(device), theirs.double()


def assert_equal(
    ours, theirs, device, launched, x, edges, attr=None, join=lambda layer, *given: layer(*given)
):
    """Outputs and all gradients agree, and the kernels took part: one launch forward, two backward."""
    del launched[:]
    given = [[None if part is None else part.clone() for part in (*x, attr)] for _ in range(2)]
    given[0] = [None if part is None else part.to(device).requires_grad_() for part in given[0]]
    given[1] = [None if part is None else part.double().requires_grad_() for part in given[1]]
    outs = []
    for layer, (*features, edge_attr), pairs in zip(
        (ours, theirs), given, (edges.to(device), edges), strict=True
    ):
        features = features[0] if len(features) == 1 else tuple(features)
        outs.append(join(layer, features, pairs, *(() if edge_attr is None else (edge_attr,))))
    assert len(launched) == 1
    grad = torch.randn(outs[1].shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    outs[0].backward(grad.float().to(device))
    outs[1].backward(grad)
    assert len(launched) == 3
    assert_near(outs[0], outs[1])
    for mine, yours in zip(given[0], given[1], strict=True):
        if mine is not None:
            assert_near(mine.grad, yours.grad)
    for (name, mine), (other, yours) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other
        assert (mine.grad is None) == (yours.grad is None)
        if mine.grad is not None:
            assert_near(mine.grad, yours.grad)


@pytest.fixture
def launched(device, monkeypatch):
    """The names of the kernels that were started."""
    from gnnlab.kernels import attention_launch

    names, launch = [], attention_launch._launch

    def noted(kernel, *args):
        names.append(kernel.fn.__name__)
        return launch(kernel, *args)

    monkeypatch.setattr(attention_launch, "_launch", noted)
    return names


@V2
@pytest.mark.parametrize("hub_edges", [2048, slow(5)])
@pytest.mark.parametrize(
    ("heads", "channels"), [(3, 7), slow(1, 1), slow(1, 8), slow(8, 25), slow(2, 64), slow(2, 300)]
)
def test_equal_to_pyg(v2, heads, channels, hub_edges, device, launched, monkeypatch):
    monkeypatch.setattr("gnnlab.kernels.tiles.HUB_EDGES", hub_edges)
    options = {"out_channels": channels, "heads": heads, "add_self_loops": heads != 3}
    ours, theirs = both(v2, device, **options)
    x = torch.randn(10, 5, generator=torch.Generator().manual_seed(2))
    assert_equal(ours, theirs, device, launched, (x,), random_graph(10, 10))


@pytest.mark.parametrize("hub_edges", [5, slow(2048)])
def test_features_of_edges(hub_edges, device, launched, monkeypatch):
    monkeypatch.setattr("gnnlab.kernels.tiles.HUB_EDGES", hub_edges)
    ours, theirs = both(False, device, out_channels=4, heads=3, edge_dim=2, concat=False, residual=True)
    edges = random_graph(8, 8)
    generator = torch.Generator().manual_seed(3)
    x, attr = torch.randn(8, 5, generator=generator), torch.randn(edges.size(1), 2, generator=generator)
    assert_equal(ours, theirs, device, launched, (x,), edges, attr)


@pytest.mark.parametrize(("v2", "edge_dim"), [(False, 2), (True, None), slow(False, None)])
def test_a_batch_is_its_examples(v2, edge_dim, device, launched):
    ours, theirs = both(v2, device, out_channels=4, heads=3, edge_dim=edge_dim)
    edges, generator = random_graph(6, 6), torch.Generator().manual_seed(4)
    x = torch.randn(2, 6, 5, generator=generator)
    attr = None if edge_dim is None else torch.randn(edges.size(1), edge_dim, generator=generator)

    def join(layer, x, *rest):
        return layer(x, *rest) if layer is ours else torch.stack([layer(one, *rest) for one in x])

    assert_equal(ours, theirs, device, launched, (x,), edges, attr, join)


@V2
@pytest.mark.parametrize(("targets", "sources"), [(4, 7), slow(12, 7), slow(9, 9)])
def test_nodes_of_two_kinds(v2, targets, sources, device, launched):
    ours, theirs = both(v2, device, in_channels=(5, 2), out_channels=4, heads=3, add_self_loops=False)
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(sources, 5, generator=generator), torch.randn(targets, 2, generator=generator)
    assert_equal(ours, theirs, device, launched, x, random_graph(targets, sources))


def test_targets_without_features(device, launched):
    ours, theirs = both(False, device, in_channels=(5, 2), out_channels=4, heads=3, add_self_loops=False)
    x = torch.randn(9, 5, generator=torch.Generator().manual_seed(6)), None

    def join(layer, *given):
        return layer(*given, size=(9, 8))

    assert_equal(ours, theirs, device, launched, x, random_graph(8, 9), join=join)


def test_shared_weights_and_whole_slopes(device, launched):
    ours, theirs = both(True, device, out_channels=4, heads=3, share_weights=True, negative_slope=0)
    x = torch.randn(9, 5, generator=torch.Generator().manual_seed(7))
    assert_equal(ours, theirs, device, launched, (x,), random_graph(9, 9))


@pytest.mark.parametrize("v2", [False, slow(True)])
def test_large_scores_do_not_overflow(v2, device, launched):
    ours, theirs = both(v2, device, out_channels=4, heads=3)
    edges, x = path_graph(5).edge_index, 1e4 * torch.randn(5, 5, generator=torch.Generator().manual_seed(8))
    given = x.to(device).requires_grad_()
    out = ours(given, edges.to(device))
    out.sum().backward()
    assert len(launched) == 3
    assert bool(given.grad.isfinite().all())
    # A score of 1e5 has two digits behind the point in single precision.
    torch.testing.assert_close(out.double().cpu(), theirs(x.double(), edges), rtol=0.05, atol=0.05)


@V2
def test_a_value_that_is_no_number_reaches_those_alone_that_hear_it(v2, device, launched):
    conv = GATConv(5, 4, heads=2, v2=v2).to(device)
    x = torch.randn(8, 5, device=device)
    x[3] = torch.nan
    missing = conv(x, path_graph(8).edge_index.to(device)).isnan().any(-1)
    assert launched
    assert missing.tolist() == [node in (2, 3, 4) for node in range(8)]


def weights_by(device, v2, edges, left, right, att, att_dst, **options):
    """α times what dropout multiplies with, (N, M, K), read off one-hot features added to the channels."""
    from gnnlab.kernels.attention import kernel_attention

    _, sources, heads, _ = left.shape
    one_hot = torch.eye(sources).view(1, sources, 1, sources).expand(1, -1, heads, -1)

    def wider(part, more):
        return torch.cat([part, more], -1)

    left = wider(left, one_hot)
    right = wider(right, torch.zeros(1, right.size(1), heads, sources))
    att = wider(att, torch.zeros(heads, sources))
    att_dst = None if v2 else wider(att_dst, torch.zeros(heads, sources))
    given = [None if part is None else part.to(device) for part in (left, right, att, att_dst)]
    out = kernel_attention(*given, None, edges, slope=0.2, **options)
    return out[0, :, :, -sources:].transpose(1, 2).cpu()


@pytest.mark.parametrize("v2", [False, slow(True)])
def test_dropout_drops_attention_and_its_gradients_alike(v2, device):
    from gnnlab.kernels.attention import kernel_attention
    from gnnlab.layers.sorted_edges import SortedEdges

    generator = torch.Generator().manual_seed(9)
    edges = SortedEdges((torch.rand(7, 7, generator=generator) < 0.8).nonzero().t().to(device), 7)
    left, right, att, att_dst = (
        torch.randn(*size, generator=generator) for size in ((1, 7, 16, 3), (1, 7, 16, 3), (16, 3), (16, 3))
    )
    att_dst = None if v2 else att_dst
    kinds = (edges, left, right, att, att_dst)
    alpha = weights_by(device, v2, *kinds)
    torch.manual_seed(3)
    dropped = weights_by(device, v2, *kinds, dropout=0.4)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], alpha[kept] / 0.6)
    # About 40 edges of 16 heads: the share has a standard deviation of 0.02
    assert kept[alpha != 0].float().mean().item() == pytest.approx(0.6, abs=0.08)

    # The same draw again: Y and its gradients are those of this mask, put into the equations in double precision.
    given = [None if p is None else p.clone().to(device).requires_grad_() for p in kinds[1:]]
    torch.manual_seed(3)
    out = kernel_attention(*given, None, edges, slope=0.2, dropout=0.4)
    grad = torch.randn(out.shape, generator=generator)
    out.backward(grad.to(device))
    wide = [None if p is None else p.double().requires_grad_() for p in kinds[1:]]
    left, right, att, att_dst = wide
    if v2:
        scores = (torch.nn.functional.leaky_relu(left[0][None] + right[0][:, None], 0.2) * att).sum(-1)
    else:
        scores = (left[0] * att).sum(-1)[None] + (right[0] * att_dst).sum(-1)[:, None]
        scores = torch.nn.functional.leaky_relu(scores, 0.2)
    soft = scores.masked_fill(alpha == 0, -torch.inf).softmax(1) * kept / 0.6  # (N, M, K)
    expected = torch.einsum("nmk,mko->nko", soft, left[0])
    expected.backward(grad[0].double())
    assert_near(out[0], expected)
    for mine, yours in zip(given, wide, strict=True):
        if mine is not None:
            assert_near(mine.grad, yours.grad)


class Sizes(TorchDispatchMode):
    """Numbers in the largest tensor that any step of torch makes."""

    def __init__(self):
        super().__init__()
        self.largest = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        numbers = [part.numel() for part in tree_leaves(made) if isinstance(part, torch.Tensor)]
        self.largest = max([self.largest, *numbers])
        return made


@V2
def test_no_tensor_is_of_edges_times_channels(v2, device, launched):
    conv = GATConv(5, 16, heads=4, dropout=0.1, v2=v2).to(device)
    edges = torch.ones(12, 12, device=device).nonzero().t()
    x = torch.randn(12, 5, device=device, requires_grad=True)
    conv(x, edges).sum().backward()
    with Sizes() as sizes:
        conv(x, edges).sum().backward()
    assert len(launched) == 6
    # Messages would have as many; the interpreter copies what it is given as bytes.
    assert sizes.largest < edges.size(1) * 4 * 16


@pytest.mark.parametrize("v2", [False, slow(True)])
def test_dropping_all_and_evaluating(v2, device, launched):
    conv = GATConv(5, 4, heads=2, dropout=1.0, v2=v2).to(device)
    edges = path_graph(4).edge_index.to(device)
    x = torch.randn(4, 5, device=device, requires_grad=True)
    out = conv(x, edges)
    out.sum().backward()
    assert torch.equal(out, torch.zeros_like(out) + conv.bias)
    assert not x.grad.any()
    plain = GATConv(5, 4, heads=2, v2=v2).to(device)
    plain.load_state_dict(conv.state_dict())
    assert torch.equal(conv.eval()(x, edges), plain(x, edges))
    assert len(launched) == 5


@pytest.mark.parametrize("v2", [False, slow(True)])
def test_gradients_have_gradients(v2, device, launched):
    conv = GATConv(5, 3, heads=2, v2=v2).to(device)
    plain = GATConv(5, 3, heads=2, v2=v2, kernel="message").double()
    plain.load_state_dict(conv.state_dict())
    edges = random_graph(6, 6)
    x = torch.randn(6, 5, generator=torch.Generator().manual_seed(10))
    found = []
    for layer, given, pairs in ((conv, x.to(device), edges.to(device)), (plain, x.double(), edges)):
        given = given.clone().requires_grad_()
        (slope,) = torch.autograd.grad(layer(given, pairs).square().sum(), given, create_graph=True)
        found.append(torch.autograd.grad(slope.square().sum(), [given, *layer.parameters()]))
    # Once for the first gradients, and again for what these depend on Y by; torch's own steps do the rest.
    assert launched == ["attend_forward", *["attend_backward_targets", "attend_backward_sources"] * 2]
    for mine, yours in zip(*found, strict=True):
        assert_near(mine, yours)


@pytest.mark.parametrize(
    "options", [{"edge_dim": 2}, {"v2": True}, slow({}), slow({"v2": True, "share_weights": True})]
)
def test_seeds_train_together(options, device, launched):
    """Stacked weights under vmap: one launch forward and two backward for all, gradients within it or outside."""
    torch.manual_seed(0)
    layers = [GATConv(5, 4, heads=2, **options).to(device) for _ in range(3)]
    base, (stacked, _) = copy.deepcopy(layers[0]), torch.func.stack_module_state(layers)
    stacked = {name: part.detach() for name, part in stacked.items()}
    edges = random_graph(6, 6)
    x, grad = torch.randn(3, 6, 5), torch.randn(3, 6, 8)
    rest = (torch.randn(edges.size(1), 2),) if "edge_dim" in options else ()

    def loss(weights, x, grad, *graph):
        return (torch.func.functional_call(base, weights, (x, *graph)) * grad).sum()

    graph, on_device = (
        (edges.to(device), *(part.to(device) for part in rest)),
        (x.to(device), grad.to(device)),
    )
    dims = (0, 0, 0, *[None] * len(graph))
    inside = torch.func.vmap(torch.func.grad(loss), dims)(stacked, *on_device, *graph)
    assert launched == ["attend_forward", "attend_backward_targets", "attend_backward_sources"]
    leaves = {name: part.requires_grad_() for name, part in stacked.items()}
    torch.func.vmap(loss, dims)(leaves, *on_device, *graph).sum().backward()
    assert len(launched) == 6
    for seed, layer in enumerate(layers):
        layer.cpu().double()
        parts = [part.double() for part in rest]
        (layer(x[seed].double(), edges, *parts) * grad[seed].double()).sum().backward()
        for name, parameter in layer.named_parameters():
            assert_near(inside[name][seed], parameter.grad)
            assert_near(leaves[name].grad[seed], parameter.grad)


def test_a_graph_is_seen_where_a_transform_wraps_it(device, monkeypatch):
    """Gradients within vmap, called with the graph: a GCN is a product there too, and sends no messages."""
    conv = GCNConv(5, 4).to(device)
    edges, x = random_graph(6, 6).to(device), torch.randn(3, 6, 5, device=device)

    def loss(x, edges):
        return conv(x, edges).square().sum()

    expected = torch.stack(
        [torch.autograd.functional.jacobian(lambda one: loss(one, edges), one) for one in x]
    )
    monkeypatch.setattr(GCNConv, "_send", None)
    assert_near(torch.func.vmap(torch.func.grad(loss), (0, None))(x, edges), expected)


@pytest.mark.parametrize("v2", [False, slow(True)])
def test_transforms_over_examples(v2, device, launched):
    conv, plain = (GATConv(5, 4, heads=2, v2=v2, kernel=kernel).to(device) for kernel in ("auto", "message"))
    plain.load_state_dict(conv.state_dict())
    edges, x = random_graph(5, 5).to(device), torch.randn(2, 5, 5, device=device)
    assert_near(torch.func.vmap(lambda one: conv(one, edges))(x), plain(x, edges))
    assert launched == ["attend_forward"]
    # Gradients within, and their gradients outside.
    weights = {name: part.detach().clone().requires_grad_() for name, part in conv.named_parameters()}

    def second(layer):
        def loss(weights):
            return torch.func.functional_call(layer, weights, (x[0], edges)).square().sum()

        slopes = torch.func.grad(loss)(weights).values()
        return torch.autograd.grad(sum(slope.square().sum() for slope in slopes), weights.values())

    for mine, yours in zip(second(conv), second(plain), strict=True):
        assert_near(mine, yours)
    mine, yours = (torch.func.jacrev(lambda one: layer(one, edges)[1])(x[0]) for layer in (conv, plain))  # noqa: B023
    assert_near(mine, yours)


@pytest.mark.parametrize("randomness", ["same", "different"])
def test_dropout_draws_for_each_as_vmap_is_told(randomness, device):
    conv = GATConv(5, 4, heads=8, dropout=0.5).to(device)
    edges, x = path_graph(6).edge_index.to(device), torch.randn(6, 5, device=device)
    one, other = torch.func.vmap(lambda one: conv(one, edges), randomness=randomness)(x.expand(2, -1, -1))
    assert torch.equal(one, other) == (randomness == "same")


def test_where_something_else_is_asked_for_the_kernels_step_aside(device, launched):
    edges = path_graph(6).edge_index.to(device)
    x = torch.randn(2, 6, 5, device=device)
    conv = GATConv(5, 4, heads=2).to(device)

    class Own(GATConv):
        def message(self, x_j, alpha):
            return super().message(x_j, alpha)

    conv(x, edges, return_attention_weights=True)
    torch.func.jvp(lambda one: conv(one, edges), (x,), (x,))
    torch.func.jacfwd(lambda one: conv(one, edges).sum())(x)
    torch.func.hessian(lambda one: conv(torch.cat([one, x[0, 1:]]), edges).sum())(x[0, :1])
    Own(5, 4).to(device)(x, edges)
    GATConv(5, 4, kernel="sparse").to(device)(x, edges)
    GATConv(5, 4, kernel="dense").to(device)(x, edges)
    GATConv(5, 4, aggr="mean").to(device)(x, edges)
    GATConv(5, 4, v2=True, edge_dim=1).to(device)(x, edges, torch.ones(10, device=device))
    conv(x[:0], edges)
    conv(x, edges[:, :0].clone())  # self-loops are edges
    assert launched == ["attend_forward"]
    GATConv(5, 4, add_self_loops=False).to(device)(x, edges[:, :0])
    hooked = GATConv(5, 4).to(device)
    hooked.register_message_forward_hook(lambda *_: None)
    hooked(x, edges)
    conv.double()(x.double(), edges)
    assert launched == ["attend_forward"]


def test_short_numbers_are_summed_as_long_ones(device, launched):
    conv = GATConv(5, 4, heads=2, edge_dim=1).to(device)
    edges, x = path_graph(6).edge_index.to(device), torch.randn(6, 5, device=device)
    attr = torch.randn(10, 1, device=device)
    expected = conv(x, edges, attr)
    with torch.autocast(device, torch.bfloat16):
        out = conv(x, edges, attr)
    out.sum().backward()
    assert launched == ["attend_forward"] * 2 + ["attend_backward_targets", "attend_backward_sources"]
    torch.testing.assert_close(out.float(), expected, atol=0.05, rtol=0.05)
    short = GATConv(5, 4, heads=2, edge_dim=1).to(device, torch.bfloat16)
    assert short(x.bfloat16(), edges, attr.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("v2", "broken"),
    [
        (False, "attend_forward"),
        (True, "attend_backward_sources"),
        slow(True, "attend_forward"),
        slow(False, "attend_backward_sources"),
    ],
)
def test_where_a_kernel_fails_torch_takes_over(v2, broken, device, monkeypatch):
    from gnnlab.kernels import attention_launch, switch

    monkeypatch.setattr(switch, "_failed", False)
    conv = GATConv(5, 4, heads=2, v2=v2, edge_dim=None if v2 else 1).to(device)
    edges, x = random_graph(5, 5).to(device), torch.randn(5, 5, device=device, requires_grad=True)
    attr = None if v2 else torch.randn(edges.size(1), 1, device=device)

    def gradients():
        return torch.autograd.grad(conv(x, edges, attr).square().sum(), [x, *conv.parameters()])

    expected = gradients()
    launch = attention_launch._launch

    def fails(kernel, *args):
        if kernel.fn.__name__ == broken:
            raise RuntimeError("out of resource: shared memory")
        return launch(kernel, *args)

    monkeypatch.setattr(attention_launch, "_launch", fails)
    with pytest.warns(RuntimeWarning, match="out of resource: shared memory") as notes:
        found = gradients()
    assert len(notes) == 1
    for mine, yours in zip(found, expected, strict=True):
        assert_near(mine, yours)
    monkeypatch.setattr(attend, "attend_in_kernels", None)  # it is not asked again
    for mine, yours in zip(gradients(), expected, strict=True):
        assert_near(mine, yours)


def test_a_lack_of_memory_is_no_fault_of_a_kernel(device, monkeypatch):
    from gnnlab.kernels import attention_launch, switch

    def fails(*args):
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(attention_launch, "_launch", fails)
    with pytest.raises(torch.OutOfMemoryError):
        GATConv(5, 4).to(device)(torch.randn(6, 5, device=device), path_graph(6).edge_index.to(device))
    assert not switch._failed


def test_nothing_of_kernels_is_imported_on_a_cpu():
    from gnnlab.kernels.switch import runs_kernels

    assert not runs_kernels(torch.ones(1))
