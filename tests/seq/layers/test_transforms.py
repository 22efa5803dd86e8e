"""Recurrent layers and classifiers under `torch.func`, `torch.export`, `torch.compile`, and without values (meta)."""

import copy

import pytest
import torch
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

from seq import (
    GRU,
    LRU,
    LSTM,
    RNN,
    Bidirectional,
    CellGatedLSTM,
    CharLM,
    MinGRU,
    MinLSTM,
    PeepholeLSTM,
    PhasedLSTM,
    SequenceClassifier,
    Stacked,
)

# torch compiles some functions through parts of itself that it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

I, H, B, T, V = 2, 3, 5, 4, 7
LAYERS = {
    "rnn": lambda: RNN(I, H),
    "gru": lambda: GRU(I, H),
    "cho": lambda: GRU(I, H, variant="cho"),
    "lstm": lambda: LSTM(I, H),
    "cell-gated": lambda: CellGatedLSTM(I, H),
    "peephole": lambda: PeepholeLSTM(I, H),
    "phased": lambda: PhasedLSTM(I, H, r_on=0.4),
    "mingru": lambda: MinGRU(I, H),
    "mingru scan": lambda: MinGRU(I, H, kernel="scan"),
    "minlstm": lambda: MinLSTM(I, H),
    "lru": lambda: LRU(I, H),
    "lru scan": lambda: LRU(I, H, kernel="scan"),
    "stacked": lambda: Stacked([LSTM(I, H), PeepholeLSTM(H, H)]),
    "stacked with residuals and norm": lambda: Stacked([LSTM(I, H), LSTM(H, H)], residual=True, norm=True),
    "both ways": lambda: Bidirectional(LSTM(I, H), CellGatedLSTM(I, H)),
}
MODELS = {
    "embedding": lambda layer: SequenceClassifier(layer, 3, num_tokens=V),
    "every step": lambda layer: SequenceClassifier(layer, 3, num_tokens=V, every_step=True),
    "text": lambda layer: CharLM(layer, V),
}
LENGTHS = torch.tensor([4, 1, 3, 2, 4])
by_layer = pytest.mark.parametrize("layer", LAYERS)


def case(name):
    torch.manual_seed(0)
    return LAYERS[name]().double(), torch.randn(B, T, I, dtype=torch.double)


def first(answer):
    """Outputs or logits, without the state."""
    return answer[0] if isinstance(answer, tuple) else answer


@by_layer
@pytest.mark.parametrize("with_lengths", [False, True])
def test_vmap_over_examples(layer, with_lengths):
    layer, x = case(layer)
    expected = layer(x, lengths=LENGTHS if with_lengths else None)[0]
    if with_lengths:
        found = vmap(lambda one, length: layer(one[None], lengths=length[None])[0][0])(x, LENGTHS)
    else:
        found = vmap(lambda one: layer(one[None])[0][0])(x)
    torch.testing.assert_close(found, expected)


@by_layer
def test_gradients_of_each_example(layer):
    layer, x = case(layer)
    parameters = dict(layer.named_parameters())

    def loss(parameters, one):
        return first(functional_call(layer, parameters, (one[None],))).square().sum()

    found = vmap(grad(loss), (None, 0))(parameters, x)
    for number, one in enumerate(x):
        expected = torch.autograd.grad(layer(one[None])[0].square().sum(), list(parameters.values()))
        for name, gradient in zip(parameters, expected):
            torch.testing.assert_close(found[name][number], gradient)


@by_layer
def test_jacobians_and_directions(layer):
    layer, x = case(layer)
    one, direction = x[:1], x[1:2]
    expected = torch.autograd.functional.jacobian(lambda x: layer(x)[0], one)
    torch.testing.assert_close(jacrev(lambda x: layer(x)[0])(one), expected)
    torch.testing.assert_close(jacfwd(lambda x: layer(x)[0])(one), expected)
    along = (expected * direction).sum((-3, -2, -1))
    torch.testing.assert_close(jvp(lambda x: layer(x)[0], (one,), (direction,))[1], along)
    with torch.autograd.forward_ad.dual_level():
        dual = layer(torch.autograd.forward_ad.make_dual(one, direction))[0]
        torch.testing.assert_close(torch.autograd.forward_ad.unpack_dual(dual).tangent, along)


@by_layer
def test_second_derivatives(layer):
    layer, x = case(layer)
    plain = copy.deepcopy(layer)
    for cell in plain.modules():
        if hasattr(cell, "kernel"):
            cell.kernel = "loop"
    expected = torch.autograd.functional.hessian(lambda x: plain(x)[0].square().sum(), x[:1])
    torch.testing.assert_close(hessian(lambda x: layer(x)[0].square().sum())(x[:1]), expected)


@by_layer
@pytest.mark.parametrize("strict", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_export(layer, strict):
    layer, x = case(layer)
    program = torch.export.export(layer, (x,), {"lengths": LENGTHS}, strict=strict).module()
    torch.testing.assert_close(program(x, lengths=LENGTHS)[0], layer(x, lengths=LENGTHS)[0])


@by_layer
def test_one_graph_of_torch_compile(layer):
    layer, x = case(layer)
    torch._dynamo.reset()
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x)[0], layer(x)[0])
    torch.testing.assert_close(compiled(x, lengths=LENGTHS)[0], layer(x, lengths=LENGTHS)[0])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("layer", ["lstm", "cell-gated", "phased"])
def test_models_of_tokens(model, layer):
    torch.manual_seed(0)
    model, tokens = MODELS[model](LAYERS[layer]()).double().eval(), torch.randint(V, (B, T))
    expected = first(model(tokens))
    torch.testing.assert_close(vmap(lambda one: first(model(one[None]))[0])(tokens), expected)
    parameters = {name: torch.stack([p, 2 * p]) for name, p in model.named_parameters()}
    found = vmap(lambda p: first(functional_call(model, p, (tokens,))))(parameters)
    torch.testing.assert_close(found[0], expected)
    program = torch.export.export(model, (tokens,)).module()
    torch.testing.assert_close(first(program(tokens)), expected)
    torch._dynamo.reset()
    compiled = torch.compile(model, fullgraph=True, backend="eager")
    torch.testing.assert_close(first(compiled(tokens)), expected)
    nowhere = first(copy.deepcopy(model).to("meta")(tokens.to("meta")))
    assert nowhere.shape == expected.shape


@by_layer
def test_layers_without_values(layer):
    layer, x = case(layer)
    expected, state = layer(x, lengths=LENGTHS)
    outputs, after = layer.to("meta")(x.to("meta"), lengths=LENGTHS.to("meta"))
    assert outputs.shape == expected.shape
    assert [part.shape for part in after] == [part.shape for part in state]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Torchinductor does not support code generation for complex:UserWarning")
@by_layer
def test_compiled_to_machine_code(layer):
    layer, x = case(layer)
    torch._dynamo.reset()
    torch.testing.assert_close(torch.compile(layer, fullgraph=True)(x)[0], layer(x)[0])
