"""Names that a user mistyped."""

from __future__ import annotations

import difflib


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """``", did you mean X?"`` for the closest known word, or an empty string; the same letters in another order win.

    Example:
        >>> nearest("gnc", ["gin", "gcn"]), nearest("xyz", ["gin"])
        (', did you mean gcn?', '')
    """
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    close.sort(key=lambda one: sorted(one) != sorted(word))
    return f", did you mean {close[0]}?" if close else ""
