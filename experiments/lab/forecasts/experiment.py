"""What the comparison of forecasts is. Imports no torch."""

from __future__ import annotations

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric
from experiments.lab.forecasts.settings import EDGES, SMOKE_NODES, SMOKE_TIMES
from experiments.lab.forecasts.specs import MODEL_HELP

_HERE = "experiments.lab.forecasts"
_REPORT, _STANDARD = f"{_HERE}.report", "experiments.reading.standard"

EXPERIMENTS = (
    Experiment(
        name="forecast",
        joins_seeds=True,
        title="the next value of every node of a graph from its past (a simulated epidemic, or your own series)",
        question=(
            "Every node of a graph has a value at every time; what is the next one? An LSTM reads the past of each "
            "node by itself. A graph network sees neighbours. The hybrids run graph layers on every snapshot and an "
            "LSTM over time. Shuffled edges take the neighbours away again: what is lost with them is what the edges "
            "gave."
        ),
        about=(
            "All networks have the same budget of parameters (within 5 %), see the same windows in the same order, and "
            "read their test part once, with the weights that had the smallest validation error. The time is cut in "
            "three: the first 60 % trains, the next 20 % validates, the last 20 % tests; several folds walk forward "
            "through the last 40 %, each tested after training on what comes before it. last repeats the last value "
            "seen, mean says each node's mean of the training part. ridge is a linear autoregression of each node on "
            "its window, ridge-neighbours on the mean window of its neighbours too, with -pooled one for all nodes; "
            "validation chooses the penalty. A convolution alone takes the window as features of a node, with -last "
            "it sees the last snapshot alone; with -lstm graph layers read every snapshot and an LSTM reads each node "
            "through time. Other cells stand in the LSTM's place: gru, gcn-mingru, gat-lru."
        ),
        run=f"{_HERE}.settings:ForecastRun",
        parse=f"{_HERE}.specs:parse_forecast_model",
        model_help=MODEL_HELP,
        models=(
            *("lstm", "gcn-last", "gcn", "gat", "gcn-lstm", "gat-lstm"),
            *("ridge", "ridge-neighbours", "ridge-pooled", "ridge-neighbours-pooled", "last", "mean"),
        ),
        look=f"{_HERE}.series.own:look",
        prepare=f"{_HERE}.work:prepare",
        work=f"{_HERE}.work:work",
        pictures=f"{_HERE}.pictures:draw_series",
        values={"edges": EDGES},
        smoke={
            "steps": 10,
            "evaluate_every": 5,
            "batch_size": 2,
            "window": 6,
            "nodes": SMOKE_NODES,
            "times": SMOKE_TIMES,
            "seeds": 2,
        },
        seeds=5,
        tunable=("learning_rate", "batch_size", "clip_norm"),
        families=3,  # the best model, the hybrids, and the table of pairs
        metrics=(
            Metric("test_error", "squared error", lower_is_better=True, digits=None),
            Metric("test_absolute_error", "absolute error", lower_is_better=True, digits=None),
            Metric("test_rmse", "RMSE", lower_is_better=True, digits=None),
            Metric("test_mase", "MASE", lower_is_better=True, digits=None),
            Metric("skill", "skill"),
        ),
        own_columns=(
            "validation_error",
            "best_error",
            "node_count",
            "edge_count",
            "time_count",
            "scaled_nodes",
        ),
        sections=(
            f"{_REPORT}.findings:findings",
            f"{_REPORT}.sections:errors",
            f"{_REPORT}.lines:lines",
            f"{_REPORT}.sections:summary",
            f"{_REPORT}.walk:walk",
            f"{_REPORT}.walk:horizons",
            f"{_REPORT}.sections:data",
            f"{_REPORT}.findings:gains",
            f"{_REPORT}.sections:curves",
            f"{_STANDARD}:pictures",
            f"{_STANDARD}:models",
        ),
    ),
)
