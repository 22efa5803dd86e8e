"""A Transformer that reads a sequence, as recurrent layers do, without a state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import cast

import torch
from torch import Tensor, nn

from seq.attention.block import TransformerBlock
from seq.checks import (
    check_choice,
    check_flag,
    check_lengths,
    check_precision,
    check_sequence,
    check_share,
    check_size,
)
from seq.layers.layer import State, valid_steps

POSITIONS = ("rotary", "learned", "none")
AT_ONCE = 1024  # steps of a long text that are read together


class Transformer(nn.Module):
    """A stack of pre-norm attention blocks (Vaswani et al. 2017; the norm in front: Xiong et al. 2020).

    ``transformer(x, *, lengths=None) -> outputs``, and :meth:`resume` for a text that comes in pieces.

    .. code-block:: text

        x       = W_in x + b_in               where I and H differ
        x       = x + P(t)                    with position="learned"
        x       = block(n)(x), n = 1..L       see :class:`seq.attention.block.TransformerBlock`
        outputs = norm(x)

    Args:
        input_size: number of input features I.
        hidden_size: number of features H of every layer.
        num_layers: number of blocks L.
        num_heads: number of heads; H is a multiple of it, and H / heads is even for ``"rotary"``.
        causal: each step sees itself and earlier ones only; False lets it see all.
        position: how steps know where they are. ``"rotary"``: queries and keys are turned by their position, so that
            their distance counts (Su et al. 2021). ``"learned"``: a vector for each position is added to the input.
            ``"none"``: a causal network can still count what it sees, a full one takes the steps as a set.
        max_length: the longest sequence that is read; needed for ``"learned"``.
        window: how many steps before its own a step of a causal network sees in each block; None for all. An output
            then depends on its own step and L · window before it.
        feedforward: units of each feed-forward network; 4 H when left out.
        dropout: probability of dropping a weight of the attention or a unit, in [0, 1); in training only.

    Attention is torch's own, which on a processor has a first derivative only; under torch.func it is taken in plain
    steps, which have all.

    Args of the call:
        x: input sequences.
        lengths: number of valid steps of each sequence, 1..T. Steps beyond it change nothing, and outputs there are
            zero.

    Shapes:
        - **x**: (B, T, I); **lengths**: (B,)
        - **outputs**: (B, T, H)

    Variables:
        - **input.weight** (H, I), **input.bias** (H,): only where I and H differ
        - **position.weight** (max_length, H): only for ``"learned"``
        - **blocks**: the blocks' own; **norm**: weight and bias (H,)

    Raises:
        ValueError: a size below 1 or one that does not fit another, an unknown option, or a sequence longer than
            ``max_length``.

    Example:
        >>> import torch
        >>> from seq import Transformer
        >>> transformer = Transformer(input_size=2, hidden_size=8, num_heads=2)
        >>> transformer(torch.zeros(5, 7, 2), lengths=torch.tensor([7, 1, 4, 2, 6])).shape
        torch.Size([5, 7, 8])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        num_layers: int = 2,
        num_heads: int = 4,
        causal: bool = True,
        position: str = "rotary",
        max_length: int | None = None,
        window: int | None = None,
        feedforward: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("num_layers", num_layers)
        check_flag("causal", causal)
        check_choice("position", position, POSITIONS)
        check_share("dropout", dropout)
        _check_heads(hidden_size, num_heads, position)
        if max_length is not None:
            check_size("max_length", max_length)
        elif position == "learned":
            raise ValueError("max_length must be given for the position 'learned'")
        if window is not None:
            check_size("window", window)
            if not causal:
                raise ValueError(
                    f"window must be None where causal is False, which sees all steps, got {window}"
                )
        if feedforward is not None:
            check_size("feedforward", feedforward)
        self.input_size, self.hidden_size, self.output_size = (
            int(input_size),
            int(hidden_size),
            int(hidden_size),
        )
        self.causal, self.max_length = causal, max_length
        H = self.hidden_size
        self.input = nn.Linear(self.input_size, H) if self.input_size != H else None
        self.position = nn.Embedding(int(max_length), H) if position == "learned" and max_length else None
        self.blocks = nn.ModuleList(
            TransformerBlock(
                H,
                num_heads=int(num_heads),
                feedforward=4 * H if feedforward is None else int(feedforward),
                causal=causal,
                rotary=position == "rotary",
                window=None if window is None else int(window),
                dropout=dropout,
            )
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(H)

    def forward(self, x: Tensor, *, lengths: Tensor | None = None) -> Tensor:
        # 1. numbers of the size H, with their positions
        x, valid = self._masked(x, self.input_size, lengths)
        x = self._embed(x)
        # 2. the blocks
        for block in self._parts():
            x = block(x, valid)
        # 3. the norm
        return _cut(self.norm(x), valid)

    def resume(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Read on: the outputs of new steps, which see those that were read before.

        A text in pieces, the state handed on, gives the outputs of the whole text. Each block keeps the keys and values
        of the last ``window`` steps, or of all (Transformer-XL, Dai et al. 2019, hands on the like).

        Args:
            x: the new steps.
            state: what the call before returned; None at the start of a text.

        Shapes:
            - **x**: (B, T, I)
            - **outputs**: (B, T, H)
            - **state**: keys and values of each block in turn, 2 L tensors (B, heads, S, H / heads)

        Raises:
            ValueError: a full network, one with learned positions, or a state that is not of this network.
        """
        check_resumable("transformer", self)
        x, _ = self._masked(x, self.input_size, None)
        if state is not None:
            self._check_state(state, len(x))
        outputs = []
        for piece in x.split(AT_ONCE, dim=1):
            read, state = self._resume(piece, state)
            outputs.append(read)
        assert state is not None
        return torch.cat(outputs, dim=1), state

    def _resume(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        after: list[Tensor] = []
        x = self._embed(x)
        for number, block in enumerate(self._parts()):
            x, seen = block.resume(x, None if state is None else (state[2 * number], state[2 * number + 1]))
            after += seen
        return self.norm(x), tuple(after)

    def _check_state(self, state: object, batch: int) -> None:
        count, heads = 2 * len(self.blocks), next(self._parts()).num_heads
        fits = (
            isinstance(state, Sequence) and len(state) == count and all(isinstance(p, Tensor) for p in state)
        )
        if fits:
            shapes = {tuple(part.shape) for part in cast(Sequence[Tensor], state)}
            steps = next(iter(shapes))[2:3]
            fits = shapes == {(batch, heads, *steps, self.hidden_size // heads)}
        if not fits:
            raise ValueError(
                f"state must be what resume returned: {count} tensors of shape ({batch}, {heads}, steps, "
                f"{self.hidden_size // heads})"
            )

    def embed(self, x: Tensor) -> Tensor:
        """What the first block reads, (B, T, H) from (B, T, I).

        Raises:
            ValueError: ``x`` of a wrong shape or type, or longer than ``max_length``.
        """
        return self._embed(self._masked(x, self.input_size, None)[0])

    def block(self, number: int, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """One block alone: its outputs (B, T, H) from what it reads, (B, T, H); ``number`` counts from 0.

        Raises:
            ValueError: a number that no block has, ``x`` of a wrong shape or type, or lengths (B,) that do not fit.
        """
        last = len(self.blocks) - 1
        if isinstance(number, bool) or not isinstance(number, Integral) or not 0 <= number <= last:
            raise ValueError(f"number must be that of a block, 0 to {last}, got {number!r}")
        x, valid = self._masked(x, self.hidden_size, lengths)
        return _cut(self.blocks[int(number)](x, valid), valid)

    def _masked(self, x: Tensor, features: int, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """x without what stands beyond the lengths, and which steps are valid."""
        check_sequence("x", x, features)
        check_precision("x", x, self)
        B, T, _ = x.shape
        if self.max_length is not None and self.max_length < T:
            raise ValueError(f"x must have at most {self.max_length} steps, max_length, has {T}")
        if lengths is None:
            return x, None
        check_lengths(lengths, B, T)
        valid = valid_steps(lengths.to(x.device), T)
        # Whatever fills the space beyond the end, NaN included, must reach neither outputs nor gradients.
        return _cut(x, valid), valid

    def _embed(self, x: Tensor) -> Tensor:
        if self.input is not None:
            x = self.input(x)
        if self.position is not None:
            x = x + self.position(torch.arange(x.shape[1], device=x.device))
        return x

    def _parts(self) -> Iterator[TransformerBlock]:
        return (cast(TransformerBlock, block) for block in self.blocks)

    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""
        for part in (self.input, self.position, *self._parts(), self.norm):
            if part is not None:
                part.reset_parameters()


def check_resumable(name: str, transformer: Transformer) -> None:
    """Raise unless a network can read a text in pieces."""
    if not transformer.causal:
        raise ValueError(
            f"{name} must be causal to read in pieces: a full one sees steps that are still to come"
        )
    if transformer.position is not None:
        raise ValueError(
            f"{name} must have the position 'rotary' or 'none' to read in pieces: the learned ones come to an end"
        )


def _cut(x: Tensor, valid: Tensor | None) -> Tensor:
    """x (B, T, F) with zeros where steps are not valid."""
    return x if valid is None else x.masked_fill(~valid.unsqueeze(-1), 0.0)


def _check_heads(hidden_size: int, num_heads: int, position: str) -> None:
    check_size("hidden_size", hidden_size)
    check_size("num_heads", num_heads)
    if hidden_size % num_heads:
        raise ValueError(f"hidden_size must be a multiple of num_heads, {num_heads}, got {hidden_size}")
    if position == "rotary" and hidden_size // num_heads % 2:
        raise ValueError(
            f"hidden_size must be an even number of features for each of the {num_heads} heads (num_heads), as the "
            f"position 'rotary' turns pairs of them; got {hidden_size}"
        )
