import torch

from experiments.lab.documents.corpora.vocabulary import NO_WORD, Vocabulary


def test_frequent_words_come_first_and_ties_in_their_order():
    vocabulary = Vocabulary.of([["b", "a", "c"], ["c", "b", "c"]])
    assert vocabulary.words == ["c", "b", "a"]
    assert len(vocabulary) == 4
    assert "a" in vocabulary
    assert "z" not in vocabulary


def test_unknown_words_are_passed_over_and_long_texts_are_cut():
    vocabulary = Vocabulary(["x", "y"])
    assert vocabulary.encode(["z", "y", "z", "x", "y"]).tolist() == [2, 1, 2]
    assert vocabulary.encode(["z", "y", "z", "x", "y"], most=2).tolist() == [2, 1]
    for empty in ([], ["z"]):
        encoded = vocabulary.encode(empty)
        assert encoded.tolist() == [NO_WORD]
        assert encoded.dtype == torch.long
