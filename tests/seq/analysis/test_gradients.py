import pytest
import torch
from torch.nn import functional as F

from seq import (
    GRU,
    LSTM,
    RNN,
    CellGatedLSTM,
    SequenceClassifier,
    gradient_norms,
    jacobian_products,
    rnn_jacobians,
    rnn_weight_gradients,
)

I, H, B, T, C = 2, 3, 5, 7, 11


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double)


@pytest.mark.parametrize("encoding", ["values", "embedding"])
def test_closed_form_weight_gradients_equal_autograd(encoding):
    model = SequenceClassifier(RNN(I, H), C, num_tokens=13, encoding=encoding).double()
    tokens = draw(B, T, I) if encoding == "values" else torch.randint(13, (B, T))
    targets = torch.randint(C, (B,))
    F.cross_entropy(model(tokens), targets).backward()
    dW_ph, dW_hh = rnn_weight_gradients(model, tokens, targets)
    torch.testing.assert_close(dW_ph, model.head.weight.grad, rtol=0, atol=1e-10)
    torch.testing.assert_close(dW_hh, model.layer.weight_h.grad, rtol=0, atol=1e-10)


def test_jacobian_of_each_step_equals_autograd():
    rnn, x = RNN(I, H).double(), draw(B, T, I)
    jacobians = rnn_jacobians(rnn, x)
    states = torch.cat([torch.zeros(B, 1, H, dtype=torch.double), rnn(x)[0]], dim=1)
    for t in range(T):
        for b in range(B):
            expected = torch.autograd.functional.jacobian(
                lambda h, b=b, t=t: rnn.step(x[b, t : t + 1], (h.unsqueeze(0),))[0][0], states[b, t]
            )
            torch.testing.assert_close(jacobians[t, b], expected, rtol=0, atol=1e-10)


def test_products_are_the_jacobians_of_the_rest_of_the_run():
    rnn, x = RNN(I, H).double(), draw(B, T, I)
    products = jacobian_products(rnn_jacobians(rnn, x))
    outputs = rnn(x)[0]
    assert torch.equal(products[-1], torch.eye(H, dtype=torch.double).expand(B, H, H))
    for t in range(1, T):
        for b in range(B):
            expected = torch.autograd.functional.jacobian(
                lambda h, b=b, t=t: rnn(x[b : b + 1, t:], (h.unsqueeze(0),))[1][0][0], outputs[b, t - 1]
            )
            torch.testing.assert_close(products[t - 1, b], expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("cell", [RNN, GRU, LSTM, CellGatedLSTM])
def test_norms_equal_those_of_runs_from_each_state(cell):
    layer, x, weight = cell(I, H).double(), draw(B, T, I), draw(B, H)

    def loss(h):
        return (weight * h**2).sum()

    for index, part in enumerate(layer.state_names):
        norms = gradient_norms(layer, x, loss, of=part)
        assert norms.shape == (T, B)
        for t in range(1, T):
            state = tuple(s.detach().requires_grad_() for s in layer(x[:, :t])[1])
            end = layer(x[:, t:], state)[1][0]
            grads = torch.autograd.grad(loss(end), state, allow_unused=True, materialize_grads=True)
            if part == "c":  # and what goes through h = tanh(c) ⊙ o
                h, c = state
                through_h = grads[0] * h / torch.tanh(c) * (1 - torch.tanh(c) ** 2)
                grads = (grads[0], grads[1] + through_h)
            torch.testing.assert_close(norms[t - 1], grads[index].norm(dim=1), rtol=0, atol=1e-10)


def test_norms_agree_with_the_product_of_jacobians():
    rnn, x = RNN(I, H).double(), draw(B, T, I)
    products = jacobian_products(rnn_jacobians(rnn, x))
    norms = gradient_norms(rnn, x, lambda h: h.sum())
    torch.testing.assert_close(norms, products.sum(2).norm(dim=2), rtol=0, atol=1e-10)


def test_an_open_forget_gate_holds_the_gradient_that_an_rnn_loses():
    torch.manual_seed(0)
    x = draw(B, 60, I)
    lost = gradient_norms(RNN(I, 23).double(), x, lambda h: h.sum())
    held = gradient_norms(LSTM(I, 23, forget_bias=5.0).double(), x, lambda h: h.sum(), of="c")
    assert (lost[0] / lost[-1]).max() < 1e-6
    assert (held[0] / held[-1]).min() > 0.1


def test_nothing_is_left_on_the_layer():
    layer = LSTM(I, H)
    gradient_norms(layer, torch.randn(B, T, I), lambda h: h.sum())
    assert all(p.grad is None for p in layer.parameters())


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="of must be one of h; got 'c'"):
        gradient_norms(RNN(I, H), torch.randn(B, T, I), lambda h: h.sum(), of="c")
    with pytest.raises(ValueError, match="model must have an RNN as its layer, has LSTM"):
        rnn_weight_gradients(SequenceClassifier(LSTM(I, H), C, encoding="values"), torch.randn(B, T, I), None)
