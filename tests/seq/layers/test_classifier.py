import pytest
import torch
from torch.nn import functional as F

from seq import LSTM, RNN, SequenceClassifier

B, T, C, V = 5, 7, 3, 11


def draw_tokens():
    return torch.randint(V, (B, T))


def test_reads_the_last_h_through_the_head():
    model = SequenceClassifier(LSTM(2, 13), C, num_tokens=V)
    tokens = draw_tokens()
    outputs, _ = model.layer(model.embedding(tokens))
    torch.testing.assert_close(model(tokens), outputs[:, -1] @ model.head.weight.t() + model.head.bias)


def test_onehot_is_the_embedding_with_the_unit_matrix():
    torch.manual_seed(0)
    embedded = SequenceClassifier(RNN(V, 13), C, num_tokens=V)
    onehot = SequenceClassifier(RNN(V, 13), C, num_tokens=V, encoding="onehot")
    onehot.layer.load_state_dict(embedded.layer.state_dict())
    onehot.head.load_state_dict(embedded.head.state_dict())
    with torch.no_grad():
        embedded.embedding.weight.copy_(torch.eye(V))
    tokens = draw_tokens()
    torch.testing.assert_close(embedded(tokens), onehot(tokens))


def test_scalar_is_the_number_itself_as_one_feature():
    model, tokens = SequenceClassifier(RNN(1, 13), C, encoding="scalar"), draw_tokens()
    torch.testing.assert_close(model.encode(tokens), tokens.float().unsqueeze(-1))
    assert model(tokens).shape == (B, C)


def test_values_go_in_as_they_are():
    x = torch.randn(B, T, 2)
    model = SequenceClassifier(RNN(2, 13), C, encoding="values")
    assert model.encode(x) is x


def test_lengths_cut_each_sequence():
    model, tokens = SequenceClassifier(LSTM(2, 13), C, num_tokens=V), draw_tokens()
    lengths = torch.tensor([7, 1, 4, 2, 6])
    logits = model(tokens, lengths=lengths)
    for b, n in enumerate(lengths):
        # float32 in another order of sums.
        torch.testing.assert_close(logits[b], model(tokens[b : b + 1, :n])[0], rtol=0, atol=1e-5)


def test_learns_from_gradients_of_every_part():
    model = SequenceClassifier(LSTM(2, 13), C, num_tokens=V)
    F.cross_entropy(model(draw_tokens()), torch.randint(C, (B,))).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_reset_under_a_seed():
    model = SequenceClassifier(LSTM(2, 13), C, num_tokens=V)
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        model.reset_parameters()
        drawn.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="num_tokens must be given"):
        SequenceClassifier(RNN(2, 13), C)
    with pytest.raises(ValueError, match="num_classes must be an integer of at least 1, got 0"):
        SequenceClassifier(RNN(2, 13), 0, num_tokens=V)
    with pytest.raises(ValueError, match="layer must have input_size 11"):
        SequenceClassifier(RNN(2, 13), C, num_tokens=V, encoding="onehot")
    with pytest.raises(ValueError, match="layer must have input_size 1 "):
        SequenceClassifier(RNN(2, 13), C, encoding="scalar")
    with pytest.raises(ValueError, match="encoding must be one of embedding, onehot"):
        SequenceClassifier(RNN(2, 13), C, encoding="binary")
    model = SequenceClassifier(RNN(2, 13), C, num_tokens=V)
    with pytest.raises(ValueError, match=r"tokens must have shape \(B, T\)"):
        model(torch.zeros(B, dtype=torch.long))
    with pytest.raises(ValueError, match="tokens must be integers"):
        model(torch.zeros(B, T))
    with pytest.raises(ValueError, match=r"tokens must lie in 0\.\.10 .* got 0 to 11"):
        model(torch.tensor([[0, 11]]))


def test_every_step_reads_each_output_through_the_head():
    model = SequenceClassifier(LSTM(2, 13), C, num_tokens=V, every_step=True)
    tokens = draw_tokens()
    logits = model(tokens)
    assert logits.shape == (B, T, C)
    torch.testing.assert_close(logits, model.head(model.layer(model.embedding(tokens))[0]))
