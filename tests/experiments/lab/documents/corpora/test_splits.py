from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.splits import draw_split


def corpus_of(sizes, test=3):
    rows = [
        Document("train", f"c{kind}", f"t {kind} {i}") for kind, size in enumerate(sizes) for i in range(size)
    ]
    rows += [Document("test", "c0", f"x {i}") for i in range(test)]
    return Corpus("made", tuple(rows[::2] + rows[1::2]))  # splits and classes mixed


@given(
    st.lists(st.integers(2, 60), min_size=2, max_size=4),
    st.floats(0.01, 100),
    st.integers(0, 99),
)
def test_parts_are_disjoint_whole_and_hold_every_class(sizes, share, seed):
    corpus = corpus_of(sizes)
    split = draw_split(corpus, share, seed)
    parts = [split.labelled, split.unlabelled, split.validation, split.test]
    assert sorted(row for part in parts for row in part) == list(range(len(corpus.documents)))
    assert split.test == corpus.rows("test")
    assert split.known == corpus.rows("train")
    for part in (split.labelled, split.validation):
        assert {corpus.classes[row] for row in part} == set(range(len(sizes)))


@pytest.mark.parametrize("share", [1, 5, 10, 20, 100])
def test_shares_are_met_by_class(share):
    corpus = corpus_of([200, 100])
    split = draw_split(corpus, share, 0)
    held = Counter(corpus.classes[row] for row in split.validation)
    kept = Counter(corpus.classes[row] for row in split.labelled)
    assert held == {0: 20, 1: 10}
    assert kept == {0: max(1, round(1.8 * share)), 1: max(1, round(0.9 * share))}


def test_smaller_shares_are_nested_and_validation_stays():
    corpus = corpus_of([90, 70, 50])
    whole, part = draw_split(corpus, 100, 5), draw_split(corpus, 10, 5)
    assert set(part.labelled) < set(whole.labelled)
    assert part.validation == whole.validation


def test_the_seed_is_honoured():
    corpus = corpus_of([90, 70])
    assert draw_split(corpus, 10, 1) == draw_split(corpus, 10, 1)
    assert draw_split(corpus, 10, 1) != draw_split(corpus, 10, 2)
