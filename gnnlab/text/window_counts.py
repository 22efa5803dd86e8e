"""How many sliding windows hold a word, and two words together: exact, without a loop over windows.

A document of L words has max(1, L - window + 1) windows of w = min(window, L) words; an empty one has none.
The window that starts at s holds the positions s to s + w - 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from scipy.sparse import csr_array

from gnnlab.graphs.numbers import whole_number

#: The ways of counting pairs of words.
COUNTINGS = ("windows", "pairs")


@dataclass
class WindowCounts:
    """Counts of words and of pairs of words.

    Variables:
        words (V,): Windows that hold each word.
        pairs (V, V): Counts of pairs of words i < j, above the diagonal, sorted and without zeros.
    """

    words: np.ndarray
    pairs: csr_array


MOST_WORDS = 2**31 - 1  # in a window


def check_window(window: int, counting: str) -> None:
    """Raise a ValueError unless windows hold pairs of words and the way of counting is known."""
    whole_number("window", window, least=2, most=MOST_WORDS)
    if not isinstance(counting, str) or counting not in COUNTINGS:
        near = get_close_matches(str(counting), COUNTINGS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"counting: {counting!r} should be 'windows' or 'pairs'{hint}")


def count_windows(
    tokens: np.ndarray, bounds: np.ndarray, own: int, *, num_words: int, window: int, counting: str
) -> WindowCounts:
    """Count windows and pairs in a stretch of documents that lie one after the other.

    Counts of stretches add up to those of the whole: a stretch counts the pairs whose first word is among its
    `own` first words, and reads `window` - 1 words further to see the second one.

    Windows are counted in closed form, one pass for each distance between two positions. A window lies within
    its document, so that with `start` and `end` of the document, s runs from `start` to `end` - w.

    "pairs": positions p < q of different words count once for each window that holds both. It starts at
    s <= p and ends at s + w - 1 >= q, so there are

        min(p, end - w) - max(start, q - w + 1) + 1    of them.

    "windows": a window that holds two words counts once, however often they occur in it. Credit it to the
    *last* place of each of the two in the window. These are well defined, so each window is credited to
    exactly one pair of positions p < q for each pair of words that it holds. It is credited to (p, q) if it
    holds both and neither word comes again before its end: s + w - 1 < next(p) and s + w - 1 < next(q). Hence

        min(p, end - w, next(p) - w, next(q) - w) - max(start, q - w + 1) + 1    windows, if positive.

    With p = q the same gives the windows that hold one word at least once.

    Two positions of one word drop out by themselves in "windows", as next(p) <= q; so do positions of two
    documents in both, as p lies before `start` of q. A next place beyond p + w changes no minimum, which is
    why the words further on need not be known.

    Args:
        tokens (n,): Word numbers of the stretch and of the words that follow it.
        bounds (D + 1,): Where the documents start, relative to the stretch, and where the last one ends; the
            first may start before it and the last may end beyond it.
        own: How many of the words are the stretch's own.
        num_words: V.
        window: Words in a window.
        counting: "windows" or "pairs".
    """
    size = len(tokens)
    inside = np.diff(np.clip(bounds, 0, size))
    width = np.repeat(np.minimum(np.diff(bounds), window), inside).astype(np.int32)
    # Beyond these limits the ends of a document change nothing, and the numbers fit four bytes.
    start = np.repeat(np.maximum(bounds[:-1], -window), inside).astype(np.int32)
    end = np.repeat(np.minimum(bounds[1:], size + window), inside).astype(np.int32)
    place = np.arange(size, dtype=np.int32)
    lowest = np.maximum(start, place - width + 1)
    last_start = np.minimum(_next_place(tokens), end) - width
    windows = np.maximum(np.minimum(place, last_start)[:own] - lowest[:own] + 1, 0)
    words = np.bincount(tokens[:own], weights=windows, minlength=num_words).astype(np.int64)
    if counting == "pairs":
        last_start = end - width
    reach = min(window, int(np.diff(bounds).max(initial=1)))
    return WindowCounts(words, _count_pairs(tokens, own, last_start, lowest, num_words, reach, counting))


def _next_place(tokens: np.ndarray) -> np.ndarray:
    """(n,) where the same word comes next, or far beyond the end."""
    size = len(tokens)
    bits = size.bit_length()
    by_word = np.sort((tokens.astype(np.int64) << bits) | np.arange(size))
    place = by_word & ((1 << bits) - 1)
    again = np.flatnonzero(np.diff(by_word >> bits) == 0)
    following = np.full(size, np.iinfo(np.int32).max, dtype=np.int32)
    following[place[again]] = place[again + 1]
    return following


def _count_pairs(
    tokens: np.ndarray,
    own: int,
    last_start: np.ndarray,
    lowest: np.ndarray,
    num_words: int,
    reach: int,
    counting: str,
) -> csr_array:
    """Sum min(p, last_start(p), last_start(q)) - lowest(q) + 1 over the pairs of words.

    The two words and the number of windows of a pair of positions are packed into eight bytes: sorting plain
    integers is what NumPy does fastest.
    """
    size = len(tokens)
    word_bits, count_bits = max(1, (num_words - 1).bit_length()), reach.bit_length()
    if 2 * word_bits + count_bits > 63:
        raise ValueError(
            f"window: {reach} words and {num_words:,} different words are more than can be counted; "
            "use a larger min_count"
        )
    as_low = tokens.astype(np.int64) << count_bits
    as_high = as_low << word_bits
    first_start = np.minimum(np.arange(size, dtype=np.int32), last_start)[:own]
    reach = min(reach, size)
    packed = np.empty(sum(min(own, size - distance) for distance in range(1, reach)), dtype=np.int64)
    filled = 0
    for distance in range(1, reach):
        count = min(own, size - distance)
        p, q = slice(0, count), slice(distance, distance + count)
        windows = np.minimum(first_start[p], last_start[q]) - lowest[q] + 1
        keep = windows > 0
        if counting == "pairs":
            keep &= tokens[p] != tokens[q]
        found = np.minimum(as_high[p], as_high[q])
        found += np.maximum(as_low[p], as_low[q])
        found += windows
        found = found[keep]
        packed[filled : filled + len(found)] = found
        filled += len(found)
    packed = packed[:filled]
    packed.sort()
    pair = packed >> count_bits
    packed &= (1 << count_bits) - 1
    begins = np.ones(filled, dtype=bool)
    np.not_equal(pair[1:], pair[:-1], out=begins[1:])
    first = np.flatnonzero(begins)
    counts = np.add.reduceat(packed, first) if filled else packed
    pair = pair[first]
    starts = np.zeros(num_words + 1, dtype=np.int32)
    np.cumsum(np.bincount(pair >> word_bits, minlength=num_words), out=starts[1:])
    column = (pair & ((1 << word_bits) - 1)).astype(np.int32)
    return csr_array((counts, column, starts), shape=(num_words, num_words))
