import pytest
import torch
from torch import nn
from torch.nn import functional as F

from seq import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    CellGatedLSTM,
    CharLM,
    PeepholeLSTM,
    PhasedLSTM,
    Stacked,
    Transformer,
    character_loss,
    to_torch,
)

B, T, V, I, H = 5, 7, 11, 2, 3
CELLS = {
    "rnn": RNN,
    "gru": GRU,
    "gru1": lambda i, h: GRU(i, h, variant="cho"),
    "lstm": LSTM,
    "cellgated": CellGatedLSTM,
    "peephole": PeepholeLSTM,
    "phased": lambda i, h: PhasedLSTM(i, h, r_on=0.5),
}


@pytest.fixture(autouse=True)
def _float64():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


def draw_tokens(steps=T):
    return torch.randint(V, (B, steps))


def gradients(loss, parameters):
    return torch.autograd.grad(loss, list(parameters))


@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
def test_equals_torchs_own_stack_with_gradients(encoding):
    size = V if encoding == "onehot" else I
    model = CharLM(Stacked([LSTM(size, H), LSTM(H, H)]), V, encoding=encoding)
    theirs, head = to_torch(model.layer), nn.Linear(H, V)
    head.load_state_dict(model.head.state_dict())
    table = torch.eye(V) if encoding == "onehot" else model.embedding.weight.detach().clone().requires_grad_()
    tokens, targets = draw_tokens(), draw_tokens()
    outputs, (h, c) = theirs(table[tokens])
    expected = head(outputs)
    logits, state = model(tokens)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(state, (h, c), rtol=0, atol=1e-12)

    F.cross_entropy(expected.reshape(B * T, V), targets.reshape(B * T)).backward()
    character_loss(logits, targets).backward()
    pairs = [(model.head.weight, head.weight), (model.head.bias, head.bias)]
    for number, cell in enumerate(model.layer.layers):
        pairs.append((cell.weight_x, getattr(theirs, f"weight_ih_l{number}")))
        pairs.append((cell.weight_h, getattr(theirs, f"weight_hh_l{number}")))
        pairs.append((cell.bias, getattr(theirs, f"bias_ih_l{number}")))
    if encoding == "embedding":
        pairs.append((model.embedding.weight, table))
    for ours, other in pairs:
        assert other.grad.abs().sum() > 0
        torch.testing.assert_close(ours.grad, other.grad, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_onehot_is_the_explicit_product_with_gradients(cell):
    model = CharLM(CELLS[cell](V, H), V, encoding="onehot")
    tokens, targets = draw_tokens(), draw_tokens()
    x = torch.zeros(B, T, V)
    for b in range(B):
        for t in range(T):
            x[b, t, tokens[b, t]] = 1.0
    expected = model.head(model.layer(x)[0])
    logits, _ = model(tokens)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-10)
    parameters = list(model.parameters())
    ours = gradients(character_loss(logits, targets), parameters)
    for mine, other in zip(ours, gradients(character_loss(expected, targets), parameters)):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_carried_state_reads_on_where_it_stopped(cell, encoding, layers):
    make, size = CELLS[cell], V if encoding == "onehot" else I
    layer = make(size, H) if layers == 1 else Stacked([make(size, H), make(H, H)])
    model, tokens = CharLM(layer, V, encoding=encoding), draw_tokens()
    whole, after = model(tokens)
    parts, state = [], None
    for piece in tokens.split((2, 1, 4), dim=1):
        logits, state = model(piece, state)
        parts.append(logits)
    # The order of sums may differ between pieces of other lengths.
    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=0, atol=1e-12)
    torch.testing.assert_close(state, after, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_future_is_not_seen(cell):
    model, tokens = CharLM(CELLS[cell](I, H), V), draw_tokens()
    changed = tokens.clone()
    changed[:, 4:] = (tokens[:, 4:] + 1) % V
    before, after = model(tokens)[0], model(changed)[0]
    torch.testing.assert_close(before[:, :4], after[:, :4], rtol=0, atol=1e-12)
    assert not torch.allclose(before[:, 4:], after[:, 4:])


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
def test_attention_is_what_the_head_reads_with_gradients(encoding, tied):
    if tied and encoding == "onehot":
        return
    size = V if encoding == "onehot" else 12 if tied else I
    model = CharLM(Transformer(size, 12, num_heads=2, window=3), V, encoding=encoding, tied=tied)
    tokens, targets = draw_tokens(), draw_tokens()
    table = torch.eye(V) if encoding == "onehot" else model.embedding.weight
    expected = model.layer(table[tokens]) @ model.head.weight.t() + model.head.bias
    logits, state = model(tokens[:, :4])
    rest, state = model(tokens[:, 4:], state)
    logits = torch.cat([logits, rest], dim=1)
    torch.testing.assert_close(logits, expected, rtol=0, atol=1e-12)
    parameters = list(model.parameters())
    ours = gradients(character_loss(logits, targets), parameters)
    for mine, other in zip(ours, gradients(character_loss(expected, targets), parameters)):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-12)


