"""Settings of a forecast: series, edges, model, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass
from typing import Any

from experiments.core.naming import nearest
from experiments.core.run_protocol import digest_of

EPIDEMIC = "epidemic"
BASELINES = ("last", "mean")
NETWORKS = ("lstm", "gcn-last", "gat-last", "gcn", "gat", "gcn-lstm", "gat-lstm")
MODELS = (*BASELINES, *NETWORKS)
EDGES = ("given", "shuffled")
MOST_LAYERS = 100


@dataclass(frozen=True)
class ForecastModel:
    """What forecasts.

    Args:
        name: One of ``MODELS``. ``last`` repeats the last value, ``mean`` says each node's mean of the training part.
        layers: Graph layers; None takes 1 in a model that is both (its steps add up over time) and 2 in a graph
            network alone.
    """

    name: str
    layers: int | None = None

    def __post_init__(self) -> None:
        if self.name not in MODELS:
            hint = nearest(self.name, MODELS)
            raise ValueError(f"models: unknown model {self.name!r}{hint or '.'} Known: {', '.join(MODELS)}")
        if self.layers is not None and not self.on_graph:
            raise ValueError(f"models: {self.name} has no graph layers, so none of them can be counted")
        if self.layers is not None and not 1 <= self.layers <= MOST_LAYERS:
            raise ValueError(f"models: {self.layers} graph layers should be 1 to {MOST_LAYERS}")

    @property
    def on_graph(self) -> bool:
        """Whether it looks at the edges."""
        return self.name.startswith(("gcn", "gat"))

    @property
    def over_time(self) -> bool:
        """Whether a recurrent network reads the window."""
        return self.name.endswith("lstm")

    @property
    def last_only(self) -> bool:
        """Whether it sees the last snapshot of the window alone."""
        return self.name.endswith("-last")

    @property
    def trained(self) -> bool:
        """Whether it has parameters."""
        return self.name not in BASELINES

    @property
    def depth(self) -> int:
        """Graph layers, 0 where there are none."""
        if not self.on_graph:
            return 0
        return self.layers or (1 if self.over_time else 2)

    @property
    def label(self) -> str:
        """What the user types: ``gcn-3-lstm`` has three graph layers."""
        if self.layers is None:
            return self.name
        conv, _, rest = self.name.partition("-")
        return f"{conv}-{self.layers}" + (f"-{rest}" if rest else "")


def parse_forecast_model(label: str) -> ForecastModel:
    """The model of a label.

    Raises:
        ValueError: It is not known.

    Example:
        >>> parse_forecast_model("gcn-3-lstm")
        ForecastModel(name='gcn-lstm', layers=3)
    """
    found = re.fullmatch(r"(gcn|gat)-(\d+)(-lstm|-last)?", label)
    if found is None:
        return ForecastModel(label)
    conv, layers, rest = found.groups(default="")
    return ForecastModel(conv + rest, int(layers))


@dataclass(frozen=True)
class ForecastTraining:
    """How every network is trained: Adam on the mean squared error of standardised values.

    Args:
        window: Time steps that a forecast sees.
        horizon: Steps from the last one seen to the one forecast.
        steps: Most training steps.
        batch_size: Windows a step; each has all nodes.
        learning_rate: Adam's step size.
        clip_norm: Largest gradient norm; 0 leaves gradients as they are.
        evaluate_every: Steps between two looks at the validation part.
        patience: Steps without a better validation error that end a run; 0 for never.
        budget: Trainable parameters; hidden sizes are chosen to match it within 5 %.
    """

    window: int = 16
    horizon: int = 1
    steps: int = 400
    batch_size: int = 8
    learning_rate: float = 3e-3
    clip_norm: float = 1.0
    evaluate_every: int = 25
    patience: int = 150
    budget: int = 4000

    def __post_init__(self) -> None:
        for name in ("window", "horizon", "steps", "batch_size", "evaluate_every", "budget"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} should be 1 or more")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate: {self.learning_rate} should be a finite number above 0")
        for name in ("clip_norm", "patience"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name}: {getattr(self, name)} should be 0 or more")


@dataclass(frozen=True)
class ForecastSettings:
    """One run: everything that can change its result.

    Args:
        experiment: Name in the catalogue of experiments.
        series: ``epidemic``, or the path of a CSV file (time x node).
        edge_list: Path of the file of edges; empty for ``epidemic``.
        content: SHA-256 of the two files, in short; empty for ``epidemic``. A run says which data it saw.
        nodes: People of the simulated epidemic; 0 for files.
        times: Simulated days; 0 for files.
        edges: ``given``, or ``shuffled``: the same graph with its nodes renamed at random, so that neighbours on it
            have nothing to do with neighbours in the data.
        model: The model.
        seed: Fixes the epidemic, the renaming, the initial weights and the batches.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run.
    """

    experiment: str
    series: str
    edge_list: str
    content: str
    nodes: int
    times: int
    edges: str
    model: ForecastModel
    seed: int
    train: ForecastTraining = dataclasses.field(default_factory=ForecastTraining)
    device: str = "cpu"
    threads: int = 1

    def __post_init__(self) -> None:
        if self.edges not in EDGES:
            hint = nearest(self.edges, EDGES)
            raise ValueError(f"edges: unknown {self.edges!r}{hint or '.'} Known: {', '.join(EDGES)}")
        if self.seed < 0:
            raise ValueError(f"seeds: {self.seed} should be 0 or more")
        if self.threads < 1:
            raise ValueError(f"threads: {self.threads} should be 1 or more")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        values = dataclasses.asdict(self)
        values["model"] = {"label": self.model.label, **values["model"]}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ForecastSettings:
        """The run that a ``config.json`` describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            model = {key: value for key, value in values["model"].items() if key != "label"}
            parts = {"model": ForecastModel(**model), "train": ForecastTraining(**values["train"])}
            return cls(**{**values, **parts})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return f"{self.model.label} {self.edges} seed {self.seed}"

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return self.train.steps if self.model.trained else 1

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting does; the place of the files is none."""
        values = self.to_dict()
        if self.series != EPIDEMIC:
            del values["series"], values["edge_list"]  # ``content`` stands for them
        return digest_of(values)

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        return f"{self.model.label}_{self.edges}_seed{self.seed}_{self.identity}"
