"""Layers under `torch.func`, forward differentiation, `torch.export`, `torch.compile`, and without values (meta)."""

import pytest
import torch
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

from gnnlab import (
    ExampleGraphClassifier,
    GATConv,
    GATv2Conv,
    GCNConv,
    GraphNet,
    SequenceGraphClassifier,
    palindrome_graph,
    path_graph,
)

# torch compiles `leaky_relu` and others through parts of itself that it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LAYERS = {
    "gcn": lambda **options: GCNConv(5, 3, **options),
    "gat": lambda **options: GATConv(5, 3, heads=2, residual=True, **options),
    "gatv2": lambda **options: GATv2Conv(5, 3, heads=2, **options),
}
KERNELS = ["auto", "dense", "sparse", "message"]
by_layer = pytest.mark.parametrize("layer", LAYERS)
by_kernel = pytest.mark.parametrize("kernel", KERNELS)
by_strictness = pytest.mark.parametrize("strict", [False, pytest.param(True, marks=pytest.mark.slow)])
by_size = pytest.mark.parametrize("nodes", [6, 70])  # as a matrix, and at the edges


def case(layer, kernel, nodes):
    """A layer in double precision, a graph with self-loops and parallel edges, a batch of features."""
    torch.manual_seed(0)
    conv = LAYERS[layer](kernel=kernel).double()
    edges = torch.cat([path_graph(nodes).edge_index, torch.tensor([[1, 2, 2], [1, 3, 3]])], dim=1)
    return conv, edges, torch.randn(4, nodes, 5, dtype=torch.float64)


@by_layer
@by_kernel
@by_size
def test_vmap_over_examples(layer, kernel, nodes):
    conv, edges, x = case(layer, kernel, nodes)
    expected = torch.stack([conv(example, edges) for example in x])
    torch.testing.assert_close(vmap(lambda example: conv(example, edges))(x), expected)


@by_layer
@by_kernel
@by_size
def test_gradients_of_each_example(layer, kernel, nodes):
    """vmap of grad of functional_call, beside one backward an example."""
    conv, edges, x = case(layer, kernel, nodes)
    parameters = dict(conv.named_parameters())

    def loss(parameters, example):
        return functional_call(conv, parameters, (example, edges)).square().sum()

    found = vmap(grad(loss), (None, 0))(parameters, x)
    for number, example in enumerate(x):
        expected = torch.autograd.grad(conv(example, edges).square().sum(), list(parameters.values()))
        for name, gradient in zip(parameters, expected):
            torch.testing.assert_close(found[name][number], gradient)


@by_layer
@by_kernel
@by_size
def test_jacobians_and_directions(layer, kernel, nodes):
    conv, edges, x = case(layer, kernel, nodes)

    def part(one):
        return conv(one, edges)[1:3]

    expected = torch.autograd.functional.jacobian(part, x[0])
    torch.testing.assert_close(jacrev(part)(x[0]), expected)
    torch.testing.assert_close(jacfwd(part)(x[0]), expected)
    direction = (expected * x[1]).sum((-2, -1))
    torch.testing.assert_close(jvp(part, (x[0],), (x[1],))[1], direction)
    with torch.autograd.forward_ad.dual_level():
        dual = part(torch.autograd.forward_ad.make_dual(x[0], x[1]))
        torch.testing.assert_close(torch.autograd.forward_ad.unpack_dual(dual).tangent, direction)


@by_layer
@by_kernel
def test_second_derivatives(layer, kernel):
    conv, edges, x = case(layer, kernel, 6)
    plain = LAYERS[layer](kernel="message").double()
    plain.load_state_dict(conv.state_dict())

    def one(conv):
        return lambda row: conv(torch.cat([row, x[0, 1:]]), edges).square().sum()

    expected = torch.autograd.functional.hessian(one(plain), x[0, :1])
    torch.testing.assert_close(hessian(one(conv))(x[0, :1]), expected)


