"""From text to words, in every script: the one tokenizer of the lab."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from unicodedata import category, normalize

from gnnlab.graphs.numbers import flag

_OTHER = re.compile(r"[^\w(),!?'`]|_")
_ENDINGS = re.compile(r"('s|'ve|n't|'re|'d|'ll)")
_MARKS = re.compile(r"([(),!?])")
_APOSTROPHE = re.compile(r"(?<=\w)[’ʼ](?=\w)")
_IGNORED = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphens and other characters that nobody sees


def words_of(text: str, *, characters: bool = False) -> list[str]:
    """Split a text into lower-case words, English endings and marks.

    ASCII follows the rules of Kim 2014 (sentence CNNs), as Text GCN does. Other scripts are split at the word
    boundaries of Unicode (UAX 29), so vowel signs, accents and joiners stay with their letters; but letters and
    digits side by side are one word, whatever their scripts. The text is brought to the form NFC, and to lower case
    by `str.lower`, which is no case folding: ß stays ß, İ becomes i with a dot above.

    Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) need a dictionary to find
    their words. Here a stretch without a space or a mark is one word, which may be a whole sentence.

    Args:
        text: Any text.
        characters: In scripts without spaces each character is a word, as UAX 29 has it; katakana stay together.

    Raises:
        TypeError: `text` is no string.
        ValueError: `characters` is neither True nor False.

    >>> words_of("It's fine, isn't_it?")
    ['it', "'s", 'fine', ',', 'is', "n't", 'it', '?']
    >>> words_of("हिन्दी में लिखा"), words_of("我喜欢猫"), words_of("我喜欢猫", characters=True)
    (['हिन्दी', 'में', 'लिखा'], ['我喜欢猫'], ['我', '喜', '欢', '猫'])
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, but is a {type(text).__name__}")
    characters = flag("characters", characters)
    text = text.lower()
    text = _OTHER.sub(" ", text) if text.isascii() else _segmented(text, characters=characters)
    return _MARKS.sub(r" \1 ", _ENDINGS.sub(r" \1", text)).split()


def same_form(text: str) -> str:
    """Return a text in which equal characters are equal: the form NFC, as in all words of the lab."""
    return normalize("NFC", text)


def _segmented(text: str, *, characters: bool) -> str:
    """The words of a text in any script, with spaces between; the rules of ASCII still have to follow."""
    text = normalize("NFC", _IGNORED.sub("", text))
    text = _APOSTROPHE.sub("'", text)
    text = "".join(" " if sign.isascii() and _OTHER.match(sign) else sign for sign in text)
    boundary, unspaced = _patterns()
    pieces, start = [], 0
    for found in boundary.finditer(text):
        end = found.start()
        if end in (start, len(text)):
            continue
        before, after = text[_base(text, end - 1)], text[end]
        if before.isascii() and after.isascii():
            continue  # the rules of ASCII decide there
        one = before.isalnum() and after.isalnum()  # such as x², and all of a text without spaces
        if not one or (characters and (unspaced.match(before) or unspaced.match(after))):
            pieces.append(text[start:end])
            start = end
    pieces.append(text[start:])
    return " ".join(piece for piece in pieces if any(_is_part(sign) for sign in piece))


def _base(text: str, place: int) -> int:
    """The place of the character that a mark stands on."""
    while place and category(text[place]).startswith("M"):
        place -= 1
    return place


def _is_part(sign: str) -> bool:
    return sign.isalnum() or sign in "(),!?'`" or category(sign).startswith("M")


@cache
def _patterns() -> tuple[Any, Any]:
    """The boundaries of UAX 29, and characters of scripts without spaces; regex is imported where they are needed."""
    import regex

    unspaced = r"[\p{Line_Break=Complex_Context}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]"
    return regex.compile(r"(?w)\b"), regex.compile(unspaced)
