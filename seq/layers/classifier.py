"""A recurrent layer with a way in for symbols and a head for classes."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from seq.checks import check_choice, check_flag, check_size, check_tokens
from seq.layers.layer import RecurrentLayer, check_layer

ENCODINGS = ("embedding", "onehot", "scalar", "values")


class SequenceClassifier(nn.Module):
    """Classify a whole sequence from a recurrent layer's final state: p = W_ph h(T) + b_p.

    A bidirectional layer is read at [h_forward(T); h_backward(1)], a stack at its last layer.

    Args:
        layer: any layer of this package.
        num_classes: number of classes C (or of outputs, for a regression).
        num_tokens: size of the vocabulary V; needed for ``"embedding"`` and ``"onehot"``.
        encoding: how symbols become numbers. ``"embedding"``: a learned vector of ``layer.input_size``.
            ``"onehot"``: ``layer.input_size`` is V. ``"scalar"``: the symbol's number itself as the one
            feature. ``"values"``: the input already is (B, T, I) floats.
        every_step: give logits of every step, from the outputs, and not of the whole sequence.

    Shapes:
        - **tokens**: (B, T) integers; (B, T, I) floats for ``"values"``
        - **lengths**: (B,) or None; **times**: (B, T) or None, see :class:`seq.layers.layer.RecurrentLayer`
        - **logits**: (B, C); (B, T, C) with ``every_step``

    Variables:
        - **embedding.weight** (V, I), only for ``"embedding"``
        - **head.weight** (C, output_size): W_ph; **head.bias** (C,): b_p

    Raises:
        ValueError: sizes that do not fit the encoding, or tokens of a wrong shape, type or range.

    Example:
        >>> import torch
        >>> from seq import LSTM, SequenceClassifier
        >>> model = SequenceClassifier(LSTM(8, 16), num_classes=10, num_tokens=10)
        >>> model(torch.tensor([[1, 2, 3, 2], [4, 5, 5, 4]])).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        layer: RecurrentLayer,
        num_classes: int,
        *,
        num_tokens: int | None = None,
        encoding: str = "embedding",
        every_step: bool = False,
    ) -> None:
        super().__init__()
        check_layer("layer", layer)
        check_size("num_classes", num_classes)
        check_choice("encoding", encoding, ENCODINGS)
        check_flag("every_step", every_step)
        _check_fit(encoding, layer.input_size, num_tokens)
        self.layer, self.num_classes = layer, num_classes
        self.num_tokens, self.encoding, self.every_step = num_tokens, encoding, every_step
        self.embedding: nn.Embedding | None = None
        if encoding == "embedding" and num_tokens is not None:
            self.embedding = nn.Embedding(num_tokens, layer.input_size)
        self.head = nn.Linear(layer.output_size, num_classes)

    def forward(
        self, tokens: Tensor, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> Tensor:
        # 1. symbols to numbers
        x = self.encode(tokens)  # (B, T, I)
        # 2. to classes
        return self.read(x, lengths=lengths, times=times)

    def read(self, x: Tensor, *, lengths: Tensor | None = None, times: Tensor | None = None) -> Tensor:
        """The logits of encoded sequences x (B, T, I): all of the model behind :meth:`encode`."""
        # 1. the whole sequence
        outputs, state = self.layer(x, lengths=lengths, times=times)
        # 2. p = W_ph h(T) + b_p, or the same at every step
        return self.head(outputs if self.every_step else self.layer.summary(state))

    def encode(self, tokens: Tensor) -> Tensor:
        """The layer's input (B, T, I) for these tokens (B, T).

        Raises:
            ValueError: tokens of a wrong shape, type or range.
        """
        if self.encoding == "values":
            return tokens
        check_tokens(tokens, self.num_tokens)
        if self.embedding is not None:
            return self.embedding(tokens)
        if self.encoding == "onehot" and self.num_tokens is not None:
            return F.one_hot(tokens.long(), self.num_tokens).to(self.head.weight.dtype)
        return tokens.unsqueeze(-1).to(self.head.weight.dtype)

    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""
        self.layer.reset_parameters()
        if self.embedding is not None:
            self.embedding.reset_parameters()
        self.head.reset_parameters()


def _check_fit(encoding: str, input_size: int, num_tokens: int | None) -> None:
    if num_tokens is not None:
        check_size("num_tokens", num_tokens)
    elif encoding in ("embedding", "onehot"):
        raise ValueError(f"num_tokens must be given for the encoding {encoding!r}")
    if encoding == "onehot" and input_size != num_tokens:
        raise ValueError(f"layer must have input_size {num_tokens}, num_tokens, for onehot, has {input_size}")
    if encoding == "scalar" and input_size != 1:
        raise ValueError(f"layer must have input_size 1 for the encoding 'scalar', has {input_size}")
