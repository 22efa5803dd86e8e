import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import parse_character_model
from experiments.training.budget import count_parameters
from seq import LSTM, generate

LABELS = ["rnn-1", "lstm-2", "lstm-2-onehot", "lstm-3-tied", "gru-2", "gru1-1", "cellgated-2", "peephole-1"]
LABELS += ["mingru-2", "minlstm-1", "lru-2", "lru-3-residual-norm", "gru-2-norm"]
LABELS += ["gcn-2-w8", "gcn-4-w2-onehot", "gat-3-w4", "gat-2-w3-heads3"]
LABELS += [
    "transformer-1-heads2",
    "transformer-2-heads3-w4",
    "transformer-2-heads1-onehot",
    "transformer-3-noposition",
]
V = 83


def build(label, hidden=0, **options):
    spec, train = parse_character_model(label), CharacterTraining(hidden=hidden, **options)
    torch.manual_seed(0)
    return build_character_model(spec, train, V, character_hidden(spec, train, V))


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("budget", [30_000, 250_000])
def test_a_budget_is_met_within_five_percent(label, budget):
    assert abs(count_parameters(build(label, budget=budget)) / budget - 1) <= 0.05


@pytest.mark.parametrize("label", LABELS)
def test_every_model_answers_the_same_call(label):
    model = build(label, hidden=12).eval()
    text = torch.randint(V, (3, 17), generator=torch.Generator().manual_seed(0))
    whole, _ = model(text)
    assert whole.shape == (3, 17, V)
    first, state = model(text[:, :5])
    second, _ = model(text[:, 5:], state)
    # Single precision, other sizes of products.
    torch.testing.assert_close(torch.cat([first, second], 1), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("label", LABELS)
def test_an_answer_depends_on_as_many_characters_as_is_said(label):
    window, spec = 5, parse_character_model(label)
    model = build(label, hidden=12, window=window).double().eval()
    text = torch.randint(V, (1, 41), generator=torch.Generator().manual_seed(0))
    reach = spec.reach(window)
    before = model(text)[0]
    seen = []
    for place in range(41):
        other = text.clone()
        other[0, place] = (other[0, place] + 1) % V
        after = model(other)[0]
        assert torch.equal(after[:, :place], before[:, :place])  # the future
        seen.append(not torch.equal(after[0, -1], before[0, -1]))
    if reach is None:
        assert all(seen[-8:])
    else:
        assert seen == [place > 40 - reach for place in range(41)]


@pytest.mark.parametrize("label", LABELS)
def test_writing_is_reading_the_whole_text_anew(label):
    model = build(label, hidden=12, window=5).double().eval()
    text = torch.randint(V, (2, 3), generator=torch.Generator().manual_seed(0))
    found = generate(model, text, 31, temperature=0)
    for _ in range(31):
        text = torch.cat([text, model(text)[0][:, -1].argmax(-1, keepdim=True)], 1)
    assert torch.equal(found, text[:, 3:])


def test_attention_sees_what_a_trained_window_holds():
    (block, _) = build("transformer-2", hidden=16, window=9).layer.blocks
    assert block.window == 8
    assert parse_character_model("transformer-2").reach(9) == 17
    assert build("transformer-2", hidden=16, window=1).layer.blocks[0].window == 1
    narrow = build("transformer-2-w3", hidden=16, window=9)
    assert narrow.layer.blocks[0].window == 3
    assert (block.up.out_features, block.rotary, narrow.layer.blocks[0].num_heads) == (64, True, 4)


@settings(max_examples=6, deadline=None)
@given(
    label=st.builds(
        "transformer-{}{}-heads{}{}".format,
        st.integers(1, 4),
        st.sampled_from(["", "-onehot"]),
        st.sampled_from([1, 2, 4, 8]),
        st.sampled_from(["", "-noposition"]),
    ),
    budget=st.integers(60_000, 400_000),
)
def test_attention_meets_any_budget(label, budget):
    spec, train = parse_character_model(label), CharacterTraining(budget=budget)
    hidden = character_hidden(spec, train, V)
    model = build_character_model(spec, train, V, hidden, device="meta")
    assert abs(count_parameters(model) / budget - 1) <= 0.05
    assert model.layer.output_size % spec.heads == 0
    # Not one at the cost of the other: a block in its usual proportions, more or less.
    assert 1 <= model.layer.blocks[0].up.out_features / model.layer.output_size <= 22


def test_parameters_of_the_reference_model_are_those_of_the_equations():
    H, E = 128, 64
    layer = 4 * (E * H + H * H + H) + 4 * (H * H + H * H + H)
    assert count_parameters(build("lstm-2", hidden=H)) == V * E + layer + H * V + V
    assert count_parameters(build("lstm-2-onehot", hidden=H)) == layer + 4 * H * (V - E) + H * V + V
    tied = 8 * (H * H + H * H + H)
    assert count_parameters(build("lstm-2-tied", hidden=H)) == tied + H * V + V


def test_dropout_and_forget_bias_reach_the_layers():
    model = build("lstm-2", hidden=12, dropout=0.25)
    assert model.dropout == model.layer.dropout == 0.25
    (first, _) = model.layer.parts()
    torch.manual_seed(0)
    plain = LSTM(64, 12)
    # Drawn as the bare layer draws it, and 1 is added to the forget gate's.
    assert (first.bias[12:24].mean() - plain.bias[12:24].mean()).item() == pytest.approx(1, abs=0.3)


def test_what_cannot_be_met_is_refused():
    with pytest.raises(ValueError, match="budget: 200 parameters cannot be met within 5% by lstm-2"):
        build("lstm-2", budget=200)
    with pytest.raises(ValueError, match="hidden: 10 should be a multiple of 4, the heads of gat-2-w3"):
        build("gat-2-w3", hidden=10)
    with pytest.raises(
        ValueError, match="budget: 900 parameters cannot be met within 5% by transformer-2 with"
    ):
        build("transformer-2", budget=900)


def test_the_same_seed_gives_the_same_weights():
    one, other = build("gat-2-w3", hidden=8), build("gat-2-w3", hidden=8)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values()))
