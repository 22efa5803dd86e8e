"""Settings of a forecast: series, edges, model, seed. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from experiments.core.labels import Spec, grammar, parse_label, word
from experiments.core.registry import CELLS, CONVOLUTIONS, Part
from experiments.core.run import Run
from experiments.core.settings import Values, choice, names_of, plain, whole
from experiments.core.training import GradientTraining

EPIDEMIC = "epidemic"
GIVEN, SHUFFLED = EDGES = ("given", "shuffled")
NODES, TIMES = 150, 500  # of the epidemic
SMOKE_NODES, SMOKE_TIMES = 60, 80
MOST_LAYERS = 100
#: Cells that read time: snapshots come one per step, and need no time stamps.
READERS = {name: part for name, part in CELLS.items() if "times" not in part.features}
WINDOW, LAST, LSTM = "window", "last", "lstm"
VIEWS = (WINDOW, LAST, *READERS)


@dataclass(frozen=True)
class ForecastModel(Spec):
    """What forecasts. A record holds its label, from which all else follows, and its name and layers."""

    @property
    def name(self) -> str:
        """Its label without the number of layers."""
        return self.label

    @property
    def depth(self) -> int:
        """Graph layers, 0 where there are none."""
        return 0

    @property
    def on_graph(self) -> bool:
        """Whether it looks at the edges."""
        return self.depth > 0

    @property
    def cell(self) -> Part | None:
        """What reads the window through time; None where nothing does."""
        return None

    @property
    def over_time(self) -> bool:
        """Whether a recurrent network reads the window."""
        return self.cell is not None

    @property
    def trained(self) -> bool:
        """Whether gradients train it."""
        return self.on_graph or self.over_time

    def to_dict(self) -> Values:
        return {"label": self.label, "name": self.name, "layers": getattr(self, "layers", None)}

    @classmethod
    def from_dict(cls, values: Values) -> Any:
        return parse_forecast_model(values["label"])


@dataclass(frozen=True)
class PlainModel(ForecastModel):
    """A model that looks at each node by itself.

    Args:
        reader: An entry of ``READERS``; ``last`` repeats the last value, ``mean`` says each node's mean of the training
            part.
    """

    parts: ClassVar[Mapping[str, Part]] = {
        **READERS,
        "last": Part("last", "", "the last value"),
        "mean": Part("mean", "", "each node's mean of the training part"),
    }

    reader: str

    @property
    def cell(self) -> Part | None:
        return READERS.get(self.reader)


@dataclass(frozen=True)
class SeasonalModel(ForecastModel):
    """The value one season ago.

    Args:
        kind: ``season``.
        period: Time steps of a season.
    """

    parts: ClassVar[Mapping[str, Part]] = {"season": Part("season", "", "the value one season ago")}

    kind: str
    period: int = word("N", 0, least=1, zero=True)

    def check(self) -> None:
        super().check()
        if not self.period:
            raise ValueError("models: season: say how many time steps a season has, as season-7")


@dataclass(frozen=True)
class LinearModel(ForecastModel):
    """A ridge regression of the next value on the window, with each node's mean taken away before.

    Args:
        kind: ``ridge``.
        neighbours: The mean window of a node's neighbours is regressed on too: a linear graph model.
        pooled: One regression for all nodes, in place of one per node.
    """

    parts: ClassVar[Mapping[str, Part]] = {"ridge": Part("ridge", "", "linear autoregression")}

    kind: str
    neighbours: bool = word("neighbours", False)
    pooled: bool = word("pooled", False)

    @property
    def depth(self) -> int:
        return int(self.neighbours)

    @property
    def trained(self) -> bool:
        return False


@dataclass(frozen=True)
class GraphModel(ForecastModel):
    """A model that looks at neighbours.

    Args:
        conv: An entry of ``CONVOLUTIONS``.
        layers: Graph layers; None takes 1 in a model that reads time too (its steps add up) and 2 in any other.
        view: ``window`` takes the window as features of a node, ``last`` the last snapshot alone; an entry of
            ``READERS`` reads graph features of every snapshot through time.
    """

    parts: ClassVar[Mapping[str, Part]] = CONVOLUTIONS

    conv: str
    layers: int | None = word("N", None, least=1, most=MOST_LAYERS)
    view: str = word(VIEWS, WINDOW)

    def check(self) -> None:
        super().check()
        if "shared" in self.part.features:
            raise ValueError(
                f"models: {self.conv} is one layer for all, which keeps its channels; the first layer of a forecast "
                "does not"
            )

    @property
    def name(self) -> str:
        return self.conv if self.view == WINDOW else f"{self.conv}-{self.view}"

    @property
    def cell(self) -> Part | None:
        return READERS.get(self.view)

    @property
    def depth(self) -> int:
        return self.layers or (1 if self.over_time else 2)


KINDS = (PlainModel, SeasonalModel, LinearModel, GraphModel)
MODEL_HELP = (
    f"{', '.join(READERS)}; last, mean, season-N: baselines; {grammar(LinearModel)}: linear autoregression of each "
    f"node, of its neighbours too, or one for all nodes; {grammar(GraphModel)}. A convolution alone takes the window "
    "as features of a node, with last it sees the last snapshot alone, with a cell it is both, as in gcn-3-lstm with "
    "three graph layers"
)


def parse_forecast_model(label: str) -> ForecastModel:
    """The model of a label.

    Raises:
        ValueError: It is not known.

    Example:
        >>> parse_forecast_model("gcn-3-lstm")
        GraphModel(conv='gcn', layers=3, view='lstm')
    """
    spec = parse_label(label, KINDS)
    assert isinstance(spec, ForecastModel)
    return spec


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
        series: Your own series in place of the simulated epidemic, a CSV file: a row with the names of the nodes, then
            one row per time step. A first column named time is left out; its numbers or dates have to rise without a
            gap. All nodes share one unit: where their levels lie much farther apart than they move, give differences,
            or values less each node's mean.
        edge_list: The edges between its nodes, a CSV file with two names a row.
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

    def hashed(self) -> Values:
        values = super().hashed()
        if self.series != EPIDEMIC:
            del values["series"], values["edge_list"]  # ``content`` stands for them, wherever they are
        return values

    @property
    def title(self) -> str:
        return f"{self.model.label} {self.edges} seed {self.seed}"

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
