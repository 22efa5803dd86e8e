"""A model of the next character that carries a state: recurrent, or a Transformer with what it has read."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.attention.transformer import Transformer, check_resumable
from seq.checks import check_choice, check_flag, check_share, check_size, check_tokens
from seq.layers.bidirectional import Bidirectional
from seq.layers.layer import RecurrentLayer, State, check_layer

ENCODINGS = ("embedding", "onehot")


class CharLM(nn.Module):
    """Predict each next character from a layer's output: logits(t) = W_ph h(t) + b_p.

    ``model(tokens, state=None) -> (logits, state)``, see :class:`seq.text.next_character.NextCharacterModel`.

    Args:
        layer: any recurrent layer of this package that reads forwards; several make a :class:`seq.Stacked`. Or a causal
            :class:`seq.Transformer` without learned positions, best with a ``window``: without one its state and its
            time grow with the text.
        num_tokens: size of the vocabulary V.
        encoding: how characters become numbers. ``"embedding"``: a learned vector of ``layer.input_size``.
            ``"onehot"``: ``layer.input_size`` is V.
        dropout: probability of setting an output to zero before the head reads it, in training, in [0, 1).
            Dropout between layers is their own.
        tied: the head's matrix is the embedding's (Press & Wolf 2017).

    Shapes:
        - **tokens**: (B, T) integers in 0..V-1
        - **logits**: (B, T, V)
        - **state**: the layer's, and, for a layer that reads time stamps, the number of characters read so
          far, (B,) integers: character n of a text has the time stamp n

    Variables:
        - **embedding.weight** (V, I), only for ``"embedding"``
        - **head.weight** (V, output_size): W_ph; **head.bias** (V,): b_p

    Raises:
        ValueError: sizes that do not fit, a layer that reads backwards, or tokens of a wrong shape, type or
            range.

    Example:
        >>> import torch
        >>> from seq import LSTM, CharLM, Stacked
        >>> model = CharLM(Stacked([LSTM(8, 16), LSTM(16, 16)], dropout=0.1), num_tokens=11)
        >>> logits, state = model(torch.tensor([[1, 2, 3], [10, 0, 7]]))
        >>> logits.shape
        torch.Size([2, 3, 11])
        >>> logits, state = model(torch.tensor([[4], [8]]), state)  # the next character of each
    """

    def __init__(
        self,
        layer: RecurrentLayer | Transformer,
        num_tokens: int,
        *,
        encoding: str = "embedding",
        dropout: float = 0.0,
        tied: bool = False,
    ) -> None:
        super().__init__()
        check_size("num_tokens", num_tokens)
        check_choice("encoding", encoding, ENCODINGS)
        check_share("dropout", dropout)
        check_flag("tied", tied)
        _check_layer(layer, num_tokens, encoding, tied)
        self.layer, self.num_tokens = layer, num_tokens
        self.encoding, self.dropout, self.tied = encoding, dropout, tied
        self.embedding: nn.Embedding | None = None
        if encoding == "embedding":
            self.embedding = nn.Embedding(num_tokens, layer.input_size)
        self.head = nn.Linear(layer.output_size, num_tokens)
        if tied and self.embedding is not None:
            # The head's initial values: those of an embedding, N(0, 1), would make wild first predictions.
            self.embedding.weight = self.head.weight

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        # 1. characters to numbers
        x = self.encode(tokens)  # (B, T, I)
        # 2. all steps
        if isinstance(self.layer, Transformer):
            outputs, state = self.layer.resume(x, state)
        elif self.layer.uses_times:
            outputs, state = self._run_in_time(x, state)
        else:
            outputs, state = self.layer(x, state)
        # 3. p(t) = W_ph h(t) + b_p
        return self.head(F.dropout(outputs, self.dropout, self.training)), state

    def encode(self, tokens: Tensor) -> Tensor:
        """The layer's input (B, T, I) for these tokens (B, T).

        Raises:
            ValueError: tokens of a wrong shape, type or range.
        """
        check_tokens(tokens, self.num_tokens)
        if self.embedding is not None:
            return self.embedding(tokens)
        return F.one_hot(tokens.long(), self.num_tokens).to(self.head.weight.dtype)

    def _run_in_time(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        assert isinstance(self.layer, RecurrentLayer)
        B, T, _ = x.shape
        if state is None:
            state = (*self.layer.initial_state(x), torch.zeros(B, dtype=torch.long, device=x.device))
        *layer_state, read = state
        times = read.unsqueeze(1) + torch.arange(1, T + 1, device=x.device)  # (B, T)
        outputs, after = self.layer(x, tuple(layer_state), times=times)
        return outputs, (*after, read + T)

    def reset_parameters(self) -> None:
        """Draw all parameters anew from torch's global generator."""
        self.layer.reset_parameters()
        if self.embedding is not None and not self.tied:
            self.embedding.reset_parameters()
        self.head.reset_parameters()


def _check_layer(layer: RecurrentLayer | Transformer, num_tokens: int, encoding: str, tied: bool) -> None:
    if isinstance(layer, Transformer):
        check_resumable("layer", layer)
    else:
        check_layer("layer", layer)
    if any(isinstance(part, Bidirectional) for part in layer.modules()):
        raise ValueError("layer must read forwards only: a Bidirectional sees the characters to predict")
    if encoding == "onehot" and layer.input_size != num_tokens:
        raise ValueError(
            f"layer must have input_size {num_tokens}, num_tokens, for onehot, has {layer.input_size}"
        )
    if tied and encoding != "embedding":
        raise ValueError("tied must be False for the encoding 'onehot', which has no matrix to share")
    if tied and layer.input_size != layer.output_size:
        raise ValueError(
            f"tied needs a layer with input_size equal to output_size, has {layer.input_size} and "
            f"{layer.output_size}"
        )
