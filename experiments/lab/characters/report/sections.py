"""The page of character models: parts of the text, bits against size, time and context, learning, samples."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.characters.report.plots import BITS, plot_bits, plot_context, plot_learning
from experiments.reading.frames import LABEL, natural
from experiments.reading.results import Results
from experiments.reading.sections import Fold, Picture, Section, Sentences, Table, Text
from experiments.reading.standard import MOST_PANELS, curves_of, legend_below
from experiments.reading.table_formats import number
from experiments.records.tables import read_table

#: Training accuracy by step that a student report gives for a two-layer LSTM on Grimm's tales (report E of the 2020
#: edition of the assignment).
REPORTED = {500: 0.556, 1000: 0.596, 1500: 0.615, 2000: 0.628}
REPORTED_TEXT = "grimm"
SAMPLES, SAMPLE_COLUMNS = "samples.csv", ("step", "temperature", "length", "prompt", "text")
PARTS = (
    f"{BITS.capitalize()}: the loss in nats divided by log 2. Validation is of the weights that it selected; training "
    "figures are those at the end: bits since the last look, accuracy of the last 100 batches, or of all where there "
    "were fewer. Reach: how many characters an answer can depend on."
)
WINDOWS = (
    "Training windows begin anywhere with an empty state, and so do those of validation and test, side by side: the "
    "first characters of each window are predicted from little context, and stand in the figures."
)
STREAMS = (
    "With stream the state is carried on along contiguous streams, in validation and test too, and is empty at the "
    "border between the parts."
)
AGAINST = (
    f"Test loss in {BITS}, a mark per run, against the number of parameters and the time in training steps; on the "
    "right against the number of characters that were read before the prediction, in groups that double in size. "
    "Beyond its reach the curve of a graph network or a Transformer moves by chance alone; a recurrent one's can go "
    "on falling. The vertical axes do not begin at 0."
)
LEARNING = (
    f"Top: loss in {BITS}, training dashed (the mean since the last look), validation solid. Below: share of "
    "characters that were the most probable one, training dashed (the mean of the last 100 batches), validation solid; "
    "and the learning rate."
)
BESIDE = (
    "Training accuracy, in both the mean of the last 100 batches. The report trains with RMSProp at 0.002, in batches "
    "of 64 windows of 30 characters. It does not say whether it held text out; ours leave the validation and test "
    "parts out of training."
)
TAKEN = (
    "After each fraction of training, for each temperature τ of softmax(x / τ) (greedy: the most probable character; "
    "larger is wilder), texts of several lengths, not counting what they begin with. ↵ stands for the end of a line."
)


def ended_panels(results: Results) -> list[tuple[str, Results]]:
    """Those of the panels with a run that ended."""
    return [(title, panel) for title, panel in results.panels().items() if len(panel.ended)]


def parts(results: Results) -> Section | None:
    """How large the parts of each text are, and how well each of them is predicted."""
    if not len(results.ended):
        return None
    stream = results.frame["train.stream"]
    texts = [
        PARTS,
        *([] if bool(stream.all()) else [WINDOWS]),
        *([STREAMS] if bool(stream.any()) else []),
    ]
    blocks = [
        Sentences(data_lines(results.ended)),
        Table(part_rows(results)),
        Text(" ".join(texts), soft=True),
    ]
    return Section("parts", "Training, validation and test", blocks)


def data_lines(ended: pd.DataFrame) -> list[str]:
    """How large the parts of each text are, and how many of their characters the training part does not have."""
    lines = []
    for _, row in ended.drop_duplicates(["corpus.name", "corpus.sha256", "parts.train"]).iterrows():
        sizes = ", ".join(
            f"{row[f'parts.{part}']:,.0f} {name}"
            for part, name in (("train", "training"), ("validation", "validation"), ("test", "test"))
        )
        unknown = row["unknown.validation"] + row["unknown.test"]
        lines.append(
            f"{row['corpus.name']}: {sizes} characters, {row['vocabulary'] - 1:.0f} different ones in the training "
            f"part; {unknown:,.0f} of validation and test are not among them and count as one unknown symbol; always "
            f"the most frequent one: {100 * row['chance']:.1f} %."
        )
    return lines


def part_rows(results: Results) -> list[dict[str, str]]:
    """Means over seeds for each text, setting and model."""
    return [
        {"model": str(model), "text": title, **_part_cells(group)}
        for title, panel in ended_panels(results)
        for model, group in sorted(panel.ended.groupby(LABEL), key=lambda item: natural(str(item[0])))
    ]


def _part_cells(group: pd.DataFrame) -> dict[str, str]:
    def mean(column: str) -> float:
        return float(group[column].astype(float).mean())

    return {
        "reach": _reach(group.iloc[0]),
        "test bits": number(mean("test_bits"), ".3f"),
        "validation bits": number(mean("validation_bits"), ".3f"),
        "training bits": number(mean("final_train_bits"), ".3f"),
        "training accuracy": number(mean("final_train_accuracy_100"), ".3f"),
        "n": str(len(group)),
    }


def _reach(row: pd.Series) -> str:
    """Characters that an answer can depend on; a recurrent model's state has no limit but where it begins."""
    if not pd.isna(row["reach"]):
        return f"{row['reach']:.0f}"
    return "no limit" if row["train.stream"] else f"{row['train.window']} trained"


