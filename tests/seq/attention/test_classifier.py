"""The Transformer with a way in and a head."""

import pytest
import torch
from torch.nn import functional as F

from seq import TransformerClassifier, sensitivity, value_checks

H, B, T, C, V = 8, 5, 7, 3, 11
LENGTHS = torch.tensor([7, 1, 4, 2, 6])
both_directions = pytest.mark.parametrize("causal", [True, False])


def make(**options):
    torch.manual_seed(0)
    return TransformerClassifier(H, C, **{"num_tokens": V} | options).double()


def draw_tokens():
    return torch.randint(V, (B, T))


@both_directions
def test_reads_the_last_valid_step_through_the_head(causal):
    model, tokens = make(causal=causal), draw_tokens()
    outputs = model.transformer(model.embedding(tokens), lengths=LENGTHS)
    read = outputs[range(B), LENGTHS - 1]
    torch.testing.assert_close(model(tokens, lengths=LENGTHS), read @ model.head.weight.t() + model.head.bias)
    whole = model.transformer(model.embedding(tokens))[:, -1]
    torch.testing.assert_close(model(tokens), whole @ model.head.weight.t() + model.head.bias)


@both_directions
def test_the_mean_is_one_of_valid_steps(causal):
    model, tokens = make(causal=causal, readout="mean"), draw_tokens()
    logits = model(tokens, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS.tolist()):
        mean = model.transformer(model.embedding(tokens[b : b + 1, :n])).mean(1)
        torch.testing.assert_close(logits[b : b + 1], model.head(mean))
    torch.testing.assert_close(model(tokens[:1]), model(tokens[:1], lengths=torch.tensor([T])))


@both_directions
@pytest.mark.parametrize("readout", ["last", "mean"])
def test_lengths_cut_each_sequence(causal, readout):
    model, tokens = make(causal=causal, readout=readout), draw_tokens()
    logits = model(tokens, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS.tolist()):
        torch.testing.assert_close(logits[b], model(tokens[b : b + 1, :n])[0])


def test_every_step_reads_each_output_through_the_head():
    model, tokens = make(every_step=True), draw_tokens()
    logits = model(tokens)
    assert logits.shape == (B, T, C)
    torch.testing.assert_close(logits, model.head(model.transformer(model.embedding(tokens))))


def test_numbers_go_in_as_they_are():
    model, x = make(num_tokens=None, num_features=2), torch.randn(B, T, 2, dtype=torch.double)
    assert model.encode(x) is x
    assert model(x).shape == (B, C)
    assert model.embedding is None


@both_directions
def test_its_sensitivity_reaches_every_step(causal):
    model = make(causal=causal).eval()
    assert (sensitivity(model.read, model.encode(draw_tokens())) > 0).all()


def test_learns_from_gradients_of_every_part():
    model = make(position="learned", max_length=T, embedding_size=5)
    assert model.embedding.weight.shape == (V, 5)
    F.cross_entropy(model(draw_tokens()), torch.randint(C, (B,))).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_it_learns_to_recall():
    """The value that followed the same key earlier, which needs two layers: one to see the step before."""
    torch.manual_seed(0)
    model = TransformerClassifier(32, 8, num_tokens=16, num_layers=2)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    def draw(count):
        keys = torch.rand(count, 8).argsort(1)[:, :3]
        values = torch.randint(8, (count, 3))
        asked = torch.randint(3, (count, 1))
        pairs = torch.stack([keys, 8 + values], 2).flatten(1)
        return torch.cat([pairs, keys.gather(1, asked)], 1), values.gather(1, asked).squeeze(1)

    for _ in range(500):
        tokens, answers = draw(64)
        optimizer.zero_grad()
        F.cross_entropy(model(tokens), answers).backward()
        optimizer.step()
    tokens, answers = draw(500)
    # One of the three values at random would be right in a little more than a third of the cases.
    assert (model(tokens).argmax(1) == answers).float().mean() > 0.8


def test_parameters_are_counted_without_memory():
    with torch.device("meta"):
        model = TransformerClassifier(4096, C, num_tokens=50_000, num_layers=24)
    assert {p.device.type for p in model.parameters()} == {"meta"}
    assert model(torch.zeros(2, 3, dtype=torch.long, device="meta")).shape == (2, C)


def test_reset_under_a_seed():
    model = make()
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        model.reset_parameters()
        drawn.append(torch.cat([p.detach().flatten().clone() for p in model.parameters()]))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="num_tokens must be given for symbols, or num_features for numbers"):
        TransformerClassifier(H, C)
    with pytest.raises(ValueError, match="num_features must be None where num_tokens is given"):
        TransformerClassifier(H, C, num_tokens=V, num_features=2)
    with pytest.raises(ValueError, match="embedding_size must be None where num_tokens is"):
        TransformerClassifier(H, C, num_features=2, embedding_size=2)
    with pytest.raises(ValueError, match="readout must be one of last, mean; got 'first'"):
        make(readout="first")
    with pytest.raises(TypeError, match="depth"):
        make(depth=3)
    with pytest.raises(ValueError, match="hidden_size must be a multiple of num_heads, 3, got 8"):
        make(num_heads=3)
    model = make()
    with pytest.raises(ValueError, match="tokens must be integers"):
        model(torch.zeros(B, T))
    with pytest.raises(ValueError, match=r"tokens must lie in 0\.\.10 .* got 0 to 11"):
        model(torch.tensor([[0, 11]]))
    with value_checks(), pytest.raises(ValueError, match="x must hold finite numbers"):
        make(num_tokens=None, num_features=2)(torch.full((1, 2, 2), float("nan"), dtype=torch.double))
