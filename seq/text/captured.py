"""Characters on a GPU: drawing one and reading it are captured once, and replayed as one launch for each character."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from seq.capturing import WARM, Beside, Capture, Replay, capture_on_gpu
from seq.text.draw import Draw, refuse
from seq.text.next_character import NextCharacterModel

BLOCK = 64  # characters between two looks at whether the predictions are numbers


def captured_characters(
    model: NextCharacterModel,
    logits: Tensor,
    state: Any,
    length: int | None,
    draw: Draw,
    capture: Capture = capture_on_gpu,
) -> Iterator[Tensor]:
    """The characters after a prompt, as ``generate_stream`` gives them.

    A model whose state changes its shape, or which asks for what a capture does not allow, goes on without one. Nothing
    waits for the GPU between characters, so a prediction that is no number is found some characters later.

    Args:
        model: In evaluation mode.
        logits: (B, V) of the first of them.
        state: The model's after the prompt.
        length: How many; None never ends.
        draw: How they are drawn.
        capture: Records a function, and answers what does it again.

    Raises:
        ValueError: A prediction holds NaN or infinity.
    """
    texts = _Texts(model, logits, state, draw)
    replay: Replay | None = None
    made, may, beside = 0, True, Beside(logits.device)
    while length is None or made < length:
        if made % BLOCK == 0 and draw.temperature > 0:
            ahead = draw.numbers(logits, BLOCK if length is None else min(BLOCK, length - made))
        if draw.temperature > 0:
            texts.numbers.copy_(ahead[made % BLOCK])
        if replay is None and may and texts.settled >= WARM:
            replay = _captured(texts, capture)
            may = replay is not None
        if replay is not None:
            replay()
        elif may:
            with beside.here():
                texts.advance()
        else:
            texts.advance()
        made += 1
        yield texts.tokens.clone()
        if made % BLOCK == 0 or made == length:
            texts.check()


class _Texts:
    """Texts on their way, in tensors that stay where they are, so that a step can be replayed on them.

    Attributes:
        tokens: (B,) the last characters.
        numbers: (B, 1) what chance decides the next ones by.
        settled: Steps since the state changed its shape.
    """

    def __init__(self, model: NextCharacterModel, logits: Tensor, state: Any, draw: Draw) -> None:
        self.model, self.draw, self.logits = model, draw, logits.clone()
        self.parts, self.form = _flat(state)
        self.tokens = torch.empty(len(logits), dtype=torch.long, device=logits.device)
        self.numbers = torch.zeros(len(logits), 1, dtype=torch.float64, device=logits.device)
        self.made = torch.zeros((), dtype=torch.long, device=logits.device)
        self.first_bad = torch.zeros_like(self.made)
        self.settled = 0

    @torch.no_grad()
    def advance(self) -> None:
        """Draw a character of each text and read it; reads no value back."""
        self.made += 1
        is_bad = ~self.logits.amax(-1).isfinite().all()  # a NaN is the largest of all
        self.first_bad.copy_(torch.where((self.first_bad == 0) & is_bad, self.made, self.first_bad))
        numbers = self.numbers if self.draw.temperature > 0 else None
        self.tokens.copy_(self.draw.choose(self.logits, numbers))
        state = tree_unflatten(self.parts, self.form)
        logits, state = self.model(self.tokens.unsqueeze(1), state)
        self.logits.copy_(logits[:, -1])
        parts, form = tree_flatten(state)
        if form != self.form or not all(map(_fits, self.parts, parts)):
            self.parts, self.form = _flat(state)
            self.settled = 0
            return
        for mine, part in zip(self.parts, parts):
            if isinstance(part, Tensor):
                mine.copy_(part)
        self.settled += 1

    def check(self) -> None:
        """Raise an error that names the first character whose prediction was no number; waits for the device."""
        if self.first_bad:
            refuse(int(self.first_bad))


def _flat(state: Any) -> tuple[list[Any], Any]:
    parts, form = tree_flatten(state)
    return [part.clone() if isinstance(part, Tensor) else part for part in parts], form


def _fits(mine: Any, other: Any) -> bool:
    if isinstance(mine, Tensor) and isinstance(other, Tensor):
        return mine.shape == other.shape and mine.dtype == other.dtype
    return type(mine) is type(other) and bool(mine == other)


def _captured(texts: _Texts, capture: Capture) -> Replay | None:
    parts, form, settled = texts.parts, texts.form, texts.settled
    try:
        replay = capture(texts.advance, texts.logits.device)
    except RuntimeError:  # as that an operation is not permitted while a stream is capturing
        replay = None
    # A state that changed its shape in the capture would be read as it was before, each time that it is replayed.
    if texts.parts is not parts:
        replay = None
    texts.parts, texts.form, texts.settled = parts, form, settled
    return replay
