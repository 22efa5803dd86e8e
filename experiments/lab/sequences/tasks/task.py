"""What a task on sequences is: examples of a split in two views, a loss, and a score. Ours and a user's are alike."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import torch
from torch import Tensor
from torch.nn import functional as F
from torch_geometric.data import Data

from experiments.core.metric import Metric
from experiments.core.specs import GraphSpec
from experiments.core.written.kinds import kinds_checked
from experiments.lab.sequences.experiment import ACCURACY, R_SQUARED
from experiments.lab.sequences.tasks.drawn import IGNORED, Drawn, checked, joined, pad_edges
from experiments.lab.sequences.tasks.splits import SHARES, belongs
from gnnlab import path_graph, rewire, with_virtual_node

if TYPE_CHECKING:
    from experiments.lab.sequences.settings import SequenceRun

# Each split draws from a stream of its own, so that asking for more of one never moves another.
_STREAMS = {"train": 1, "validation": 2, "test": 3}
_LOOKED_AT = 5000  # examples that tell whether there are enough to divide
_ROUNDS = 200  # a split that is not full after so many has nothing in it


class Batch(NamedTuple):
    """Examples: what the model is called with, and what it should answer."""

    inputs: Tensor
    targets: Tensor
    extras: dict[str, Tensor] = {}  # noqa: RUF012  (read only: keyword arguments of the model)

    def to(self, device: str) -> Batch:
        """The same on a device."""
        extras = {name: value.to(device) for name, value in self.extras.items()}
        return Batch(self.inputs.to(device), self.targets.to(device), extras)


class Examples(NamedTuple):
    """What ``Task.examples`` may answer where inputs and targets are not all there is.

    Args:
        inputs: (N, T) integers, or (N, T, F) numbers; beyond an example's length they are not looked at.
        targets: (N,), or (N, T) where an answer is due at every step.
        lengths: (N,) steps of each example; all T where left out.
        edges: For each example the edges of its own graph over its steps, (2, E) as PyG has them, or pairs; or all of
            them as one tensor (N, 2, E), with -1 where an example has fewer.
    """

    inputs: Any
    targets: Any
    lengths: Any = None
    edges: Sequence[Any] | Tensor | None = None


class Task(ABC):
    """A task of one length under one seed. A subclass says what symbols and answers there are, and draws examples.

    Args:
        length: T, as the task counts it.
        seed: Fixes which examples belong to which split, and their order.

    Attributes:
        num_tokens: Different input symbols; None where inputs are numbers.
        num_features: Numbers a step, where inputs are numbers.
        num_outputs: Classes, or numbers asked for.
        regression: Whether numbers are asked for, and not a class.
        every_step: Whether an answer is due at every step.
        uses_times: Whether steps have time stamps and sequences have lengths.
        chance: Score without knowledge of the input; None where it is not known.
        distance: Steps, or hops along the path, from the answer to where it is asked for; None where it varies.
        disjoint: Whether no example of one split appears in another.
        ordered: Whether the order of the steps means something to a graph network, so that nodes know their place.
        metric: What runs are judged by.
        lengths: Lengths to run where the user names none.
        enough: With fewer different inputs there are no splits, and every one may be drawn in each.

    Example:
        A sequence of bits: is the number of ones odd? ::

            class Parity(Task):
                num_tokens, num_outputs, chance = 2, 2, 0.5

                def examples(self, count, generator):
                    bits = torch.randint(2, (count, self.length), generator=generator)
                    return bits, bits.sum(1) % 2
    """

    num_tokens: int | None = None
    num_features: int = 1
    num_outputs: int
    regression: bool = False
    every_step: bool = False
    uses_times = False
    chance: float | None = None
    distance: int | None = None
    disjoint: Any = True
    ordered = True
    lengths: ClassVar[tuple[int, ...]] = ()
    enough: ClassVar[int] = 1000

    @kinds_checked
    def __init__(self, length: int, seed: int) -> None:
        self.length = length
        self.seed = seed
        self._sample: Batch | None = None
        self._divided: bool | None = None

    @classmethod
    def of(cls, run: SequenceRun) -> Self:
        """The task of a run."""
        return cls(run.length, run.seed)

    @property
    def metric(self) -> Metric:
        """What runs are judged by; its key begins with ``test_``, and ``score`` counts it."""
        return R_SQUARED if self.regression else ACCURACY

    def generator(self, split: str) -> torch.Generator:
        """A fresh stream of randomness for one split; the same for every model."""
        return torch.Generator().manual_seed(self.seed * 1_000_003 + self.length * 101 + _STREAMS[split])

    def examples(self, count: int, generator: torch.Generator) -> Any:
        """So many independent examples: (inputs, targets), (inputs, targets, lengths) or ``Examples``.

        Args:
            count: N.
            generator: Whatever is random is drawn from it, and from nothing else.

        Raises:
            NotImplementedError: A subclass has not said.
        """
        raise NotImplementedError(f"{type(self).__name__} should have examples(self, count, generator)")

    def batch(self, split: str, count: int, generator: torch.Generator) -> Batch:
        """Examples of one split. By default a hash of the input says which split an example of ``examples`` is in,
        eight tenths for training, unless there are too few different ones to divide.

        Raises:
            ValueError: ``examples`` answers what does not fit the task, or none of this part.
            NotImplementedError: There is no ``examples``.
        """
        if self._divided is None:
            self._divided = self.disjoint = bool(self.disjoint) and self._can_be_divided()
        share = SHARES[split] if self._divided else 1.0
        found: list[Drawn] = []
        for _ in range(_ROUNDS):
            rows = int(1.1 * count / share) + 64
            drawn = checked(self, self.examples(rows, generator), rows)
            inside = belongs(self.divided_by(drawn.inputs), split, self.seed) if self._divided else None
            found.append(drawn if inside is None else drawn.some(inside))
            if sum(len(part.inputs) for part in found) >= count:
                inputs, targets, extras = joined(found)
                return Batch(inputs[:count], targets[:count], {name: v[:count] for name, v in extras.items()})
        raise ValueError(
            f"task: {type(self).__name__} draws no examples of the {split} part at length {self.length}"
        )

    def divided_by(self, inputs: Tensor) -> Tensor:
        """(N, ...) the part of each input that decides which split it is in: by default all of it."""
        return inputs

    def _can_be_divided(self) -> bool:
        generator = torch.Generator().manual_seed(self.seed)
        inputs = checked(self, self.examples(_LOOKED_AT, generator), _LOOKED_AT).inputs
        return len(self.divided_by(inputs).flatten(1).unique(dim=0)) >= self.enough

    @property
    def sample(self) -> Batch:
        """Two examples, which tell the shapes of all."""
        if self._sample is None:
            self._sample = self.batch("train", 2, self.generator("train"))
        return self._sample

    @property
    def steps(self) -> int:
        """Steps of the longest input, which are the nodes of the graph without a query."""
        return self.sample.inputs.shape[1]

    @property
    def varies(self) -> bool:
        """Whether examples have lengths or graphs of their own."""
        return not self.uses_times and bool(self.sample.extras)

    def edges(self) -> Any:
        """The edges that all examples of this length share: (2, E), pairs, a networkx graph or a ``Data``; None, which
        is the default, for the path through the steps. A ``Data`` may have one node behind the steps that asks: its
        ``query``, T.
        """
        return None

    def graph(self, spec: GraphSpec) -> Data:
        """The edge list that all examples share: one node a position, and one that asks where the spec reads there.

        Raises:
            ValueError: The spec asks for edges or a read-out that make no sense for this task.
        """
        if spec.mirrored:
            raise ValueError(
                f"models: {spec.label} has mirrored edges, but this task has no fixed middle to mirror at"
            )
        own = self.edges()
        if own is not None:
            return self._own_graph(spec, own)
        query = self.readout(spec) == "query"
        return self._finished(
            spec, path_graph(self.steps + query, directed=spec.directed, skip=spec.skip), query
        )

    def readout(self, spec: GraphSpec) -> str:
        """Where a graph network reads the answer: at the query node, over all nodes, or (``none``) at each.

        A graph of one's own has no query node, unless it names one, and is read over all its nodes.
        """
        if self.every_step:
            return "none"
        own = self.edges()
        bare = (own is not None and getattr(own, "query", None) is None) or "edges" in self.sample.extras
        return "mean" if spec.readout == "query" and bare else spec.readout

    def _own_graph(self, spec: GraphSpec, own: Any) -> Data:
        if spec.directed or spec.skip:
            raise ValueError(
                f"models: {spec.label} has directed or skip edges, but this task has edges of its own"
            )
        query, name = getattr(own, "query", None), type(self).__name__
        if query is not None and int(query) != self.steps:
            raise ValueError(
                f"task: edges of {name}: query should be {self.steps}, one node behind the steps, but is {int(query)}"
            )
        index = pad_edges([own], self.steps + (query is not None), name)[0]
        asks = self.readout(spec) == "query"
        if not asks:  # a node that holds nothing and is not asked is left out
            index = index[:, (index < self.steps).all(0)]
        return self._finished(spec, Data(edge_index=index, num_nodes=self.steps + asks), asks)

    def _finished(self, spec: GraphSpec, graph: Data, query: bool) -> Data:
        if spec.virtual and not query:
            why = "an answer is due at every node" if self.every_step else "no node asks for the answer"
            raise ValueError(f"models: {spec.label} has a virtual node, but here {why}")
        if query:
            graph.query = graph.num_nodes - 1
        if not spec.edges:
            graph.edge_index = graph.edge_index[:, :0]
        graph = self._rewired(spec, graph)
        return with_virtual_node(graph) if spec.virtual else graph

    def _rewired(self, spec: GraphSpec, graph: Data) -> Data:
        """The graph with the edges that a model adds to it, drawn under the seed of the task."""
        if spec.rewiring is None:
            return graph
        try:
            return rewire(graph, *spec.rewiring, seed=self.seed)
        except ValueError as error:
            raise ValueError(
                f"models: {spec.label} cannot add its edges at length {self.length}: {error}"
            ) from error

    def source(self, graph: Data) -> int | None:
        """The node that holds the answer; None where that depends on the example."""
        return None

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy in nats of outputs (B, C) or (B, T, C); of numbers the mean squared error."""
        if self.regression:
            return F.mse_loss(outputs.view_as(targets), targets)
        return F.cross_entropy(outputs.flatten(0, -2), targets.flatten())

    def correct(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """(B,) or (B, T): whether the most likely class of outputs (B, C) or (B, T, C) is the right one."""
        return outputs.argmax(-1) == targets

    def due(self, targets: Tensor) -> Tensor:
        """(B, T) at which steps an answer counts: by default at all that have one."""
        return targets != IGNORED

    def score(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What the metric counts of outputs (B, C), a number (): the share of right answers, or R², 1 less the squared
        error over that of the mean, a mean over the numbers asked for."""
        if not self.regression:
            right = self.correct(outputs, targets)
            if not self.every_step:
                return right.double().mean()
            due = self.due(targets)
            return (right & due).double().sum() / due.sum()
        error = (outputs.view_as(targets) - targets).double().square().sum(0)
        spread = (targets - targets.mean(0)).double().square().sum(0)
        return (1 - error / spread.clamp(min=torch.finfo(torch.double).tiny)).mean()
