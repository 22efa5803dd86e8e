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

from gnnlab.text.window_counts import WindowCounts, count_windows
from gnnlab.text.word_ids import WordFile, read_tokens

#: Stretches that a process adds up before it sends their counts.
STRETCHES_PER_TASK = 16


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


def count_stretches(parts: list[Stretch]) -> WindowCounts:
    """Read stretches and add up their counts."""
    total = Tally(parts[0].num_words)
    for part in parts:
        counts = count_windows(
            read_tokens(part.path, part.start, part.beyond),
            part.bounds - part.start,
            part.stop - part.start,
            num_words=part.num_words,
            window=part.window,
            counting=part.counting,
        )
        total.add(counts)
    return total.counts()


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
    # Counts that were added up are smaller to send to another process, and leave less to do there.
    size = max(1, min(STRETCHES_PER_TASK, len(parts) // (2 * workers))) if workers > 1 else 1
    tasks = [parts[first : first + size] for first in range(0, len(parts), size)]
    with bar:
        for task, counts in zip(tasks, _counted(tasks, workers)):
            total.add(counts)
            bar.update(task[-1].stop - task[0].start)
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


def _counted(tasks: list[list[Stretch]], workers: int) -> Iterator[WindowCounts]:
    workers = min(workers, len(tasks))
    if workers <= 1:
        yield from map(count_stretches, tasks)
        return
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    ahead: deque[Future[WindowCounts]] = deque()
    try:
        for task in tasks:
            ahead.append(pool.submit(count_stretches, task))
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
