"""A Transformer with a way in for symbols and a head for classes."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from seq.attention.transformer import Transformer
from seq.checks import check_choice, check_flag, check_size, check_tokens

READOUTS = ("last", "mean")


class TransformerClassifier(nn.Module):
    """Classify a whole sequence from a Transformer's outputs, as :class:`seq.SequenceClassifier` does from a state.

    It reads the output of the last valid step, of causal and of full attention alike: p = W_ph h(T) + b_p.

    Args:
        hidden_size: number of features H of every layer.
        num_classes: number of classes C (or of outputs, for a regression).
        num_tokens: size of the vocabulary V; each symbol gets a learned vector.
        num_features: number of features F of each step, for inputs that are numbers; in place of ``num_tokens``.
        embedding_size: size of a symbol's vector; H when left out.
        every_step: give logits of every step and not of the whole sequence.
        readout: ``"last"``, or ``"mean"`` of the outputs of all valid steps.
        options: those of :class:`Transformer`.

    Shapes:
        - **tokens**: (B, T) integers, or (B, T, F) floats with ``num_features``; **lengths**: (B,) or None
        - **logits**: (B, C); (B, T, C) with ``every_step``

    Variables:
        - **embedding.weight** (V, embedding size), only with ``num_tokens``
        - **transformer**: its own
        - **head.weight** (C, H): W_ph; **head.bias** (C,): b_p

    Raises:
        ValueError: sizes that do not fit, unknown options, or tokens of a wrong shape, type or range.

    Example:
        >>> import torch
        >>> from seq import TransformerClassifier
        >>> model = TransformerClassifier(16, num_classes=10, num_tokens=10, causal=False)
        >>> model(torch.tensor([[1, 2, 3, 2], [4, 5, 5, 4]])).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        hidden_size: int,
        num_classes: int,
        *,
        num_tokens: int | None = None,
        num_features: int | None = None,
        embedding_size: int | None = None,
        every_step: bool = False,
        readout: str = "last",
        **options: Any,
    ) -> None:
        super().__init__()
        check_size("hidden_size", hidden_size)
        check_size("num_classes", num_classes)
        check_flag("every_step", every_step)
        check_choice("readout", readout, READOUTS)
        input_size = _input_size(hidden_size, num_tokens, num_features, embedding_size)
        self.num_classes, self.num_tokens = num_classes, num_tokens
        self.every_step, self.readout = every_step, readout
        self.transformer = Transformer(input_size, hidden_size, **options)
        self.embedding = None if num_tokens is None else nn.Embedding(num_tokens, input_size)
        self.head = nn.Linear(self.transformer.output_size, num_classes)

    def forward(self, tokens: Tensor, *, lengths: Tensor | None = None) -> Tensor:
        # 1. symbols to numbers
        x = self.encode(tokens)  # (B, T, I)
        # 2. to classes
        return self.read(x, lengths=lengths)

    def read(self, x: Tensor, *, lengths: Tensor | None = None) -> Tensor:
        """The logits of encoded sequences x (B, T, I): all of the model behind :meth:`encode`."""
        # 1. the whole sequence
        outputs = self.transformer(x, lengths=lengths)
        # 2. p = W_ph h(T) + b_p, or the same at every step
        return self.head(outputs if self.every_step else self._summary(outputs, lengths))

    def encode(self, tokens: Tensor) -> Tensor:
        """The Transformer's input (B, T, I) for these tokens (B, T).

        Raises:
            ValueError: tokens of a wrong shape, type or range.
        """
        if self.embedding is None:
            return tokens
        check_tokens(tokens, self.num_tokens)
        return self.embedding(tokens)

    def _summary(self, outputs: Tensor, lengths: Tensor | None) -> Tensor:
        """What the head reads of a whole sequence, (B, H)."""
        if self.readout == "mean":  # outputs beyond the lengths are zero
            steps = outputs.shape[1] if lengths is None else lengths.to(outputs).unsqueeze(1)
            return outputs.sum(1) / steps
        if lengths is None:
            return outputs[:, -1]
        last = (lengths.to(outputs.device) - 1).view(-1, 1, 1).expand(-1, 1, outputs.shape[2])
        return outputs.gather(1, last).squeeze(1)

    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""
        self.transformer.reset_parameters()
        if self.embedding is not None:
            self.embedding.reset_parameters()
        self.head.reset_parameters()


def _input_size(
    hidden_size: int, num_tokens: int | None, num_features: int | None, embedding_size: int | None
) -> int:
    """The number of features that the Transformer reads."""
    if embedding_size is not None:
        check_size("embedding_size", embedding_size)
    if num_tokens is not None:
        check_size("num_tokens", num_tokens)
        if num_features is not None:
            raise ValueError(
                "num_features must be None where num_tokens is given: inputs are one or the other"
            )
        return hidden_size if embedding_size is None else embedding_size
    if num_features is None:
        raise ValueError("num_tokens must be given for symbols, or num_features for numbers")
    check_size("num_features", num_features)
    if embedding_size is not None:
        raise ValueError("embedding_size must be None where num_tokens is: numbers have no embedding")
    return num_features
