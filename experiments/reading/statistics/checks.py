"""Names of metrics and models that a user gives, looked up in a table of runs."""

from __future__ import annotations

import pandas as pd

from experiments.core.naming import nearest
from experiments.reading.frames import LABEL, ended, setting_names


def check_metric(frame: pd.DataFrame, metric: str) -> None:
    """Raise a ValueError unless some run has that number among its results; where no run ended, a column."""
    if metric in frame and ended(frame).empty:
        return
    settings = {*setting_names(frame), "format"}
    known = [c for c in frame if c not in settings and "." not in c and _is_number(frame[c])]
    if metric not in known:
        hint = nearest(metric, known)
        raise ValueError(f"metric: no run has a number {metric!r}{hint or '.'} Known: {', '.join(known)}")


def _is_number(column: pd.Series) -> bool:
    numbers = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return bool(numbers and column.notna().any())


def check_baseline(frame: pd.DataFrame, name: str, argument: str = "baseline") -> None:
    """Raise a ValueError unless there are runs of a model of that name."""
    known = sorted(set(frame[LABEL]))
    if name not in known:
        raise ValueError(
            f"{argument}: no runs of {name!r}{nearest(name, known)}; there are {', '.join(known)}"
        )
