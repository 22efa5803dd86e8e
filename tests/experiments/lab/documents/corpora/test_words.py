import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.documents.corpora.words import words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They're here; we've won!", ["they", "'re", "here", "we", "'ve", "won", "!"]),
        ("can't (really)", ["ca", "n't", "(", "really", ")"]),
        ("I'd say he'll, or she's", ["i", "'d", "say", "he", "'ll", ",", "or", "she", "'s"]),
        ("snake_case and a-b/c", ["snake", "case", "and", "a", "b", "c"]),
        ("Straße, naïve Ωmega 42", ["straße", ",", "naïve", "ωmega", "42"]),
        (" \t\n -- ... ", []),
        ("", []),
    ],
)
def test_words_are_those_of_the_rules(text, words):
    assert words_of(text) == words


@given(st.text())
def test_reading_words_again_changes_nothing(text):
    words = words_of(text)
    assert not any(character.isspace() for word in words for character in word)
    assert words_of(" ".join(words)) == words
