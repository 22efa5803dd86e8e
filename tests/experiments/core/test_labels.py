"""The one grammar of labels, for the models of every experiment."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.labels import Spec, grammar, has_word, parse_label, parse_labels, word
from experiments.core.registry import Part
from experiments.core.settings import fields_of, kind_of
from experiments.core.specs import AttentionSpec, GraphSpec, RecurrentSpec, parse_model
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.documents.settings import parse_document_model

BIASES = st.sampled_from([0.0, 1.0, 2.5, 3.0, 0.125, 1.23456789, 1e-7, 1e20])


def values_of(kind, item):
    """Values that a field of a spec may hold."""
    rule = item.metadata
    if kind_of(kind, item.name) is bool:
        return st.booleans()
    if "known" in rule:
        return st.sampled_from(rule["known"])
    if kind_of(kind, item.name) is float:
        return BIASES.filter(lambda value: value > rule["above"]) if "above" in rule else BIASES
    lowest = rule.get("word_least") or 0
    numbers = st.integers(lowest, rule.get("most") or 99)
    return numbers | st.just(0) if rule["least"] == 0 else numbers


@st.composite
def specs(draw, kinds):
    """A model of one of these classes, with whatever its cell or convolution can be told."""
    kind = draw(st.sampled_from(kinds))
    first, *rest = fields_of(kind)
    name = draw(st.sampled_from(list(kind.parts)))
    fields = [item for item in rest if "word" in item.metadata and has_word(item, kind.parts[name])]
    chosen = {item.name: draw(values_of(kind, item)) for item in fields if draw(st.booleans())}
    if chosen.get("virtual") and "readout" in chosen:
        del chosen["readout"]
    for extra in [name for name in ("fosr", "sdrf", "expander", "random") if chosen.get(name)][1:]:
        del chosen[extra]
    if any(chosen.get(name) for name in ("fosr", "sdrf", "expander", "random")):
        chosen |= {name: value for name, value in (("directed", False), ("edges", True)) if name in chosen}
    return kind(**{first.name: name}, **chosen)


@given(specs([RecurrentSpec, GraphSpec, AttentionSpec]))
def test_a_label_reads_back_as_the_same_model(spec):
    assert parse_model(spec.label) == spec
    assert parse_model(spec.label).label == spec.label


@given(specs([RecurrentSpec, GraphSpec, AttentionSpec]))
def test_a_model_survives_its_record(spec):
    assert type(spec).from_dict(spec.to_dict()) == spec
    assert spec.to_dict()["name"] == spec.label


@pytest.mark.parametrize(
    "label",
    [
        "rnn", "lstm", "gru", "gru1", "cellgated", "peephole", "phased", "lstm-2", "lstm-bidirectional", "lstm-onehot",
        "lstm-scalar", "lstm-xavier", "lstm-kaiming", "lstm-orthogonal", "lstm-bias3", "lstm-bias2.5", "lstm-bias0",
        "lstm-3-bidirectional-onehot-xavier-bias1.5", "gcn-1", "gcn-4", "gcn-1000", "gcn-4-directed",
        "gcn-4-mirrored", "gcn-4-residual", "gcn-4-skip2", "gcn-4-skip11", "gcn-2-noedges-noposition-sum",
        "gcn-4-mean", "gcn-4-max", "gcn-4-sum", "gat-4", "gat-4-heads1", "gat-4-heads64", "gcn-4-virtual",
        "gcn-4-fulllast", "gcn-4-norm", "gcn-4-directed-residual-norm", "gat-4-directed-residual-heads4-norm",
    ],
)  # fmt: skip
def test_labels_of_old_are_labels_still(label):
    assert parse_model(label).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("gcn", "gcn-4"),
        ("lstm-1", "lstm"),
        ("gat-4-heads2", "gat-4"),
        ("lstm-bias1", "lstm"),
        ("lstm-bias3.0", "lstm-bias3"),
        ("gcn-mirrored-2", "gcn-2-mirrored"),
        ("gcn-4-query", "gcn-4"),
        (" lstm-2 ", "lstm-2"),
    ],
)
def test_one_model_has_one_label(text, label):
    assert parse_model(text).label == label


def test_the_same_model_counts_once():
    assert [spec.label for spec in parse_labels("gcn-4,gcn,gcn-4", parse_model)] == ["gcn-4"]


def test_no_model():
    with pytest.raises(ValueError, match=r"models: there should be at least one, such as a,b"):
        parse_labels(" , ", parse_model, "a,b")


@pytest.mark.parametrize(
    ("parse", "labels"),
    [
        (parse_document_model, ["textgcn", "textgat-random", "docgcn", "lstm", "lstm-bidirectional", "tfidf-lr"]),
        (parse_character_model, ["lstm-1", "lstm-3", "gcn-2-w3", "gat-2-w3"]),
    ],
)  # fmt: skip
def test_other_experiments_read_their_labels_back(parse, labels):
    for label in labels:
        assert parse(label).label == label
        assert parse(parse(label).label) == parse(label)


@dataclass(frozen=True)
class Tree(Spec):
    """A tree.

    Args:
        kind: Which.
        apples: Fruit.
        colour: Of the leaves.
        old: Whether it is old.
        height: In metres.
    """

    parts: ClassVar[dict[str, Part]] = {
        "oak": Part("oak", "", "of acorns"),
        "apple": Part("apple", "", "of apples", frozenset({"fruit"})),
    }
    kind: str
    apples: int = word("applesN", 3, needs="fruit", least=1, most=9)
    colour: str = word(("green", "red"), "green")
    old: bool = word("young", True)
    height: float = word("hN", 2.0)


def test_a_grammar_follows_from_the_fields():
    tree = parse_label("apple-apples7-red-young-h2.5", [Tree], "tree")
    assert tree == Tree("apple", apples=7, colour="red", old=False, height=2.5)
    assert tree.label == "apple-apples7-red-young-h2.5"
    assert Tree("oak").label == "oak"
    assert grammar(Tree) == "oak, apple: applesN (apple), red, young, hN"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("elm", "models: unknown tree 'elm'"),
        ("appel", "did you mean apple"),
        ("oak-apples3", "unknown option 'apples3'"),
        ("apple-apples0", "unknown option 'apples0'"),
        ("apple-apples10", "apples: 10 should be 1 to 9"),
        ("apple-gren", "Known there: applesN, red, young, hN"),
        ("apple-red-green", "says colour twice: red and green"),
        ("apple-h1e3", "unknown option 'h1e3'"),
    ],
)
def test_what_is_no_label_is_named(text, words):
    with pytest.raises(ValueError, match=r"^models: ") as caught:
        parse_label(text, [Tree], "tree")
    assert words in str(caught.value)
