"""From text to words, the same for every model."""

from __future__ import annotations

import re

_OTHER = re.compile(r"[^\w(),!?'`]|_")
_ENDINGS = re.compile(r"('s|'ve|n't|'re|'d|'ll)")
_MARKS = re.compile(r"([(),!?])")


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words, English endings and marks, by the rules of Kim 2014 (sentence CNNs).

    Letters and digits of any script are kept; the rules know ASCII alone. Text GCN reads its texts the same way, and MR
    comes out with the paper's 18,764 words.

    Args:
        text: Any text.

    Example:
        >>> words_of("It's fine, isn't_it?")
        ['it', "'s", 'fine', ',', 'is', "n't", 'it', '?']
    """
    text = _OTHER.sub(" ", text.lower())
    return _MARKS.sub(r" \1 ", _ENDINGS.sub(r" \1", text)).split()
