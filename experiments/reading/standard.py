"""The sections that pages share. Each takes results, and answers a section, or None where it has nothing to say."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from experiments.reading.frames import LABEL, natural
from experiments.reading.plots import plot_curves
from experiments.reading.results import Results
from experiments.reading.sections import Facts, Fold, Picture, Pre, Section, Table, Text
from experiments.reading.statistics.intervals import CONFIDENCE
from experiments.reading.statistics.summary import runs_of_groups
from experiments.reading.statistics.verdicts import judge_together, judged_count, meaning
from experiments.reading.table_formats import heading, listed, markdown
from experiments.reading.tables import PAPER, apart, model_rows, paired_rows, summary_rows
from experiments.records.files import read_text
from experiments.records.pictures import FOLDER, read_index

MAX_SVG = 4 << 20  # bytes of one picture; a larger one would make the page slow
MOST_FAILURES = 100  # listed by name; the table of runs has them all
MOST_PANELS = 12  # of one figure
OPEN_PICTURES = 2  # of one kind; others are folded
_PERCENT = f"{100 * CONFIDENCE:.0f} %"


def summary(results: Results) -> Section:
    """Figures over seeds, and the papers' beside them."""
    rows, runs = summary_rows(results), []
    metric = results.metric
    groups = iter(runs_of_groups(results.frame))
    for row in rows:
        # A published figure has no runs, and stands below those that are of the same model.
        runs.append([] if row["model"].endswith(PAPER) else next(groups))
    note = (
        f"{metric.title.capitalize()} is on the test part: mean ± standard deviation (ddof 1) over n seeds, and "
        f"Student's {_PERCENT} interval of the mean, cut where the number itself ends. "
    )
    if "IQM" in rows[0]:
        note += "IQM, from four seeds on, is the mean of the middle half, with an interval of its own kind. "
    if metric.success is not None:
        note += (
            f"Success is the share of all runs, failed ones too, that reach {metric.success:g}, with Wilson's "
            "interval. "
            "Bimodal: some runs reach it and others stay far below, so that the mean describes neither. "
        )
    step = results.experiment.step
    note += f"Parameters, {step}s, milliseconds per {step} and seconds per run are medians."
    papers = {
        p.source for p in results.experiment.published if any(r["model"] == f"{p.model}{PAPER}" for r in rows)
    }
    if papers:
        note += f" Rows marked paper are not ours: {'; '.join(sorted(papers))}."
    fold = Fold("The same table as Markdown", [Pre(markdown(rows))])
    front = [name for name in rows[0] if name != "parameters"]
    at = front.index("interval") if "interval" in front else len(front)
    front.insert(front.index("n") if "n" in front else at, "parameters")  # what a phone shows comes first
    shown = [{name: row.get(name, "") for name in front} for row in rows]
    return Section("summary", "Summary", [Table(shown, note, open=True, runs=runs), fold])


def paired(results: Results) -> Section | None:
    """Differences from the baseline, seed by seed."""
    return paired_in_parts({"": results})


def paired_in_parts(parts: dict[str, Results]) -> Section | None:
    """Differences from the baseline in several parts of the runs, a table for each, judged together.

    Args:
        parts: Titles and parts.
    """
    compared = {
        title: part
        for title, part in parts.items()
        if part.baseline is not None and (part.frame[LABEL] == part.baseline).any()
    }
    found = {title: frame for title, part in compared.items() if not (frame := part.differences()).empty}
    if not found:
        return None
    first = compared[next(iter(found))]
    metric, region, families = first.metric, first.equivalent, first.families
    judged = judge_together(list(found.values()), metric, equivalent=region, families=families)
    why = "" if first.asked else f"{first.baseline} is the experiment's choice; --baseline names another. "
    text = (
        f"{why}{metric.title.capitalize()} minus that of {first.baseline} on the same task and seed, under the same "
        "settings; mean over n pairs. "
    )
    text += meaning(
        judged_count(v for part in judged for v in part["verdict"]),
        metric,
        equivalent=region,
        families=families,
    )
    blocks: list[Any] = [Text(text, soft=True)]
    for title, frame in zip(found, judged):
        blocks += [*([Text(f"{title}:")] if title else []), Table(paired_rows(frame, metric))]
    return Section("paired", f"Paired differences against {first.baseline}", blocks, judged=True)


def curves(results: Results, parts: dict[str, Results] | None = None) -> Section | None:
    """Training curves: loss and metric of the validation part, a line per seed, a figure for each part of the runs.

    Args:
        results: The runs.
        parts: Titles and parts of them; by default those by settings, with all tasks in one figure.
    """
    blocks: list[Any] = []
    parts = results.parts() if parts is None else parts
    for title, part in list(parts.items())[:MOST_PANELS]:
        blocks += _curve_pictures(part, title)
    more = blocks[OPEN_PICTURES:]
    folded = [Fold(f"{len(more)} more figures of training curves", more)] if more else []
    shown = [*blocks[:OPEN_PICTURES], *folded, *left_out(parts)]
    return Section("curves", "Training curves", shown) if blocks else None


