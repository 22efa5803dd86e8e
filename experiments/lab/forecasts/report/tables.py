"""Tables of forecasts: errors over seeds, and what differs between models in pairs of the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.reading.statistics import CONFIDENCE, bootstrap_interval, interquartile_mean, runs_table
from experiments.reading.table_formats import aligned
from experiments.reading.tables import digits_needed, heading, shown
from experiments.records.records import RunRecord

LSTM = "lstm"
FILES = ("series", "edge_list")
EPIDEMIC_SIZES = ("nodes", "times")  # 0 where the series is the user's own
COLUMNS = (
    "reason",
    "test_error",
    "test_absolute_error",
    "validation_error",
    "skill",
    "best_error",
    "steps",
    "parameters",
    "ms_per_step",
    "seconds_total",
)


def forecast_runs(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, with all columns that the tables below read."""
    frame = runs_table(runs)
    return frame.assign(**{column: np.nan for column in COLUMNS if column not in frame})


def differing(frame: pd.DataFrame) -> list[str]:
    """Settings other than model, edges and seed in which runs differ, so that groups are told apart by them."""
    fixed = ("series", "edge_list", "content", "nodes", "times", "device", "threads")
    candidates = [c for c in frame.columns if c.startswith("train.") or c in fixed]
    return [c for c in candidates if frame[c].nunique(dropna=False) > 1]


