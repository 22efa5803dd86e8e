import pytest
import torch
from torch_geometric.nn import GCNConv as ReferenceGCN
from torch_geometric.utils import total_influence

from gnnlab import GCNConv, GraphNet, SequenceGraphClassifier, palindrome_graph, path_graph
from seq import (
    GRU,
    LRU,
    LSTM,
    RNN,
    Bidirectional,
    CellGatedLSTM,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
    PhasedLSTM,
    SequenceClassifier,
    Stacked,
    jacobian_products,
    jacobians,
    rnn_jacobians,
    sensitivity,
    step_jacobians,
)

B, T, I, H, C = 5, 7, 2, 3, 11


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double)


def by_autograd(function, x):
    """One Jacobian an example, in full."""
    rows = []
    for example in x:
        whole = torch.autograd.functional.jacobian(lambda e: function(e.unsqueeze(0))[0], example)
        rows.append(whole.pow(2).flatten(0, -3).sum((0, 2)).sqrt())
    return torch.stack(rows)


def linear_gcn(layers):
    convs = [GCNConv(1, 1, bias=False).double() for _ in range(layers)]
    for conv in convs:
        conv.lin.weight.data.fill_(1.0)
    return convs


def at_the_end_of_a_path(layers, nodes, *, directed):
    """D of all nodes for the read-out at the last one: one channel, weight 1, no activation."""
    edges = path_graph(nodes, directed=directed).edge_index
    convs = linear_gcn(layers)

    def network(x):
        for conv in convs:
            x = conv(x, edges)
        return x[:, -1]

    return sensitivity(network, draw(1, nodes, 1))[0]


# As many layers as hops r; see Â of a path with self-loops: 1/2 or 1/3 on the diagonal, 1/√6 at the ends.
@pytest.mark.parametrize("r", [2, 3, 5, 8, 13])
def test_closed_form_of_linear_gcns_on_undirected_paths(r):
    inside = at_the_end_of_a_path(r, r + 4, directed=False)[-1 - r]
    assert inside.item() == pytest.approx(3.0 ** -(r - 1) / 6**0.5, rel=1e-6)
    whole = at_the_end_of_a_path(r, r + 1, directed=False)[0]
    assert whole.item() == pytest.approx(3.0 ** -(r - 2) / 6, rel=1e-6)


@pytest.mark.parametrize("r", [1, 3, 5, 8, 13])
def test_closed_form_of_linear_gcns_on_directed_paths(r):
    inside = at_the_end_of_a_path(r, r + 4, directed=True)[-1 - r]
    assert inside.item() == pytest.approx(2.0**-r, rel=1e-6)
    first = at_the_end_of_a_path(r, r + 1, directed=True)[0]
    assert first.item() == pytest.approx(2**0.5 * 2.0**-r, rel=1e-6)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("layers", [1, 3, 5])
def test_k_layers_are_exactly_deaf_beyond_k_hops(conv, layers):
    torch.manual_seed(0)
    edges = path_graph(9).edge_index
    net = GraphNet(2, 30, C, num_layers=layers, conv=conv, heads=2, residual=True).double()
    D = sensitivity(lambda x: net(x, edges, query=8), draw(B, 9, 2))
    assert bool((D[:, : 8 - layers] == 0).all())
    assert bool((D[:, 8 - layers :] > 0).all())