def left_out(parts: dict[str, Results]) -> list[Text]:
    """A word on the sets of settings for which a page has no room for a figure."""
    more = len(parts) - MOST_PANELS
    text = f"{more} more combinations of settings have no figure here; the tables have them all."
    return [Text(text, soft=True)] if more > 0 else []


def _curve_pictures(part: Results, title: str) -> list[Picture]:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    by_model = curves_of(part)
    wanted = dict.fromkeys(("validation_loss", part.metric.curve))
    columns = [c for c in wanted if any(c in curve for tables in by_model.values() for curve in tables)]
    if not columns:
        return []
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for metric, ax in zip(columns, figure.subplots(1, len(columns), squeeze=False).ravel()):
        drawn = {m: [t for t in tables if metric in t] for m, tables in by_model.items()}
        plot_curves(drawn, ax, metric=metric, styles=part.styles)
        ax.set_xlabel(part.experiment.step)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(figure, part, list(by_model))
    text = (
        f"Validation part against {part.experiment.step}s, one line per seed. A line ends where its run did."
    )
    return [Picture(titled("Training curves", title), text, figure)]


def curves_of(results: Results) -> dict[str, list[pd.DataFrame]]:
    """Curves of the runs that ended, by model."""
    return {
        str(label): [results.curves[run] for run in runs]
        for label, runs in results.ended.groupby(LABEL)["run"]
    }


def legend_below(figure: Any, results: Results, models: list[str]) -> None:
    """A legend of models below a figure."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=results.styles[m]["color"], ls=results.styles[m]["linestyle"], label=m)
        for m in sorted(models, key=natural)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, frameon=False)


def titled(what: str, settings: str) -> str:
    """A title with the settings of a part behind it, where there are any."""
    return f"{what}: {settings}" if settings else what


def pictures(results: Results) -> Section | None:
    """The pictures that a sweep left beside its records."""
    blocks = []
    for entry in read_index(results.folder):
        path = results.folder / FOLDER / str(entry["file"]).rpartition("/")[2]
        if path.exists() and path.stat().st_size <= MAX_SVG:
            blocks.append(Picture(entry["title"], entry["text"], svg_element(read_text(path))))
    return Section("graphs", "The graphs", blocks) if blocks else None


def svg_element(text: str) -> Markup:
    """The ``<svg>`` element alone. Its text comes from matplotlib, which escapes what it is given."""
    return Markup(text[text.index("<svg") :])


def models(results: Results) -> Section:
    """What each model is."""
    rows = model_rows(results.listing)
    text = "Every setting of a model is declared and recorded."
    if any(code.kind in ("model", "convolution") for run in results.runs for code in run.settings.code):
        text += " What is inside a model or layer of your own its file alone says."
    if "hidden size" in rows[0]:
        text += " Hidden sizes follow from the budget of parameters where there is one, and may differ between tasks."
    shown, shared = apart(rows)
    blocks: list[Any] = [Text(text, soft=True), Table(shown, open=True)]
    if shared:
        blocks += [Text("The same in every model that has it:", soft=True), Facts(shared)]
    return Section("models", "What each model is", blocks)


def failures(results: Results) -> Section:
    """Runs that did not end well, with their reasons."""
    frame = results.frame
    chosen = frame.loc[frame["status"] != "ok", ["run", "status", "reason"]].astype(object)
    # Of unfinished runs alone the reasons are a column of missing numbers.
    rows = chosen.where(chosen.notna(), "").to_dict("records")
    if not rows:
        return Section("failed", "Failed or unfinished runs", [Text("None: every run has a result.")])
    more = f"The first {MOST_FAILURES} of {len(rows)}; the table of runs below has them all."
    note = more if len(rows) > MOST_FAILURES else ""
    return Section("failed", "Failed or unfinished runs", [Table(rows[:MOST_FAILURES], note)])


def settings(results: Results) -> Section:
    """Settings that models share, those that they do not, and the machine."""
    frame = results.listing
    names = [
        c for c in frame.attrs["settings"] if not c.startswith("model.") and c not in ("seed", "experiment")
    ]
    names = [c for c in names if frame[c].notna().any() and listed(frame[c])]
    own = [
        c
        for c in names
        if c.startswith("train.") and frame.groupby(LABEL)[c].first().nunique(dropna=False) > 1
    ]
    blocks: list[Any] = [Facts({heading(c): listed(frame[c]) for c in names if c not in own})]
    if own:
        each: list[Any] = []
        for model in results.models:
            values = frame[frame[LABEL] == model]
            each.append(Facts({heading(c): listed(values[c]) for c in own}, title=model))
        blocks.append(Fold("Settings of each model's own", each))
    machine = [c for c in frame if c.startswith("environment.") and frame[c].notna().any()]
    blocks.append(Facts({heading(c): listed(frame[c]) for c in machine}, title="machine"))
    return Section("settings", "Settings and machine", blocks)
