"""A user's examples, all there are: split once for each seed, and drawn from by every model alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.tasks.splits import SHARES
from experiments.lab.sequences.tasks.task import IGNORED, Batch, Task

PARTS = ("train", "validation", "test")


@dataclass
class Records:
    """Examples as arrays.

    Args:
        name: What they are called.
        inputs: (N, T) symbols or (N, T, F) numbers.
        targets: (N,) classes or numbers; (N, T) where each step, or node, has one.
        classes: Names of the classes; empty where numbers are asked for.
        num_tokens: Different symbols; None where inputs are numbers.
        lengths: (N,), where they differ.
        edges: (N, 2, E) with -1 behind those of examples with fewer, where examples are graphs.
        split: The part of each example, or of each node of a single graph, where the user says it; -1 for none.
        facts: Sentences on them.
    """

    name: str
    inputs: Tensor
    targets: Tensor
    classes: Sequence[str] = ()
    num_tokens: int | None = None
    lengths: Tensor | None = None
    edges: Tensor | None = None
    split: Tensor | None = None
    facts: tuple[str, ...] = ()

    @property
    def is_one_graph(self) -> bool:
        """Whether it is a single graph whose nodes are the examples."""
        return self.edges is not None and self.targets.dim() == 2

    def in_order(self, order: str) -> Records:
        """The same with the nodes of each graph in another order.

        Args:
            order: ``given``, ``degree`` or ``breadth``.
        """
        if self.edges is None or order == "given":
            return self
        inputs, targets, edges = self.inputs.clone(), self.targets.clone(), self.edges.clone()
        split = None if self.split is None else self.split.clone()
        for row in range(len(inputs)):
            nodes = inputs.shape[1] if self.lengths is None else int(self.lengths[row])
            old = edges[row][:, edges[row][0] >= 0]
            places = _order(old, nodes, order)
            inputs[row, :nodes] = inputs[row, places]
            number = torch.empty(nodes, dtype=torch.long)
            number[places] = torch.arange(nodes)
            edges[row, :, : old.size(1)] = number[old]
            if self.is_one_graph:
                targets[row, :nodes] = targets[row, places]
                split = None if split is None else split[places]
        return replace(self, inputs=inputs, targets=targets, edges=edges, split=split)


def _order(edges: Tensor, nodes: int, order: str) -> Tensor:
    """Old numbers of the nodes by their new ones."""
    degree = torch.bincount(edges[1], minlength=nodes)
    by_degree = torch.sort(degree, descending=True, stable=True).indices
    if order == "degree":
        return by_degree
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order

    ends = edges.numpy()
    matrix = coo_matrix((np.ones(ends.shape[1]), (ends[0], ends[1])), (nodes, nodes)).tocsr()
    seen: dict[int, None] = {}
    for start in by_degree.tolist():  # from each component's node with most edges
        if start not in seen:
            found = breadth_first_order(matrix, start, directed=False, return_predecessors=False)
            seen |= dict.fromkeys(int(node) for node in found)
    return torch.tensor(list(seen))


def divided(records: Records, seed: int) -> Tensor:
    """(N,) the part of each example: 0 for training, 1 for validation, 2 for test.

    Eight tenths of each class are for training and one tenth each for the others. Examples with the same input are one
    for this, so that none is in two parts.

    Raises:
        ValueError: A part is empty.
    """
    drawn = np.random.default_rng(seed)
    parts = _stratified(records, drawn) if records.split is None else records.split
    empty = [name for number, name in enumerate(PARTS) if not bool((parts == number).any())]
    if empty:
        few = f"; {len(parts)} examples are too few" if records.split is None else ""
        raise ValueError(f"task: the {' and the '.join(empty)} part of {records.name} is empty{few}")
    return parts


def _stratified(records: Records, rng: np.random.Generator) -> Tensor:
    if records.is_one_graph:
        groups = np.arange(records.targets.shape[1])
        labels = records.targets[0].numpy()
    else:
        rows = [records.inputs.flatten(1)]
        if records.edges is not None:
            rows.append(records.edges.flatten(1).to(rows[0].dtype))
        joined = torch.cat(rows, 1).numpy()
        _, groups = np.unique(joined, axis=0, return_inverse=True)
        groups = groups.reshape(-1)
        # Answers at every step have no class that an example could be divided by.
        labels = records.targets.numpy() if records.targets.dim() == 1 else np.zeros(len(records.targets))
    _, firsts = np.unique(groups, return_index=True)
    strata = labels[firsts] if records.classes else np.zeros(len(firsts))
    part_of_group = np.zeros(len(firsts), dtype=np.int64)
    for value in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == value))
        test = round(SHARES["test"] * len(members))
        test = max(test, 1) if len(members) >= len(PARTS) else test
        part_of_group[members[:test]] = 2
        part_of_group[members[test : 2 * test]] = 1
    return torch.from_numpy(part_of_group[groups])


class RecordsTask(Task):
    """Examples that are all there.

    Args:
        length: Steps of the longest one.
        seed: Fixes the split, and the order of training.
        records: The examples.
        order: In which nodes of graphs are read; the split does not depend on it.
    """

    def __init__(self, length: int, seed: int, records: Records, order: str = "given") -> None:
        super().__init__(length, seed)
        records = replace(records, split=divided(records, seed)).in_order(order)
        self.num_tokens = records.num_tokens
        self.num_features = records.inputs.shape[2] if records.inputs.dim() == 3 else 1
        self.regression = not records.classes
        self.num_outputs = max(1, len(records.classes))
        self.every_step = records.targets.dim() == 2
        self.ordered = records.edges is None
        assert records.split is not None
        self.parts = records.split
        if self.regression:
            answers = records.targets[0] if records.is_one_graph else records.targets
            if any(float(answers[self.parts == part].std(correction=0)) == 0 for part in range(len(PARTS))):
                raise ValueError(
                    f"task: {records.name} has a part in which all numbers asked for are the same"
                )
            seen = answers[self.parts == 0]
            records = replace(records, targets=((records.targets - seen.mean()) / seen.std()).float())
        self.records = records
        self.chance = 0.0 if self.regression else self._largest_class()

    def _largest_class(self) -> float:
        """Accuracy of always answering the class that is most frequent in training."""
        targets = self.records.targets[0] if self.records.is_one_graph else self.records.targets
        train, test = targets[self.parts == 0].flatten(), targets[self.parts == 2].flatten()
        train, test = train[train != IGNORED], test[test != IGNORED]
        most = torch.bincount(train, minlength=self.num_outputs).argmax()
        return float((test == most).double().mean())

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        """Training examples, drawn with replacement; of the other parts all there are, whatever ``count`` says."""
        part = PARTS.index(split)
        if self.records.is_one_graph:
            targets = self.records.targets.masked_fill(self.parts != part, IGNORED)
            return self._rows(torch.tensor([0]), targets)
        members = (self.parts == part).nonzero().view(-1)
        if split == "train":
            members = members[torch.randint(len(members), (count,), generator=generator)]
        return self._rows(members, self.records.targets[members])

    def _rows(self, members: Tensor, targets: Tensor) -> Batch:
        extras = {}
        if self.records.lengths is not None:
            extras["lengths"] = self.records.lengths[members]
        if self.records.edges is not None and not self.records.is_one_graph:
            extras["edges"] = self.records.edges[members]
        return Batch(self.records.inputs[members], targets, extras)

    def edges(self) -> Any:
        if not self.records.is_one_graph:
            return None
        assert self.records.edges is not None
        return Data(edge_index=self.records.edges[0], num_nodes=self.steps)

    def graph(self, spec: GraphSpec) -> Data:
        if not self.ordered and (spec.directed or spec.skip or spec.mirrored):
            raise ValueError(f"models: {spec.label} asks for edges along a sequence, but these are graphs")
        return super().graph(spec)