def test_attention_that_sees_what_it_predicts_is_refused():
    with pytest.raises(ValueError, match="layer must be causal"):
        CharLM(Transformer(I, 8, causal=False), V)
    with pytest.raises(ValueError, match="layer must have the position 'rotary' or 'none'"):
        CharLM(Transformer(I, 8, position="learned", max_length=9), V)


def test_a_tied_head_is_the_embedding():
    model = CharLM(LSTM(H, H), V, tied=True)
    assert model.head.weight is model.embedding.weight
    untied = CharLM(LSTM(H, H), V)
    untied.load_state_dict(model.state_dict())
    counts = [sum(p.numel() for p in m.parameters()) for m in (untied, model)]
    assert counts[0] - counts[1] == V * H
    tokens, targets = draw_tokens(), draw_tokens()
    torch.testing.assert_close(model(tokens)[0], untied(tokens)[0])
    # Both uses of the matrix give it gradients.
    character_loss(model(tokens)[0], targets).backward()
    character_loss(untied(tokens)[0], targets).backward()
    torch.testing.assert_close(
        model.head.weight.grad, untied.head.weight.grad + untied.embedding.weight.grad, rtol=0, atol=1e-12
    )


def test_dropout_acts_before_the_head_in_training_only():
    model = CharLM(LSTM(I, 101), V, dropout=0.25)
    seen = []
    model.head.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    tokens = draw_tokens()
    model(tokens)
    # 3535 outputs, a standard deviation of 0.007.
    assert (seen[-1] == 0).double().mean().item() == pytest.approx(0.25, abs=0.04)
    model.eval()
    model(tokens)
    assert (seen[-1] != 0).all()


@pytest.mark.parametrize("tied", [False, True])
def test_reset_under_a_seed(tied):
    model = CharLM(LSTM(H, H), V, tied=tied)
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        model.reset_parameters()
        drawn.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(drawn[0], drawn[1])
    assert (drawn[0] != drawn[2]).all()


def test_first_predictions_are_near_uniform_with_a_tied_head_too():
    tokens, targets = draw_tokens(101), draw_tokens(101)
    for tied in (False, True):
        # Logits within ±1 or so move the loss from log V by less than half.
        assert character_loss(CharLM(LSTM(31, 31), V, tied=tied)(tokens)[0], targets).item() < 1.5 * 2.398


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="num_tokens must be an integer of at least 1, got 0"):
        CharLM(RNN(I, H), 0)
    with pytest.raises(ValueError, match="encoding must be one of embedding, onehot"):
        CharLM(RNN(I, H), V, encoding="scalar")
    with pytest.raises(ValueError, match="layer must have input_size 11"):
        CharLM(RNN(I, H), V, encoding="onehot")
    with pytest.raises(ValueError, match="layer must be a recurrent layer of this package, got LSTM"):
        CharLM(nn.LSTM(I, H), V)
    with pytest.raises(ValueError, match="layer must read forwards only"):
        CharLM(Stacked([Bidirectional(RNN(I, H), RNN(I, H))]), V)
    with pytest.raises(ValueError, match=r"dropout must lie in \[0, 1\), got 1.0"):
        CharLM(RNN(I, H), V, dropout=1.0)
    with pytest.raises(
        ValueError, match="tied needs a layer with input_size equal to output_size, has 2 and 3"
    ):
        CharLM(RNN(I, H), V, tied=True)
    with pytest.raises(ValueError, match="tied must be False for the encoding 'onehot'"):
        CharLM(RNN(V, V), V, encoding="onehot", tied=True)


@pytest.mark.parametrize("encoding", ["embedding", "onehot"])
def test_bad_tokens_are_named(encoding):
    model = CharLM(RNN(V, H), V, encoding=encoding)
    with pytest.raises(ValueError, match=r"tokens must have shape \(B, T\)"):
        model(torch.zeros(B, dtype=torch.long))
    with pytest.raises(ValueError, match=r"tokens must have shape \(B, T\) with T >= 1"):
        model(torch.zeros(B, 0, dtype=torch.long))
    with pytest.raises(ValueError, match="tokens must be integers"):
        model(torch.zeros(B, T))
    with pytest.raises(ValueError, match=r"tokens must lie in 0\.\.10 .* got 0 to 11"):
        model(torch.tensor([[0, 11]]))
    with pytest.raises(ValueError, match=r"state must be a tuple \(h,\)"):
        model(draw_tokens(), (torch.zeros(B, 2),))
