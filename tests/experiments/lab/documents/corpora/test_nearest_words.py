import numpy as np
import pytest

from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.nearest_words import frequent_words, nearest_words, telling_words


def corpus_of(texts):
    return Corpus("made", tuple(Document(split, label, text) for split, label, text in texts))


def test_telling_words_are_those_of_one_class():
    texts = [("train", "sea", "the wave and sail")] * 6 + [("train", "sky", "the star and sail")] * 6
    texts += [("test", "sea", "comet comet")] * 9 + [("train", "sky", "rare , ,")]
    chosen = telling_words(corpus_of(texts), each=1)
    assert chosen == {"sea": ["wave"], "sky": ["star"]}
    assert telling_words(corpus_of(texts), most_classes=1) == {"sea": ["wave"]}


def test_a_word_speaks_for_one_class_only():
    texts = [("train", label, "word other") for label in "ab" for _ in range(9)]
    chosen = telling_words(corpus_of(texts))
    assert sorted(chosen["a"] + chosen["b"]) == ["other", "word"]


def test_frequent_words_are_counted_by_document():
    texts = [("train", "a", "often twice")] * 4 + [("train", "a", "often once once once once once")]
    assert frequent_words(corpus_of([*texts, ("test", "a", "twice")])) == {"often"}


def test_nearest_are_those_of_the_smallest_angle():
    words = ["up", "steep", "right", "down", "zero"]
    vectors = np.array([[0.0, 2.0], [0.1, 7.0], [3.0, 0.0], [0.0, -1.0], [0.0, 0.0]])
    near = nearest_words(words, vectors, ["up", "absent"], most=9)
    assert list(near) == ["up"]
    assert [word for word, _ in near["up"]] == ["steep", "right", "zero", "down"]
    assert [cosine for _, cosine in near["up"]] == pytest.approx([7 / np.hypot(0.1, 7), 0, 0, -1])
    assert [word for word, _ in nearest_words(words, vectors, ["up"], most=2)["up"]] == ["steep", "right"]
    assert [word for word, _ in nearest_words(words, vectors, ["up"], among={"down", "up"})["up"]] == ["down"]
