import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.model_specs import GraphSpec, RecurrentSpec, parse_model

recurrent = st.builds(
    RecurrentSpec,
    cell=st.sampled_from(["lstm", "cellgated", "peephole", "phased"]),
    layers=st.integers(1, 1000),
    bidirectional=st.booleans(),
    init=st.sampled_from(["torch", "xavier", "kaiming", "orthogonal"]),
    encoding=st.sampled_from(["embedding", "onehot", "scalar"]),
    forget_bias=st.sampled_from([0.0, 1.0, 2.5, 3.0]),
)
graph = st.builds(
    GraphSpec,
    conv=st.just("gat"),
    layers=st.integers(1, 1000),
    edges=st.booleans(),
    directed=st.booleans(),
    mirrored=st.booleans(),
    skip=st.sampled_from([0, 2, 11]),
    position=st.booleans(),
    residual=st.booleans(),
    readout=st.sampled_from(["query", "mean", "max", "sum"]),
    heads=st.integers(1, 9),
    full_last=st.booleans(),
    norm=st.booleans(),
) | st.builds(GraphSpec, conv=st.just("gcn"), virtual=st.booleans(), norm=st.booleans())


@given(recurrent | graph)
def test_label_reads_back_as_the_same_model(spec):
    assert parse_model(spec.label) == spec


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gnc", "did you mean gcn?"),
        ("", "unknown model"),
        ("gcn-0", "from 1 to 1000"),
        ("gcn-miror", "did you mean mirrored?"),
        ("gcn-heads2", "unknown option 'heads2'"),
        ("rnn-bias1", "unknown option 'bias1'"),
        ("lstm-biasnan", "finite number"),
        ("lstm-2-3", "layers twice: 2 and 3"),
        ("gcn-4-mean-max", "readout twice"),
        ("gcn-²", "unknown option"),
        ("gcn-٤", "unknown option"),
        ("gat-heads99", "from 1 to 64"),
        ("lstm-mirrored", "unknown option 'mirrored'"),
        ("gcn-4-skip1", "unknown option 'skip1'"),
        ("gcn--4", "unknown option ''"),
        ("gcn-4-virtual-mean", "virtual needs the read-out query, not mean"),
        ("gcn-4-full_last", "did you mean fulllast?"),
    ],
)
def test_unknown_models_are_named(text, words):
    with pytest.raises(ValueError, match="models:") as caught:
        parse_model(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (RecurrentSpec, {"cell": "foo"}),
        (RecurrentSpec, {"cell": "lstm", "layers": "3"}),
        (RecurrentSpec, {"cell": "lstm", "layers": True}),
        (RecurrentSpec, {"cell": "lstm", "bidirectional": 1}),
        (RecurrentSpec, {"cell": "lstm", "forget_bias": float("inf")}),
        (GraphSpec, {"conv": "gcn", "readout": "last"}),
        (GraphSpec, {"conv": "gcn", "skip": -1}),
        (GraphSpec, {"conv": "gcn", "mirrored": "yes"}),
        (GraphSpec, {"conv": "gcn", "full_last": 1}),
    ],
)
def test_specs_are_checked_where_they_are_made(kind, values):
    with pytest.raises(ValueError, match=f"models: {list(values)[-1]} "):
        kind(**values)
