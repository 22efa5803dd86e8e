"""Settings of a forecast: series, edges, model, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from experiments.core.run import Run
from experiments.core.settings import Values, choice, names_of, plain, whole
from experiments.core.training import GradientTraining
from experiments.lab.forecasts.specs import ForecastModel

EPIDEMIC = "epidemic"
GIVEN, SHUFFLED = EDGES = ("given", "shuffled")
NODES, TIMES = 150, 500  # of the epidemic
SMOKE_NODES, SMOKE_TIMES = 60, 80
REFUSE, CARRY, LINEAR = GAPS = ("refuse", "last", "linear")
MOST_FOLDS = 20
FORECASTS = "forecasts.csv"  # of a run: forecasts of a few nodes, beside the truth
TOGETHER, NODE = STANDARDS = ("together", "node")


@dataclass(frozen=True, kw_only=True)
class ForecastTraining(GradientTraining):
    """How every network is trained: Adam on the mean squared error of standardised values.

    Args:
        window: Time steps that a forecast sees.
        horizon: Steps from the last one seen to the one forecast.
        batch_size: Windows of a step; each has all nodes.
        patience: Steps without a better validation error that end a run; 0 for never.
    """

    window: int = whole(16, least=1)
    horizon: int = whole(1, least=1)
    steps: int = whole(400, least=1)
    batch_size: int = whole(8, least=1)
    evaluate_every: int = whole(25, least=1)
    patience: int = whole(150)
    budget: int = whole(4000, least=1)


_OF_TRAINING = frozenset(
    f"train.{name}" for name in names_of(ForecastTraining) if name not in ("window", "horizon")
)


@dataclass(frozen=True, kw_only=True)
class ForecastRun(Run):
    """One forecast.

    Args:
        series: Your own series in place of the simulated epidemic, a CSV file. Either a row with the names of the
            nodes, then one row per time step, whose first column named time is left out (its numbers or dates have to
            rise); or three columns, time, node and value, with rows in any order.
        edge_list: The edges between its nodes, a CSV file with two names a row, and a weight behind them where edges
            have one.
        columns: Headings of times, nodes and values where each value has a row of its own, as day,town,cases; not
            needed for time,node,value.
        gaps: What stands for a missing value: refuse none is allowed; last the last value known; linear a line between
            the ends of the gap, and the last value known as long as it is open. What is missing is never an answer.
        standardise: together all nodes share one mean and one deviation; node each has its own, for levels that lie
            farther apart than they move. Both are those of the training part; errors are in the series' own unit.
        season: Time steps of a season, by whose naive forecast MASE is scaled; 0 for the last value.
        folds: Origins of a walk forward: the last 40 % of the time are cut into as many blocks, and each is tested
            after training on what comes before it, a block of which validates; 1 for the one split of 60, 20 and 20 %.
        fold: Which of them, from 1; 0 for all.
        content: SHA-256 of the two files, in short; empty for the epidemic. A run says which data it saw.
        nodes: People of the simulated epidemic.
        times: Simulated days.
        edges: given, shuffled, or both with a comma: shuffled renames the nodes of the graph at random, so that a
            network with edges has nothing to gain from them.
        model: The model.
        seed: Fixes the epidemic, the renaming, the initial weights and the batches.
        train: How it is trained.
    """

    series: str = plain(EPIDEMIC, listed=False)
    edge_list: str = plain("", listed=False)
    columns: str = plain("", listed=False, added=True)
    gaps: str = choice(REFUSE, GAPS, treatment=True, added=True)
    standardise: str = choice(TOGETHER, STANDARDS, treatment=True, added=True)
    season: int = whole(0, treatment=True, added=True)
    folds: int = whole(1, least=1, most=MOST_FOLDS, added=True)
    fold: int = whole(0, most=MOST_FOLDS, added=True)
    content: str = plain("", option=False)
    nodes: int = whole(NODES)
    times: int = whole(TIMES)
    edges: str = choice(GIVEN, EDGES, treatment=True)
    model: ForecastModel = plain(option=False)
    train: ForecastTraining = field(default_factory=ForecastTraining, metadata={"option": False})

    def check(self) -> None:
        if (self.series == EPIDEMIC) != (self.edge_list == ""):
            missing, there = ("edge-list", "series") if self.edge_list == "" else ("series", "edge-list")
            raise ValueError(
                f"{missing}: needed where {there} is given; a forecast on a graph needs both files"
            )
        if self.series == EPIDEMIC and (self.columns or self.gaps != REFUSE):
            name = "columns" if self.columns else "gaps"
            raise ValueError(f"{name}: only for a series of your own, not for the simulated epidemic")

        if self.fold > self.folds or (self.folds == 1 and self.fold):
            among = f", or 1 to {self.folds}" if self.folds > 1 else "; several origins are --folds"
            raise ValueError(f"fold: {self.fold} should be 0{among}")

    @property
    def each_fold(self) -> list[ForecastRun]:
        """A run for each origin."""
        if self.fold or self.folds == 1:
            return [self]
        return [dataclasses.replace(self, fold=fold) for fold in range(1, self.folds + 1)]

    def hashed(self) -> Values:
        values = super().hashed()
        if self.series != EPIDEMIC:
            del values["series"], values["edge_list"]  # ``content`` stands for them, wherever they are
        return values

    @property
    def title(self) -> str:
        fold = f" fold {self.fold}" if self.fold else ""
        return f"{self.model.label} {self.edges} seed {self.seed}{fold}"

    @property
    def unused(self) -> frozenset[str]:
        return frozenset() if self.model.trained else _OF_TRAINING

    @property
    def most_steps(self) -> int:
        return self.train.steps if self.model.trained else 1

    @property
    def cost(self) -> float:
        return 2.0 * self.model.over_time + self.model.on_graph

    @property
    def folder(self) -> str:
        return f"{self.model.label}_{self.edges}_seed{self.seed}_{self.identity}"
