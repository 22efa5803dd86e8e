"""Many seeds in one launch, through ``torch.func``: each beside its own plain loop in double precision."""

import pytest
import torch
from torch.func import functional_call, grad, grad_and_value, stack_module_state, vmap

from seq import Bidirectional, SequenceClassifier, Stacked
from tests.seq.kernels.cells import CELLS, PHASED, I, assert_equal, double, loss, plain, some

K, T, B, H = 3, 3, 2, 5
LAYERS = CELLS | {f"phased {name}": make for name, make in PHASED.items()}
LENGTHS = torch.tensor([3, 1])


def seeds_of(make, device):
    layers = [make(I, H).to(device) for _ in range(K)]
    parameters, buffers = stack_module_state(layers)
    return layers, parameters, buffers


def expected_of(layer, x, **options):
    layer, x = plain(layer), double(x)
    outputs, after = layer(x, **options)
    total = loss(outputs, after)
    grads = torch.autograd.grad(total, list(layer.parameters()))
    return [total, *grads]


@pytest.mark.parametrize("name", some(LAYERS, "gru of cho"))
def test_seeds_train_together(name, device, launches):
    layers, parameters, buffers = seeds_of(LAYERS[name], device)
    x = torch.randn(K, B, T, I, device=device)

    def measure(parameters, buffers, x):
        outputs, after = functional_call(layers[0], (parameters, buffers), (x,))
        return loss(outputs, after)

    grads, losses = vmap(grad_and_value(measure))(parameters, buffers, x)
    assert launches == [f"forward {K}", f"backward {K}"]
    for seed, layer in enumerate(layers):
        found = [losses[seed], *(grads[key][seed] for key, _ in layer.named_parameters())]
        assert_equal(found, expected_of(layer, x[seed]))


@pytest.mark.parametrize("name", some(LAYERS, "phased PeepholeLSTM"))
def test_seeds_share_their_examples(name, device, launches):
    layers, parameters, buffers = seeds_of(LAYERS[name], device)
    x, lengths = torch.randn(B, T, I, device=device), LENGTHS.to(device)

    def run(parameters, buffers):
        return functional_call(layers[0], (parameters, buffers), (x,), {"lengths": lengths})

    # Gradients by torch's own autograd, around vmap.
    parameters = {key: value.detach().requires_grad_() for key, value in parameters.items()}
    outputs, after = vmap(run)(parameters, buffers)
    losses = [loss(outputs[k], [part[k] for part in after]) for k in range(K)]
    sum(losses).backward()
    assert launches == [f"forward {K}", f"backward {K}"]
    for seed, layer in enumerate(layers):
        found = [losses[seed], *(parameters[key].grad[seed] for key, _ in layer.named_parameters())]
        assert_equal(found, expected_of(layer, x, lengths=LENGTHS))


@pytest.mark.slow
def test_gradients_of_each_example_share_the_weights(device, launches):
    layer = CELLS["peephole"](I, H).to(device)
    x = torch.randn(B, T, I, device=device)

    def measure(parameters, one):
        outputs, after = functional_call(layer, parameters, (one[None],))
        return loss(outputs, after)

    found = vmap(grad(measure), (None, 0))(dict(layer.named_parameters()), x)
    assert launches == [f"forward {B}", f"backward {B}"]
    for number, one in enumerate(x):
        _, *expected = expected_of(layer, one[None])
        assert_equal([found[key][number] for key, _ in layer.named_parameters()], expected)


@pytest.mark.slow
def test_examples_within_seeds(device, launches):
    layers, parameters, buffers = seeds_of(PHASED["PeepholeLSTM"], device)
    x = torch.randn(B, T - 1, I, device=device)

    def measure(parameters, buffers, one):
        outputs, after = functional_call(layers[0], (parameters, buffers), (one[None],))
        return loss(outputs, after)

    found = vmap(vmap(grad(measure), (None, None, 0)), (0, 0, None))(parameters, buffers, x)
    assert launches == [f"forward {K * B}", f"backward {K * B}"]
    for seed, layer in enumerate(layers):
        for number, one in enumerate(x):
            _, *expected = expected_of(layer, one[None])
            assert_equal([found[key][seed, number] for key, _ in layer.named_parameters()], expected)


def test_gradients_around_seeds(device, launches):
    """grad over vmap: the sum of all seeds' losses, as one function of the stacked weights and of shared ones."""
    layers, parameters, _ = seeds_of(CELLS["peephole"], device)
    x = torch.randn(B, T, I, device=device)
    shared = {key: parameters.pop(key)[0] for key in ("weight_h", "bias")}

    def total(parameters, shared):
        def measure(parameters):
            return loss(*functional_call(layers[0], parameters | shared, (x,)))

        return vmap(measure)(parameters).sum()

    found, found_shared = grad(total, (0, 1))(parameters, shared)
    assert launches == [f"forward {K}", f"backward {K}"]
    for layer in layers:
        layer.load_state_dict({key: value for key, value in shared.items()}, strict=False)
    results = [dict(zip(dict(layer.named_parameters()), expected_of(layer, x)[1:])) for layer in layers]
    for seed, expected in enumerate(results):
        assert_equal([found[key][seed] for key in found], [expected[key] for key in found])
    for key, gradient in found_shared.items():
        assert_equal([gradient], [sum(expected[key] for expected in results)])


MANY = {
    "stacked": lambda: Stacked([CELLS["lstm"](I, H), CELLS["peephole"](H, H)]),
    "both ways": lambda: Bidirectional(CELLS["rnn"](I, H), CELLS["gru of cho"](I, H)),
}


@pytest.mark.parametrize("name", some(MANY, "stacked"))
def test_layers_of_cells(name, device, launches):
    models = [SequenceClassifier(MANY[name](), 2, num_tokens=7).to(device) for _ in range(K)]
    tokens = torch.randint(7, (K, B, T), device=device)
    parameters, buffers = stack_module_state(models)

    def run(parameters, buffers, tokens):
        return functional_call(models[0], (parameters, buffers), (tokens,))

    found = vmap(run)(parameters, buffers, tokens)
    assert launches == [f"forward {K}"] * 2
    for seed, model in enumerate(models):
        assert_equal([found[seed]], [plain(model)(tokens[seed].cpu())])
