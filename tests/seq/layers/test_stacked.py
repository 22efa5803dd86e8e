import pytest
import torch

from seq import GRU, LSTM, Bidirectional, SequenceClassifier, Stacked, to_torch

I, H, B, T = 2, 3, 5, 7


def test_each_layer_reads_the_one_below():
    low, high = LSTM(I, H), LSTM(H, H)
    layer, x = Stacked([low, high]), torch.randn(B, T, I)
    outputs, (h, c) = layer(x)
    low_outputs, (h_low, c_low) = low(x)
    high_outputs, (h_high, c_high) = high(low_outputs)
    torch.testing.assert_close(outputs, high_outputs)
    torch.testing.assert_close(h, torch.stack([h_low, h_high]))
    torch.testing.assert_close(c, torch.stack([c_low, c_high]))
    model = SequenceClassifier(layer, 11, encoding="values")
    torch.testing.assert_close(model(x), model.head(h_high))


def test_dropout_acts_between_layers_in_training_only():
    torch.manual_seed(0)
    layer = Stacked([LSTM(I, 101), LSTM(101, 101)], dropout=0.25)
    seen = []
    layer.layers[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    x = torch.randn(B, T, I)
    outputs, _ = layer(x)
    # 3535 outputs, a standard deviation of 0.007.
    assert (seen[-1] == 0).float().mean().item() == pytest.approx(0.25, abs=0.04)
    assert (outputs != 0).all()
    layer.eval()
    layer(x)
    assert (seen[-1] != 0).all()


def normalised(x, norm):
    """Mean 0 and variance 1 over the features, by hand."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("residual", [False, True])
def test_residuals_and_norms_by_hand(residual, norm):
    torch.manual_seed(0)
    cells = [LSTM(I, H), LSTM(H, H), LSTM(H, H)]
    layer = Stacked(cells, residual=residual, norm=norm).double()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    x = torch.randn(B, T, I, dtype=torch.double, requires_grad=True)
    y = cells[0](x)[0]
    for number, cell in enumerate(cells[1:]):
        read = normalised(y, layer.norms[number]) if norm else y
        y = cell(read)[0] + y if residual else cell(read)[0]
    outputs, state = layer(x)
    torch.testing.assert_close(outputs, y)
    torch.testing.assert_close(layer.summary(state), y[:, -1])
    inputs = [x, *layer.parameters()]
    grads = [torch.autograd.grad(out.square().sum(), inputs) for out in (outputs, y)]
    torch.testing.assert_close(*grads)


def test_residuals_of_both_directions_with_lengths():
    torch.manual_seed(0)
    first, second = Bidirectional(GRU(I, H), GRU(I, H)), Bidirectional(GRU(2 * H, H), GRU(2 * H, H))
    layer = Stacked([first, second], residual=True)
    x, lengths = torch.randn(B, T, I), torch.tensor([7, 3, 1, 5, 2])
    below = first(x, lengths=lengths)[0]
    outputs, state = layer(x, lengths=lengths)
    torch.testing.assert_close(outputs, second(below, lengths=lengths)[0] + below)
    read = torch.cat([outputs[range(B), lengths - 1, :H], outputs[:, 0, H:]], 1)
    torch.testing.assert_close(layer.summary(state), read)


class Twice(GRU):
    """A layer of someone else's, with more outputs than units."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.output_size = 2 * hidden_size

    def summary(self, state):
        return torch.cat([state[0], state[0]], 1)

    def _run(self, x, state, **options):
        outputs, after = super()._run(x, state, **options)
        return torch.cat([outputs, outputs], 2), after


def test_nothing_is_added_where_sizes_differ():
    low, high = GRU(I, H), Twice(H, H)
    layer, x = Stacked([low, high], residual=True), torch.randn(B, T, I)
    outputs, state = layer(x)
    torch.testing.assert_close(outputs, high(low(x)[0])[0])
    torch.testing.assert_close(layer.summary(state), outputs[:, -1])


def test_without_options_nothing_changes():
    layer = Stacked([LSTM(I, H), LSTM(H, H)])
    keys = {f"layers.{n}.{name}" for n in (0, 1) for name in ("weight_x", "weight_h", "bias")}
    assert set(layer.state_dict()) == keys
    x = torch.randn(B, T, I)
    assert torch.equal(layer(x)[0], layer.layers[1](layer.layers[0](x)[0])[0])
    torch.testing.assert_close(
        Stacked([layer.layers[0]], residual=True, norm=True)(x)[0], layer.layers[0](x)[0]
    )


def test_reset_sets_the_norms_back():
    layer = Stacked([LSTM(I, H), LSTM(H, H)], norm=True)
    torch.nn.init.zeros_(layer.norms[0].weight)
    layer.reset_parameters()
    assert (layer.norms[0].weight == 1).all()


@pytest.mark.parametrize("options", [{"residual": True}, {"norm": True}])
def test_torch_has_no_such_stack(options):
    with pytest.raises(ValueError, match="layer must have no residuals and no norm"):
        to_torch(Stacked([LSTM(I, H), LSTM(H, H)], **options))


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="layers must hold at least one layer"):
        Stacked([])
    with pytest.raises(ValueError, match=r"layers\[1\] must have input_size 3, .* has 5"):
        Stacked([GRU(I, H), GRU(5, H)])
    with pytest.raises(ValueError, match=r"layers\[1\] must have a state"):
        Stacked([GRU(I, H), LSTM(H, H)])
    with pytest.raises(ValueError, match=r"dropout must lie in \[0, 1\), got 1.0"):
        Stacked([GRU(I, H)], dropout=1.0)
