"""The characters of a text and their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

CHUNK = 1 << 16  # characters that are looked at in one go, so that they stay in the processor's cache
CODE_POINTS = 0x110000
SHOWN = 10  # unknown characters that an error names


class Vocabulary:
    """The distinct characters of a text in the order of their code points; a character's token is its place.

    Args:
        text: any text; only its distinct characters matter, so ``Vocabulary(a.characters + b.characters)``
            is the vocabulary of two texts together.

    Attributes:
        characters: all characters, in order.

    Raises:
        ValueError: a text without a character.

    Example:
        >>> from seq import Vocabulary
        >>> vocabulary = Vocabulary("hello world")
        >>> vocabulary.characters
        ' dehlorw'
        >>> vocabulary.encode("hold")
        tensor([3, 5, 4, 1])
        >>> vocabulary.decode(vocabulary.encode("hold"))
        'hold'
        >>> vocabulary.encode("Hold!", unknown="skip")
        tensor([5, 4, 1])
    """

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise ValueError(f"text must be a str, got {type(text).__name__}")
        if not text:
            raise ValueError("text must hold at least one character, got none")
        seen = np.zeros(CODE_POINTS, dtype=bool)
        for codes in _code_points(text):
            seen[codes] = True
        self._codes = np.flatnonzero(seen).astype(np.uint32)
        self.characters = _text(self._codes)
        # The last entry stands for every code point beyond the vocabulary's largest.
        self._tokens = np.full(int(self._codes[-1]) + 2, -1, dtype=np.int64)
        self._tokens[self._codes] = np.arange(len(self._codes))

    def encode(self, text: str, *, unknown: str = "refuse") -> Tensor:
        """The tokens of a text.

        Args:
            text: any text.
            unknown: what to do with a character that the vocabulary lacks: ``"refuse"`` raises, ``"skip"``
                leaves it out, and a single character of the vocabulary stands in for it.

        Returns:
            (T,) long integers on the CPU; T is the text's length, less what was skipped.

        Raises:
            ValueError: an unknown character with ``"refuse"``, or another value of ``unknown``.
        """
        if not isinstance(text, str):
            raise ValueError(f"text must be a str, got {type(text).__name__}")
        replacement = self._check_unknown(unknown)
        tokens = np.empty(len(text), dtype=np.int64)
        size = 0
        for codes in _code_points(text):
            found = self._look_up(codes, tokens[size : size + len(codes)])
            kept = len(found)
            if found.min() < 0:
                if unknown == "refuse":
                    raise ValueError(self._refusal(text))
                if replacement >= 0:
                    found[found < 0] = replacement
                else:
                    known = found[found >= 0]
                    kept = len(known)
                    found[:kept] = known
            size += kept
        return torch.from_numpy(tokens[:size])

    def decode(self, tokens: Tensor) -> str:
        """The text of tokens (T,).

        Raises:
            ValueError: tokens that are not integers of shape (T,) in 0..V-1.
        """
        if not isinstance(tokens, Tensor) or tokens.dim() != 1 or tokens.is_floating_point():
            raise ValueError("tokens must be a tensor of integers of shape (T,)")
        places = tokens.detach().cpu().numpy()
        if len(places) and not 0 <= places.min() <= places.max() < len(self):
            raise ValueError(f"tokens must lie in 0..{len(self) - 1}, got {places.min()} to {places.max()}")
        return _text(self._codes[places])

    def unknown(self, text: str) -> dict[str, int]:
        """The characters of a text that the vocabulary lacks, in order, and how often each occurs."""
        counts: dict[str, int] = {}
        for codes in _code_points(text):
            missing, times = np.unique(codes[self._look_up(codes) < 0], return_counts=True)
            for character, number in zip(_text(missing), times.tolist()):
                counts[character] = counts.get(character, 0) + number
        return dict(sorted(counts.items()))

    def to_dict(self) -> dict[str, Any]:
        """Plain values from which ``from_dict`` makes the same vocabulary."""
        return {"characters": self.characters}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Vocabulary:
        """The vocabulary that ``to_dict`` described.

        Raises:
            ValueError: a missing entry, or characters that are not distinct and in order.
        """
        characters = values.get("characters") if isinstance(values, dict) else None
        if not isinstance(characters, str):
            raise ValueError("values must be a dict with the entry 'characters', a str")
        vocabulary = cls(characters)
        if vocabulary.characters != characters:
            raise ValueError("characters must be distinct and in the order of their code points")
        return vocabulary

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, character: object) -> bool:
        return isinstance(character, str) and len(character) == 1 and not self.unknown(character)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.characters == other.characters

    def __hash__(self) -> int:
        return hash(self.characters)

    def __repr__(self) -> str:
        return f"Vocabulary({self.characters!r})"

    def _look_up(self, codes: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """The token of each code point, -1 for unknown ones."""
        return self._tokens.take(codes, mode="clip", out=out)

    def _check_unknown(self, unknown: str) -> int:
        """The token that stands in for unknown characters, or -1 for none."""
        if unknown in ("refuse", "skip"):
            return -1
        if not isinstance(unknown, str) or len(unknown) != 1:
            raise ValueError(f"unknown must be 'refuse', 'skip' or one character, got {unknown!r}")
        if unknown not in self:
            raise ValueError(f"unknown must be a character of the vocabulary, which lacks {unknown!r}")
        return int(self._look_up(np.array([ord(unknown)]))[0])

    def _refusal(self, text: str) -> str:
        counts = self.unknown(text)
        named = ", ".join(f"{c!r} (U+{ord(c):04X}, {n} times)" for c, n in list(counts.items())[:SHOWN])
        more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
        return (
            f"text must hold characters of the vocabulary only, which lacks {named}{more}; unknown='skip' "
            "leaves them out, unknown=' ' puts a space for each"
        )


def _code_points(text: str) -> Iterator[np.ndarray]:
    """The code points of a text, chunk by chunk."""
    for start in range(0, len(text), CHUNK):
        # A str may hold half of a surrogate pair, where bytes that were no UTF-8 have been read.
        raw = text[start : start + CHUNK].encode("utf-32-le", "surrogatepass")
        yield np.frombuffer(raw, dtype="<u4")


def _text(codes: np.ndarray) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