def parts(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The runs by settings that differ, each part with a title; one part with an empty title where none does.

    Runs of different parts are never averaged over.

    Args:
        frame: From ``forecast_runs``.
    """
    others = differing(frame)
    if not others:
        return {"": frame}
    groups = [(dict(zip(others, values)), part) for values, part in frame.groupby(others, dropna=False)]
    titles = [_title(values) for values, _ in groups]
    if len(set(titles)) < len(titles):  # files of one name, in other folders or with other content
        titles = [", ".join(f"{heading(c)} {shown(v)}" for c, v in values.items()) for values, _ in groups]
    return {title: part for title, (_, part) in zip(titles, groups)}


def _title(settings: dict[str, Any]) -> str:
    """Settings in words; files by their names, and sizes of the epidemic where it is one."""
    names = {
        c: Path(v).name if c in FILES else shown(v)
        for c, v in settings.items()
        if c != "content" and not (c in EPIDEMIC_SIZES and v == 0)
    }
    return ", ".join(f"{heading(c)} {name}" for c, name in names.items() if name)


def best_errors(frame: pd.DataFrame) -> dict[str, float]:
    """The smallest error that any forecast can expect, by part; one for all where they agree, none where unknown.

    Args:
        frame: From ``forecast_runs``.
    """
    known = {title: part["best_error"].dropna() for title, part in parts(frame).items()}
    means = {title: float(errors.mean()) for title, errors in known.items() if len(errors)}
    alike = len({f"{mean:.5f}" for mean in means.values()}) == 1 and len(means) == len(known)
    return {"": next(iter(means.values()))} if alike else means


def summary_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Figures over seeds for each model and its edges, the smallest error first.

    Args:
        frame: From ``forecast_runs``.
    """
    others = differing(frame)
    rows = []
    for key, group in frame.groupby(["model.label", "edges", *others], dropna=False):
        label, edges, *values = key
        ended = group[group["status"] == "ok"]
        error = ended["test_error"].to_numpy(dtype=float)
        absolute = ended["test_absolute_error"].to_numpy(dtype=float)
        form, absolute_form = _form(error), _form(absolute)
        low, high = bootstrap_interval(error)
        middle = f"{interquartile_mean(error):{form}}" if len(error) else "-"
        failed = int((group["status"] == "failed").sum())
        row = {
            "model": label,
            "edges": seen_edges(label, edges),
            "squared error": _mean_and_std(error, form),
            "IQM": middle + _interval(low, high, form),
            "skill": _mean_and_std(ended["skill"].dropna().to_numpy(dtype=float), ".3f"),
            "absolute error": _mean_and_std(absolute, absolute_form),
            "n": f"{len(ended)}" + (f" ({failed} failed)" if failed else ""),
            "parameters": _median(ended["parameters"], 0),
            "steps": _median(ended["steps"], 0),
            "ms/step": _median(ended["ms_per_step"], 1),
            "seconds": _median(ended["seconds_total"], 1),
        }
        rows.append(
            (
                error.mean() if len(error) else np.inf,
                row | {_column(c, row): f"{v}" for c, v in zip(others, values)},
            )
        )
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _column(setting: str, row: dict[str, str]) -> str:
    """A heading of its own: the steps that a run may take are not those that it took."""
    return setting if heading(setting) in row else heading(setting)


def seen_edges(label: str, edges: str) -> str:
    """The edges that a model uses: an LSTM and the baselines have none, whatever their record says.

    Args:
        label: A model, such as ``"gcn-lstm"``.
        edges: Edges of its run: ``"given"`` or ``"shuffled"``.

    Example:
        >>> seen_edges("gcn-lstm", "given"), seen_edges("lstm", "given")
        ('given', 'none')
    """
    return edges if label.startswith(("gcn", "gat")) else "none"


def paired_rows(frame: pd.DataFrame, reference: str = LSTM) -> list[dict[str, Any]]:
    """Each model's squared error minus the reference's on the same series and seed, in percent of the latter.

    Args:
        frame: From ``forecast_runs``.
        reference: Label of a model; its runs on the given edges are compared with.

    Returns:
        One row a model, edges and part of ``parts``: mean, bootstrap interval, how many pairs are below 0, and n;
        ``settings`` is the title of the part. Empty where the reference did not run.
    """
    return [row for title, part in parts(frame).items() for row in _paired(part, reference, title)]


def _paired(part: pd.DataFrame, reference: str, settings: str) -> list[dict[str, Any]]:
    ended = part[part["status"] == "ok"]
    base = ended[(ended["model.label"] == reference) & (ended["edges"] == "given")][["seed", "test_error"]]
    return _differences(ended[ended["model.label"] != reference], base, reference, settings)


def gains_of_edges(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each model's squared error on the given edges minus its own on shuffled ones, paired by seed.

    What a graph does without being the right one, as averaging over nodes, is in both: the difference is what the
    edges themselves gave.

    Args:
        frame: From ``forecast_runs``.

    Returns:
        Rows as those of ``paired_rows``, for models that ran on both.
    """
    rows = []
    for title, part in parts(frame).items():
        ended = part[part["status"] == "ok"]
        for label, own in ended.groupby("model.label"):
            base = own[own["edges"] == "shuffled"][["seed", "test_error"]]
            reference = f"{label} with shuffled edges"
            rows += _differences(own[own["edges"] == "given"], base, reference, title)
    return rows


def _differences(
    ended: pd.DataFrame, base: pd.DataFrame, reference: str, settings: str
) -> list[dict[str, Any]]:
    pairs = ended.merge(base, on="seed", suffixes=("", "_reference"))
    pairs["difference"] = 100 * (pairs["test_error"] / pairs["test_error_reference"] - 1)
    rows = []
    for (label, edges), group in pairs.groupby(["model.label", "edges"]):
        values = group["difference"].to_numpy(dtype=float)
        low, high = bootstrap_interval(values, np.mean)
        rows.append(
            {
                "model": label,
                "reference": reference,
                "edges": seen_edges(label, edges),
                "settings": settings,
                "difference": values.mean(),
                "low": low,
                "high": high,
                "below": int((values < 0).sum()),
                "n": len(values),
            }
        )
    return sorted(rows, key=lambda row: row["difference"])


def text_table(runs: Sequence[RunRecord]) -> str:
    """The summary for the terminal."""
    frame = forecast_runs(runs)
    text = aligned(summary_rows(frame), left=("model", "edges"))
    best = best_errors(frame)
    if best:
        text += "\n"
    for title, error in best.items():
        where = f" with {title}" if title else ""
        text += f"\nsmallest squared error that any forecast can expect{where}: {error:.5f} (true probabilities known)"
    paired = paired_rows(frame)
    if paired:
        interval = f", with its {100 * CONFIDENCE:.0f} % bootstrap interval"
        some = not all(np.isnan(row["low"]) for row in paired)  # one seed has none
        text += f"\n\nsquared error against that of lstm on the same seed{interval if some else ''}:"
    for row in paired:
        edges = {"none": "no edges"}.get(row["edges"], f"{row['edges']} edges")
        what = ", ".join([edges, *filter(None, [row["settings"]])])
        text += (
            f"\n{row['model']} ({what}): {row['difference']:+.1f} %{_interval(row['low'], row['high'], '+.1f')}, "
            f"lower in {row['below']} of {row['n']} seed{'s' if row['n'] > 1 else ''}"
        )
    return text


def _interval(low: float, high: float, form: str) -> str:
    return "" if np.isnan(low) else f" [{low:{form}}, {high:{form}}]"


def _form(errors: np.ndarray) -> str:
    """How errors are printed: four digits, with a power of ten where the unit makes them very large or small."""
    sizes = errors[errors > 0]
    if len(sizes) and not 1e-6 < np.median(sizes) < 1e9:
        return ".3e"
    return f".{digits_needed(errors, 4)}f"


def _mean_and_std(values: np.ndarray, form: str) -> str:
    if len(values) == 0:
        return "-"
    return f"{values.mean():{form}}" + (f" ± {values.std(ddof=1):{form}}" if len(values) > 1 else "")


def _median(values: pd.Series, digits: int) -> str:
    return "-" if values.isna().all() else f"{values.median():,.{digits}f}"
