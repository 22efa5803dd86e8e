import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnnlab import attach_document, cooccurrence_graph, document_graph, word_neighbourhood, words_of


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


#: By hand: the words as a reader of each language has them.
SCRIPTS = [
    ("हिन्दी में लिखा है।", ["हिन्दी", "में", "लिखा", "है"]),
    ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
    ("ภาษาไทย ที่นี่", ["ภาษาไทย", "ที่นี่"]),
    ("الْعَرَبِيَّةُ جَمِيلَةٌ؟", ["الْعَرَبِيَّةُ", "جَمِيلَةٌ"]),
    ("שָׁלוֹם עוֹלָם", ["שָׁלוֹם", "עוֹלָם"]),
    ("می‌خواهم", ["می‌خواهم"]),  # with a joiner that is no letter
    ("İstanbul'da", ["i̇stanbul", "'da"]),
    ("don’t col·lega", ["do", "n't", "col·lega"]),
    ("co\u00adoperate", ["cooperate"]),
    ("x² – “naïve”…", ["x²", "naïve"]),
    ("한국어 단어, 둘", ["한국어", "단어", ",", "둘"]),
    ("ÉTÉ's l'été", ["été", "'s", "l'été"]),
    ("我喜欢猫。你呢?", ["我喜欢猫", "你呢", "?"]),
    ("👍🏽 🇩🇪 ok", ["ok"]),
]


@pytest.mark.parametrize(("text", "words"), SCRIPTS)
def test_words_of_every_script_keep_their_marks(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "text", ["café au lait", "Ångström", "Việt Nam", "가나다", *(text for text, _ in SCRIPTS)]
)
def test_both_forms_of_a_text_have_the_same_words(text, form):
    assert words_of(normalize(form, text)) == words_of(text)


@pytest.mark.parametrize(("a", "b"), [("कि", "की"), ("מֶלֶך", "מָלַך"), ("ที่", "ทำ"), ("கி", "கூ"), ("مَن", "مِن")])
def test_words_that_differ_in_their_marks_stay_different(a, b):
    assert words_of(a) != words_of(b)
    assert cooccurrence_graph([f"{word} x" for word in words_of(a) + words_of(b)], window=2).num_nodes == 3


def test_scripts_without_spaces_by_character():
    assert words_of("我喜欢猫ok", characters=True) == ["我", "喜", "欢", "猫", "ok"]
    assert words_of("ที่นี่", characters=True) == ["ที่", "นี่"]  # marks stay with their letter
    assert words_of("the cat, हिन्दी", characters=True) == words_of("the cat, हिन्दी")


ASCII = "".join(map(chr, range(128)))


@given(st.text(alphabet=ASCII))
def test_ascii_has_the_words_of_the_rules_alone(text):
    """Kim's rules as the paper's program has them, without anything of Unicode."""
    text_of_rules = re.sub(r"[^A-Za-z0-9(),!?\'\`]", " ", text).lower()
    for ending in ("'s", "'ve", "n't", "'re", "'d", "'ll"):
        text_of_rules = text_of_rules.replace(ending, f" {ending}")
    for mark in "(),!?":
        text_of_rules = text_of_rules.replace(mark, f" {mark} ")
    assert words_of(text) == text_of_rules.split()


def test_graphs_of_text_take_equal_words_as_equal():
    composed, parted = normalize("NFC", "café fermé"), normalize("NFD", "café fermé")
    graph = cooccurrence_graph([composed, parted], window=2)
    assert graph.word_count.tolist() == [2, 2]
    assert "café" in word_neighbourhood(graph, normalize("NFD", "café"))
    whole = document_graph([composed, "autre"], window=2)
    assert attach_document(whole, parted).unknown == []


@pytest.mark.parametrize("text", [None, 3, b"bytes", ["a", "list"]])
def test_what_is_no_text_is_named(text):
    with pytest.raises(TypeError, match="text must be a string, but is a"):
        words_of(text)
