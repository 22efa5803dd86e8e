import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import Vocabulary
from seq.text.vocabulary import CHUNK

ANY = st.characters()  # half of a surrogate pair among them


@given(st.text(ANY, min_size=1))
def test_characters_are_the_distinct_ones_in_code_point_order(text):
    assert Vocabulary(text).characters == "".join(sorted(set(text)))
    assert len(Vocabulary(text)) == len(set(text))


@given(st.text(ANY, min_size=1), st.text(ANY))
def test_encoding_is_the_place_of_each_character(text, more):
    vocabulary = Vocabulary(text + more)
    tokens = vocabulary.encode(more)
    assert tokens.dtype == torch.long
    assert tokens.tolist() == [vocabulary.characters.index(c) for c in more]
    assert vocabulary.decode(tokens) == more


@given(st.text(st.characters(max_codepoint=130), min_size=1), st.text(st.characters(max_codepoint=200)))
def test_unknown_characters_are_counted_skipped_replaced_or_refused(known, text):
    vocabulary = Vocabulary(known)
    missing = [c for c in text if c not in known]
    assert vocabulary.unknown(text) == {c: missing.count(c) for c in missing}
    assert list(vocabulary.unknown(text)) == sorted(set(missing))
    assert vocabulary.decode(vocabulary.encode(text, unknown="skip")) == "".join(
        c for c in text if c in known
    )
    stand_in = max(known)
    assert vocabulary.decode(vocabulary.encode(text, unknown=stand_in)) == "".join(
        c if c in known else stand_in for c in text
    )
    if missing:
        with pytest.raises(ValueError, match="lacks"):
            vocabulary.encode(text)
    else:
        assert len(vocabulary.encode(text)) == len(text)


def test_a_text_longer_than_a_chunk_is_joined_without_a_seam():
    text = "abcde€😀" * (CHUNK // 7 + 11)
    vocabulary = Vocabulary(text)
    assert len(text) > CHUNK
    tokens = vocabulary.encode(text)
    np.testing.assert_array_equal(tokens.reshape(-1, 7), np.tile([0, 1, 2, 3, 4, 5, 6], (len(text) // 7, 1)))
    assert vocabulary.decode(tokens) == text
    kept = vocabulary.encode(text.replace("c", "x"), unknown="skip")
    np.testing.assert_array_equal(kept.reshape(-1, 6), np.tile([0, 1, 3, 4, 5, 6], (len(text) // 7, 1)))
    assert vocabulary.unknown(text.replace("c", "x")) == {"x": len(text) // 7}


def test_the_error_names_the_characters():
    vocabulary = Vocabulary("abc")
    with pytest.raises(
        ValueError, match=r"text must .* lacks 'ß' \(U\+00DF, 2 times\), '€' \(U\+20AC, 1 times"
    ):
        vocabulary.encode("aßb€ß")
    with pytest.raises(ValueError, match="and 16 more"):
        vocabulary.encode("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_plain_values_and_back():
    vocabulary = Vocabulary("ab\ud800\0\n€😀")
    again = Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict())))
    assert again == vocabulary
    assert hash(again) == hash(vocabulary)
    assert again != Vocabulary("ab")
    for wrong in ({}, {"characters": "ba"}, {"characters": "aab"}, {"characters": ["a"]}, "ab"):
        with pytest.raises(ValueError, match="characters"):
            Vocabulary.from_dict(wrong)


def test_contains_single_characters():
    vocabulary = Vocabulary("abc")
    assert "b" in vocabulary
    assert "d" not in vocabulary
    assert "ab" not in vocabulary
    assert 1 not in vocabulary


def test_bad_arguments_are_named():
    vocabulary = Vocabulary("abc")
    with pytest.raises(ValueError, match="text must hold at least one character"):
        Vocabulary("")
    with pytest.raises(ValueError, match="text must be a str, got bytes"):
        Vocabulary(b"abc")
    for unknown in ("drop", "", None):
        with pytest.raises(ValueError, match="unknown must be 'refuse', 'skip' or one character"):
            vocabulary.encode("abc", unknown=unknown)
    with pytest.raises(ValueError, match="unknown must be a character of the vocabulary, which lacks 'x'"):
        vocabulary.encode("abc", unknown="x")
    with pytest.raises(ValueError, match=r"tokens must lie in 0\.\.2, got -1 to 1"):
        vocabulary.decode(torch.tensor([1, -1]))
    with pytest.raises(ValueError, match=r"tokens must lie in 0\.\.2, got 0 to 3"):
        vocabulary.decode(torch.tensor([0, 3]))
    for tokens in (torch.zeros(2, 3, dtype=torch.long), torch.zeros(3), [1, 2]):
        with pytest.raises(ValueError, match="tokens must be a tensor of integers"):
            vocabulary.decode(tokens)
    assert vocabulary.decode(torch.empty(0, dtype=torch.long)) == ""
    assert len(vocabulary.encode("")) == 0


def test_bytes_are_no_text_to_encode():
    with pytest.raises(ValueError, match="text must be a str, got bytes"):
        Vocabulary("abc").encode(b"abc")
