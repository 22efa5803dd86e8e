"""The pictures of the experiment memory that are files of their own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from experiments.lab.memory.settings import was_trained
from experiments.lab.sequences.report.memory_figures import sensitivity_figure, shown_as_remedies
from experiments.lab.sequences.report.memory_records import SENSITIVITY, read_rows
from experiments.lab.sequences.report.memory_tables import by_settings
from experiments.reading.plots import plot_accuracy, plot_success
from experiments.reading.statistics import runs_table, summarize
from experiments.records.files import write_beside, write_json
from experiments.records.records import read_runs


def draw_memory(out: Path, results: Path | None) -> None:
    """Write ``pictures/memory.png``, and what another folder of results says of accuracy against length.

    Args:
        out: Results folder of memory.
        results: A folder of a comparison on sequences, or None.
    """
    from matplotlib.figure import Figure

    folder = out / "pictures"
    folder.mkdir(exist_ok=True)
    runs = max(by_settings(read_runs(out)).values(), key=len)  # one figure, of one set of settings
    rows = read_rows(runs, SENSITIVITY)
    if not rows.empty:
        figure = sensitivity_figure(rows, int(rows["length"].max()), leave_out=shown_as_remedies(rows))
        write_beside(folder / "memory.png", partial(figure.savefig, format="png", dpi=150))
    entries: list[dict[str, Any]] = []
    if results is not None:
        frame = runs_table([run for run in read_runs(results) if was_trained(run.settings)])
        figure = Figure(figsize=(9, 8.4), layout="constrained")
        upper, lower = figure.subplots(2, 1)
        plot_accuracy(frame, upper)
        plot_success(summarize(frame), lower)
        write_beside(folder / "accuracy.svg", partial(figure.savefig, format="svg"))
        text = (
            f"Test accuracy and share of successful seeds against length, from the records in {results.name}."
        )
        entries.append({"file": "accuracy.svg", "title": "What is learned, against length", "text": text})
    if entries or not (folder / "index.json").exists():
        write_json(folder / "index.json", entries)
