"""The contract, checked on every recurrent layer."""

import pytest
import torch

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
    Stacked,
)

I, H, B, T = 2, 3, 5, 7

LAYERS = {
    "rnn": lambda: RNN(I, H),
    "rnn, plain loop": lambda: RNN(I, H, kernel="loop"),
    "lstm": lambda: LSTM(I, H),
    "lstm, plain loop": lambda: LSTM(I, H, kernel="loop"),
    "gru": lambda: GRU(I, H),
    "gru with recurrent bias": lambda: GRU(I, H, recurrent_bias=True),
    "gru of cho": lambda: GRU(I, H, variant="cho"),
    "cell-gated": lambda: CellGatedLSTM(I, H),
    "peephole": lambda: PeepholeLSTM(I, H),
    # Open for most of a period, so that few of its gates are closed in so short a sequence.
    "phased": lambda: PhasedLSTM(I, H, r_on=0.9),
    "phased, plain loop": lambda: PhasedLSTM(I, H, r_on=0.9, kernel="loop"),
    "phased peephole": lambda: PhasedLSTM(I, H, r_on=0.9, cell=PeepholeLSTM),
    "phased cell-gated": lambda: PhasedLSTM(I, H, r_on=0.9, cell=CellGatedLSTM),
    "mingru": lambda: MinGRU(I, H),
    "mingru, plain loop": lambda: MinGRU(I, H, kernel="loop"),
    "mingru, scan": lambda: MinGRU(I, H, kernel="scan"),
    "minlstm": lambda: MinLSTM(I, H),
    "minlstm, scan": lambda: MinLSTM(I, H, kernel="scan"),
    "lru": lambda: LRU(I, H),
    "lru, plain loop": lambda: LRU(I, H, kernel="loop"),
    "lru, scan": lambda: LRU(I, H, kernel="scan"),
    "lru without its gate": lambda: LRU(I, H, gated=False),
    "stacked lru": lambda: Stacked([LRU(I, H), LRU(H, H)], residual=True, norm=True),
    "stacked": lambda: Stacked([LSTM(I, H), CellGatedLSTM(H, H), LSTM(H, H)]),
    "stacked with one phased": lambda: Stacked([LSTM(I, H), PhasedLSTM(H, H, r_on=0.9)]),
    "bidirectional": lambda: Bidirectional(GRU(I, H), RNN(I, H)),
    "bidirectional phased": lambda: Bidirectional(PhasedLSTM(I, H, r_on=0.9), LSTM(I, H)),
    "stacked bidirectional": lambda: Stacked(
        [Bidirectional(LSTM(I, H), LSTM(I, H)), Bidirectional(LSTM(2 * H, H), PeepholeLSTM(2 * H, H))]
    ),
    "stacked bidirectional with residuals": lambda: Stacked(
        [Bidirectional(LSTM(I, H), LSTM(I, H)), Bidirectional(LSTM(2 * H, H), LSTM(2 * H, H))], residual=True
    ),
    "bidirectional of stacks": lambda: Bidirectional(
        Stacked([RNN(I, H), RNN(H, H)]), Stacked([GRU(I, H), GRU(H, H)])
    ),
}
# These read the sequence from both ends, so an output depends on later steps.
CAUSAL = [name for name in LAYERS if "bidirectional" not in name]

every_layer = pytest.mark.parametrize("name", LAYERS)
every_causal_layer = pytest.mark.parametrize("name", CAUSAL)


def make(name):
    torch.manual_seed(0)
    return LAYERS[name]().double().eval()


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double)


def draw_state(layer, batch=B):
    # Between -1 and 1, as every h is.
    return tuple(torch.tanh(draw(*layer.state_shape(batch))) for _ in layer.state_names)


def assert_same(one, other):
    """Equal up to the order of the sums inside a product, in float64."""
    torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@every_layer
def test_shapes(name):
    layer = make(name)
    outputs, state = layer(draw(B, T, I))
    assert outputs.shape == (B, T, layer.output_size)
    assert isinstance(state, tuple)
    assert [tuple(s.shape) for s in state] == [layer.state_shape(B)] * len(layer.state_names)
    assert layer.summary(state).shape == (B, layer.output_size)


@every_layer
def test_no_state_means_zeros(name):
    layer, x = make(name), draw(B, T, I)
    zeros = tuple(torch.zeros(layer.state_shape(B), dtype=torch.double) for _ in layer.state_names)
    assert_same(layer(x), layer(x, zeros))


