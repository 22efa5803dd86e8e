"""Parts of a page of forecasts: each series and setting by itself, with given and shuffled edges beside each other."""

from __future__ import annotations

from typing import Any

from experiments.lab.forecasts.settings import EPIDEMIC
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.reading.results import Results
from experiments.reading.table_formats import heading, shown


def panels(results: Results, leave_out: tuple[str, ...] = ()) -> dict[str, Results]:
    """Title and runs of each series and setting; there, models, edges and seeds alone differ.

    One panel without a title where nothing else differs.

    Args:
        results: Runs.
        leave_out: What differs within a panel besides.
    """
    return results.panels(leave_out=("edges", *leave_out), titled=_series_title)


def _series_title(values: dict[str, Any]) -> str:
    """What tells a series apart, in words; sizes of the epidemic only where it is one."""
    words = {}
    for column, value in values.items():
        size = column in ("nodes", "times")
        if value and not (size and values.get("series", EPIDEMIC) != EPIDEMIC):
            words[column] = shown(value)
    return ", ".join(f"{heading(column)} {text}" for column, text in words.items())


def best_errors(results: Results) -> dict[str, float]:
    """The smallest error that any forecast can expect, by panel; one for all where they agree, none where unknown."""
    known = {
        title: part.ended["best_error"].dropna().astype(float) for title, part in panels(results).items()
    }
    means = {title: float(errors.mean()) for title, errors in known.items() if len(errors)}
    alike = len({f"{mean:.5f}" for mean in means.values()}) == 1 and len(means) == len(known)
    return {"": next(iter(means.values()))} if alike else means


def seen_edges(label: str, edges: str) -> str:
    """The edges that a model uses: an LSTM and most baselines have none, whatever their record says.

    Args:
        label: A model, such as ``"gcn-lstm"``.
        edges: Edges of its run.

    Example:
        >>> [seen_edges(label, "given") for label in ("gcn-lstm", "ridge-neighbours", "ridge", "lstm")]
        ['given', 'given', 'none', 'none']
    """
    return edges if parse_forecast_model(label).on_graph else "none"
