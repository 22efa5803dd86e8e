"""What a forecast is made of: standardised series, edges, and windows that end in three parts of the time."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from experiments.lab.forecasts.series.epidemic import simulate_epidemic
from experiments.lab.forecasts.series.files import content_hash, read_edges, read_series
from experiments.lab.forecasts.settings import EPIDEMIC, SHUFFLED, ForecastRun

PARTS = (0.6, 0.2, 0.2)  # of the time: training, validation, test, in this order
LARGEST_SCALE = 1e100  # of a series' deviation, whose square is a number still
FARTHEST = 1e15  # deviations, whose squares float32 can add up


@dataclass(frozen=True)
class ForecastTask:
    """Series on the nodes of a graph, and which times are forecast in which part.

    Args:
        values: (times, N) in double precision, standardised with the mean and the deviation of the training part
            over all nodes. Nodes whose levels lie far apart would not move any more in single precision.
        edge_index: (2, E), both directions of every edge.
        window: Time steps that a forecast sees.
        horizon: Steps from the last one seen to the one forecast.
        ends: (train, validation, test): forecast times of each part.
        scale: What a standardised value is multiplied with to have the series' unit.
        best: Expected squared error, in the series' unit, of a forecast of the test part that knows the true
            probabilities; None where nobody knows them.
    """

    values: Tensor
    edge_index: Tensor
    window: int
    horizon: int
    ends: tuple[Tensor, Tensor, Tensor]
    scale: float
    best: float | None

    def inputs(self, times: Tensor) -> Tensor:
        """(B, W, N): what is seen before each forecast time."""
        first = times - self.horizon - self.window + 1
        return self.values[first.unsqueeze(1) + torch.arange(self.window)]

    def targets(self, times: Tensor) -> Tensor:
        """(B, N): what is forecast."""
        return self.values[times]


def load_forecast(run: ForecastRun) -> ForecastTask:
    """The task of a run, made or read from its files.

    Raises:
        ValueError: A file is wrong or not the one that the settings name; the series is too short for the windows,
            does not change, or has values that cannot be computed with.
    """
    if run.series == EPIDEMIC:
        epidemic = simulate_epidemic(run.nodes, run.times, run.seed)
        values, chance = epidemic.ill, epidemic.chance
        pairs = sorted(tuple(sorted(edge)) for edge in epidemic.graph.edges)
        names = [str(person) for person in range(run.nodes)]
    else:
        series, edge_list = Path(run.series), Path(run.edge_list)
        values, names = read_series(series)
        pairs, chance = read_edges(edge_list, names), None
        if content_hash(series, edge_list) != run.content:
            raise ValueError(
                f"series: {series} or {edge_list} is no longer what the run saw; start a new run"
            )
    window, horizon = run.train.window, run.train.horizon
    ends = split_times(len(values), window, horizon)
    edges = torch.tensor(pairs).t()
    if run.edges == SHUFFLED:
        edges = rename(edges, values.shape[1], run.seed)
    learned = values[: int(ends[0][-1]) + 1]
    standardised, deviation = _standardise(values, learned, names, run.series)
    best = None
    if chance is not None and horizon == 1:
        known = chance[ends[2].numpy()]
        best = float((known * (1 - known)).mean())
    return ForecastTask(
        values=torch.from_numpy(standardised),
        edge_index=torch.cat([edges, edges.flip(0)], dim=1),
        window=window,
        horizon=horizon,
        ends=ends,
        scale=deviation,
        best=best,
    )


def _standardise(
    values: np.ndarray, learned: np.ndarray, names: list[str], series: str
) -> tuple[np.ndarray, float]:
    """Values with the mean and the deviation of the training part, and that deviation.

    Raises:
        ValueError: The training part does not change, or squared errors would leave the range of numbers.
    """
    if (
        learned.min() == learned.max()
    ):  # the deviation of equal numbers is not always 0, because their mean is rounded
        raise ValueError(
            f"series: {series} does not change in the training part, the first {100 * PARTS[0]:.0f} % of the time "
            "steps, so there is nothing to learn"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = float(learned.std())
    if not 1 / LARGEST_SCALE < deviation < LARGEST_SCALE:
        raise ValueError(
            f"series: the values of {series} are too large or too small to be squared; give them in another unit"
        )
    standardised = (values - learned.mean()) / deviation
    if np.abs(standardised).max() > FARTHEST:
        time, node = np.unravel_index(np.abs(standardised).argmax(), values.shape)
        raise ValueError(
            f"series: {series}: time step {time + 1} of node {names[node]!r} is {values[time, node]:g}, more than "
            f"{FARTHEST:g} standard deviations of the training part away from its mean; should it not be a gap?"
        )
    return standardised, deviation


def split_times(times: int, window: int, horizon: int) -> tuple[Tensor, Tensor, Tensor]:
    """Forecast times of the three parts: the first 60 %, the next 20 % and the last 20 % of the time.

    A forecast may look back over a border, as it would on the day; what it forecasts lies in its own part.

    Raises:
        ValueError: There is no forecast in one of them.

    Example:
        >>> [part.tolist() for part in split_times(10, window=3, horizon=1)]
        [[3, 4, 5], [6, 7], [8, 9]]
    """
    first = window + horizon - 1
    parts = _parts(times, first)
    if not all(parts):
        # All of them hold a forecast soon after the first does.
        enough = next(n for n in itertools.count(max(times, int(first / PARTS[0]))) if all(_parts(n, first)))
        raise ValueError(
            f"series: {times} time step{'s are' if times != 1 else ' is'} too few for a window of {window} and a "
            f"horizon of {horizon}: take {enough:,} or more, or a smaller window"
        )
    train, validation, test = (torch.arange(part.start, part.stop) for part in parts)
    return train, validation, test


def _parts(times: int, first: int) -> list[range]:
    borders = [0, round(PARTS[0] * times), round((PARTS[0] + PARTS[1]) * times), times]
    return [range(max(low, first), max(high, first)) for low, high in itertools.pairwise(borders)]


def rename(edges: Tensor, nodes: int, seed: int) -> Tensor:
    """Edges (2, E) with the nodes renamed at random: the graph keeps its shape and loses its tie to the series.

    Names are drawn again until some edge is another one, as the first may put a small graph onto itself.

    Raises:
        ValueError: Every node is joined with every other: no names make other edges.
    """
    given = _pairs(edges)
    if len(given) == nodes * (nodes - 1) // 2:
        raise ValueError(
            "edges: every node is joined with every other, so shuffled edges would be the given ones; leave shuffled "
            "out (--edges given)"
        )
    rng = np.random.default_rng([seed, _SHUFFLE])
    while True:  # at least half of all permutations change the edges
        renamed = torch.from_numpy(rng.permutation(nodes))[edges]
        if _pairs(renamed) != given:
            return renamed


def _pairs(edges: Tensor) -> set[frozenset[int]]:
    return {frozenset(edge) for edge in edges.t().tolist()}


#: Keeps the renaming apart from everything else that the seed draws.
_SHUFFLE = int.from_bytes(hashlib.sha256(b"shuffled edges").digest()[:4], "big")
