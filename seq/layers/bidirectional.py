"""Two layers that read a sequence from its two ends."""

from __future__ import annotations

import torch
from torch import Tensor

from seq.layers.layer import RecurrentLayer, State, check_layer


class Bidirectional(RecurrentLayer):
    """One layer reads forwards, one backwards; their outputs stand side by side (Schuster & Paliwal 1997).

    .. code-block:: text

        outputs(t) = [h_forward(t); h_backward(t)]
        summary    = [h_forward(T); h_backward(1)]

    With ``lengths`` each sequence is reversed within its own length. Time stamps are reversed with the
    sequence; without them, a phased backward layer counts its steps in the order in which it reads.

    Args:
        forward_layer: any layer.
        backward_layer: a layer of the same input size and kind of state.

    Shapes:
        - **x**: (B, T, I)
        - **outputs**: (B, T, 2H)
        - **state**: as the layers', each tensor with a new first dimension of 2, (2, B, H)

    Raises:
        ValueError: layers that do not fit each other.

    Example:
        >>> import torch
        >>> from seq import LSTM, Bidirectional
        >>> outputs, (h, c) = Bidirectional(LSTM(2, 3), LSTM(2, 3))(torch.zeros(5, 7, 2))
        >>> outputs.shape, h.shape
        (torch.Size([5, 7, 6]), torch.Size([2, 5, 3]))
    """

    def __init__(self, forward_layer: RecurrentLayer, backward_layer: RecurrentLayer) -> None:
        super().__init__()
        check_layer("forward_layer", forward_layer)
        check_layer("backward_layer", backward_layer)
        if forward_layer.input_size != backward_layer.input_size:
            raise ValueError(
                f"backward_layer must have the input_size {forward_layer.input_size} of forward_layer, "
                f"has {backward_layer.input_size}"
            )
        check_same_state("backward_layer", backward_layer, forward_layer)
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.input_size, self.hidden_size = forward_layer.input_size, forward_layer.hidden_size
        self.output_size = forward_layer.output_size + backward_layer.output_size
        self.state_names = forward_layer.state_names
        self.uses_times = forward_layer.uses_times or backward_layer.uses_times

    def state_shape(self, batch: int) -> tuple[int, ...]:
        return (2, *self.forward_layer.state_shape(batch))

    def summary(self, state: State) -> Tensor:
        """[h_forward(T); h_backward(1)], (B, output_size)."""
        forwards, backwards = (tuple(part[end] for part in state) for end in (0, 1))
        return torch.cat(
            [self.forward_layer.summary(forwards), self.backward_layer.summary(backwards)], dim=1
        )

    def _run(
        self, x: Tensor, state: State, *, lengths: Tensor | None = None, times: Tensor | None = None
    ) -> tuple[Tensor, State]:
        # 1. forwards
        outputs, after = self.forward_layer(
            x,
            tuple(part[0] for part in state),
            lengths=lengths,
            times=times if self.forward_layer.uses_times else None,
        )
        # 2. backwards: reverse, run, reverse
        order = reading_order(x, lengths)  # (B, T)
        outputs_back, after_back = self.backward_layer(
            reorder(x, order),
            tuple(part[1] for part in state),
            lengths=lengths,
            times=times.gather(1, order) if times is not None and self.backward_layer.uses_times else None,
        )
        # 3. side by side
        both = torch.cat([outputs, reorder(outputs_back, order)], dim=2)
        return both, tuple(torch.stack(pair) for pair in zip(after, after_back))

    def reset_parameters(self) -> None:
        self.forward_layer.reset_parameters()
        self.backward_layer.reset_parameters()


def reading_order(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Positions (B, T) from each sequence's end to its start, then its padding; its own inverse."""
    B, T, _ = x.shape
    t = torch.arange(T, device=x.device).expand(B, T)
    if lengths is None:
        return T - 1 - t
    back = lengths.unsqueeze(1) - 1 - t
    return torch.where(back >= 0, back, t)


def reorder(x: Tensor, order: Tensor) -> Tensor:
    """Steps of x (B, T, F) in the order (B, T)."""
    return x.gather(1, order.unsqueeze(-1).expand_as(x))


def check_same_state(name: str, layer: RecurrentLayer, first: RecurrentLayer) -> None:
    """Raise unless the states of two layers can be stacked into one tensor."""
    if layer.state_names != first.state_names or layer.state_shape(1) != first.state_shape(1):
        raise ValueError(
            f"{name} must have a state {first.state_names} of shape {first.state_shape(1)} a sequence like "
            f"the first layer, has {layer.state_names} of shape {layer.state_shape(1)}"
        )
