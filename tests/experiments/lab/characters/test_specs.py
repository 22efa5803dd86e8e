import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.characters.specs import (
    CELLS,
    CharacterCell,
    CharacterGraph,
    parse_character_model,
    parse_character_models,
)

cells = st.builds(
    CharacterCell,
    cell=st.sampled_from(CELLS),
    layers=st.integers(1, 100),
    encoding=st.just("embedding"),
    tied=st.booleans(),
) | st.builds(CharacterCell, cell=st.sampled_from(CELLS), encoding=st.just("onehot"))
graphs = st.builds(
    CharacterGraph,
    conv=st.just("gcn"),
    layers=st.integers(1, 100),
    window=st.integers(1, 1000),
    encoding=st.sampled_from(["embedding", "onehot"]),
) | st.builds(CharacterGraph, conv=st.just("gat"), window=st.integers(1, 1000), heads=st.integers(1, 64))


@given(cells | graphs)
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
        ("gcn-0", "layers 0 should be a whole number from 1 to 100"),
        ("gcn-w0", "window 0 should be"),
        ("lstm-onehot-tied", "tied needs an embedding"),
        ("", "unknown character model ''"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(ValueError, match=r"^models: ") as raised:
        parse_character_model(text)
    assert said in str(raised.value)


def test_lists_leave_out_repetitions_and_need_one():
    assert [spec.label for spec in parse_character_models("gru,gru-2, gcn-1")] == ["gru-2", "gcn-1-w8"]
    with pytest.raises(ValueError, match="at least one"):
        parse_character_models(" , ")
