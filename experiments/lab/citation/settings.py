"""Settings of a run on one graph: data set, model with its papers' settings, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from experiments.core.naming import nearest
from experiments.core.run_protocol import digest_of

#: Graphs that networkx brings, and what a class is in each.
SOCIAL = {
    "karate": "the faction a member of the karate club joined when the club split (Zachary 1977)",
    "lesmis": "the community that greedy modularity finds a character of Les Misérables in (no label of the data)",
}
#: Citation graphs with the public split of Yang et al. 2016.
CITATION = ("cora", "citeseer", "pubmed")
DATASETS = (*SOCIAL, *CITATION)
DEFAULT_DATASETS = tuple(SOCIAL)

MODELS = ("gcn", "gat", "mlp")
STOPS = ("window", "patience")


@dataclass(frozen=True)
class NodeModel:
    """A network of two layers that gives each node its logits.

    Args:
        name: One of ``MODELS``; ``mlp`` has dense layers and never looks at the edges.
        hidden: Hidden channels; of one head for ``gat``.
        heads: Attention heads of the first layer (``gat``).
        output_heads: Attention heads of the second, averaged (``gat``).
        dropout: On the features, on the hidden layer and, for ``gat``, on the attention.
    """

    name: str
    hidden: int = 16
    heads: int = 1
    output_heads: int = 1
    dropout: float = 0.5


@dataclass(frozen=True)
class NodeTraining:
    """How it is trained: Adam on all labelled nodes at once.

    Args:
        epochs: Most steps; a step sees the whole graph.
        learning_rate: Adam's step size.
        weight_decay: Of the squared weights.
        decay_all: Decay every layer, or the first one alone.
        stop: ``window`` ends when the validation loss is above the mean of the last ``patience`` epochs, and keeps
            the weights it has then; ``patience`` ends when neither validation loss nor accuracy has been at its
            best for so many epochs, and keeps the last weights for which both were.
        patience: Epochs; 0 for never ending early.
    """

    epochs: int = 200
    learning_rate: float = 0.01
    weight_decay: float = 5e-4
    decay_all: bool = False
    stop: str = "window"
    patience: int = 10

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ValueError(f"epochs: {self.epochs} should be 1 or more")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"learning_rate: {self.learning_rate} should be above 0")
        if self.stop not in STOPS:
            raise ValueError(f"stop: unknown {self.stop!r}; it should be one of {', '.join(STOPS)}")
        if self.patience < 0:
            raise ValueError(f"patience: {self.patience} should be 0 or more")


def papers_settings(model: str, dataset: str) -> tuple[NodeModel, NodeTraining]:
    """What the papers used: GCN and MLP from Kipf & Welling 2017, section 5.2; GAT from Veličković et al. 2018,
    section 3.3, with its authors' stopping rule. Social graphs have the settings of Cora, but 200 epochs for all:
    with a handful of validation nodes the accuracy is soon at its best, and a rule that waits for better never ends.

    Raises:
        ValueError: The model is not known.

    Example:
        >>> papers_settings("gat", "cora")[0]
        NodeModel(name='gat', hidden=8, heads=8, output_heads=1, dropout=0.6)
    """
    if model not in MODELS:
        hint = nearest(model, MODELS)
        raise ValueError(f"models: unknown model {model!r}{hint or '.'} Known: {', '.join(MODELS)}")
    if model != "gat":
        return NodeModel(model), NodeTraining()
    network = NodeModel("gat", hidden=8, heads=8, dropout=0.6)
    training = NodeTraining(epochs=2000, learning_rate=0.005, decay_all=True, stop="patience", patience=100)
    if dataset in SOCIAL:
        training = dataclasses.replace(training, epochs=NodeTraining.epochs)
    if dataset == "pubmed":
        network = dataclasses.replace(network, output_heads=8)
        training = dataclasses.replace(training, learning_rate=0.01, weight_decay=1e-3)
    return network, training


def check_dataset(name: str) -> None:
    """Raise a ValueError unless there is a data set of that name."""
    if name not in DATASETS:
        hint = nearest(name, DATASETS)
        raise ValueError(f"dataset: unknown {name!r}{hint or '.'} Known: {', '.join(DATASETS)}")


@dataclass(frozen=True)
class CitationSettings:
    """One run: everything that can change its result.

    Args:
        experiment: Name in the catalogue of experiments.
        dataset: One of ``DATASETS``.
        model: The network.
        seed: Fixes the initial weights and the dropout, and in a social graph which nodes are labelled.
        train: How it is trained.
        device: ``cpu`` or a torch CUDA device.
        threads: CPU threads inside the run; more of them can change the last bits.
    """

    experiment: str
    dataset: str
    model: NodeModel
    seed: int
    train: NodeTraining
    device: str = "cpu"
    threads: int = 1

    def __post_init__(self) -> None:
        check_dataset(self.dataset)
        if self.seed < 0:
            raise ValueError(f"seeds: {self.seed} should be 0 or more")
        if self.threads < 1:
            raise ValueError(f"threads: {self.threads} should be 1 or more")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``config.json``; ``from_dict`` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CitationSettings:
        """The run that a ``config.json`` describes.

        Raises:
            ValueError: A key is missing or not known.
        """
        try:
            parts = {"model": NodeModel(**values["model"]), "train": NodeTraining(**values["train"])}
            return cls(**{**values, **parts})
        except (KeyError, TypeError) as error:
            raise ValueError(f"config: not the settings of a run ({error})") from error

    @property
    def title(self) -> str:
        """Which run it is, for a progress bar."""
        return f"{self.model.name} {self.dataset} seed {self.seed}"

    @property
    def most_steps(self) -> int:
        """The length of that bar."""
        return self.train.epochs

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that change whenever a setting does."""
        return digest_of(self.to_dict())

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        return f"{self.dataset}_{self.model.name}_seed{self.seed}_{self.identity}"
