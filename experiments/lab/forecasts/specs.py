"""What forecasts: models as their labels name them. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from experiments.core.labels import Spec, grammar, parse_label, word
from experiments.core.registry import CELLS, CONVOLUTIONS, Part
from experiments.core.settings import Values

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
