"""What the comparison on the nodes of one graph is. Imports no torch."""

from __future__ import annotations

from dataclasses import asdict

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric, Published
from experiments.core.registry import CONVOLUTIONS
from experiments.core.settings import fields_of
from experiments.data.names import SOCIAL
from experiments.lab.citation.settings import FITTED, PUBLIC, NodeModel, papers_settings

_HERE = "experiments.lab.citation"
_REPORT, _STANDARD = f"{_HERE}.report", "experiments.reading.standard"
_GCN = "Kipf & Welling 2017, table 2"
_GAT = "Veličković et al. 2018, table 2"
#: Sizes of a data set, in each result of a run on it.
FACTS = ("nodes", "edges", "features", "classes", "labelled", "validation_nodes", "test_nodes", "chance")


def _papers(model: str, source: str, **found: tuple[float, float | None]) -> tuple[Published, ...]:
    """Mean and deviation of 100 runs by data set, on the public split, under the paper's settings."""
    published = []
    for dataset, (mean, std) in found.items():
        spec, training = papers_settings(model, {"dataset": dataset})
        # A word of the label is told by it.
        told = [
            item.name for item in fields_of(NodeModel) if item.name != "name" and "word" not in item.metadata
        ]
        of_model = {f"model.{name}": getattr(spec, name) for name in told}
        of_training = {f"train.{name}": value for name, value in asdict(training).items()}
        task = {"dataset": dataset, "split": PUBLIC, **of_model, **of_training}
        published.append(Published(model, "test_accuracy", mean, source, std, 100, task))
    return tuple(published)


EXPERIMENTS = (
    Experiment(
        name="citation",
        joins_seeds=True,
        title="the class of each node of a graph from a few labelled nodes (karate, cora and others, or your own)",
        question=(
            "A few nodes of a graph have a label; the network names the class of all others. It sees the features of "
            "every node and every edge, and no label but those few. What do the edges add to the features? The default "
            "needs no download: social graphs that networkx brings."
        ),
        about=(
            "Each model has the settings and the size of its paper where no others are given: parameters are not "
            "matched here, and stand in the table. All models of a seed see the same labelled nodes; validation nodes "
            "select the weights, and the labels of test nodes are read once. mlp is the network of gcn without edges: "
            "the difference between the two is what the edges add. sgc is a logistic regression on features that the "
            "edges have smoothed, labels lets the labels alone spread over the edges: what is better than both has "
            "learned something. gcn-shuffled and gcn-permuted are controls: the first has edges, the second features "
            "that have nothing to do with the rest."
        ),
        run=f"{_HERE}.settings:CitationRun",
        parse=f"{_HERE}.settings:parse_node_model",
        model_help=(
            f"{', '.join(f'{part.name}: {part.help}' for part in (*CONVOLUTIONS.values(), *FITTED.values()))}, "
            "mlp: no edges. -shuffled: nodes of the graph renamed at random, -permuted: features moved between nodes, "
            "as in gcn-shuffled, gcn-permuted: controls"
        ),
        models=("gcn", "gat", "mlp", "sgc", "labels", "gcn-shuffled", "gcn-permuted"),
        settle=f"{_HERE}.settings:papers_settings",
        look=f"{_HERE}.files:look",
        prepare=f"{_HERE}.files:prepare",
        work=f"{_HERE}.work:work",
        pictures=f"{_HERE}.pictures:draw_graphs",
        values={"dataset": tuple(SOCIAL)},
        smoke={"seeds": 2, "epochs": 10},
        seeds=10,
        metrics=(
            Metric("test_accuracy", "test accuracy", digits=1, scale=100.0, unit="%", least=0.0, most=1.0),
            Metric("macro_f1", "macro F1", digits=1, scale=100.0, unit="%", least=0.0, most=1.0),
            Metric("roc_auc", "ROC-AUC", digits=1, scale=100.0, unit="%", least=0.0, most=1.0),
        ),
        published=(
            *_papers("gcn", _GCN, cora=(0.815, None), citeseer=(0.703, None), pubmed=(0.79, None)),
            *_papers("mlp", _GCN, cora=(0.551, None), citeseer=(0.465, None), pubmed=(0.714, None)),
            *_papers("gat", _GAT, cora=(0.83, 0.007), citeseer=(0.725, 0.007), pubmed=(0.79, 0.003)),
        ),
        references=("gcn",),
        step="epoch",
        tunable=("learning_rate", "weight_decay", "dropout", "hidden", "heads", "output_heads", "layers"),
        space="learning_rate=0.003,0.01,0.03 dropout=0.3,0.6",
        families=2,  # the finding, and the table of pairs
        own_columns=(
            *FACTS,
            "validation_accuracy",
            "edge_homophily",
            "adjusted_homophily",
            "energy",
            "reach",
        ),
        terminal=(f"{_REPORT}.sections:data",),
        sections=(
            f"{_REPORT}.finding:finding",
            f"{_REPORT}.sections:accuracy",
            f"{_STANDARD}:summary",
            f"{_REPORT}.sections:data",
            f"{_REPORT}.depth:depth",
            f"{_REPORT}.sections:curves",
            f"{_STANDARD}:pictures",
            f"{_REPORT}.sections:paired",
            f"{_STANDARD}:models",
        ),
    ),
)
