"""Examples as a user's task draws them, looked at and made tensors; a mistake is one line that says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gnnlab import as_graph

IGNORED = -100  # a target that is nobody's answer, as torch's cross-entropy has it


class Drawn(NamedTuple):
    """Examples as tensors with a row an example.

    Args:
        inputs: (N, T) symbols or (N, T, F) numbers.
        targets: (N, ...).
        extras: ``lengths`` (N,) and ``edges`` (N, 2, E), where there are such.
    """

    inputs: Tensor
    targets: Tensor
    extras: dict[str, Tensor]

    def some(self, keep: Tensor) -> Drawn:
        """Those for which a mask holds."""
        return Drawn(self.inputs[keep], self.targets[keep], {k: v[keep] for k, v in self.extras.items()})


def joined(parts: Sequence[Drawn]) -> Drawn:
    """All of them, one behind the other; edge lists as long as the longest."""
    extras = {}
    for name in parts[0].extras:
        values = [part.extras[name] for part in parts]
        if name == "edges":
            width = max(v.size(2) for v in values)
            values = [F.pad(v, (0, width - v.size(2)), value=-1) for v in values]
        extras[name] = torch.cat(values)
    return Drawn(torch.cat([p.inputs for p in parts]), torch.cat([p.targets for p in parts]), extras)


def checked(task: Any, drawn: Any, count: int) -> Drawn:
    """Examples as tensors.

    Args:
        task: Whose examples they are: symbols, features, outputs.
        drawn: What its ``examples`` answered.
        count: How many were asked for.

    Raises:
        ValueError: They do not fit what the task says of itself.
    """
    name = type(task).__name__
    if not isinstance(drawn, tuple | list) or not 2 <= len(drawn) <= 4:
        raise ValueError(
            f"task: {name}.examples should answer inputs and targets, and perhaps lengths, not {_kind(drawn)}"
        )
    inputs, targets, lengths, edges = (*drawn, None, None)[:4]
    inputs = _inputs(task, name, inputs, count)
    steps = inputs.shape[1]
    targets = _targets(task, name, targets, count, steps)
    extras: dict[str, Tensor] = {}
    if lengths is not None:
        lengths = _tensor(lengths, f"{name}.examples: lengths").long()
        if lengths.shape != (count,) or not bool(((lengths >= 1) & (lengths <= steps)).all()):
            raise ValueError(f"task: {name}.examples: lengths should be ({count},) numbers from 1 to {steps}")
        if task.every_step and task.regression:
            raise ValueError(f"task: {name}.examples: with lengths, numbers are asked for once an example")
        inputs, targets = within(inputs, targets, lengths, every_step=task.every_step)
        extras["lengths"] = lengths
    if edges is not None:
        most = torch.full((count,), steps) if lengths is None else lengths
        if isinstance(edges, Tensor) and edges.dim() == 3 and edges.shape[:2] == (count, 2):
            extras["edges"] = _padded(edges, most, name)
        elif isinstance(edges, Tensor | np.ndarray) or len(edges) != count:
            raise ValueError(
                f"task: {name}.examples: edges should be a list of {count}, one for each example"
            )
        else:
            extras["edges"] = pad_edges(edges, most.tolist(), name)
    return Drawn(inputs, targets, extras)


def within(inputs: Tensor, targets: Tensor, lengths: Tensor, *, every_step: bool) -> tuple[Tensor, Tensor]:
    """Inputs that are 0 behind the end of each example, and classes that are nobody's answer there.

    Args:
        inputs: (N, T) or (N, T, F).
        targets: (N,), or with ``every_step`` (N, T) classes.
        lengths: (N,).
        every_step: Whether there is a target for each step.
    """
    outside = torch.arange(inputs.shape[1]) >= lengths.unsqueeze(1)  # (N, T)
    inputs = inputs.masked_fill(outside.view(*outside.shape, *(1,) * (inputs.dim() - 2)), 0)
    return inputs, targets.masked_fill(outside, IGNORED) if every_step else targets


def pad_edges(edges: Sequence[Any], nodes: int | Sequence[int], name: str) -> Tensor:
    """(N, 2, E) the edges of N examples, -1 behind those of examples with fewer.

    Args:
        edges: Of each example: (2, E), pairs, a networkx graph or a ``Data``.
        nodes: How many nodes all of them, or each, have.
        name: Whose they are, for messages.

    Raises:
        ValueError: Something else than edges, or a node that is not there.
    """
    found = []
    for number, one in enumerate(edges):
        most = nodes if isinstance(nodes, int) else nodes[number]
        try:
            if hasattr(one, "adjacency") and all(isinstance(node, int) for node in one):
                # Numbers are steps, in whatever order the nodes were made.
                ends = [
                    *one.edges(),
                    *(() if one.is_directed() else ((b, a) for a, b in one.edges() if a != b)),
                ]
                one = torch.tensor(ends, dtype=torch.long).view(-1, 2).t()
            given = {"edge_index": one} if isinstance(one, Tensor | np.ndarray) else {"graph": one}
            index = as_graph(**given).edge_index
        except (ValueError, TypeError) as error:
            raise ValueError(f"task: edges of {name}, example {number}: {error}") from error
        assert index is not None
        if index.numel() and int(index.max()) >= most:
            raise ValueError(
                f"task: edges of {name}, example {number}: node {int(index.max())} should be below {most}, its steps"
            )
        found.append(index)
    padded = torch.full((len(found), 2, max((index.size(1) for index in found), default=0)), -1)
    for row, index in zip(padded, found):
        row[:, : index.size(1)] = index
    return padded


def _padded(edges: Tensor, most: Tensor, name: str) -> Tensor:
    """Edges of N examples that are one tensor already, looked at."""
    if edges.is_floating_point() or edges.dtype == torch.bool:
        raise ValueError(f"task: {name}.examples: edges should be whole numbers, but are {edges.dtype}")
    edges = edges.cpu().long()
    none = (edges == -1).all(1, keepdim=True)
    if not bool((none | ((edges >= 0) & (edges < most.view(-1, 1, 1)))).all()):
        raise ValueError(
            f"task: {name}.examples: edges should join steps of their example, from 0 on, with -1 in both rows where "
            "there is none"
        )
    return edges


def _inputs(task: Any, name: str, inputs: Any, count: int) -> Tensor:
    inputs = _tensor(inputs, f"{name}.examples: inputs")
    if len(inputs) != count:
        raise ValueError(
            f"task: {name}.examples({count}, ...) should answer {count} inputs, not {len(inputs)}"
        )
    if task.num_tokens is not None:
        if inputs.is_floating_point() or inputs.dim() != 2:
            raise ValueError(
                f"task: {name}.examples: inputs should be ({count}, T) integers, symbols 0..{task.num_tokens - 1}, "
                f"but are {inputs.dtype} of shape {tuple(inputs.shape)}; leave num_tokens out where inputs are numbers"
            )
        if inputs.numel() and not 0 <= int(inputs.min()) <= int(inputs.max()) < task.num_tokens:
            raise ValueError(
                f"task: {name}.examples: symbols should lie in 0..{task.num_tokens - 1} (num_tokens - 1), but go from "
                f"{int(inputs.min())} to {int(inputs.max())}"
            )
        return inputs.long()
    inputs = inputs.float()
    inputs = inputs.unsqueeze(-1) if inputs.dim() == 2 else inputs
    if inputs.dim() != 3 or inputs.shape[2] != task.num_features:
        raise ValueError(
            f"task: {name}.examples: inputs should be ({count}, T, {task.num_features}) numbers (num_features), but "
            f"are {tuple(inputs.shape)}; set num_tokens where inputs are symbols"
        )
    _finite(inputs, f"{name}.examples: inputs")
    return inputs


def _targets(task: Any, name: str, targets: Any, count: int, steps: int) -> Tensor:
    outputs = getattr(task, "num_outputs", None)
    if not isinstance(outputs, int) or isinstance(outputs, bool) or outputs < 1:
        raise ValueError(
            f"task: {name} should have num_outputs, the number of classes (or of numbers asked for), "
            f"but has {outputs!r}"
        )
    targets = _tensor(targets, f"{name}.examples: targets")
    shape = (count, steps) if task.every_step else (count,)
    if task.regression:
        targets = targets.float()
        shape = (*shape, outputs) if outputs > 1 else shape
        if targets.shape != shape:
            raise ValueError(
                f"task: {name}.examples: targets should be {shape}, but are {tuple(targets.shape)}"
            )
        _finite(targets, f"{name}.examples: targets")
        return targets
    if targets.is_floating_point():
        raise ValueError(
            f"task: {name}.examples: targets should be integers, classes 0..{outputs - 1}; set regression = True where "
            "numbers are asked for"
        )
    if targets.shape != shape:
        every = "" if task.every_step else "; set every_step = True where an answer is due at each step"
        raise ValueError(
            f"task: {name}.examples: targets should be {shape}, but are {tuple(targets.shape)}{every}"
        )
    asked = targets[targets != IGNORED]
    if asked.numel() and not 0 <= int(asked.min()) <= int(asked.max()) < outputs:
        raise ValueError(
            f"task: {name}.examples: targets should lie in 0..{outputs - 1} (num_outputs - 1), but go from "
            f"{int(asked.min())} to {int(asked.max())}"
        )
    return targets.long()


def _tensor(values: Any, what: str) -> Tensor:
    if np.asarray(values if not isinstance(values, Tensor) else 0).dtype.kind in "USO":
        raise ValueError(f"task: {what} should be numbers, not texts; number symbols and classes from 0 on")
    try:
        found = torch.as_tensor(np.asarray(values) if isinstance(values, list | tuple) else values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"task: {what} should be an array of numbers, not {_kind(values)} ({error})"
        ) from error
    if found.dim() == 0:
        raise ValueError(f"task: {what} should have a row an example, but is a single number")
    return found.cpu()


def _finite(values: Tensor, what: str) -> None:
    if not bool(torch.isfinite(values).all()):
        row = int((~torch.isfinite(values)).reshape(len(values), -1).any(1).nonzero()[0])
        raise ValueError(f"task: {what} should be finite numbers, but example {row} holds NaN or infinity")


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
