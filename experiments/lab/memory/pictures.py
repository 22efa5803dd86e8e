"""The figure of memory as a file of its own, and what another folder of results says of learning."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from experiments.lab.memory.settings import MemoryRun
from experiments.lab.sequences import work as sequences
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.sensitivity_figures import sensitivity_figure, shown_as_remedies
from experiments.lab.sequences.report.sensitivity_tables import sensitivities
from experiments.lab.sequences.settings import SequenceRun
from experiments.reading.plots import plot_accuracy, plot_success
from experiments.reading.results import Results
from experiments.records.files import write_beside
from experiments.records.pictures import FOLDER, KeptPicture, drawn, keep_pictures
from experiments.records.records import read_runs


def prepare(runs: list[MemoryRun], out: Path, options: dict[str, Any]) -> list[MemoryRun]:
    """The runs, after a look at the folder that ``--results`` names and at the size of every model.

    Raises:
        ValueError: That folder holds no accuracies against length, or a model cannot be built.
    """
    if options.get("results") is not None:
        _check_results(options["results"])
    sequences.prepare(list(runs), out, options)
    return runs


def _check_results(results: Path) -> None:
    runs = read_runs(results)
    experiment = runs[0].settings.experiment
    if not isinstance(runs[0].settings, SequenceRun):
        raise ValueError(
            f"results: {results} holds runs of {experiment!r}; it should be a folder of gnnlab run palindrome, or of "
            "another task on sequences"
        )
    if not any(run.settings.trains for run in runs):
        raise ValueError(
            f"results: nothing in {results} was trained, so it says nothing of what is learned; make one with --trained"
        )
    if not any(run.succeeded for run in runs):
        raise ValueError(f"results: no run of {experiment!r} in {results} ended with an accuracy")


def draw_memory(runs: list[MemoryRun], out: Path, options: dict[str, Any]) -> None:
    """Write ``pictures/memory.png``, and what another folder of results says of accuracy against length.

    Args:
        runs: The sweep.
        out: Results folder of memory.
        options: ``results`` may name a folder of a comparison on sequences.
    """
    parts = sensitivities(Results(out))
    if parts:
        rows = max(parts.values(), key=len)  # one figure, of one set of settings
        figure = sensitivity_figure(rows, int(rows["length"].max()), leave_out=shown_as_remedies(rows))
        (out / FOLDER).mkdir(exist_ok=True)
        write_beside(out / FOLDER / "memory.png", partial(drawn, figure, format="png", dpi=150))
    other: Path | None = options.get("results")
    if other is None:
        keep_pictures(out, [], stays=lambda entry: True)
        return
    trained = Results(other, runs=[run for run in read_runs(other) if run.settings.trains])
    figures = []
    for number, (title, part) in enumerate(over_lengths(trained).items()):
        figure = Figure(figsize=(9, 8.4), layout="constrained")
        upper, lower = figure.subplots(2, 1)
        plot_accuracy(part.frame, upper)
        plot_success(part.summary(), lower)
        text = (
            f"Test accuracy and share of successful seeds against length, from the records in {other.name}."
        )
        name = f"accuracy-{number}.svg" if number else "accuracy.svg"
        heading = "What is learned, against length" + (f": {title}" if title else "")
        figures.append(KeptPicture(name, heading, text, figure))
    keep_pictures(out, figures)
