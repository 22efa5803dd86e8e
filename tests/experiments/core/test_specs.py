import pytest

from experiments.core.specs import GraphSpec, RecurrentSpec, parse_model


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gnc", "did you mean gcn?"),
        ("", "unknown model"),
        ("gcn-0", "layers: 0 should be 1 to 1000"),
        ("gcn-1001", "layers: 1001 should be 1 to 1000"),
        ("gcn-miror", "did you mean mirrored?"),
        ("gcn-heads2", "unknown option 'heads2'"),
        ("rnn-bias1", "unknown option 'bias1'"),
        ("lstm-biasnan", "unknown option 'biasnan'"),
        ("lstm-bias" + "9" * 400, "should be a finite number"),
        ("lstm-2-3", "layers twice: 2 and 3"),
        ("gcn-4-mean-max", "readout twice"),
        ("gcn-4-mirrored-mirrored", "mirrored twice"),
        ("gcn-²", "unknown option"),
        ("gcn-٤", "unknown option"),
        ("gat-heads99", "heads: 99 should be 1 to 64"),
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
    with pytest.raises(ValueError, match=rf"models: {list(values)[-1]}\b"):
        kind(**values)


@pytest.mark.parametrize(("label", "step"), [("gcn-4", 1), ("gat-4", 2), ("gat-4-heads3", 3)])
def test_hidden_sizes_are_multiples_of_the_heads(label, step):
    assert parse_model(label).hidden_step == step
