"""Counts of windows over a whole file of word numbers, stretch by stretch, in one process or several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from gnnlab.window_counts import WindowCounts, count_windows
from gnnlab.word_ids import WordFile, read_tokens


@dataclass
class Stretch:
    """A part of a file that a process can count by itself."""

    path: Path
    start: int
    stop: int
    beyond: int
    bounds: np.ndarray
    num_words: int
    window: int
    counting: str


def count_stretch(stretch: Stretch) -> WindowCounts:
    """Read a stretch and count it."""
    return count_windows(
        read_tokens(stretch.path, stretch.start, stretch.beyond),
        stretch.bounds - stretch.start,
        stretch.stop - stretch.start,
        num_words=stretch.num_words,
        window=stretch.window,
        counting=stretch.counting,
    )


def count_file(
    file: WordFile, *, window: int, counting: str, workers: int, chunk_pairs: int, progress: bool
) -> WindowCounts:
    """Count windows and pairs of words in all documents.

    Counts are whole numbers that add up, so the result does not depend on the stretches or the processes.

    Args:
        file: The documents.
        window: Words in a window.
        counting: "windows" or "pairs".
        workers: Processes.
        chunk_pairs: Pairs of positions that a process holds at once.
        progress: Show a bar on a terminal.
    """
    from tqdm import tqdm

    total = Tally(len(file.words))
    parts = [
        Stretch(file.path, *part, len(file.words), window, counting)
        for part in stretches(file.offsets, window, chunk_pairs)
    ]
    bar = tqdm(
        total=file.num_tokens,
        desc="counting",
        unit=" words",
        unit_scale=True,
        disable=None if progress else True,
    )
    with bar:
        for stretch, counts in zip(parts, _counted(parts, workers)):
            total.add(counts)
            bar.update(stretch.stop - stretch.start)
    return total.counts()


def stretches(
    offsets: np.ndarray, window: int, chunk_pairs: int
) -> Iterator[tuple[int, int, int, np.ndarray]]:
    """Yield (start, stop, beyond, bounds) of stretches with up to `chunk_pairs` pairs of positions.

    Args:
        offsets (D + 1,): Where the documents start, and where the last one ends.
        window: Words in a window.
        chunk_pairs: Pairs of positions in a stretch; it has at least one word.

    Yields:
        The stretch's own words are those from `start` to `stop` - 1, what it has to read ends before `beyond`,
        and `bounds` are the offsets of the documents that this touches.
    """
    step = max(1, chunk_pairs // (window - 1))
    size = int(offsets[-1])
    for start in range(0, size, step):
        stop = min(start + step, size)
        beyond = min(stop + window - 1, size)
        first = int(np.searchsorted(offsets, start, side="right")) - 1
        last = int(np.searchsorted(offsets, beyond, side="left"))
        yield start, stop, beyond, offsets[first : last + 1]


def _counted(parts: list[Stretch], workers: int) -> Iterator[WindowCounts]:
    workers = min(workers, len(parts))
    if workers <= 1:
        yield from map(count_stretch, parts)
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    ahead: deque[Future[WindowCounts]] = deque()
    try:
        for stretch in parts:
            ahead.append(pool.submit(count_stretch, stretch))
            if len(ahead) > workers:  # no more results than that wait in memory
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Tally:
    """A sum of counts, kept as a few parts of falling size.

    Adding each stretch to one large matrix would copy that matrix for every stretch. Here a part is added to
    the one before it when that is less than twice its size, so that an entry is copied a logarithmic number of
    times.
    """

    def __init__(self, num_words: int) -> None:
        self.words = np.zeros(num_words, dtype=np.int64)
        self.parts = [csr_array((num_words, num_words), dtype=np.int64)]

    def add(self, counts: WindowCounts) -> None:
        """Add the counts of one stretch."""
        self.words += counts.words
        self.parts.append(counts.pairs)
        while len(self.parts) > 1 and self.parts[-2].nnz < 2 * self.parts[-1].nnz:
            self._join()

    def counts(self) -> WindowCounts:
        """Return the sum of everything added."""
        while len(self.parts) > 1:
            self._join()
        return WindowCounts(self.words, self.parts[0])

    def _join(self) -> None:
        last = self.parts.pop()
        self.parts[-1] = self.parts[-1] + last
