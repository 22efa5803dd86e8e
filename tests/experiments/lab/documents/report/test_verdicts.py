import pytest

from experiments.lab.documents.report.verdicts import GRAPHS, NOTHING, verdicts
from experiments.lab.documents.report.word_edges import word_edges
from experiments.reading.sections import Sentences, Table, Text

STEADY = [0.0, 0.001, 0.002]  # differences that hardly differ, so that an interval over three seeds is narrow


def around(value):
    """Accuracies of three seeds."""
    return [value + step for step in STEADY]


def said(results):
    """All sentences on graphs."""
    blocks = list(verdicts(results).blocks)
    below = blocks[blocks.index(Text(GRAPHS)) :]
    lists = [block.items for block in below if isinstance(block, Sentences)]
    return [sentence for items in lists for sentence in items if sentence != NOTHING]


def pairs(first, second):
    """Transductive and inductive accuracies of three seeds."""
    return list(zip(around(first), around(second)))


def test_they_say_where_a_graph_is_ahead_and_where_not(recorded):
    results = recorded(
        {
            ("docgcn", 1): around(0.6),
            ("lstm", 1): around(0.3),
            ("docgcn", 10): [0.6, 0.7, 0.6],
            ("lstm", 10): [0.7, 0.6, 0.6],
            ("docgcn", 100): around(0.7),
            ("lstm", 100): [value + 0.1 for value in reversed(around(0.7))],
        }
    )
    assert said(results) == [
        "docgcn is ahead of lstm with 1 % (+0.300) of the labels; cannot be told apart from lstm with 10 % (+0.000) of "
        "the labels; is behind lstm with 100 % (-0.100) of the labels."
    ]


def test_the_linear_baseline_meets_the_best_by_validation(recorded):
    results = recorded({("docgcn", 5): around(0.5), ("docgat", 5): around(0.7), ("tfidf-lr", 5): around(0.6)})
    assert said(results) == [
        "tfidf-lr, against the inductive graph model that validation prefers, is behind it with 5 % (docgat, -0.100) "
        "of the labels."
    ]


def test_the_linear_baseline_meets_either_setting_of_a_corpus_graph(recorded):
    results = recorded({("textgcn", 5): pairs(0.5, 0.4), ("tfidf-lr", 5): around(0.6)})
    assert said(results) == [
        f"tfidf-lr, against the {kind} graph model that validation prefers, is ahead of it with 5 % ({name}, {gap}) of "
        "the labels."
        for kind, name, gap in (
            ("transductive", "textgcn", "+0.100"),
            ("inductive", "textgcn inductive", "+0.200"),
        )
    ]


def test_one_seed_says_nothing(recorded):
    results = recorded({("docgcn", 1): [0.6], ("lstm", 1): [0.3]})
    assert said(results) == []
    assert any("too few models or seeds" in str(block) for block in verdicts(results).blocks)


def test_both_settings_of_a_corpus_graph_are_compared_with_another_layer_where_there_is_no_lstm(recorded):
    found = said(recorded({("textgcn", 1): pairs(0.6, 0.5), ("gru", 1): around(0.3)}))
    assert found == [
        "textgcn is ahead of gru with 1 % (+0.300) of the labels.",
        "textgcn inductive is ahead of gru with 1 % (+0.200) of the labels.",
    ]


def test_a_graph_is_compared_under_each_setting_by_itself(recorded):
    recorded({("lstm", 10): around(0.5), ("textgcn", 10): pairs(0.6, 0.4)})
    results = recorded({("lstm", 10): around(0.5), ("textgcn", 10): pairs(0.4, 0.7)}, threads=2)
    assert sorted(said(results)) == [
        "textgcn inductive is ahead of lstm with 10 % (+0.200) of the labels.",
        "textgcn inductive is behind lstm with 10 % (-0.100) of the labels.",
        "textgcn is ahead of lstm with 10 % (+0.100) of the labels.",
        "textgcn is behind lstm with 10 % (-0.100) of the labels.",
    ]