@every_causal_layer
def test_later_steps_do_not_change_earlier_outputs(name):
    layer, x = make(name), draw(B, T, I)
    changed = x.clone()
    changed[:, 4] += 1
    before, after = layer(x)[0], layer(changed)[0]
    assert_same(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


@every_causal_layer
def test_state_carried_over_equals_an_unbroken_run(name):
    layer, x = make(name), draw(B, T, I)
    times = torch.arange(1, T + 1, dtype=torch.double).expand(B, T) if layer.uses_times else None

    def run(part, state=None):
        return layer(x[:, part], state, times=None if times is None else times[:, part])

    whole, state = run(slice(None))
    first, middle = run(slice(0, 3))
    second, end = run(slice(3, None), middle)
    assert_same(torch.cat([first, second], 1), whole)
    assert_same(end, state)


@every_layer
def test_a_batch_equals_separate_runs(name):
    layer, x = make(name), draw(B, T, I)
    outputs, state = layer(x)
    for b in range(B):
        alone, state_alone = layer(x[b : b + 1])
        assert_same(alone[0], outputs[b])
        assert_same(layer.summary(state_alone)[0], layer.summary(state)[b])


@every_layer
def test_padding_beyond_the_length_has_no_effect(name):
    layer, x = make(name), draw(B, T, I)
    lengths = torch.tensor([7, 3, 1, 5, 2])
    for b, n in enumerate(lengths):
        x[b, n:] = float("nan")
    outputs, state = layer(x, lengths=lengths)
    for b, n in enumerate(lengths.tolist()):
        alone, state_alone = layer(x[b : b + 1, :n])
        assert_same(outputs[b, :n], alone[0])
        assert_same(layer.summary(state)[b], layer.summary(state_alone)[0])
        assert (outputs[b, n:] == 0).all()


@every_layer
def test_state_with_lengths_is_the_one_after_the_last_valid_step(name):
    layer, x = make(name), draw(B, T, I)
    start = draw_state(layer)
    _, state = layer(x, start, lengths=torch.full((B,), 4))
    assert_same(state, layer(x[:, :4], start)[1])


@every_layer
def test_no_gradient_from_padding(name):
    layer, x = make(name), draw(B, T, I)
    x[0, 3:] = float("nan")
    x.requires_grad_()
    outputs, state = layer(x, lengths=torch.tensor([3, 7, 7, 7, 7]))
    (outputs.sum() + sum(s.sum() for s in state)).backward()
    assert (x.grad[0, 3:] == 0).all()
    assert (x.grad[0, :3] != 0).any()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters() if p.grad is not None)


@every_layer
def test_reset_under_a_seed(name):
    layer = make(name)

    def reset(seed):
        torch.manual_seed(seed)
        layer.reset_parameters()
        return [p.detach().clone() for p in layer.parameters()]

    first, again, other = reset(1), reset(1), reset(2)
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    assert any(not torch.equal(a, b) for a, b in zip(first, other))


@pytest.mark.parametrize("with_lengths", [False, True])
@every_layer
def test_gradients_equal_finite_differences(name, with_lengths):
    layer = make(name)
    x = draw(2, 5, I).requires_grad_()
    state = tuple(s.requires_grad_() for s in draw_state(layer, batch=2))
    lengths = torch.tensor([5, 3]) if with_lengths else None
    parameters = dict(layer.named_parameters())

    def run(x, *tensors):
        states, values = tensors[: len(state)], tensors[len(state) :]
        arguments = (x, states)
        outputs, after = torch.func.functional_call(
            layer, dict(zip(parameters, values)), arguments, {"lengths": lengths}
        )
        return outputs, *after

    # fast_mode compares one random direction of the Jacobian: enough to catch any wrong term.
    assert torch.autograd.gradcheck(run, (x, *state, *parameters.values()), fast_mode=True)


@every_layer
def test_saved_weights_give_the_same_layer(name):
    layer, other, x = make(name), LAYERS[name]().double().eval(), draw(B, T, I)
    other.load_state_dict(layer.state_dict())
    assert_same(other(x), layer(x))


@every_layer
@pytest.mark.parametrize(
    ("weights", "given"), [(torch.float32, torch.float64), (torch.float64, torch.float32)]
)
def test_numbers_of_another_precision_are_named_with_the_way_out(name, weights, given):
    layer, x, state = make(name).to(weights), draw(B, T, I), draw_state(make(name))
    message = f"must hold {weights}, as the weights do, got {given}; .to\\({weights}\\) converts it"
    with pytest.raises(ValueError, match=f"x {message}"):
        layer(x.to(given))
    with pytest.raises(ValueError, match=f"state {message}"):
        layer(x.to(weights), tuple(part.to(given) for part in state))
    assert layer(x.to(given).to(weights), tuple(part.to(weights) for part in state))[0].dtype == weights


def test_autocast_may_mix_other_types():
    layer = LSTM(I, H)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.ones(B, T, I, dtype=torch.bfloat16))[0].isfinite().all()


@every_layer
def test_bad_arguments_are_named(name):
    layer, x = make(name), draw(B, T, I)
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, 2\)"):
        layer(draw(B, T, I + 1))
    with pytest.raises(ValueError, match=r"x must have shape"):
        layer(x[0])
    with pytest.raises(ValueError, match=r"x must hold floating"):
        layer(torch.zeros(B, T, I, dtype=torch.long))
    with pytest.raises(ValueError, match="state must be a tuple"):
        layer(x, (*draw_state(layer), draw(B, H)))
    with pytest.raises(ValueError, match=r"state must be .* got h of shape"):
        layer(x, draw_state(layer, batch=B + 1))
    with pytest.raises(ValueError, match="lengths must lie between 1 and the 7 steps of x, got 1 to 8"):
        layer(x, lengths=torch.tensor([1, 2, 3, 4, 8]))
    with pytest.raises(ValueError, match="lengths must lie"):
        layer(x, lengths=torch.tensor([1, 2, 3, 4, 0]))
    with pytest.raises(ValueError, match="lengths must be integers of shape"):
        layer(x, lengths=torch.tensor([1, 2, 3]))
    if layer.uses_times:
        with pytest.raises(ValueError, match="times must have shape"):
            layer(x, times=draw(B, T + 1))
    else:
        with pytest.raises(ValueError, match="times must be None"):
            layer(x, times=draw(B, T))
