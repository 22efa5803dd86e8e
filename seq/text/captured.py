"""Characters on a GPU: drawing one and reading it are captured once, and replayed as one launch for each character."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from seq.text.draw import Draw, refuse
from seq.text.next_character import NextCharacterModel

BLOCK = 64  # characters between two looks at whether the predictions are numbers
WARM = 3  # characters before the capture, in which libraries make their plans
Capture = Callable[[Callable[[], None]], Callable[[], None]]


def capture_on_gpu(body: Callable[[], None]) -> Callable[[], None]:
    """Record what a function asks of the GPU, which does none of it now; what is answered does all of it again."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        body()
    return graph.replay


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
    replay: Callable[[], None] | None = None
    made, may = 0, True
    while length is None or made < length:
        if made % BLOCK == 0 and draw.temperature > 0:
            ahead = draw.numbers(logits, BLOCK if length is None else min(BLOCK, length - made))
        if draw.temperature > 0:
            texts.numbers.copy_(ahead[made % BLOCK])
        if replay is None and may and texts.settled >= WARM:
            replay = _captured(texts.advance, capture)
            may = replay is not None
        if replay is None:
            _beside(texts.advance, logits.device)
        else:
            replay()
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


def _captured(advance: Callable[[], None], capture: Capture) -> Callable[[], None] | None:
    try:
        return capture(advance)
    except RuntimeError:  # as that an operation is not permitted while a stream is capturing
        return None


def _beside(advance: Callable[[], None], device: torch.device) -> None:
    """Do it on a stream of its own, as torch asks for before a capture."""
    if device.type != "cuda":
        advance()
        return
    stream = torch.cuda.Stream(device)
    stream.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(stream):
        advance()
    torch.cuda.current_stream(device).wait_stream(stream)
