import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.characters.text.windows import RandomWindows, Streams, Tokens, check_size

ALL = slice(None)


def tokens(count, kind=np.uint8):
    return Tokens(np.arange(count).astype(kind), "cpu")  # each token names its place


@given(st.integers(8, 200), st.integers(1, 5), st.integers(1, 7), st.integers(0, 9))
def test_windows_are_slices_of_the_text(count, batch_size, window, seed):
    data = RandomWindows(tokens(count), batch_size, window, seed, ALL)
    for _ in range(3):
        batch = data.draw()
        assert batch.fresh
        assert batch.inputs.shape == (batch_size, window)
        for row, following in zip(batch.inputs.tolist(), batch.targets.tolist()):
            assert row == list(range(row[0], row[0] + window))
            assert following == list(range(row[0] + 1, row[0] + window + 1))


def test_windows_begin_everywhere():
    data = RandomWindows(tokens(7), 50, 3, 0, ALL)
    starts = {row[0] for _ in range(20) for row in data.draw().inputs.tolist()}
    assert starts == {0, 1, 2, 3}


@pytest.mark.parametrize("kind", [RandomWindows, Streams])
def test_the_same_batches_follow_from_a_position(kind):
    extra = (5,) if kind is RandomWindows else ()

    def make():
        return kind(tokens(101), 3, 7, *extra, ALL)

    first, second = make(), make()
    for _ in range(3):
        first.draw()
    second.go_to(first.position())
    for _ in range(6):
        one, other = first.draw(), second.draw()
        assert torch.equal(one.inputs, other.inputs)
        assert one.fresh == other.fresh


@given(st.integers(40, 250), st.integers(1, 5), st.integers(1, 7))
def test_streams_read_on_where_they_were(count, batch_size, window):
    data = Streams(tokens(count), batch_size, window, ALL)
    batches = [data.draw() for _ in range(data.batches)]
    assert [batch.fresh for batch in batches] == [True] + [False] * (data.batches - 1)
    read = torch.cat([batch.inputs for batch in batches], dim=1)  # (B, a pass)
    length = (count - 1) // batch_size
    for number, row in enumerate(read.tolist()):
        assert row == list(range(number * length, number * length + len(row)))
    assert length - window < read.size(1) <= length
    again = data.draw()
    assert again.fresh
    assert torch.equal(again.inputs, batches[0].inputs)
    for batch in batches:
        assert torch.equal(batch.targets, batch.inputs + 1)


def test_processes_share_the_rows_of_a_batch():
    whole = RandomWindows(tokens(101), 6, 5, 3, ALL).draw()
    parts = [RandomWindows(tokens(101), 6, 5, 3, slice(3 * i, 3 * i + 3)).draw() for i in range(2)]
    assert torch.equal(torch.cat([part.inputs for part in parts]), whole.inputs)
    whole = Streams(tokens(101), 6, 5, ALL).draw()
    parts = [Streams(tokens(101), 6, 5, slice(3 * i, 3 * i + 3)).draw() for i in range(2)]
    assert torch.equal(torch.cat([part.targets for part in parts]), whole.targets)


def test_wide_tokens_become_long():
    batch = RandomWindows(tokens(60_000, np.uint16), 3, 5, 0, ALL).draw()
    assert batch.inputs.dtype == torch.int64
    assert torch.equal(batch.targets, batch.inputs + 1)


def test_a_short_text_is_refused():
    check_size("test", 6, 5)
    with pytest.raises(ValueError, match="its test part has 5 characters, fewer than a window of 5"):
        check_size("test", 5, 5)
    with pytest.raises(ValueError, match="its training part has 29 characters, too few for 5 streams of 7"):
        Streams(tokens(29), 5, 7, ALL)
