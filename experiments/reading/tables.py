"""Rows of tables for people, as text: summaries, published figures, paired differences, models, two folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.experiment import load
from experiments.core.metric import Metric, Published
from experiments.reading.folder_comparison import FolderComparison
from experiments.reading.frames import LABEL, natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Table
from experiments.reading.statistics.contrast import SUCCESSES
from experiments.reading.statistics.verdicts import NOT_SHOWN
from experiments.reading.table_formats import aligned, digits_needed, heading, interval, listed, number, shown

Rows = list[dict[str, str]]
PAPER = " (paper)"  # behind the name of a model whose figure is published


def form_of(metric: Metric, values: Any) -> str:
    """How numbers of a metric are printed: its own digits, or four significant ones of whatever size they have."""
    if metric.digits is not None:
        return f".{metric.digits}f"
    sizes = np.abs(np.asarray(values, dtype=float)) * metric.scale
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if len(sizes) and not 1e-6 < np.median(sizes) < 1e9:
        return ".3e"
    return f".{digits_needed(sizes, 4)}f"


def summary_rows(results: Results, summary: pd.DataFrame | None = None, metric: str | None = None) -> Rows:
    """Rows of the summary as text, models in their order; a column for every setting that differs.

    A published figure stands in a row of its own below the model that it is of.

    Args:
        results: The runs.
        summary: From ``results.summary``; made anew when left out.
        metric: What it is of; the experiment's own metrics when left out.
    """
    summary = results.summary(metric) if summary is None else summary
    metrics = results.metrics(metric)
    forms = [form_of(m, summary[_column(m, "mean", k)]) for k, m in enumerate(metrics)]
    rows: Rows = []
    keys = summary.attrs["keys"]
    for i in summary.index:
        row = summary.loc[i]
        cells = _cells(row, metrics, forms)
        # A setting such as the most steps of a run must not take the place of the steps taken.
        place = {heading(c) if heading(c) not in cells else c: shown(row[c]) for c in keys[1:]}
        rows.append({"model": row[LABEL], **place, **cells})
        rows += [_published_row(p, rows[-1], metrics, forms) for p in _published(results, row)]
    if summary["iqm"].isna().all():
        rows = [{name: cell for name, cell in row.items() if name != "IQM"} for row in rows]
    return rows


def _column(metric: Metric, what: str, place: int) -> str:
    return what if place == 0 else f"{metric.key}.{what}"


def _cells(row: pd.Series, metrics: tuple[Metric, ...], forms: list[str]) -> dict[str, str]:
    cells = {"parameters": "-" if pd.isna(row["parameters"]) else f"{row['parameters']:,.0f}"}
    for place, (metric, form) in enumerate(zip(metrics, forms)):
        mean, std = row[_column(metric, "mean", place)], row[_column(metric, "std", place)]
        spread = "" if pd.isna(std) else f" ± {metric.scale * std:{form}}"
        cells[metric.heading] = number(metric.scale * mean, form) + spread
        if place == 0:
            cells |= _interval_cells(row, metric, form)
    medians = {
        "n": f"{row['n']}" + (f" ({row['failed']} failed)" if row["failed"] else ""),
        "steps": number(row["steps"], ".0f"),
        "ms/step": number(row["ms_per_step"], ".2f"),
        "seconds": number(row["seconds"], ".1f"),
    }
    # Where the table is of one of these, its mean stands there and not its median.
    return cells | {name: text for name, text in medians.items() if name not in cells}


def _interval_cells(row: pd.Series, metric: Metric, form: str) -> dict[str, str]:
    """Interval of the mean, interquartile mean, success rate; a mean of two kinds of runs has no interval."""
    ends = {name: metric.scale * row[name] for name in ("low", "high", "iqm_low", "iqm_high")}
    spanned = interval(ends["low"], ends["high"], form).strip() or "-"
    middle = number(metric.scale * row["iqm"], form) + interval(ends["iqm_low"], ends["iqm_high"], form)
    cells = {"interval": "bimodal" if row["bimodal"] else spanned, "IQM": middle}
    if metric.success is not None:
        share = interval(row["success_low"], row["success_high"], ".2f")
        cells["success"] = number(row["success"], ".2f") + share
    return cells


def _published(results: Results, row: pd.Series) -> list[Published]:
    return [
        paper
        for paper in results.experiment.published
        if paper.model == row[LABEL]
        and all(_has(results, row, column, value) for column, value in paper.task.items())
    ]


def _has(results: Results, row: pd.Series, column: str, wanted: Any) -> bool:
    """Whether the runs of a row have that value; a setting that tells none apart is no column of the summary."""
    own = results.frame[results.frame[LABEL] == row[LABEL]]
    return bool(row[column] == wanted if column in row else (own[column] == wanted).all())


def _published_row(
    paper: Published, ours: dict[str, str], metrics: tuple[Metric, ...], forms: list[str]
) -> dict[str, str]:
    row = dict.fromkeys(ours, "") | {"model": f"{paper.model}{PAPER}"}
    for metric, form in zip(metrics, forms):
        if metric.key == paper.metric:
            std = "" if paper.std is None else f" ± {metric.scale * paper.std:{form}}"
            row[metric.heading] = f"{metric.scale * paper.mean:{form}}{std}"
    return row | {"n": "" if paper.runs is None else f"{paper.runs}"}


def with_differences(rows: Rows, paired: pd.DataFrame, summary: pd.DataFrame, metric: Metric) -> Rows:
    """Rows of the summary with columns of the paired difference, the number of pairs, and the verdict.

    Args:
        rows: From ``summary_rows`` without published figures between, or with them.
        paired: From ``results.paired``.
        summary: What the rows were made of.
        metric: What both are of.
    """
    keys = [c for c in summary.attrs["keys"] if c in paired]
    form = form_of(metric, paired["difference"])
    scale = metric.scale
    found = {
        tuple(shown(row[c]) for c in keys): {
            "difference": f"{scale * row['difference']:+{form}} {_span(row, form, scale)}".rstrip(),
            "pairs": f"{row['n']}" + (f" ({row['failed']} failed)" if row["failed"] else ""),
            "verdict": verdict_cell(row, form, scale),
        }
        for _, row in paired.iterrows()
    }
    nothing = {"difference": "-", "pairs": "0", "verdict": "-"}
    told = ([row.get(c) or row.get(heading(c), "") for c in keys] for row in rows)
    return [row | found.get(tuple(cells), nothing) for row, cells in zip(rows, told)]


def paired_rows(paired: pd.DataFrame, metric: Metric, *, percent: bool = False) -> Rows:
    """Paired differences as text, models in their order.

    Args:
        paired: From ``results.paired``.
        metric: What they are of.
        percent: They are relative.
    """
    form = ".1f" if percent else form_of(metric, paired["difference"])
    scale = 1.0 if percent else metric.scale
    unit = " %" if percent else ""
    return [
        {heading(c): shown(row[c]) for c in paired.attrs["keys"]}
        | {f"difference{unit or f' {metric.unit}'.rstrip()}": f"{scale * row['difference']:+{form}}"}
        | difference_cells(row, form, scale)
        for _, row in paired.iterrows()
    ]


def difference_cells(row: Any, form: str, scale: float = 1.0) -> dict[str, str]:
    """What else a judged difference is shown with: interval, effect size, pairs, p value and verdict.

    Args:
        row: A row of ``judge``.
        form: How numbers are printed.
        scale: What they are multiplied with.
    """
    return {
        "interval": _span(row, form, scale) or "-",
        "effect": number(row["effect"], "+.2f"),
        "below 0": f"{row['below']}",
        "n": f"{row['n']}" + (f" ({row['failed']} failed)" if row["failed"] else ""),
        "p (Holm)": number(row["p_holm"], ".2g"),
        "verdict": verdict_cell(row, form, scale),
    }


def _span(row: Any, form: str, scale: float) -> str:
    """The interval of a difference, or what stands in its place where successes are compared."""
    if row["test"] == SUCCESSES:
        return f"{row['successes']} of {row['n']} against {row['base_successes']} of {row['n_base']} succeed"
    return interval(scale * row["low"], scale * row["high"], form, "+").strip()


def verdict_cell(row: Any, form: str, scale: float = 1.0) -> str:
    """The verdict; where a difference is not shown, about how many seeds it needs.

    Example:
        >>> verdict_cell({"verdict": "not shown", "seen": 0.02, "seeds": 14.0, "test": "t"}, ".3f")
        'not shown; 0.020 needs about 14 seeds'
    """
    if row["verdict"] != NOT_SHOWN or pd.isna(row["seen"]) or row["seen"] == 0:
        return str(row["verdict"])
    by_successes = row["test"] == SUCCESSES
    wanted = f"{abs(scale * row['seen']):{form}}"
    if by_successes:
        rates = (row["successes"] / row["n"], row["base_successes"] / row["n_base"])
        wanted = f"success in {rates[0]:.0%} against {rates[1]:.0%}"
    seeds = "more than 1,000" if pd.isna(row["seeds"]) else f"about {row['seeds']:.0f}"
    return f"{row['verdict']}; {wanted} needs {seeds} seeds"


def text_summary(results: Results, more: Sequence[Callable[[Results], Section | None]] = ()) -> str:
    """The summary as aligned columns for a terminal, and the sections that an experiment wants there.

    Args:
        results: The runs.
        more: Further sections.
    """
    texts = [
        aligned(
            [{c: v for c, v in row.items() if c not in ("interval", "IQM")} for row in summary_rows(results)]
        )
    ]
    for make in (*map(load, results.experiment.terminal), *more):
        section = make(results)
        for block in section.blocks if section is not None else ():
            if isinstance(block, Sentences):
                texts.append("\n".join(block.items))
            elif isinstance(block, Table) and block.rows:
                texts.append(aligned(block.rows))
    return "\n\n".join(texts)


def comparison_rows(comparison: FolderComparison) -> Rows:
    """Groups of two folders as text, models in their order."""
    groups = comparison.groups
    keys = [c for c in comparison.keys if c in comparison.told or groups[c].map(str).nunique() > 1]
    order = sorted(groups.index, key=lambda i: (natural(groups[LABEL][i]), i))
    return [_comparison_row(groups.loc[i], keys, comparison.metric) for i in order]


def _comparison_row(row: pd.Series, keys: list[str], metric: Metric) -> dict[str, str]:
    scale = metric.scale
    cells = difference_cells(row, ".3g", scale)
    n = cells["n"] if row["how"] == "paired" else f"{row['n_base']}, {row['n']}"
    return (
        {heading(c): shown(row[c]) for c in keys}
        | {
            "A": number(scale * row["first"], ".4g"),
            "B": number(scale * row["second"], ".4g"),
            "B - A": f"{scale * row['difference']:+.3g}",
            "interval": cells["interval"],
            "effect": cells["effect"],
            "n": n,
            "runs": row["how"],
        }
        | {name: cells[name] for name in ("p (Holm)", "verdict")}
    )


def apart(rows: Rows) -> tuple[Rows, dict[str, str]]:
    """Rows with those columns in which they differ, and the values of the others; "-" where a row has none.

    Example:
        >>> apart([{"model": "lstm", "cell": "lstm", "bias": "-"}, {"model": "gcn-4", "cell": "-", "bias": "0"}])
        ([{'model': 'lstm'}, {'model': 'gcn-4'}], {'cell': 'lstm', 'bias': '0'})
    """
    found = {name: {row[name] for row in rows} - {"-"} for name in rows[0]}
    kept = [name for name, values in found.items() if name == "model" or len(values) > 1]
    shared = {name: next(iter(values)) for name, values in found.items() if name not in kept and values}
    return [{name: row[name] for name in kept} for row in rows], shared


def model_rows(frame: pd.DataFrame) -> Rows:
    """What each model is: a row per model with every declared setting; "-" where it has none.

    Args:
        frame: From ``runs_table``.
    """
    columns = [c for c in frame.columns if c.startswith("model.") and c != LABEL]
    sized = frame["hidden"].notna().any()  # else the sizes are among the settings
    rows = []
    for label in sorted(frame[LABEL].unique(), key=natural):
        own = frame[frame[LABEL] == label]
        # A whole model's name is its label, which comes first.
        cells = {heading(c): listed(own[c]) for c in columns if heading(c) != "model"}
        if "layers" in own and own["layers"].notna().any():  # as many as the answer was hops away
            cells["layers"] = _range(own["layers"])
        rows.append({"model": label, **cells} | ({"hidden size": _range(own["hidden"])} if sized else {}))
    return rows


def _range(values: pd.Series) -> str:
    low, high = values.min(), values.max()
    if pd.isna(low):
        return "-"
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
