"""What the page of a comparison on sequences shows beside the sections that all pages share."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.sequences.experiment import ACCURACY
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.reach import chance_of
from experiments.lab.sequences.report.sensitivity_figures import sensitivity_figure
from experiments.lab.sequences.report.sensitivity_tables import number_rows, sensitivities
from experiments.reading.plots import plot_accuracy, plot_curves, plot_models, plot_success
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Table, Text
from experiments.reading.standard import MOST_PANELS, curves_of, legend_below, titled

MOST_MEMORY = 6  # figures of settings that differ; the table has them all
DECAY = (
    "Of D(r) averaged over seeds. Decay a step: the factor from r to r + 1, from a straight line through "
    "log D where D is above 0. Half-distance: steps until half is left, by that line. Mean radius: Σ r D / "
    "Σ D. Reach: the largest r with D above 0 (or more, where D gets too small for a number there). Exactly "
    "0: the r from which nothing arrives, which the line and the radius leave out. With extra edges, or "
    "with directed ones, D need not fall with r, and the line then says little: read the figure."
)


def overlaps(results: Results) -> Section | None:
    """A warning where splits share examples."""
    shared = results.ended[results.ended["disjoint"].eq(False)]
    if shared.empty:
        return None
    lengths = ", ".join(str(length) for length in sorted(shared["length"].unique()))
    text = (
        f"Splits overlap at T = {lengths}. There are too few different examples of this length to keep some "
        "back, so its test accuracy says nothing about unseen ones."
    )
    return Section("overlaps", "A word of caution", [Text(text)])


def accuracy(results: Results) -> Section | None:
    """What judges the runs, against length: the main figure; one panel for each combination of settings."""
    if results.ended.empty:
        return None
    parts, left_out = _shown_parts(results)
    judged = results.metric.title[:1].upper() + results.metric.title[1:]
    if results.frame["length"].nunique() == 1:
        return _by_model(results, parts, judged, left_out)
    figure = _panels(parts, 4.6)
    for (title, part), ax in zip(parts.items(), figure.axes):
        order, chance = results.models, chance_of(part.frame)
        plot_accuracy(part.frame, ax, chance=chance, order=order, metric=results.metric).set_title(
            title, fontsize=10
        )
    heading = f"{'Accuracy' if results.metric.key == ACCURACY.key else judged} against length"
    blocks = [
        Picture(
            heading,
            f"{judged}. Lines and open marks: means over seeds; bands: one standard deviation; dots: single seeds. "
            f"Models and seeds are set a little apart along the length axis, so that none hides another.{left_out}",
            figure,
        ),
    ]
    return Section("figures", heading, blocks)


def _by_model(results: Results, parts: dict[str, Results], judged: str, left_out: str) -> Section:
    """Over one length there is no line: a row per model."""
    figure = _panels(parts, 1.2 + 0.36 * len(results.models))
    for (title, part), ax in zip(parts.items(), figure.axes):
        chance = chance_of(part.frame)
        plot_models(part.frame, ax, styles=part.styles, chance=chance, metric=results.metric)
        ax.set_title(title, fontsize=10)
    text = (
        f"{judged}. Dots: single seeds; open marks with bars: mean and one standard deviation; dotted: guessing."
        f"{left_out}"
    )
    heading = f"{judged} at T = {results.frame['length'].iloc[0]}"
    return Section("figures", heading, [Picture(heading, text, figure)])


def _shown_parts(results: Results) -> tuple[dict[str, Results], str]:
    """Panels, and a word on those that are left out."""
    whole = over_lengths(results.compared)
    parts = dict(list(whole.items())[:MOST_PANELS])
    more = len(whole) - len(parts)
    return parts, f" {more} more combinations of settings stand in the summary alone." if more else ""


def training(results: Results) -> Section | None:
    """Success against length, training curves, and the step size where it decays."""
    if results.ended.empty:
        return None
    parts, left_out = _shown_parts(results)
    blocks: list[Any] = []
    if results.metric.success is not None and results.frame["length"].nunique() > 1:
        success = _panels(parts, 4.2)
        for (title, part), ax in zip(parts.items(), success.axes):
            plot_success(part.summary(), ax, order=results.models).set_title(title, fontsize=10)
        text = (
            f"Share of seeds with a {results.metric.title} of at least {results.metric.success:g}.{left_out}"
        )
        blocks.append(Picture("Success rate against length", text, success))
    for title, part in parts.items():
        if not part.ended.empty:
            curve = part.metric.curve.replace("_", " ").capitalize()
            text = f"{curve}, one line per seed. The table of runs shows the curves one by one."
            blocks.append(Picture(titled("Training curves", title), text, _curve_figure(part)))
    decaying = results.some(results.frame["train.decay_every"] > 0)
    if decaying is not None and not decaying.ended.empty:
        text = "Step size of the optimiser, one line per run."
        blocks.append(Picture("Learning rate", text, _rate_figure(decaying)))
    return Section("curves", "How it was learned", blocks) if blocks else None


def _panels(parts: dict[str, Results], height: float) -> Figure:
    figure = Figure(figsize=(9, height * len(parts)), layout="constrained")
    figure.subplots(len(parts), squeeze=False)
    return figure


def _curve_figure(part: Results) -> Figure:
    lengths = sorted(part.frame["length"].unique())
    rows = (len(lengths) + 1) // 2
    figure = Figure(figsize=(9, 2.9 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, min(2, len(lengths)), sharey=True, squeeze=False).ravel()
    drawn: dict[str, Any] = {}
    for length, ax in zip(lengths, axes):
        own = part.some(part.frame["length"] == length)
        by_model = curves_of(own) if own is not None else {}
        drawn |= by_model
        plot_curves(by_model, ax, metric=part.metric.curve, styles=part.styles)
        ax.set(title=f"T = {length}")
        if part.metric.key == ACCURACY.key:
            ax.set_ylim(-0.03, 1.05)
    for ax in axes[len(lengths) :]:
        ax.set_axis_off()
    legend_below(figure, part, list(drawn))
    return figure


def _rate_figure(decaying: Results) -> Figure:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    ax = plot_curves(curves_of(decaying), figure.subplots(), metric="learning_rate", styles=decaying.styles)
    ax.set_ylim(bottom=0)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return figure


def memory(results: Results) -> Section | None:
    """Figure and numbers of D(r); None where no run measured it."""
    parts = sensitivities(results.compared)
    if not parts:
        return None
    blocks: list[Any] = [definition_of(pd.concat(parts.values()))]
    for title, part in list(parts.items())[:MOST_MEMORY]:
        length = int(part["length"].max())
        blocks.append(
            Picture(
                titled(f"Memory at T = {length}", title),
                "",
                sensitivity_figure(part, length, styles=results.styles),
            )
        )
    if len(parts) > MOST_MEMORY:
        text = f"{len(parts) - MOST_MEMORY} more combinations of settings are in sensitivity.csv of each run."
        blocks.append(Text(text, soft=True))
    blocks.append(Table(number_rows(parts), DECAY))
    return Section("memory", "How much of each input is left", blocks)


def definition_of(rows: pd.DataFrame) -> Text:
    """What D(r) is, and at which weights it was measured.

    Args:
        rows: From ``sensitivities``.
    """
    return Text(
        "D(r) = ‖∂ logits / ∂ input‖ is how much an input r steps (or r hops) from the read-out can move "
        f"the answer, {when_measured(rows)}. Exactly 0 means that nothing arrives: a graph network with fewer layers "
        "than hops (under-reaching), where no weights can help; a phased network all of whose units are closed at "
        "that step; or a maximum or rectified units that let nothing pass with these weights. A number far below D(1) "
        "of the same model is in reach, and most of it is lost on the way: through time, through the depth of a graph "
        "network, or on its edges. D grows and shrinks with the scale of the logits: between two models compare "
        "D(r) / D(1)."
    )


def when_measured(rows: pd.DataFrame) -> str:
    """At which weights D(r) was measured, as a part of a sentence.

    Args:
        rows: From ``sensitivities``.

    Example:
        >>> rows = pd.DataFrame({"model": ["rnn", "rnn"], "length": 5, "seed": 0, "when": ["initial", "trained"]})
        >>> when_measured(rows), when_measured(rows[:1])
        ('at the initial weights and after training', 'at the initial weights')
    """
    found = {
        when: set(group.groupby(["model", "length", "seed"]).groups) for when, group in rows.groupby("when")
    }
    if "trained" not in found:
        return "at the initial weights"
    some = "" if found["trained"] == found.get("initial") else ", of the runs that were trained,"
    return f"at the initial weights and{some} after training"