def bits(results: Results) -> Section | None:
    """Test loss against parameters, time and context."""
    pictures = [
        Picture(f"Bits against parameters, time and context: {title}", AGAINST, _bits_figure(panel))
        for title, panel in ended_panels(results)
    ]
    return Section("bits", "Bits per character", pictures[:MOST_PANELS]) if pictures else None


def _bits_figure(panel: Results) -> Figure:
    figure, ended = Figure(figsize=(9.5, 4.2), layout="constrained"), panel.ended
    left, middle, right = figure.subplots(1, 3)
    plot_bits(ended, left, against="parameters", xlabel="parameters", styles=panel.styles)
    left.ticklabel_format(axis="x", style="sci", scilimits=(0, 3), useMathText=True)
    plot_bits(ended, middle, against="seconds_training", xlabel="seconds of training", styles=panel.styles)
    plot_context(panel.rows("context.csv", ("context", "bits")), right, styles=panel.styles)
    legend_below(figure, panel, list(ended[LABEL].unique()))
    return figure


def learning(results: Results) -> Section | None:
    """Loss, accuracy and step size along training."""
    pictures = [
        Picture(f"Learning curves: {title}", LEARNING, _learning_figure(panel))
        for title, panel in ended_panels(results)
    ]
    return Section("curves", "Learning curves", pictures[:MOST_PANELS]) if pictures else None


def _learning_figure(panel: Results) -> Figure:
    figure, curves = Figure(figsize=(9.5, 8), layout="constrained"), curves_of(panel)
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.2))
    for ax, names, ylabel in (
        (axes[0], ("train_bits", "validation_bits"), BITS),
        (axes[1], ("train_accuracy_100", "validation_accuracy"), "accuracy"),
    ):
        for metric, line in zip(names, ("--", "-")):
            plot_learning(curves, ax, metric=metric, ylabel=ylabel, styles=panel.styles, line=line)
        ax.set_xlabel("")
    plot_learning(curves, axes[2], metric="learning_rate", ylabel="learning rate", styles=panel.styles)
    axes[2].set_ylim(bottom=0)
    legend_below(figure, panel, list(curves))
    return figure


def reported(results: Results) -> Section | None:
    """Training accuracy beside a report's on the same text."""
    ours = {
        f"{row[LABEL]}, seed {row['seed']}, {title}": results.curves[row["run"]]
        for title, panel in ended_panels(results)
        for _, row in panel.ended.iterrows()
        if row["corpus.name"] == REPORTED_TEXT
    }
    rows = reported_rows(ours)
    heading = "Beside a report on the same text"
    return Section("reported", heading, [Table(rows, BESIDE)]) if rows else None


def reported_rows(curves: dict[str, pd.DataFrame]) -> list[dict[str, str]]:
    """Training accuracy at the steps of ``REPORTED`` and at the end: ours, and the report's below.

    Args:
        curves: Tables of ``curve.csv`` of runs on that text, by what they are called.
    """
    rows = []
    for name, curve in curves.items():
        by_step = curve.set_index("step")["train_accuracy_100"]
        row = {"model": name}
        row |= {f"step {step}": f"{by_step[step]:.3f}" if step in by_step else "-" for step in REPORTED}
        rows.append(row | {"last step": f"{by_step.iloc[-1]:.3f} (step {by_step.index[-1]})"})
    if rows:
        theirs = {f"step {step}": f"{value:.3f}" for step, value in REPORTED.items()}
        rows.append({"model": "report E, two-layer LSTM", **theirs, "last step": "0.70 after 20 epochs"})
    return rows


def samples(results: Results) -> Section:
    """What each run wrote along training, of runs that have not ended too."""
    folds: list[Any] = []
    for title, panel in results.panels().items():
        for run in sorted(panel.runs, key=lambda run: natural(run.settings.model.label)):
            path = run.path / SAMPLES
            if path.exists():
                rows = sample_rows(read_table(path, SAMPLE_COLUMNS, ("prompt", "text")))
                name = f"{run.settings.model.label}, seed {run.settings.seed}, {title}"
                folds.append(Fold(name, [Table(rows, texts=tuple(rows[0])[2:])]))
    blocks = [Text(TAKEN, soft=True), *folds] if folds else [Text("None were taken.")]
    return Section("samples", "Samples along training", blocks)


def sample_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """A row per step and temperature, with the texts by length."""
    rows = []
    for (step, temperature), group in table.groupby(["step", "temperature"]):
        texts = {
            f"{length} characters": f"{prompt}{text}".replace("\n", "↵")
            for length, prompt, text in zip(group["length"], group["prompt"], group["text"])
        }
        level = "greedy" if temperature == 0 else f"{temperature:g}"
        rows.append({"step": str(step), "temperature": level, **texts})
    return rows
