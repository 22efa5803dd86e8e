from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import cooccurrence_graph, cooccurrence_size

corpora = st.lists(st.lists(st.sampled_from("abcde"), max_size=17), min_size=1, max_size=5).filter(any)


@given(corpora, st.integers(2, 11))
def test_bounds_hold(documents, window):
    size = cooccurrence_size(documents, window)
    near = [
        frozenset((document[i], document[j]))
        for document in documents
        for i, j in combinations(range(len(document)), 2)
        if j - i < window
    ]
    assert size.position_pairs == len(near)
    assert len({pair for pair in near if len(pair) == 2}) <= size.max_pairs
    assert size.expected_pairs <= size.max_pairs
    assert size.num_words == len({word for document in documents for word in document})
    assert (size.num_documents, size.num_tokens) == (len(documents), sum(map(len, documents)))


def test_expects_the_pairs_of_words_in_random_order():
    generator = np.random.default_rng(0)
    share = 1 / np.arange(1, 1010)
    words = generator.choice(1009, 20_011, p=share / share.sum())
    near = {
        frozenset((first, second))
        for distance in range(1, 7)
        for first, second in zip(words[:-distance].tolist(), words[distance:].tolist())
    }
    size = cooccurrence_size([[str(word) for word in words]], 7)
    # Words whose counts are alike are taken together, and the counts of one drawing are no exact shares.
    assert size.expected_pairs == pytest.approx(sum(len(pair) == 2 for pair in near), rel=0.02)


def test_a_larger_min_count_and_fewer_pairs_at_once_take_less_memory():
    documents = ["a b c d e f g a b c"] * 13
    sizes = [
        cooccurrence_size(documents, 5, min_count=m, chunk_pairs=c) for m, c in ((1, 97), (14, 97), (1, 89))
    ]
    assert sizes[1].num_words == 3
    assert sizes[1].memory < sizes[0].memory
    assert sizes[2].memory < sizes[0].memory


def test_says_its_size():
    said = str(cooccurrence_size(["a b"] * 1009, 2))
    assert said.startswith(
        "1,009 documents, 2,018 tokens, 2 words; 1,009 pairs of positions; about 1 pairs of words"
    )
    assert said.endswith("(at most 1), 0.00 GiB")


def test_bad_input():
    with pytest.raises(ValueError, match=r"^window must be a whole number from 2"):
        cooccurrence_size(["a b"], 1)
    with pytest.raises(ValueError, match=r"^documents: no document holds a word"):
        cooccurrence_size([""])


@pytest.mark.data
def test_movie_reviews_stay_below_what_random_order_would_give(public_data):
    lines = (public_data / "documents" / "mr.tsv").read_text(encoding="utf-8").splitlines()[1:]
    texts = [line.split("\t")[2] for line in lines]
    assert cooccurrence_graph(texts).num_edges // 2 < cooccurrence_size(texts).expected_pairs
