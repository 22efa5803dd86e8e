"""Sequences out of a part of a corpus: windows drawn at random, or contiguous streams read side by side."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

RESIDENT = 4 << 30  # tokens up to this many bytes are kept on a GPU as a whole


class Sequences(NamedTuple):
    """A batch: what is read, what comes after each character, and whether the state before it is empty.

    Shapes:
        inputs and targets (B, T), long.
    """

    inputs: Tensor
    targets: Tensor
    fresh: bool


class Tokens:
    """Tokens of one part, from which sequences are cut without a loop.

    Args:
        tokens: (N,), perhaps mapped from disk.
        device: Where sequences are wanted; on a GPU the tokens themselves are kept there, if there is room.
    """

    def __init__(self, tokens: np.ndarray, device: str) -> None:
        self.device = device
        self._tokens = tokens
        self._resident: Tensor | None = None
        if device != "cpu" and tokens.nbytes <= RESIDENT:
            kind = np.uint8 if tokens.dtype == np.uint8 else np.int32
            self._resident = torch.from_numpy(tokens.astype(kind)).to(device)

    def __len__(self) -> int:
        return len(self._tokens)

    def cut(self, starts: Tensor, window: int, *, fresh: bool = True) -> Sequences:
        """Sequences of ``window`` characters and their successors.

        Args:
            starts: First character of each, (B,), on the CPU.
            window: T.
            fresh: What to say of the state before them.
        """
        if self._resident is not None:
            places = starts.to(self.device).unsqueeze(1) + torch.arange(window + 1, device=self.device)
            cut = self._resident[places].long()
        else:
            cut = torch.from_numpy(
                self._tokens[starts.numpy()[:, None] + np.arange(window + 1)].astype(np.int64)
            )
            cut = cut.to(self.device)
        return Sequences(cut[:, :-1], cut[:, 1:], fresh)


def check_size(name: str, count: int, window: int) -> None:
    """Raise a ValueError unless a part holds one window and the character after it."""
    if count < window + 1:
        raise ValueError(
            f"text: its {name} part has {count} characters, fewer than a window of {window} and the one after it; give "
            "a longer text, a larger share, or a smaller --window"
        )


def check_streams(name: str, count: int, batch_size: int, window: int) -> None:
    """Raise a ValueError unless a part can be cut into so many streams of a window or more."""
    if (count - 1) // batch_size < window:
        raise ValueError(
            f"text: its {name} part has {count} characters, too few for {batch_size} streams of {window}; "
            "give a longer text, or a smaller --batch-size or --window"
        )


class RandomWindows:
    """Windows that begin anywhere, drawn with a generator of their own. Each begins with an empty state.

    Args:
        tokens: The training part.
        batch_size: B, over all processes.
        window: T.
        seed: Of the generator.
        rows: Which rows of a batch this process has.
    """

    def __init__(self, tokens: Tokens, batch_size: int, window: int, seed: int, rows: slice) -> None:
        check_size("training", len(tokens), window)
        self.tokens, self.batch_size, self.window, self.rows = tokens, batch_size, window, rows
        self.generator = torch.Generator().manual_seed(seed)

    def draw(self) -> Sequences:
        """The next batch."""
        last = len(self.tokens) - self.window  # a window begins before it
        starts = torch.randint(last, (self.batch_size,), generator=self.generator)
        return self.tokens.cut(starts[self.rows], self.window)

    def position(self) -> dict[str, Any]:
        """What ``go_to`` needs to draw the same batches from here on."""
        return {"generator": self.generator.get_state()}

    def go_to(self, position: dict[str, Any]) -> None:
        """Continue where ``position`` was asked for."""
        self.generator.set_state(position["generator"])


class Streams:
    """The part cut into B contiguous streams that are read side by side, T characters a step.

    The state before a batch is the one after the batch before, but empty at the beginning of a pass. The last
    characters of a stream that fill no window are left out.

    Args:
        tokens: The part.
        batch_size: B, over all processes.
        window: T.
        rows: Which rows of a batch this process has.
        name: Of the part, for errors.
    """

    def __init__(
        self, tokens: Tokens, batch_size: int, window: int, rows: slice, *, name: str = "training"
    ) -> None:
        self.tokens, self.window, self.rows = tokens, window, rows
        check_streams(name, len(tokens), batch_size, window)
        self.length = (len(tokens) - 1) // batch_size
        self.first = torch.arange(batch_size) * self.length
        self.place = 0

    def draw(self) -> Sequences:
        """The next batch; after the last one of a pass, the first again."""
        if self.place + self.window > self.length:
            self.place = 0
        batch = self.tokens.cut((self.first + self.place)[self.rows], self.window, fresh=self.place == 0)
        self.place += self.window
        return batch

    @property
    def batches(self) -> int:
        """Batches in one pass."""
        return self.length // self.window

    def position(self) -> dict[str, Any]:
        """What ``go_to`` needs to draw the same batches from here on."""
        return {"place": self.place}

    def go_to(self, position: dict[str, Any]) -> None:
        """Continue where ``position`` was asked for."""
        self.place = int(position["place"])
