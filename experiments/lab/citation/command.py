"""``gnnlab run citation``: the command, and the line from its options to a report."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from experiments.core.arguments import parse_seeds, parse_words
from experiments.core.catalogue import EXPERIMENTS
from experiments.core.execution import AS_USUAL, Execution
from experiments.lab.citation.settings import (
    CITATION,
    DEFAULT_DATASETS,
    CitationSettings,
    check_dataset,
    papers_settings,
)

NAME = "citation"
SMOKE_SEEDS = "2"
SMOKE_EPOCHS = 10


def citation(
    *,
    dataset: str = ",".join(DEFAULT_DATASETS),
    models: str | None = None,
    seeds: str | None = None,
    epochs: int | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
    how: Annotated[Execution, Parameter(name="*")] = AS_USUAL,
) -> int:
    """Classify the nodes of a graph, with the papers' settings and beside the papers' numbers.

    The default needs no download: social graphs that networkx brings. Runs that the folder already holds are skipped.

    Parameters
    ----------
    dataset
        Data sets with commas between. karate, lesmis: social graphs, the split drawn from the seed. cora, citeseer,
        pubmed: citation graphs with their public split, read from the folder that the variable GNNLAB_DATA names
        (or ~/.cache/gnnlab), and downloaded into it where they are missing.
    models
        Models with commas between: gcn (Kipf & Welling 2017), gat (Veličković et al. 2018), mlp (no edges)
        [the experiment's models].
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between [10].
    epochs
        Most epochs of a run [200; on citation graphs 2000 for gat, which ends by itself before].
    smoke
        The same from end to end in seconds, on few seeds and epochs; the accuracies mean nothing.
    out
        Folder for the results [runs/citation].
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    experiment = EXPERIMENTS[NAME]
    datasets = parse_words(dataset, "dataset", "karate")
    for name in datasets:
        check_dataset(name)
    chosen = parse_words(models, "models", "gcn,gat") if models is not None else list(experiment.models)
    numbers = parse_seeds(seeds if seeds is not None else SMOKE_SEEDS if smoke else str(experiment.seeds))
    if epochs is None and smoke:
        epochs = SMOKE_EPOCHS
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    how.check()
    folder = out or Path("runs") / (f"{NAME}-smoke" if smoke else NAME)
    runs = expand(datasets, chosen, numbers, epochs=epochs, device=device, threads=threads)

    from experiments.running.compare import carry_out, device_of_engine

    device = device_of_engine(device, how)
    runs = [dataclasses.replace(run, device=device) for run in runs]

    from experiments.data.node_graphs import load_task
    from experiments.lab.citation.pictures import draw_graphs
    from experiments.lab.citation.report.tables import text_table
    from experiments.records.records import read_runs

    for name in datasets:
        if name in CITATION:
            load_task(name, 0)  # downloads once, before several workers would
    return carry_out(
        runs,
        folder,
        workers,
        draw=lambda: draw_graphs(datasets, folder),
        table=lambda: text_table(read_runs(folder)),
        how=how,
    )


def expand(
    datasets: list[str],
    models: list[str],
    seeds: list[int],
    *,
    epochs: int | None = None,
    device: str = "cpu",
    threads: int = 1,
) -> list[CitationSettings]:
    """Every combination of data set, model and seed with the papers' settings, once each, long runs first.

    Args:
        datasets: Names of data sets.
        models: Names of models.
        seeds: Seeds.
        epochs: Most epochs, in place of the papers'.
        device: Where to compute.
        threads: CPU threads inside a run.
    """
    runs = []
    for dataset in datasets:
        for model in models:
            network, training = papers_settings(model, dataset)
            if epochs is not None:
                training = dataclasses.replace(training, epochs=epochs)
            runs += [
                CitationSettings(NAME, dataset, network, seed, training, device, threads) for seed in seeds
            ]
    return sorted(dict.fromkeys(runs), key=lambda run: (run.dataset not in CITATION, run.model.name != "gat"))