def test_weights_of_edges_may_be_transformed():
    conv, edges, x = case("gcn", "auto", 6)
    weights = torch.rand(3, edges.size(1), dtype=torch.float64) + 0.5
    found = vmap(lambda w: conv(x[0], edges, w))(weights)
    torch.testing.assert_close(found, torch.stack([conv(x[0], edges, w) for w in weights]))
    gradient = grad(lambda w: conv(x[0], edges, w).square().sum())(weights[0])
    own = weights[0].clone().requires_grad_()
    (expected,) = torch.autograd.grad(conv(x[0], edges, own).square().sum(), own)
    # A self-loop that a later one replaces has no say in either.
    torch.testing.assert_close(gradient, expected)


@by_layer
def test_what_a_transform_saw_first_trains(layer):
    conv, edges, x = case(layer, "auto", 6)
    jacrev(lambda one: conv(one, edges))(x[0])
    found = conv(x[0], edges)
    torch.testing.assert_close(found, conv(x[0], edges.clone()))
    found.sum().backward()
    assert all(p.grad.isfinite().all() for p in conv.parameters())


@by_layer
@by_strictness
def test_export(layer, strict):
    conv, edges, x = case(layer, "auto", 6)
    program = torch.export.export(conv, (x[0], edges), strict=strict)
    torch.testing.assert_close(program.module()(x[0], edges), conv(x[0], edges))


@by_layer
def test_export_for_any_size(layer):
    """What was exported with one graph serves others, with self-loops and without edges too."""
    conv, edges, x = case(layer, "auto", 6)
    sizes = ({0: torch.export.Dim("N", min=2)}, {1: torch.export.Dim("E", min=0)})
    program = torch.export.export(conv, (x[0], edges), dynamic_shapes=sizes).module()
    others = (
        torch.tensor([[0, 1, 2, 2, 4, 7, 7], [0, 2, 1, 2, 4, 7, 3]]),
        torch.empty(2, 0, dtype=torch.long),
    )
    for other in others:
        features = torch.randn(9, 5, dtype=torch.float64)
        torch.testing.assert_close(program(features, other), conv(features, other))


def test_export_with_weights_and_with_two_kinds_of_nodes():
    conv, edges, x = case("gcn", "auto", 6)
    weights = torch.rand(edges.size(1), dtype=torch.float64)
    program = torch.export.export(conv, (x[0], edges, weights)).module()
    torch.testing.assert_close(program(x[0], edges, weights), conv(x[0], edges, weights))
    conv = GATConv((5, 2), 3, edge_dim=1).double()
    pair = (x[0], torch.randn(4, 2, dtype=torch.float64))
    edges = torch.tensor([[0, 1, 2, 5, 3], [0, 1, 3, 2, 3]])
    program = torch.export.export(conv, (pair, edges, weights[:5])).module()
    torch.testing.assert_close(program(pair, edges, weights[:5]), conv(pair, edges, weights[:5]))


@by_layer
def test_one_graph_of_torch_compile(layer):
    conv, edges, x = case(layer, "auto", 6)
    torch._dynamo.reset()
    compiled = torch.compile(conv, fullgraph=True, backend="eager")
    one, other = (x[0].clone().requires_grad_() for _ in range(2))
    out, expected = compiled(one, edges), conv(other, edges)
    torch.testing.assert_close(out, expected)
    out.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(one.grad, other.grad)


class Halved(GATConv):
    def edge_update(self, alpha_j, index, dim_size):
        return torch.sigmoid(alpha_j) / 2


class Shifted(GCNConv):
    def message(self, x_j, edge_weight):
        return edge_weight.view(-1, 1) * x_j - 1


@pytest.mark.parametrize(
    "make",
    [
        lambda **options: Halved(5, 3, **options),
        lambda **options: Shifted(5, 3, **options),
        lambda **options: GCNConv(5, 3, aggr="max", **options),
        lambda **options: GCNConv(5, 3, aggr="mean", **options),
        lambda **options: GATConv(5, 3, aggr="max", **options),
        lambda **options: GATv2Conv(5, 3, aggr="mean", **options),
        lambda **options: GATConv(5, 3, edge_dim=1, fill_value="max", **options),
    ],
)
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_a_self_loop_that_is_replaced_says_nothing_while_traced_either(make, flow):
    """Whatever becomes of the messages: a mean would count it, a maximum or a message of one's own would hear it."""
    torch.manual_seed(0)
    conv, x = make(flow=flow).double(), torch.randn(6, 5, dtype=torch.float64)
    edges = torch.tensor([[0, 1, 2, 2, 3, 3, 4], [1, 1, 2, 2, 3, 4, 0]])
    given = (torch.rand(7, dtype=torch.float64),)
    program = torch.export.export(conv, (x, edges, *given)).module()
    torch.testing.assert_close(program(x, edges, *given), conv(x, edges, *given))