@pytest.mark.parametrize(
    "layer",
    [
        RNN(I, H),
        LSTM(I, H),
        GRU(I, H),
        GRU(I, H, variant="cho"),
        CellGatedLSTM(I, H),
        PeepholeLSTM(I, H),
        PhasedLSTM(I, H, r_on=0.9),
        Stacked([LSTM(I, H), LSTM(H, H)]),
        Bidirectional(RNN(I, H), RNN(I, H)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_equal_to_the_full_jacobian_of_every_recurrent_layer(layer):
    torch.manual_seed(1)
    model = SequenceClassifier(layer, C, encoding="values").double().eval()
    x = draw(B, T, I)
    torch.testing.assert_close(sensitivity(model.read, x), by_autograd(model.read, x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("kernel", ["dense", "sparse"])
def test_equal_to_the_full_jacobian_of_every_graph_layer(conv, kernel):
    torch.manual_seed(2)
    graph = palindrome_graph(T, mirrored=True)
    options = {"num_tokens": 10, "num_classes": C, "hidden_channels": 6, "num_layers": 3}
    model = SequenceGraphClassifier(graph, conv=conv, heads=2, kernel=kernel, **options).double().eval()
    x = model.encode(torch.randint(10, (B, T - 1))).detach()
    torch.testing.assert_close(sensitivity(model.read, x), by_autograd(model.read, x), rtol=1e-9, atol=1e-12)


def test_a_vanilla_network_is_the_product_of_its_jacobians():
    torch.manual_seed(3)
    model = SequenceClassifier(RNN(I, H), C, encoding="values").double()
    x, rnn = draw(B, T, I), model.layer
    h = rnn(x)[0].transpose(0, 1)  # (T, B, H)
    # dy/de(t) = W_ph J(T) ... J(t+1) diag(1 - h(t)²) W_hx
    own = (1 - h**2).unsqueeze(-1) * rnn.weight_x
    expected = model.head.weight @ jacobian_products(rnn_jacobians(rnn, x)) @ own
    torch.testing.assert_close(sensitivity(model.read, x), torch.linalg.matrix_norm(expected).t())


def test_agrees_with_total_influence_away_from_its_outermost_hop():
    torch.manual_seed(4)
    nodes, layers = 8, 3
    edges = path_graph(nodes).edge_index
    theirs = torch.nn.ModuleList([ReferenceGCN(2, 4), ReferenceGCN(4, 4), ReferenceGCN(4, 4)])

    class Network(torch.nn.Module):
        def forward(self, x, edge_index):
            for conv in theirs:
                x = torch.tanh(conv(x, edge_index))
            return x

    from torch_geometric.data import Data

    x = torch.randn(nodes, 2)  # theirs works in single precision only
    # One hop more than layers: with as many, its outermost hop is wrong. It sums |∂y/∂e| over both channels.
    means, _ = total_influence(
        Network(),
        Data(x=x, edge_index=edges),
        max_hops=layers + 1,
        num_samples=nodes,
        normalize=False,
        average=True,
    )
    ours = torch.zeros(layers + 2)
    for node in range(nodes):
        whole = torch.autograd.functional.jacobian(lambda e, n=node: Network()(e, edges)[n], x)  # (4, N, 2)
        D = sensitivity(lambda e, n=node: Network()(e[0], edges)[None, n], x.unsqueeze(0))[0]
        torch.testing.assert_close(D, whole.pow(2).sum((0, 2)).sqrt())
        sums = whole.abs().sum((0, 2))
        assert torch.equal(D > 0, sums > 0)
        for hop in range(layers + 2):
            ours[hop] += sums[[n for n in (node - hop, node + hop) if 0 <= n < nodes][: 1 + (hop > 0)]].sum()
    torch.testing.assert_close(means, ours / nodes, rtol=1e-5, atol=1e-8)
    assert ours[-1] == 0


def test_sizes_that_squares_would_lose_are_kept():
    D = sensitivity(lambda x: x[:, 0] * 1e-200, draw(B, T, I))
    torch.testing.assert_close(D[:, 0] / 1e-200, torch.full((B,), I**0.5, dtype=torch.double))
    assert bool((D[:, 1:] == 0).all())


def test_an_output_that_no_input_moves_has_no_sensitivity():
    assert sensitivity(lambda x: torch.ones(B, C), draw(B, T, I)).tolist() == [[0.0] * T] * B
    assert jacobians(lambda x: torch.ones(len(x), 2), draw(B, T)).tolist() == [[[0.0] * T] * 2] * B


def test_nothing_is_left_behind():
    model = SequenceClassifier(LSTM(I, H), C, encoding="values")
    x = torch.randn(B, T, I)
    before = torch.get_rng_state()
    assert not sensitivity(model.read, x).requires_grad
    assert all(p.grad is None for p in model.parameters())
    assert not x.requires_grad
    assert torch.equal(before, torch.get_rng_state())


def test_jacobians_are_those_of_autograd():
    torch.manual_seed(5)
    weight = draw(3, 4)

    def function(x):
        return torch.tanh(x.flatten(1) @ weight.repeat(1, 2).t()).view(-1, 3, 1)

    x = draw(B, 2, 4)
    found = jacobians(function, x)
    assert found.shape == (B, 3, 8)
    for row, example in zip(found, x):
        whole = torch.autograd.functional.jacobian(lambda e: function(e.unsqueeze(0))[0], example)
        torch.testing.assert_close(row, whole.reshape(3, 8))


@pytest.mark.parametrize("cell", [RNN, GRU, LSTM, PeepholeLSTM, CellGatedLSTM, MinGRU, MinLSTM])
def test_step_jacobians_are_those_of_one_step(cell):
    torch.manual_seed(6)
    layer, x = cell(I, H).double(), draw(B, T, I)
    found = step_jacobians(layer, x)
    size = H * len(layer.state_names)
    assert found.shape == (T, B, size, size)
    for t in range(T):
        state = layer(x[:, :t])[1] if t else layer.initial_state(x)
        for b in range(B):
            joined = torch.cat([part[b] for part in state])
            whole = torch.autograd.functional.jacobian(
                lambda s, b=b, t=t: torch.cat(layer.step(x[b : b + 1, t], s.view(1, -1).split(H, 1)), 1)[0],
                joined,
            )
            torch.testing.assert_close(found[t, b], whole, rtol=1e-9, atol=1e-12)


def test_step_jacobians_of_the_vanilla_network_are_its_closed_form():
    layer, x = RNN(I, H).double(), draw(B, T, I)
    torch.testing.assert_close(step_jacobians(layer, x), rnn_jacobians(layer, x))


@pytest.mark.parametrize("gated", [False, True])
def test_step_jacobians_of_the_linear_recurrent_unit_are_its_eigenvalues(gated):
    torch.manual_seed(6)
    layer = LRU(I, H, gated=gated).double()
    found = step_jacobians(layer, draw(B, T, I))  # (T, B, 3H, 3H), of [h; re; im]
    real, imaginary = layer.eigenvalues.real.diag(), layer.eigenvalues.imag.diag()
    turn = torch.cat([torch.cat([real, -imaginary], 1), torch.cat([imaginary, real], 1)])
    torch.testing.assert_close(found[:, :, H:, H:], turn.expand(T, B, -1, -1))
    assert (found[..., :H] == 0).all()  # no later step reads the output
    if not gated:
        C = layer.weight_y * torch.cat([torch.ones(H), -torch.ones(H)])
        torch.testing.assert_close(found[:, :, :H, H:], (C @ turn).expand(T, B, -1, -1))


def test_a_closed_time_gate_leaves_the_state_as_it_is():
    layer = PhasedLSTM(I, H, r_on=1e-6).double().eval()
    found = step_jacobians(layer, draw(B, T, I))
    torch.testing.assert_close(found, torch.eye(2 * H, dtype=torch.double).expand_as(found))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="inputs must be floating-point numbers of shape"):
        sensitivity(lambda x: x, torch.zeros(B, T))
    with pytest.raises(ValueError, match="inputs must be floating-point"):
        sensitivity(lambda x: x, torch.zeros(B, T, I, dtype=torch.long))
    with pytest.raises(ValueError, match="function must give 5 rows"):
        sensitivity(lambda x: x.sum(0), draw(B, T, I))
    with pytest.raises(ValueError, match="layer must be a single layer"):
        step_jacobians(Stacked([RNN(I, H), RNN(H, H)]), draw(B, T, I))
    with pytest.raises(ValueError, match="layer must be a single layer"):
        step_jacobians(Bidirectional(RNN(I, H), RNN(I, H)), draw(B, T, I))
    with pytest.raises(ValueError, match="layer must be a recurrent layer of this package, got LSTM"):
        step_jacobians(torch.nn.LSTM(I, H), draw(B, T, I))
    with pytest.raises(ValueError, match="x must hold at least one sequence"):
        step_jacobians(RNN(I, H), draw(0, T, I))
    with pytest.raises(ValueError, match="inputs must be floating-point numbers"):
        jacobians(lambda x: x, torch.zeros(B, T, dtype=torch.long))


@pytest.mark.parametrize("measure", [sensitivity, jacobians])
def test_functions_of_another_kind_are_named(measure):
    inputs = draw(B, T, I)
    for function in (lambda x: [x.sum()], lambda x: None, lambda x: x.sum(1).long(), lambda x: x.sum(1) > 0):
        with pytest.raises(ValueError, match="function must give a tensor of floating-point numbers"):
            measure(function, inputs)
    with pytest.raises(ValueError, match="function must give 5 rows"):
        measure(lambda x: x.sum(), inputs)
    with pytest.raises(ValueError, match=r"function must give \d+ rows"):
        measure(lambda x: torch.ones(3, 2), inputs)
    for function in (3, None, inputs):
        with pytest.raises(ValueError, match="function must be one from tensor to tensor, got "):
            measure(function, inputs)


@pytest.mark.parametrize("measure", [sensitivity, jacobians])
def test_a_function_may_write_to_what_it_is_given(measure):
    inputs = draw(B, T, I)
    before = inputs.clone()
    found = measure(lambda x: x.mul_(3).relu_().flatten(1).cumsum(1), inputs)
    assert torch.equal(found, measure(lambda x: (3 * x).relu().flatten(1).cumsum(1), inputs))
    assert torch.equal(inputs, before)


def test_inputs_without_features_leave_nothing():
    assert torch.equal(sensitivity(lambda x: x.sum((1, 2)), torch.zeros(5, 7, 0)), torch.zeros(5, 7))


def test_it_is_the_same_where_the_caller_takes_no_gradients():
    """Zeros would say that everything is out of reach."""
    torch.manual_seed(3)
    model, inputs = (
        SequenceClassifier(LSTM(2, 3), num_classes=5, encoding="values").eval(),
        torch.randn(2, 7, 2),
    )
    layer = LSTM(2, 3)
    expected, steps = sensitivity(model, inputs), step_jacobians(layer, inputs)
    assert bool((expected > 0).all())
    with torch.inference_mode():
        assert torch.equal(sensitivity(model, inputs), expected)
        assert torch.equal(sensitivity(model, inputs.clone()), expected)  # made in inference mode
        assert torch.equal(step_jacobians(layer, inputs), steps)
        assert torch.equal(jacobians(lambda x: 3 * x, torch.ones(1, 2)), 3 * torch.eye(2).unsqueeze(0))
    with torch.no_grad():
        assert torch.equal(sensitivity(model, inputs), expected)


@pytest.mark.parametrize("x", [torch.zeros(5, 0, 2), torch.zeros(5, 7, 3), torch.zeros(7, 2)])
def test_step_jacobians_name_input_of_another_shape(x):
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, 2\)"):
        step_jacobians(LSTM(2, 3), x)
