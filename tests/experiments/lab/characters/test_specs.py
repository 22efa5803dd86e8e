import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core import registry
from experiments.core.labels import parse_labels
from experiments.core.registry import Part
from experiments.lab.characters import specs
from experiments.lab.characters.specs import (
    CAUSAL,
    SEQUENTIAL,
    CharacterAttention,
    CharacterCell,
    CharacterGraph,
    parse_character_model,
)

cells = st.builds(
    CharacterCell,
    cell=st.sampled_from(list(SEQUENTIAL)),
    layers=st.integers(1, 100),
    encoding=st.just("embedding"),
    tied=st.booleans(),
    residual=st.booleans(),
    norm=st.booleans(),
) | st.builds(CharacterCell, cell=st.sampled_from(list(SEQUENTIAL)), encoding=st.just("onehot"))
graphs = st.builds(
    CharacterGraph,
    conv=st.just("gcn"),
    layers=st.integers(1, 100),
    window=st.integers(1, 1000),
    encoding=st.sampled_from(["embedding", "onehot"]),
) | st.builds(CharacterGraph, conv=st.just("gat"), window=st.integers(1, 1000), heads=st.integers(1, 64))

attentions = st.builds(
    CharacterAttention,
    model=st.just("transformer"),
    layers=st.integers(1, 100),
    window=st.integers(0, 1000),
    encoding=st.sampled_from(["embedding", "onehot"]),
    heads=st.integers(1, 64),
    position=st.sampled_from(["rotary", "noposition"]),
)


@given(cells | graphs | attentions)
def test_label_reads_back(spec):
    assert parse_character_model(spec.label) == spec


@given(st.text(max_size=12))
def test_any_text_is_a_model_or_a_value_error(text):
    try:
        spec = parse_character_model(text)
    except ValueError as error:
        said = str(error)
    else:
        said = "models: "
        assert parse_character_model(spec.label) == spec
    assert said.startswith("models: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lstn-2", "unknown character model 'lstn-2', did you mean lstm?"),
        ("lstm-2-w8", "unknown option 'w8' in 'lstm-2-w8'"),
        ("gcn-2-heads2", "unknown option 'heads2'"),
        ("gcn-2-onehoot", "did you mean onehot?"),
        ("gcn-w", "unknown option 'w'"),
        ("gcn-2-3", "says layers twice: 2 and 3"),
        ("phased-2", "'phased' reads time stamps, and characters have none. Known: rnn, lstm"),
        ("gcn-0", "layers: 0 should be 1 to 100"),
        ("gcn-w0", "unknown option 'w0' in 'gcn-w0'"),
        ("lstm-onehot-tied", "tied needs an embedding"),
        ("transformer-2-learned", "unknown option 'learned'"),
        ("transformer-2-full", "unknown option 'full'"),
        ("transformer-w0", "unknown option 'w0'"),
        ("transformer-heads0", "unknown option 'heads0'"),
        ("", "unknown character model ''"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(ValueError, match=r"^models: ") as raised:
        parse_character_model(text)
    assert said in str(raised.value)


def test_lists_leave_out_repetitions_and_need_one():
    found = parse_labels("gru,gru-2, gcn-1", parse_character_model)
    assert [spec.label for spec in found] == ["gru-2", "gcn-1-w8"]


def test_parts_that_cannot_read_characters_are_named(monkeypatch):
    monkeypatch.setitem(registry.CONVOLUTIONS, "blind", Part("blind", "", "sees no distance"))
    with pytest.raises(ValueError, match="'blind' cannot tell how far away a character is"):
        parse_character_model("blind-2")
    assert set(CAUSAL) == {"gcn", "gat", "gatv2"}
    for name in set(registry.CONVOLUTIONS) - set(CAUSAL):
        with pytest.raises(ValueError, match=f"'{name}' cannot tell how far away a character is"):
            parse_character_model(name)
    assert specs.CharacterGraph("gat", heads=8).label == "gat-2-w8-heads8"
