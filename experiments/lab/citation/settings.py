"""Settings of a run on one graph: data set, model with its papers' settings, seed. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, ClassVar

from experiments.core.experiment import Experiment
from experiments.core.labels import Spec, parse_label, word
from experiments.core.registry import CONVOLUTIONS, Part
from experiments.core.run import Run
from experiments.core.settings import Settings, Values, choice, names_of, number, plain, whole
from experiments.data.names import SOCIAL, TABLE, check_dataset, is_graph_file

MLP = Part("mlp", "experiments.lab.citation.models:Dense", "dense layers, which never look at the edges")
MLP_NAME, SGC, LABELS = "mlp", "sgc", "labels"
#: What no gradient trains.
FITTED = {
    SGC: Part(SGC, "", "logistic regression on smoothed features"),
    LABELS: Part(LABELS, "", "labels spread over the edges, no features"),
}
PUBLIC, RANDOM = SPLITS = ("public", "random")
HOPS, PREDICTIONS = "hops.csv", "predictions.csv"  # D(r) of a run, and what it says of each node
LONGEST_NAME = 80  # letters of a file's name in the name of a folder
SCALES = ("usual", "raw", "rows", "columns")
EACH_SEED = -1
STOPS = ("window", "patience")
MOST_LAYERS = 100
_OF_RANDOM_SPLITS = frozenset({"train_size", "validation_size"})
#: About how much longer a step on a larger graph takes than one on a social graph.
_LARGER = 100.0


@dataclass(frozen=True)
class NodeModel(Spec):
    """A network that gives each node its logits, or a baseline.

    Args:
        name: A convolution; ``mlp``, which never looks at the edges; or a baseline of ``FITTED``.
        hidden: Hidden channels; of one head where a convolution has heads.
        heads: Attention heads of the first layer, where it has heads.
        output_heads: Attention heads of the last layer of gat, averaged.
        dropout: On the features, on the hidden layers and, in gat, on the attention.
        layers: Layers, 2 or more; of sgc how often the features are smoothed.
        residual: Each layer between the first and the last adds its input to its output.
        norm: Layer normalisation of every hidden layer.
        shuffled: The nodes of the graph are renamed at random, drawn from the seed: a control whose edges have nothing
            to do with features and classes.
        permuted: Nodes have each other's features, drawn from the seed: a control whose features have nothing to do
            with edges and classes.
    """

    parts: ClassVar[Mapping[str, Part]] = ChainMap({"mlp": MLP}, FITTED, CONVOLUTIONS)

    name: str
    hidden: int = whole(16, least=1, option=True)
    heads: int = whole(1, least=1, option=True)
    output_heads: int = whole(1, least=1, option=True)
    dropout: float = number(0.5, least=0, below=1, option=True)
    layers: int = whole(2, least=2, most=MOST_LAYERS, option=True, added=True)
    residual: bool = plain(False, option=True, added=True)
    norm: bool = plain(False, option=True, added=True)
    shuffled: bool = word("shuffled", False, added=True)
    permuted: bool = word("permuted", False, added=True)

    def check(self) -> None:
        if self.shuffled and self.name == MLP_NAME:
            raise ValueError("models: mlp never looks at edges, so there are none to shuffle")
        if self.permuted and self.name == LABELS:
            raise ValueError("models: labels reads no features, so there are none to permute")
        if "shared" in self.part.features:
            raise ValueError(
                f"models: {self.name} is one layer for all, which keeps its channels; a network on a citation graph "
                "has two layers that differ"
            )

    @property
    def width(self) -> int:
        """Hidden channels of all heads together."""
        return self.hidden * (self.heads if "heads" in self.part.features else 1)

    @property
    def trained(self) -> bool:
        """Whether gradients train it."""
        return self.name not in FITTED


@dataclass(frozen=True, kw_only=True)
class NodeTraining(Settings):
    """How it is trained: Adam on all labelled nodes at once.

    Args:
        epochs: Most steps; a step sees the whole graph.
        learning_rate: Step size of Adam.
        weight_decay: Of the squared weights.
        decay_all: Decay every layer, in place of the first one alone.
        stop: window ends when the validation loss is above the mean of the last ``patience`` epochs, and keeps the
            weights it has then; patience ends when neither validation loss nor accuracy has been at its best for so
            many epochs, and keeps the last weights for which both were.
        patience: Epochs; 0 for never ending early.
    """

    epochs: int = whole(200, least=1)
    learning_rate: float = number(0.01, above=0)
    weight_decay: float = number(5e-4, least=0)
    decay_all: bool = plain(False)
    stop: str = choice("window", STOPS)
    patience: int = whole(10)


_OF_TRAINING = frozenset(f"train.{name}" for name in names_of(NodeTraining)) | {
    f"model.{name}" for name in ("hidden", "heads", "output_heads", "dropout", "residual", "norm")
}


@dataclass(frozen=True, kw_only=True)
class CitationRun(Run):
    """One run on one graph.

    Args:
        dataset: karate, lesmis: social graphs, the split drawn from the seed. cora, citeseer, pubmed: citation graphs
            with their public split, read from the folder that the variable GNNLAB_DATA names (or ~/.cache/gnnlab), and
            downloaded into it where they are missing. roman-empire, amazon-ratings, minesweeper, tolokers, questions:
            graphs that join unlike nodes, with ten splits; amazon-computers, amazon-photo, coauthor-cs,
            coauthor-physics: without a split; both where their files are in that folder. Or a graph of your own: a
            table of nodes (.csv: node, label, features, perhaps split) with edge-list, arrays (.npz), GraphML
            (.graphml), or a Data of PyG (.pt).
        edge_list: The edges of a table of nodes, a CSV file with two names a row.
        content: SHA-256 of the user's files, in short. A run says which data it saw.
        split: public: that of the data set, one for all seeds; where several came with it, another for each seed.
            random: a new one per seed, by default with 20 labelled nodes and 30 of validation per class, all others
            for the test (Shchur et al. 2018). Both with a comma.
        train_size: Of a random split: labelled nodes per class; below 1 the share of each class, as 0.6.
        validation_size: Of a random split: validation nodes per class; below 1 the share of each class.
        split_seed: The number that draws a random split for all seeds, to see what initial weights alone change; -1
            draws another for each seed.
        scale: Of the features: usual, raw, rows (the sizes of a node's add up to 1), columns (each has mean 0 and
            deviation 1). usual is rows where features are words (citations, co-purchases, co-authors), raw elsewhere.
        model: The network.
        train: How it is trained.
    """

    told: ClassVar[tuple[str, ...]] = ("dataset",)

    dataset: str = plain()
    edge_list: str = plain("", listed=False, added=True)
    content: str = plain("", option=False, added=True)
    split: str = choice(PUBLIC, SPLITS, added=True)
    train_size: float = number(20.0, above=0, added=True)
    validation_size: float = number(30.0, above=0, added=True)
    split_seed: int = whole(EACH_SEED, least=EACH_SEED, added=True)
    scale: str = choice("usual", SCALES, added=True)
    model: NodeModel = plain(option=False)
    train: NodeTraining = field(default_factory=NodeTraining, metadata={"option": False})

    def check(self) -> None:
        check_dataset(self.dataset)
        for name in ("train_size", "validation_size"):
            size = getattr(self, name)
            if size >= 1 and size != int(size):
                title = name.replace("_", "-")
                raise ValueError(f"{title}: {size} should be a whole number of nodes, or a share below 1")
        if self.train_size < 1 and self.validation_size < 1 and self.train_size + self.validation_size >= 1:
            raise ValueError(
                "train-size: with validation-size it should leave a share for the test, below 1 in all"
            )
        table = is_graph_file(self.dataset) and self.dataset.lower().endswith(TABLE)
        if table and not self.edge_list:
            raise ValueError(
                f"edge-list: needed beside {self.dataset}: a CSV file with two names of nodes per row"
            )
        if self.edge_list and not table:
            raise ValueError(
                f"edge-list: it goes with a table of nodes ({TABLE}); {self.dataset} has edges of its own"
            )

    def hashed(self) -> Values:
        values = super().hashed()
        if self.content:  # it stands for the files, wherever they are
            values.pop("edge_list", None)
            del values["dataset"]
        return values

    @property
    def place(self) -> str:
        return PurePath(self.dataset).stem[:LONGEST_NAME] if is_graph_file(self.dataset) else self.dataset

    def described(self, experiment: Experiment) -> Experiment:
        if not is_graph_file(self.dataset):
            return experiment
        return dataclasses.replace(
            experiment,
            title=f"the class of each node of {self.place}, a graph of your own",
            question=(
                "Some nodes have a label; the network names the class of all others. It sees the features of every "
                "node and every edge, and no label but those of the training part. What do the edges add to the "
                "features?"
            ),
        )

    @property
    def split_number(self) -> int:
        """What draws its split, or chooses among those that came with the data."""
        return self.seed if self.split_seed == EACH_SEED else self.split_seed

    @property
    def unused(self) -> frozenset[str]:
        fixed = frozenset() if self.split == RANDOM else _OF_RANDOM_SPLITS
        unread = frozenset({"model.layers"}) if self.model.name == LABELS else frozenset()
        return fixed | unread if self.model.trained else fixed | unread | _OF_TRAINING

    @property
    def most_steps(self) -> int:
        return self.train.epochs if self.model.trained else 1

    @property
    def cost(self) -> float:
        return self.train.epochs * self.model.width * (1.0 if self.dataset in SOCIAL else _LARGER)


def parse_node_model(text: str) -> NodeModel:
    """Read a model's label.

    Raises:
        ValueError: The name is not known; the message says what is.

    Example:
        >>> parse_node_model("gta")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        ValueError: models: unknown model 'gta', did you mean gat? Known: gcn, gat, ...
    """
    spec = parse_label(text, (NodeModel,))
    assert isinstance(spec, NodeModel)
    return spec


def papers_settings(label: str, values: Mapping[str, Any]) -> tuple[NodeModel, NodeTraining]:
    """What the papers used: GCN and MLP from Kipf & Welling 2017, section 5.2; GAT from Veličković et al. 2018,
    section 3.3, with its authors' stopping rule. Any other convolution has the settings of GCN. Social graphs have the
    settings of Cora, but 200 epochs for all: with a handful of validation nodes the accuracy is soon at its best, and a
    rule that waits for better never ends.

    Args:
        label: The model.
        values: Settings of the run; ``dataset`` is read.

    Raises:
        ValueError: The model is not known.

    Example:
        >>> papers_settings("gat", {"dataset": "cora"})[0].dropout
        0.6
    """
    network, training = parse_node_model(label), NodeTraining()
    if network.name != "gat":
        return network, training
    network = dataclasses.replace(network, hidden=8, heads=8, dropout=0.6)
    training = NodeTraining(epochs=2000, learning_rate=0.005, decay_all=True, stop="patience", patience=100)
    if values["dataset"] in SOCIAL:
        training = dataclasses.replace(training, epochs=NodeTraining.epochs)
    if values["dataset"] == "pubmed":
        network = dataclasses.replace(network, output_heads=8)
        training = dataclasses.replace(training, learning_rate=0.01, weight_decay=1e-3)
    return network, training
