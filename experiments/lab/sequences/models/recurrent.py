"""Recurrent layers by specification: cells, in one or both directions, one above the other."""

from __future__ import annotations

from experiments.core.specs import RecurrentSpec
from seq import Bidirectional, RecurrentLayer, Stacked


def recurrent_layer(spec: RecurrentSpec, input_size: int, hidden: int) -> RecurrentLayer:
    """The layer or stack of a specification, its weights drawn from torch's generator.

    Args:
        spec: Cell, layers, directions, and what its words say of weights and of the stack.
        input_size: I of the first layer.
        hidden: H of each layer in one direction.
    """
    options = {name: getattr(spec, name) for name in ("init", "forget_bias") if name in spec.part.features}

    def one(size: int) -> RecurrentLayer:
        layer: RecurrentLayer = spec.part.layer(size, hidden, **options)
        return layer

    layers: list[RecurrentLayer] = []
    for _ in range(spec.layers):
        size = layers[-1].output_size if layers else input_size
        layers.append(Bidirectional(one(size), one(size)) if spec.bidirectional else one(size))
    joined = {name: True for name in ("residual", "norm") if getattr(spec, name)}
    return layers[0] if spec.layers == 1 and not joined else Stacked(layers, **joined)
