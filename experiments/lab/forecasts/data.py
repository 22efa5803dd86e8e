"""What a forecast is made of: standardised series, edges, and windows that end in three parts of the time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from experiments.lab.forecasts.series.epidemic import simulate_epidemic
from experiments.lab.forecasts.series.gaps import Filled, fill_gaps
from experiments.lab.forecasts.series.naive import naive_errors
from experiments.lab.forecasts.series.own import own_data
from experiments.lab.forecasts.series.parts import check_known, standardised, time_parts
from experiments.lab.forecasts.settings import EPIDEMIC, NODE, SHUFFLED, ForecastRun


@dataclass(frozen=True)
class Gaps:
    """What a forecast may know of a series with missing values; the letters of ``Filled``, as tensors.

    Args:
        carried: (times, N), standardised: every gap filled with the last value known.
        seen: (times, N), the last time up to each one at which a value is known; -1 for none.
        answers: (times, N), which values are answers.
    """

    carried: Tensor
    seen: Tensor
    answers: Tensor


@dataclass(frozen=True)
class ForecastTask:
    """Series on the nodes of a graph, and which times are forecast in which part.

    Args:
        values: (times, N) in double precision, standardised with the mean and the deviation of the training part
            over all nodes, or of each node. Nodes whose levels lie far apart would not move any more in single
            precision.
        edge_index: (2, E), both directions of every edge.
        window: Time steps that a forecast sees.
        horizon: Steps from the last one seen to the one forecast.
        ends: (train, validation, test): forecast times of each part.
        scale: What a standardised value is multiplied with to have the series' unit.
        best: Expected squared error, in the series' unit, of a forecast of the test part that knows the true
            probabilities; None where nobody knows them.
        edge_weight: (E,); None where edges have no weights.
        spread: (N,), what a standardised value of each node is multiplied with besides; None for 1.
        gaps: Where values are missing.
        naive: (N,), mean absolute error, in the series' unit, of each node's naive forecast in the training part; nan
            where it stands still.
        level: () or (N,), what a value of 0 stands for in the series' unit; None for 0.
    """

    values: Tensor
    edge_index: Tensor
    window: int
    horizon: int
    ends: tuple[Tensor, Tensor, Tensor]
    scale: float
    best: float | None
    edge_weight: Tensor | None = None
    spread: Tensor | None = None
    gaps: Gaps | None = None
    naive: Tensor | None = None
    level: Tensor | None = None

    def inputs(self, times: Tensor) -> Tensor:
        """(B, W, N): what is seen before each forecast time; a gap that is open then has the last value known."""
        first = times - self.horizon - self.window + 1
        places = first.unsqueeze(1) + torch.arange(self.window)  # (B, W)
        values = self.values[places]
        if self.gaps is None:
            return values
        open_ = places.unsqueeze(-1) > self.gaps.seen[times - self.horizon].unsqueeze(1)  # (B, W, N)
        return torch.where(open_, self.gaps.carried[places], values)

    def targets(self, times: Tensor) -> Tensor:
        """(B, N): what is forecast."""
        return self.values[times]

    def past(self, times: Tensor) -> Tensor:
        """(B, N): values at earlier times, the last ones known where they are missing."""
        return (self.values if self.gaps is None else self.gaps.carried)[times]

    def counted(self, errors: Tensor, times: Tensor) -> Tensor:
        """Errors (..., B, N) or (B, N), 0 where there is no answer."""
        return errors if self.gaps is None else errors * self.gaps.answers[times]

    def answers(self, times: Tensor) -> int:
        """How many values of some forecast times are answers."""
        if self.gaps is None:
            return len(times) * self.values.shape[1]
        return int(self.gaps.answers[times].sum())

    def in_unit(self, errors: Tensor) -> Tensor:
        """Standardised errors (B, N), those of each node times its own spread."""
        return errors if self.spread is None else errors * self.spread

    @property
    def learned(self) -> int:
        """Times of the training part."""
        return int(self.ends[0][-1]) + 1

    @property
    def known(self) -> Tensor:
        """(times of the training part, N): which values stand in the file, and fill no gap."""
        if self.gaps is None:
            return torch.ones(self.learned, self.values.size(1), dtype=torch.bool)
        return self.gaps.seen[: self.learned] == torch.arange(self.learned).unsqueeze(1)

    def means(self) -> Tensor:
        """(N,): each node's mean of the training part."""
        part = self.values[: self.learned]
        if self.gaps is None:
            return part.mean(0)
        known = self.known
        return (part * known).sum(0) / known.sum(0)


