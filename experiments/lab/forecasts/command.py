"""``gnnlab run forecast``: the command, and the line from its options to a report."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from experiments.core.arguments import parse_seeds, parse_words
from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.forecasts.settings import (
    EDGES,
    EPIDEMIC,
    ForecastSettings,
    ForecastTraining,
    parse_forecast_model,
)

NAME = "forecast"
NODES, TIMES = 150, 500
SMOKE: dict[str, Any] = {"steps": 10, "evaluate_every": 5, "batch_size": 2, "window": 6}
SMOKE_NODES, SMOKE_TIMES, SMOKE_SEEDS = 60, 80, "2"


@dataclasses.dataclass(frozen=True)
class ForecastOptions:
    """How every network is trained. In brackets the default."""

    window: int | None = None
    "Time steps that a forecast sees [16]."
    horizon: int | None = None
    "Steps from the last one seen to the one forecast [1]."
    steps: int | None = None
    "Most training steps [400]."
    batch_size: int | None = None
    "Windows a step, each with all nodes [8]."
    learning_rate: float | None = None
    "Adam's step size [0.003]."
    clip_norm: float | None = None
    "Largest norm of the gradient; 0 does not clip [1]."
    evaluate_every: int | None = None
    "Steps between two looks at the validation part [25]."
    patience: int | None = None
    "Steps without a better validation error that end a run; 0 for never [150]."
    budget: int | None = None
    "Trainable parameters of every network; hidden sizes are chosen to match within 5 % [4000]."


def forecast(
    *,
    series: Path | None = None,
    edge_list: Path | None = None,
    models: str | None = None,
    edges: str = ",".join(EDGES),
    seeds: str | None = None,
    nodes: int | None = None,
    times: int | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
    train: Annotated[ForecastOptions, Parameter(name="*")] = ForecastOptions(),
) -> int:
    """Forecast every node of a graph from its past: LSTM, GCN or GAT alone, and both together.

    The default needs no download: a simulated epidemic, in which who falls ill tomorrow depends on the neighbours and
    who is immune depends on the past. The last value and the mean stand beside the networks as baselines.

    Parameters
    ----------
    series
        Your own series, a CSV file: a row with the names of the nodes, then one row a time step. A first column
        named time is left out; its numbers or dates have to rise without a gap. All nodes share one unit: where their
        levels lie much farther apart than they move, give differences, or values less each node's mean.
    edge_list
        The edges between its nodes, a CSV file with two names a row.
    models
        Models with commas between: lstm; gcn, gat (the window as features); gcn-last, gat-last (the last snapshot
        alone); gcn-lstm, gat-lstm (gcn-3-lstm has three graph layers); last, mean (baselines)
        [the experiment's models].
    edges
        given, shuffled, or both with a comma: shuffled renames the nodes of the graph at random, so that a network
        with edges has nothing to gain from them.
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between [5].
    nodes
        People of the simulated epidemic [150].
    times
        Simulated days [500].
    smoke
        The same from end to end in seconds, on tiny sizes; the errors mean nothing.
    out
        Folder for the results [runs/forecast].
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    if (series is None) != (edge_list is None):
        missing, given = ("edge-list", "series") if series else ("series", "edge-list")
        raise ValueError(f"{missing}: needed where {given} is given; a forecast on a graph needs both files")
    if series is not None and (nodes is not None or times is not None):
        raise ValueError(
            f"{'nodes' if nodes is not None else 'times'}: only for the simulated epidemic, not for series"
        )
    experiment = EXPERIMENTS[NAME]
    labels = parse_words(models, "models", "lstm,gcn-lstm") if models is not None else list(experiment.models)
    chosen = [parse_forecast_model(label) for label in labels]
    numbers = parse_seeds(seeds if seeds is not None else SMOKE_SEEDS if smoke else str(experiment.seeds))
    chosen_options = {name: value for name, value in dataclasses.asdict(train).items() if value is not None}
    training = ForecastTraining(**{**(SMOKE if smoke else {}), **chosen_options})
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    data = _data(series, edge_list, nodes, times, smoke)
    folder = out or Path("runs") / (f"{NAME}-smoke" if smoke else NAME)
    runs = [
        ForecastSettings(
            NAME, **data, edges=which, model=model, seed=seed, train=training, device=device, threads=threads
        )
        for model in chosen
        for which in parse_words(edges, "edges", "given")
        if which == EDGES[0]
        or model.on_graph
        or which not in EDGES  # without edges there are none to shuffle
        for seed in numbers
    ]
    if not runs:
        raise ValueError("edges: shuffled alone leaves nothing to do, because none of the models has edges")

    from experiments.lab.forecasts.data import load_forecast
    from experiments.lab.forecasts.models import build_forecaster
    from experiments.lab.forecasts.pictures import draw_series
    from experiments.lab.forecasts.report.tables import text_table
    from experiments.records.device import resolve_device
    from experiments.records.records import read_runs
    from experiments.running.compare import carry_out

    # What is wrong with a file or a size is said before anything is written.
    tasks = [load_forecast(run) for run in {run.edges: run for run in runs}.values()]
    for model in chosen:
        if model.trained:
            build_forecaster(model, training.window, tasks[0].edge_index, training.budget)
    runs = [dataclasses.replace(run, device=resolve_device(device)) for run in runs]
    # The longest runs first, so that no worker is left alone with one at the end.
    runs.sort(key=lambda run: (not run.model.over_time, not run.model.on_graph))
    return carry_out(
        list(dict.fromkeys(runs)),
        folder,
        workers,
        draw=lambda: draw_series(runs[0], folder),
        table=lambda: text_table(read_runs(folder)),
    )


def _data(
    series: Path | None, edge_list: Path | None, nodes: int | None, times: int | None, smoke: bool
) -> dict[str, Any]:
    """The settings that say which series it is."""
    if series is None or edge_list is None:
        return {
            "series": EPIDEMIC,
            "edge_list": "",
            "content": "",
            "nodes": nodes if nodes is not None else SMOKE_NODES if smoke else NODES,
            "times": times if times is not None else SMOKE_TIMES if smoke else TIMES,
        }
    from experiments.lab.forecasts.series_files import content_hash, read_edges, read_series

    _, names = read_series(series)
    read_edges(edge_list, names)
    return {
        "series": str(series.resolve()),
        "edge_list": str(edge_list.resolve()),
        "content": content_hash(series, edge_list),
        "nodes": 0,
        "times": 0,
    }
