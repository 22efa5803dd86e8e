"""Models by specification, sized to a budget of parameters. All are called as ``model(tokens) -> logits``."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import torch
from torch import nn
from torch_geometric.data import Data

from experiments.core.experiment import load
from experiments.core.registry import ForeignPart
from experiments.core.specs import AttentionSpec, GraphSpec, ModelSpec, OwnSpec, RecurrentSpec
from experiments.lab.sequences.distance import with_layers
from experiments.lab.sequences.models.own import build_own, check_model, count_own, factory_of, is_fixed
from experiments.lab.sequences.models.recurrent import recurrent_layer
from experiments.lab.sequences.models.values import GraphOfValues, TimesAsFeature
from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.tasks.task import Task
from experiments.training.budget import closest_size, count_parameters
from gnnlab import ExampleGraphClassifier, SequenceGraphClassifier
from seq import SequenceClassifier

EMBEDDING_SIZE = 16


def build_model(spec: ModelSpec, task: Task, hidden: int, *, device: str = "cpu") -> nn.Module:
    """The model of a specification for a task, its weights drawn from torch's generator.

    Args:
        spec: Which model.
        task: What it is for: vocabulary, classes and graph.
        hidden: Hidden units of a recurrent layer, or channels of a graph layer.
        device: Where its weights are made; ``meta`` makes none, and is enough for counting.
    """
    if isinstance(spec, OwnSpec):
        return build_own(spec, task, hidden)
    if isinstance(spec, GraphSpec):
        spec = with_layers(spec, task)
        graph = None if "edges" in task.sample.extras else task.graph(spec)
        with torch.device(device):
            return _graph(spec, task, graph, hidden)
    steps = task.steps if isinstance(spec, AttentionSpec) else 0  # examples are drawn on the CPU
    with torch.device(device):
        if isinstance(spec, AttentionSpec):
            return _attention(spec, task, hidden, steps)
        return _recurrent(spec, task, hidden)


def _recurrent(spec: RecurrentSpec, task: Task, hidden: int) -> nn.Module:
    if task.num_tokens is None and spec.encoding != "embedding":
        raise ValueError(
            f"models: {spec.label} encodes symbols as {spec.encoding}, but the inputs here are numbers"
        )
    encoding = spec.encoding if task.num_tokens else "values"
    sizes = {
        "embedding": EMBEDDING_SIZE,
        "onehot": task.num_tokens or 0,
        "scalar": 1,
        "values": task.num_features,
    }
    # A layer without use for time stamps reads them as one more feature.
    as_feature = task.uses_times and "times" not in spec.part.features
    layer = recurrent_layer(spec, sizes[encoding] + as_feature, hidden)
    classifier = SequenceClassifier(
        layer, task.num_outputs, num_tokens=task.num_tokens, encoding=encoding, every_step=task.every_step
    )
    return TimesAsFeature(classifier) if as_feature else classifier


def _attention(spec: AttentionSpec, task: Task, hidden: int, steps: int) -> nn.Module:
    make = load(spec.part.make)
    width, feedforward = spec.channels(hidden)
    classifier: nn.Module = make(
        width,
        task.num_outputs,
        num_tokens=task.num_tokens,
        num_features=None if task.num_tokens else task.num_features + task.uses_times,
        embedding_size=EMBEDDING_SIZE if task.num_tokens else None,
        every_step=task.every_step,
        num_layers=spec.layers,
        num_heads=spec.heads,
        causal=not spec.full,
        position="none" if spec.position == "noposition" else spec.position,
        max_length=steps,
        feedforward=feedforward,
    )
    return TimesAsFeature(classifier) if task.uses_times else classifier


def _graph(spec: GraphSpec, task: Task, graph: Data | None, hidden: int) -> nn.Module:
    options: dict[str, Any] = {
        "hidden_channels": hidden,
        "num_layers": spec.layers,
        "conv": partial(spec.part.conv, heads=spec.heads),
        "activation": _activation(spec),
        "readout": task.readout(spec),
        "position": spec.position and task.ordered,
        "residual": spec.residual,
        "norm": spec.norm,
        "full_last": spec.full_last,
        "jump": spec.jump.removeprefix("jk"),
        "shared": "shared" in spec.part.features,
    }
    model: nn.Module
    if task.varies:
        model = _of_examples(spec, task, graph, options)
    elif task.num_tokens is None:
        model = GraphOfValues(graph, task.num_features + task.uses_times, task.num_outputs, **options)
    else:
        model = SequenceGraphClassifier(
            graph,
            num_tokens=task.num_tokens,
            num_classes=task.num_outputs,
            embedding_channels=EMBEDDING_SIZE,
            **options,
        )
    with torch.no_grad():
        net: Any = model.net
        for weight in net.convs.parameters() if spec.gain != 1 else ():
            if weight.dim() > 1:
                weight.mul_(spec.gain)
    return model


def _activation(spec: GraphSpec) -> Any:
    name = "" if spec.linear else spec.part.activation
    return getattr(nn.functional, name) if name else nn.Identity()


def _of_examples(spec: GraphSpec, task: Task, graph: Data | None, options: dict[str, Any]) -> nn.Module:
    """A network for examples with lengths, or graphs, of their own."""
    if spec.virtual or (graph is None and (spec.directed or spec.skip or not spec.edges or spec.rewiring)):
        raise ValueError(
            f"models: {spec.label} asks for other edges than the examples have; they bring their own"
        )
    return ExampleGraphClassifier(
        task.steps,
        task.num_outputs,
        num_tokens=task.num_tokens,
        num_features=task.num_features,
        embedding_channels=EMBEDDING_SIZE,
        edge_index=None if graph is None else graph.edge_index,
        query=graph is not None and "query" in graph,
        **options,
    )


def hidden_size(spec: ModelSpec, task: Task, train: SequenceTraining) -> int:
    """The hidden size of a run: the one that is set, or the one that meets the budget.

    Raises:
        ValueError: The model cannot be built in this size, or no size meets the budget.
    """
    if isinstance(spec, OwnSpec):
        hidden = train.hidden or (0 if is_fixed(spec) else fit_hidden(spec, task, train.budget))
    elif not train.hidden:
        hidden = fit_hidden(spec, task, train.budget)
    else:
        hidden = train.hidden
        build_model(spec, task, hidden, device="meta")
    if isinstance(spec, OwnSpec) or isinstance(spec.part, ForeignPart):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            check_model(spec, task, build_model(spec, task, hidden))
    return hidden


def hidden_step(spec: ModelSpec) -> int:
    """Hidden sizes are multiples of this."""
    if isinstance(spec, GraphSpec):
        return spec.hidden_step
    return int(getattr(factory_of(spec), "hidden_step", 1)) if isinstance(spec, OwnSpec) else 1


def fit_hidden(spec: ModelSpec, task: Task, budget: int) -> int:
    """The hidden size whose model comes closest to a budget of parameters.

    Raises:
        ValueError: No size comes within ``TOLERANCE`` of the budget.
    """
    step = hidden_step(spec)

    @cache
    def count(hidden: int) -> int:
        if isinstance(spec, OwnSpec):
            return count_own(spec, task, hidden)
        return count_parameters(build_model(spec, task, hidden, device="meta"))

    return closest_size(count, budget, step, f"{spec.label} at length {task.length}")
