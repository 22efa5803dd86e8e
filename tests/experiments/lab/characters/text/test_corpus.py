import dataclasses
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.characters.settings import CorpusSettings
from experiments.lab.characters.text import text as character_text
from experiments.lab.characters.text.corpus import UNKNOWN, identify, open_corpus, part_bounds


def corpus_of(folder, text, **shares):
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    return open_corpus(CorpusSettings(text=(str(path),), **shares), folder / "corpus")


@given(
    st.text(st.sampled_from("abcdeäß\n漢"), min_size=20, max_size=200),
    st.floats(0.05, 0.4),
    st.floats(0.05, 0.4),
    st.integers(1, 50),
)
def test_tokens_stand_for_the_characters(tmp_path_factory, text, validation, test, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(character_text, "CHUNK", chunk)
        corpus = corpus_of(tmp_path_factory.mktemp("corpus"), text, validation=validation, test=test)
    sizes = corpus.sizes()
    assert sizes["test"] == round(test * len(text))
    assert sizes["validation"] == round(validation * len(text))
    known = sorted({*text[: sizes["train"]], UNKNOWN})
    assert corpus.vocabulary.characters == "".join(known)
    place = 0
    for name in ("train", "validation", "test"):
        part = text[place : place + sizes[name]]
        expected = [known.index(c) if c in known else known.index(UNKNOWN) for c in part]
        assert corpus.part(name).tolist() == expected
        assert corpus.unknown[name] == sum(n for c, n in Counter(part).items() if c not in known)
        place += sizes[name]
    assert place == len(text)
    assert corpus.unknown["train"] == 0


def test_a_large_vocabulary_has_larger_tokens(tmp_path):
    text = "".join(chr(0x4E00 + i) for i in range(300)) * 2
    corpus = corpus_of(tmp_path, text)
    assert corpus.tokens.dtype == np.uint16
    assert corpus.vocabulary.decode(_tensor(corpus.tokens[:300])) == text[:300]
    (tmp_path / "small").mkdir()
    assert corpus_of(tmp_path / "small", "small" * 10).tokens.dtype == np.uint8


def _tensor(tokens):
    import torch

    return torch.from_numpy(tokens.astype(np.int64))


def test_tokens_are_made_once_and_mapped(tmp_path):
    first = corpus_of(tmp_path, "abcdefg" * 10)
    (home,) = (tmp_path / "corpus").iterdir()
    made = (home / "tokens.bin").stat().st_mtime_ns
    assert isinstance(first.tokens, np.memmap)
    corpus_of(tmp_path, "abcdefg" * 10)
    assert (home / "tokens.bin").stat().st_mtime_ns == made
    corpus_of(tmp_path, "abcdefg" * 10, test=0.2)
    assert len(list((tmp_path / "corpus").iterdir())) == 2


def test_a_text_that_changed_is_not_taken_for_the_one_of_the_settings(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abcdefg" * 10)
    settings = CorpusSettings(text=(str(path),))
    sha256, count = identify(settings)
    settings = dataclasses.replace(settings, sha256=sha256, characters=count)
    path.write_text("gfedcba" * 10)
    with pytest.raises(ValueError, match="is another text than the one of these settings"):
        open_corpus(settings, tmp_path / "corpus")
    path.write_text("abcdefg" * 10)
    assert len(open_corpus(settings, tmp_path / "corpus").tokens) == 70


def test_damaged_tokens_are_named(tmp_path):
    corpus_of(tmp_path, "abcdefg" * 10)
    (home,) = (tmp_path / "corpus").iterdir()
    (home / "tokens.bin").write_bytes(b"abc")
    with pytest.raises(ValueError, match="are not all there; delete that folder"):
        corpus_of(tmp_path, "abcdefg" * 10)
    (home / "corpus.json").write_text("{}")
    with pytest.raises(ValueError, match="are damaged"):
        corpus_of(tmp_path, "abcdefg" * 10)


@pytest.mark.parametrize("place", [0, 35, 69])
def test_one_changed_token_is_noticed(place, tmp_path):
    corpus_of(tmp_path, "abcdefg" * 10)
    (home,) = (tmp_path / "corpus").iterdir()
    path = home / "tokens.bin"
    raw = bytearray(path.read_bytes())
    raw[place] = (raw[place] + 1) % 7  # another letter of the vocabulary, in a file of the same size
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"were changed after they were written .* delete that folder"):
        corpus_of(tmp_path, "abcdefg" * 10)
    raw[place] = (raw[place] - 1) % 7
    path.write_bytes(raw)
    assert len(corpus_of(tmp_path, "abcdefg" * 10).tokens) == 70


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        ('"characters": "abcdefg', '"characters": "abcdefh'),
        ('"validation": 0', '"validation": 1'),
        ("66", "65"),
    ],
)
def test_a_change_in_what_is_said_of_the_tokens_is_noticed(written, changed, tmp_path):
    corpus_of(tmp_path, "abcdefg" * 10)
    (home,) = (tmp_path / "corpus").iterdir()
    text = (home / "corpus.json").read_text()
    assert written in text
    (home / "corpus.json").write_text(text.replace(written, changed))
    with pytest.raises(ValueError, match="were changed after they were written"):
        corpus_of(tmp_path, "abcdefg" * 10)


def test_memory_does_not_grow_with_the_text(tmp_path, monkeypatch):
    monkeypatch.setattr(character_text, "CHUNK", 1 << 14)
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog\n" * 100_000)  # 4.4 MB
    open_corpus(CorpusSettings(text=(str(path),)), tmp_path / "warm")  # tables of code points are made once
    tracemalloc.start()
    corpus = open_corpus(CorpusSettings(text=(str(path),), test=0.1), tmp_path / "corpus")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(corpus.tokens) == path.stat().st_size
    assert peak < path.stat().st_size / 2  # with the table of all code points alone 1.1 MB


def test_parts_are_contiguous_and_cover_all():
    bounds = part_bounds(101, CorpusSettings(validation=0.1, test=0.25))
    assert bounds == {"train": (0, 66), "validation": (66, 76), "test": (76, 101)}
