from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gnnlab.text.word_ids
from gnnlab.text.word_ids import read_tokens, word_file

corpora = st.lists(st.lists(st.sampled_from("abcd"), max_size=7), min_size=1, max_size=11).filter(any)


@given(corpora, st.integers(1, 3), st.integers(1, 11))
def test_the_file_holds_the_documents_without_rare_words(documents, min_count, block):
    total = Counter(word for document in documents for word in document)
    kept = [[word for word in document if total[word] >= min_count] for document in documents]
    if not any(kept):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gnnlab.text.word_ids, "BLOCK", block)
        with word_file(documents, min_count=min_count) as file:
            ids = read_tokens(file.path, 0, file.num_tokens)
            parts = np.split(ids, file.offsets[1:-1])
            assert [[file.words[word] for word in part] for part in parts] == kept
            blocks = [
                (first + at, file.words[word])
                for first, document, words in file.blocks()
                for at, word in zip(document.tolist(), words.tolist())
            ]
            assert blocks == [(at, word) for at, document in enumerate(kept) for word in document]
    assert not file.path.parent.exists()


def test_documents_are_read_once():
    read = []
    with word_file(read.append(place) or "a b" for place in range(5)) as file:
        assert file.num_documents == 5
    assert read == [0, 1, 2, 3, 4]


def test_nothing_is_left_behind_where_reading_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="document 1"), word_file(["a", None]):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_cut_short_is_noticed():
    with word_file(["a b c"]) as file:
        file.path.write_bytes(file.path.read_bytes()[:-4])
        with pytest.raises(OSError, match=r"cut short"):
            read_tokens(file.path, 0, 3)
