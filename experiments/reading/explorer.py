"""What the table of runs in a report needs: its rows, and the training curves, as compact JSON inside the page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.reading.frames import LABEL, differing_settings, setting_columns, setting_names, told_tasks
from experiments.reading.results import Results
from experiments.reading.table_formats import digits_needed, heading

#: Columns of the results beside the metrics: heading and digits after the point; None shows the value as it is.
RESULTS = {
    "selected_step": ("selected {step}", 0),
    "steps": ("{step}s", 0),
    "stopped": ("stopped", None),
    "parameters": ("parameters", 0),
    "ms_per_step": ("ms/{step}", 2),
    "seconds_total": ("seconds", 1),
    "reason": ("reason", None),
}
DIGITS_MORE = 1  # of a single run, beyond those of a mean
VALUES = 600_000  # numbers of all curves together in a page; with six characters each about 4 MB
FEWEST, MOST = 20, 200  # points of a curve in the page
DIGITS = 4  # significant digits of a point


def explorer(results: Results) -> dict[str, Any]:
    """The context of ``runs.html.j2``.

    Returns:
        ``data`` and ``curves``, JSON that may stand inside a script element, and ``note``, which says what the page
        leaves out.
    """
    frame, step = results.frame, results.experiment.step
    columns = _columns(results)
    values = [_plain(frame[key], entry["digits"]) for key, entry in columns.items()]
    names = [c for c in setting_names(frame) if c != "seed"]
    data = {
        "folder": str(results.folder),
        "step": step,
        "colors": {model: style["color"] for model, style in results.styles.items()},
        "measure": results.metric.key if results.metric.key in columns else None,
        "columns": list(columns.values()),
        "rows": [list(row) for row in zip(*values)],
        "settings": _shared_and_apart(frame, names),
        "environment": _shared_and_apart(frame, [c for c in frame if c.startswith("environment.")]),
    }
    embedded, points = _curves(list(frame["run"]), results)
    return {"data": _json(data), "curves": _json(embedded), "note": _note(results.curves, points)}


def _columns(results: Results) -> dict[str, dict[str, Any]]:
    frame, step = results.frame, results.experiment.step
    wanted: dict[str, tuple[str, int | None]] = {}
    for metric in results.experiment.metrics:
        for key in dict.fromkeys((metric.key, metric.curve)):
            if key in frame:
                digits = (
                    digits_needed(frame[key], 5) if metric.digits is None else metric.digits + DIGITS_MORE
                )
                extra = 2 if metric.scale == 100 else 0  # records hold shares
                wanted[key] = (key.replace("_", " "), digits + extra)
    wanted |= {key: (label.format(step=step), digits) for key, (label, digits) in RESULTS.items()}
    there = {key: entry for key, entry in wanted.items() if key in frame and _says_something(frame[key])}
    taken = {label for label, _ in there.values()}
    front = {"run": "run", LABEL: "model"} | {c: heading(c) for c in told_tasks(frame)} | {"seed": "seed"}
    for c in setting_columns(frame):
        front[c] = heading(c) if heading(c) not in taken else f"most {heading(c)}"
    columns = {key: _column(frame, key, label, None) for key, label in (front | {"status": "status"}).items()}
    columns |= {key: _column(frame, key, label, digits) for key, (label, digits) in there.items()}
    # What each model has in its own way matters less than what came of it.
    for c in (c for c in differing_settings(frame) if c not in columns and not c.startswith("model.")):
        columns[c] = _column(frame, c, heading(c) if heading(c) not in taken else f"most {heading(c)}", None)
    columns[LABEL]["key"] = "model"
    return columns


def _says_something(column: pd.Series) -> bool:
    return bool((column.notna() & (column != "")).any())


def _column(frame: pd.DataFrame, key: str, label: str, digits: int | None) -> dict[str, Any]:
    numbers = pd.api.types.is_numeric_dtype(frame[key]) and key != "reason"
    return {
        "key": key,
        "label": label.replace("_", " "),
        "text": not numbers,
        "digits": digits if numbers else None,
    }


def _plain(column: pd.Series, digits: int | None) -> list[Any]:
    """Values that JSON has; no number is longer than the table needs."""
    values = column.astype(object).where(column.notna(), None).tolist()
    places = 6 if digits is None else digits + 2
    return [
        _finite(round(v, places)) if isinstance(v, float) and digits is not None else _finite(v)
        for v in values
    ]


def _finite(value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float) and (value.is_integer() or not math.isfinite(value)):
        return int(value) if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _shared_and_apart(frame: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """Values that all runs share once, and each different set of the others once, with its number for each run."""
    names = [name for name in names if frame[name].notna().any()]
    short = {name: name.removeprefix("environment.") for name in names}
    apart = [name for name in names if frame[name].nunique(dropna=False) > 1]
    first = frame.iloc[0]
    shared = {short[name]: _finite(_scalar(first[name])) for name in names if name not in apart}
    if not apart:
        return {"shared": shared, "sets": [{}], "index": [0] * len(frame)}
    index = frame.groupby(apart, dropna=False, sort=False).ngroup()
    sets = frame.loc[~index.duplicated(), apart].astype(object)
    rows = [
        {short[n]: _finite(_scalar(v)) for n, v in zip(apart, row) if not _missing(v)}
        for row in sets.to_numpy()
    ]
    return {"shared": shared, "sets": rows, "index": index.tolist()}


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _curves(runs: list[str], results: Results) -> tuple[dict[str, Any], int]:
    """Curves in the order of the runs, thinned to what the page has room for, and the most points of one."""
    curves = results.curves
    found = dict.fromkeys(name for curve in curves.values() for name in curve.columns if name != "step")
    first = [m.curve for m in results.experiment.metrics if m.curve in found]
    kinds = sorted(
        found, key=lambda name: (not name.startswith("validation_"), not name.startswith("train_"), name)
    )
    metrics = list(dict.fromkeys([*first, *kinds]))
    if len(curves) * len(metrics) * FEWEST > VALUES:  # the first few, rather than all with hardly a point
        metrics = metrics[: max(3, VALUES // (len(curves) * FEWEST))]
    points = min(MOST, max(FEWEST, VALUES // max(1, len(curves) * len(metrics))))
    steps: dict[tuple[Any, ...], int] = {}
    entries: list[list[Any] | None] = []
    for run in runs:
        curve = curves.get(run)
        if curve is None or len(curve) == 0:
            entries.append(None)
            continue
        kept = thin(len(curve), points)
        at = steps.setdefault(tuple(_rounded(curve["step"].to_numpy()[kept], 12)), len(steps))
        entry: list[Any] = [at]
        for name in metrics:
            there = name in curve and pd.api.types.is_numeric_dtype(curve[name])
            entry.append(_rounded(curve[name].to_numpy()[kept], DIGITS) if there else [None] * len(kept))
        entries.append(entry)
    return {"metrics": metrics, "steps": list(map(list, steps)), "runs": entries}, points


def thin(length: int, most: int) -> np.ndarray:
    """Positions to keep of a curve: all, or ``most`` spread evenly with the first and the last.

    Example:
        >>> thin(3, 5).tolist(), thin(9, 3).tolist()
        ([0, 1, 2], [0, 4, 8])
    """
    if length <= most:
        return np.arange(length)
    return np.round(np.linspace(0, length - 1, most)).astype(int)


def _rounded(values: np.ndarray, digits: int) -> list[Any]:
    return [_finite(float(f"{v:.{digits}g}")) if math.isfinite(v) else None for v in values.tolist()]


def _note(curves: Mapping[str, pd.DataFrame], points: int) -> str:
    longest = max((len(curve) for curve in curves.values()), default=0)
    whole = "curve.csv beside each run holds every point, not rounded."
    if longest > points:
        kept = f"at most {points} points, spread evenly, with the first and the last"
        return f"Curves on this page are thinned to {kept}; {whole}"
    return f"Curves on this page have all their points, rounded to {DIGITS} digits; {whole}"


def _json(values: Any) -> Markup:
    """JSON that may stand inside a script element: no ``<`` that could end it."""
    text = json.dumps(values, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))
