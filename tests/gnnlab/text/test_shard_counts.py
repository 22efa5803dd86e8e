import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from gnnlab import cooccurrence_graph
from gnnlab.text.shard_counts import Tally, stretches
from gnnlab.text.window_counts import WindowCounts


class Terminal(io.StringIO):
    def isatty(self):
        return True


@given(st.lists(st.integers(0, 7), min_size=1, max_size=11), st.integers(2, 5), st.integers(1, 13))
def test_stretches_cover_every_word_once_and_see_a_window_further(lengths, window, chunk_pairs):
    offsets = np.cumsum([0, *lengths])
    parts = list(stretches(offsets, window, chunk_pairs))
    assert [place for start, stop, _, _ in parts for place in range(start, stop)] == list(range(offsets[-1]))
    for start, stop, beyond, bounds in parts:
        assert beyond == min(stop + window - 1, offsets[-1])
        assert bounds[0] <= start
        assert beyond <= bounds[-1]
        assert (stop - start) * (window - 1) <= max(chunk_pairs, window - 1)


@given(st.lists(st.lists(st.integers(0, 3), min_size=25, max_size=25), max_size=9))
def test_a_tally_is_the_sum(values):
    matrices = [np.array(matrix).reshape(5, 5) for matrix in values]
    tally = Tally(5)
    for matrix in matrices:
        tally.add(WindowCounts(matrix.sum(1), csr_array(matrix)))
    counts = tally.counts()
    expected = sum(matrices, np.zeros((5, 5), dtype=int))
    assert (counts.pairs.toarray() == expected).all()
    assert (counts.words == expected.sum(1)).all()


def test_counts_may_pass_four_bytes():
    large = csr_array(np.array([[0, 2**31], [0, 0]]))
    tally = Tally(2)
    for _ in range(3):
        tally.add(WindowCounts(np.array([2**31, 1]), large))
    assert tally.counts().pairs[0, 1] == 3 * 2**31
    assert tally.counts().words[0] == 3 * 2**31


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_alone(monkeypatch, capsys, terminal):
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    cooccurrence_graph(["a b c", "b c"], 2, progress=True)
    shown = stream.getvalue()
    if terminal:
        assert "reading: 100%" in shown
        assert "2 documents, 5 tokens, 3 words; 3 pairs of positions" in shown
        assert "counting: 100%" in shown
    else:
        assert shown == ""
    assert capsys.readouterr().out == ""