def test_where_models_were_tuned_those_alone_are_judged(recorded):
    tuned = "learning_rate=0.002,0.005; seeds 1000000,1000001"
    recorded({("docgcn", 1): around(0.6), ("lstm", 1): around(0.3)})
    results = recorded({("docgcn", 1): around(0.7), ("lstm", 1): around(0.35)}, tuned=tuned)
    assert said(results) == ["docgcn is ahead of lstm with 1 % (+0.350) of the labels."]
    assert "over the 1 rows" in str(verdicts(results).blocks)


def test_a_lead_of_a_graph_model_is_not_put_down_to_its_graph(recorded):
    blocks = str(verdicts(recorded({("docgcn", 1): around(0.6), ("lstm", 1): around(0.3)})).blocks)
    assert "graph helps" not in blocks
    assert "differ in more than the graph" in blocks


def test_cases_with_too_few_seeds_are_not_counted_among_the_judged(recorded):
    results = recorded(
        {("docgcn", 1): around(0.6), ("lstm", 1): around(0.3), ("docgcn", 5): [0.6], ("lstm", 5): [0.3]}
    )
    assert "over the 1 rows" in str(verdicts(results).blocks)


def test_pairs_are_of_one_seed(recorded):
    results = recorded({("lstm", 5): [0.5, 0.6, 0.9], ("textgcn", 5): [(0.6, 0.5), (0.7, 0.6), (1.0, 0.9)]})
    assert said(results)[0] == "textgcn is ahead of lstm with 5 % (+0.100) of the labels."
    pair = results.paired(baseline="lstm", metric="inductive_accuracy")
    assert pair["difference"].tolist() == pytest.approx([0])


def test_a_model_meets_its_controls_and_they_meet_nobody_else(recorded):
    results = recorded(
        {
            ("textgcn", 100): pairs(0.7, 0.6),
            ("textgcn-random", 100): pairs(0.6, 0.7),
            ("textgcn-nopmi", 100): pairs(0.7, 0.6),
            ("lstm", 100): around(0.5),
            ("textgat-shuffled", 100): pairs(0.9, 0.9),  # a control without its model
        }
    )
    assert said(results) == [
        "textgcn is ahead of lstm with 100 % (+0.200) of the labels; is ahead of textgcn-random with 100 % (+0.100) of "
        "the labels; cannot be told apart from textgcn-nopmi with 100 % (+0.000) of the labels.",
        "textgcn inductive is ahead of lstm with 100 % (+0.100) of the labels; cannot be told apart from textgcn-nopmi "
        "inductive with 100 % (+0.000) of the labels; is behind textgcn-random inductive with 100 % (-0.100) of the "
        "labels.",
    ]
    best = next(block for block in verdicts(results).blocks if isinstance(block, Sentences)).items
    assert "of 2 models" in best[0]  # textgcn and lstm: controls are no contenders
    assert "textgat" not in best[0]
    section = word_edges(results)
    [table] = [block for block in section.blocks if isinstance(block, Table)]
    assert [(row["model"], row["against"], row["difference"]) for row in table.rows] == [
        ("textgcn", "textgcn-nopmi", "+0.0000"),
        ("textgcn inductive", "textgcn-nopmi inductive", "+0.0000"),
        ("textgcn", "textgcn-random", "+0.1000"),
        ("textgcn inductive", "textgcn-random inductive", "-0.1000"),
    ]
    assert all(row["n"] == "3" for row in table.rows)


def test_without_controls_there_is_no_section_on_edges(recorded):
    assert word_edges(recorded({("textgcn", 100): pairs(0.7, 0.6), ("lstm", 100): around(0.5)})) is None


def test_controls_alone_still_make_a_page(recorded):
    results = recorded({("textgcn-random", 100): pairs(0.7, 0.6), ("textgcn-nopmi", 100): pairs(0.7, 0.6)})
    assert said(results) == []
    assert word_edges(results) is None