def load_forecast(run: ForecastRun) -> ForecastTask:
    """The task of a run, made or read from its files.

    Raises:
        ValueError: A file is wrong or not the one that the settings name; the series is too short for the windows,
            does not change, or has values that cannot be computed with.
    """
    weights: np.ndarray | None = None
    filled: Filled | None = None
    chance: np.ndarray | None = None
    window, horizon = run.train.window, run.train.horizon
    if run.series == EPIDEMIC:
        epidemic = simulate_epidemic(run.nodes, run.times, run.seed)
        values, chance = epidemic.ill, epidemic.chance
        pairs = sorted(tuple(sorted(edge)) for edge in epidemic.graph.edges)
        names = [str(person) for person in range(run.nodes)]
    else:
        own = own_data(run)
        if own.content != run.content:
            raise ValueError(
                f"series: {run.series} or {run.edge_list} is no longer what the run saw; start a new run"
            )
        values, names = own.series.values, own.series.names
        pairs, weights = own.edges.pairs, own.edges.weights
    parts = time_parts(len(values), window, horizon, run.folds, run.fold or 1)
    learned = parts[0].stop
    values = values[: parts[2].stop]  # what comes after the test part of a fold is not there
    if np.isnan(values).any():
        check_known(~np.isnan(values), ~np.isnan(values), names, parts)
        filled = fill_gaps(values, run.gaps, learned)
        check_known(filled.known, filled.answers(horizon), names, parts)
        values = filled.values
    edges = torch.tensor(pairs).t()
    weight = None if weights is None else torch.from_numpy(weights)
    if run.edges == SHUFFLED:
        edges = rename(edges, values.shape[1], run.seed, weight)
    known = None if filled is None else filled.known
    scaled, mean, deviation = standardised(values, known, learned, names, run.series, run.standardise)
    best = None
    if chance is not None and horizon == 1:
        tested = chance[list(parts[2])]
        best = float((tested * (1 - tested)).mean())
    return ForecastTask(
        values=torch.from_numpy(scaled),
        edge_index=torch.cat([edges, edges.flip(0)], dim=1),
        window=window,
        horizon=horizon,
        ends=_tensors(parts),
        scale=1.0 if run.standardise == NODE else float(deviation),
        best=best,
        edge_weight=None if weight is None else torch.cat([weight, weight]),
        spread=torch.from_numpy(deviation) if run.standardise == NODE else None,
        level=torch.from_numpy(mean),
        naive=torch.from_numpy(naive_errors(values, learned, run.season, known)),
        gaps=None
        if filled is None
        else Gaps(
            torch.from_numpy((filled.carried - mean) / deviation),
            torch.from_numpy(filled.seen),
            torch.from_numpy(filled.answers(horizon)),
        ),
    )


def split_times(times: int, window: int, horizon: int) -> tuple[Tensor, Tensor, Tensor]:
    """``time_parts`` as tensors.

    Raises:
        ValueError: There is no forecast in one of them.
    """
    return _tensors(time_parts(times, window, horizon))


def _tensors(parts: tuple[range, range, range]) -> tuple[Tensor, Tensor, Tensor]:
    train, validation, test = (torch.arange(part.start, part.stop) for part in parts)
    return train, validation, test


def rename(edges: Tensor, nodes: int, seed: int, weight: Tensor | None = None) -> Tensor:
    """Edges (2, E) with the nodes renamed at random: the graph keeps its shape and loses its tie to the series.

    Names are drawn again until some edge is another one, as the first may put a small graph onto itself.

    Args:
        edges: (2, E).
        nodes: N.
        seed: Fixes the names.
        weight: (E,), of the edges, which they keep.

    Raises:
        ValueError: Every node is joined with every other, alike: no names make other edges.
    """
    given = _pairs(edges, weight)
    complete = len(given) == nodes * (nodes - 1) // 2
    if complete and len(set(given.values())) == 1:
        raise ValueError(
            "edges: every node is joined with every other, so shuffled edges would be the given ones; leave shuffled "
            "out (--edges given)"
        )
    rng = np.random.default_rng([seed, _SHUFFLE])
    while True:  # at least half of all permutations change the edges
        renamed = torch.from_numpy(rng.permutation(nodes))[edges]
        found = _pairs(renamed, weight)
        # Not every layer reads weights: the edges themselves have to be others, unless there is none that is not there.
        if found != given if complete else found.keys() != given.keys():
            return renamed


def _pairs(edges: Tensor, weight: Tensor | None) -> dict[frozenset[int], float]:
    weights = [1.0] * edges.shape[1] if weight is None else weight.tolist()
    return {frozenset(edge): value for edge, value in zip(edges.t().tolist(), weights)}


#: Keeps the renaming apart from everything else that the seed draws.
_SHUFFLE = int.from_bytes(hashlib.sha256(b"shuffled edges").digest()[:4], "big")