def classifier(conv, **options):
    torch.manual_seed(0)
    sizes = {"num_tokens": 4, "num_classes": 3, "hidden_channels": 8, "num_layers": 2}
    return SequenceGraphClassifier(palindrome_graph(5), **sizes, conv=conv, **options).eval()


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("full_last", [False, True])
def test_a_classifier_of_sequences(conv, full_last):
    model = classifier(conv, full_last=full_last)
    tokens = torch.tensor([[1, 2, 3, 0], [0, 0, 1, 2], [3, 3, 3, 3]])
    expected = model(tokens)
    torch.testing.assert_close(vmap(lambda one: model(one[None])[0])(tokens), expected)
    both = [dict(classifier(conv, full_last=full_last).named_parameters()), dict(model.named_parameters())]
    stacked = {name: torch.stack([one[name] for one in both]) for name in both[0]}
    found = vmap(lambda parameters: functional_call(model, parameters, (tokens,)))(stacked)
    torch.testing.assert_close(found[1], expected)
    program = torch.export.export(classifier(conv, full_last=full_last), (tokens,)).module()
    torch.testing.assert_close(program(tokens), expected)
    if full_last:
        return
    torch._dynamo.reset()
    compiled = torch.compile(classifier(conv, full_last=full_last), fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(tokens), expected)


@pytest.mark.parametrize("readout", ["query", "mean", "none"])
@pytest.mark.parametrize("conv", ["gcn", "gat"])
def test_a_classifier_of_examples_that_share_a_graph(conv, readout):
    torch.manual_seed(0)
    edges, query = path_graph(4 + (readout == "query")).edge_index, readout == "query"
    sizes = {"hidden_channels": 8, "num_layers": 2, "num_tokens": 5, "edge_index": edges, "query": query}
    model = ExampleGraphClassifier(4, 3, readout=readout, conv=conv, **sizes).eval()
    tokens = torch.randint(5, (6, 4))
    expected = model(tokens)
    torch.testing.assert_close(model(tokens, lengths=torch.full((6,), 4)), expected)
    torch.testing.assert_close(vmap(lambda one: model(one[None])[0])(tokens), expected)
    both = {name: torch.stack([p, 2 * p]) for name, p in model.named_parameters()}
    torch.testing.assert_close(vmap(lambda p: functional_call(model, p, (tokens,)))(both)[0], expected)
    torch.testing.assert_close(torch.export.export(model, (tokens,)).module()(tokens), expected)


@by_layer
def test_layers_without_values(layer):
    conv, edges, x = case(layer, "auto", 6)
    expected = conv(x, edges)
    out = conv.to("meta")(x.to("meta"), edges.to("meta"))
    assert out.shape == expected.shape
    assert out.dtype == expected.dtype


def test_networks_without_values():
    tokens = torch.zeros(2, 4, dtype=torch.long, device="meta")
    assert classifier("gat").to("meta")(tokens).shape == (2, 3)
    net = GraphNet(5, 8, 3, 2, readout="mean", conv="gat").to("meta")
    assert net(
        torch.empty(6, 5, device="meta"), torch.empty(2, 9, dtype=torch.long, device="meta")
    ).shape == (3,)


@pytest.mark.slow
@by_layer
def test_compiled_to_machine_code(layer):
    conv, edges, x = case(layer, "auto", 70)
    torch._dynamo.reset()
    compiled = torch.compile(conv, fullgraph=True)
    torch.testing.assert_close(compiled(x[0], edges), conv(x[0], edges))
    torch.testing.assert_close(compiled(x, edges), conv(x, edges))  # a batch
