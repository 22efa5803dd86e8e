"""D(r) of a model: how much of the input at distance r is left in the answer, averaged over examples."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from experiments.core.specs import GraphSpec, ModelSpec
from experiments.lab.sequences.models.own import AtEmbedding
from experiments.lab.sequences.settings import LEAST
from experiments.lab.sequences.tasks.drawn import IGNORED
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.training import answers, named
from gnnlab import ExampleGraphClassifier, SequenceGraphClassifier
from seq import SequenceClassifier, TransformerClassifier, sensitivity

EXAMPLES = 16
_PATH = GraphSpec("gcn")
#: Models that can be called behind what they make of symbols.
_WITH_INPUT_LAYER = (
    SequenceClassifier,
    SequenceGraphClassifier,
    ExampleGraphClassifier,
    TransformerClassifier,
)


def measure_sensitivity(
    model: nn.Module, spec: ModelSpec, task: Task, *, examples: int = EXAMPLES
) -> list[dict[str, Any]]:
    """D(r) = ‖∂y/∂e‖_F at each distance r from the read-out, a mean over validation examples.

    e is what the model makes of a symbol (its embedding, with its position in a graph), or the numbers themselves
    where inputs are numbers; y are the outputs, of each example at the last step at which an answer is due. r counts
    what the input has to travel: steps of a recurrent network, its own included, and hops along the path of a graph
    network whatever other edges there are (hops to the root of a tree, or to the node of a ring that asks). So the
    first of T - 1 digits is T - 1 from the missing one in both. Computed in double precision on a copy in evaluation
    mode; nothing of the model changes. Where D has fallen under the smallest numbers of that precision, as after a
    thousand steps of a vanilla network, there are no rows: 0 would say that nothing arrives.

    Args:
        model: Made for the spec and the task.
        spec: Which model.
        task: Where examples come from.
        examples: How many.

    Returns:
        Rows with ``r`` and ``sensitivity``, by rising r. Exactly 0 is out of reach.
    """
    batch = in_double(task.batch("validation", examples, task.generator("validation")))
    function, inputs = split_at_input(double_copy(model), batch)
    read = function
    if task.every_step:
        each, ends = torch.arange(len(inputs)), last_answers(batch)

        def read(x: Tensor) -> Tensor:
            return function(x)[each, ends]

    found = sensitivity(read, inputs)
    distance = _distances(spec, task, batch, found)
    rows = []
    for r in distance.unique().tolist():
        if r >= 0:
            rows.append({"r": r, "sensitivity": found[distance == r].mean().item()})
    farthest = max((row for row in rows if row["sensitivity"] > 0), key=lambda row: row["r"], default=None)
    if farthest is not None and farthest["sensitivity"] < LEAST:
        rows = [row for row in rows if row["r"] <= farthest["r"]]
    return rows


def answer_distance(spec: ModelSpec, task: Task) -> int | None:
    """The r of D(r) at which a model finds the input that holds the answer; None where that is not one place."""
    if task.varies or task.every_step or task.uses_times:
        return None
    graph = task.graph(spec if isinstance(spec, GraphSpec) else _PATH)
    source = task.source(graph)
    if source is None:
        return None
    places = graph.num_nodes if isinstance(spec, GraphSpec) else task.steps
    return int(_distances(spec, task, task.sample, torch.zeros(1, int(places or 0)))[0, source])


def last_answers(batch: Batch) -> Tensor:
    """(B,) the last step of each example at which an answer is due, where there may be one at every step."""
    steps = torch.arange(batch.targets.shape[1])
    if batch.targets.is_floating_point():  # numbers are due at each
        return steps[-1:].expand(len(batch.targets))
    return torch.where(batch.targets != IGNORED, steps, -1).amax(1)


def double_copy(model: nn.Module) -> nn.Module:
    """A copy on the CPU, in double precision and evaluation mode."""
    return copy.deepcopy(model).to(device="cpu", dtype=torch.double).eval()


def in_double(batch: Batch) -> Batch:
    """The same batch with its numbers in double precision; symbols stay integers."""

    def wide(values: Tensor) -> Tensor:
        return values.double() if values.is_floating_point() else values

    return Batch(wide(batch.inputs), batch.targets, {k: wide(v) for k, v in batch.extras.items()})


def split_at_input(model: nn.Module, batch: Batch) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """The model behind its input layer, and what that layer makes of a batch."""
    if batch.inputs.is_floating_point():
        return (lambda x: answers(model, batch._replace(inputs=x))), batch.inputs
    if isinstance(model, _WITH_INPUT_LAYER):
        given = {} if isinstance(model, SequenceGraphClassifier) else named(model, batch)
        with torch.no_grad():
            return (lambda x: model.read(x, **given)), model.encode(batch.inputs)
    at_embedding = AtEmbedding(model, batch)
    return at_embedding, at_embedding.embedded


def _distances(spec: ModelSpec, task: Task, batch: Batch, found: Tensor) -> Tensor:
    """(B, T) the distance of every position from the read-out; -1 where there is no input to speak of."""
    positions = torch.arange(found.shape[1])
    graph = task.graph(spec) if isinstance(spec, GraphSpec) else None
    if task.varies and "lengths" in batch.extras:
        # With an answer at each step, the last one is due at the example's end.
        lengths = batch.extras["lengths"].unsqueeze(1)
        return torch.where(positions < lengths, lengths - positions, -1)
    if "lengths" in batch.extras:
        lengths = batch.extras["lengths"].unsqueeze(1)
        # A query stands behind the longest sequence, whatever the length of the example.
        behind = int(graph.query) if graph is not None and "query" in graph else lengths
        return torch.where(positions < lengths, behind - positions, -1)  # padding is nobody's input
    if task.every_step:
        end = last_answers(batch).unsqueeze(1)
        return torch.where(
            positions <= end, end + (graph is None) - positions, -1
        )  # nothing behind it has a distance
    if graph is None:
        return (found.shape[1] - positions).expand_as(found)
    if "height" in graph:
        distance = graph.height
    elif "hops" in graph:
        distance = graph.hops
    elif "query" in graph:
        distance = int(graph.query) - positions
    else:
        distance = task.steps - positions
    if "virtual" in graph and found.shape[1] == graph.num_nodes:
        distance = torch.cat([distance[: int(graph.virtual)], torch.tensor([-1])])
    return distance.expand_as(found)
