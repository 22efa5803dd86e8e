"""What the edges and the past gave: each hybrid against its halves, and against itself on shuffled edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.figure import Figure

from experiments.core.registry import is_convolution
from experiments.lab.forecasts.report.panels import panels, seen_edges
from experiments.lab.forecasts.report.plots import plot_gain
from experiments.lab.forecasts.settings import GIVEN, LAST, LSTM, SHUFFLED, parse_forecast_model
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Sentences, Table, Text
from experiments.reading.statistics import CONFIDENCE, paired_differences
from experiments.reading.table_formats import interval

Difference = dict[str, Any]
_PERCENT = f"{100 * CONFIDENCE:.0f} %"
MEANING = (
    f"Better and worse mean that the {_PERCENT} bootstrap interval of the paired difference lies on one side of zero. "
    "With few pairs that is a weak statement: where nothing differs, two pairs have the same sign in half of all "
    "cases, five in one of 16."
)
GAINS = (
    "Squared error minus that of {} on the same series and seed, in percent of the latter; mean over n pairs with a "
    f"{_PERCENT} bootstrap interval."
)


def differences(
    part: Results, label: str, reference: str, edges: str = GIVEN, other: str = GIVEN, settings: str = ""
) -> Iterator[Difference]:
    """A model's squared error minus another's on the same series and seed, in percent of the latter.

    Args:
        part: A panel.
        label: The model.
        reference: The model it is compared with.
        edges: Edges of the model's runs.
        other: Edges of the reference's.
        settings: Title of the panel.

    Yields:
        Model, edges, reference, settings, mean difference, its interval (low, high), how many pairs are below 0, and n;
        nothing where there are no pairs.
    """
    frame = part.frame
    runs, base = (
        frame[(frame[LABEL] == name) & (frame["edges"] == which)]
        for name, which in ((label, edges), (reference, other))
    )
    found = paired_differences(runs, base, part.metric.key, relative=True)
    for _, row in found.iterrows():
        yield {
            "model": label,
            "edges": seen_edges(label, edges),
            "reference": reference if label != reference else f"{label} with {other} edges",
            "settings": settings,
            **row[["difference", "low", "high", "below", "n"]],
        }


def against(results: Results, reference: str = LSTM) -> list[Difference]:
    """Every other model against one, on the given edges, in each panel the best first."""
    found = []
    for title, part in panels(results).items():
        there = part.frame[[LABEL, "edges"]].drop_duplicates()
        pairs = [(label, edges) for label, edges in there.itertuples(index=False) if label != reference]
        rows = [
            row
            for label, edges in pairs
            for row in differences(part, label, reference, edges, settings=title)
        ]
        found += sorted(rows, key=lambda row: row["difference"])
    return found


def hybrids(results: Results) -> list[Difference]:
    """Each model that is both against its halves, and against itself on shuffled edges."""
    rows = [row for row in against(results) if _is_hybrid(row["model"])]
    for title, part in panels(results).items():
        for both in filter(_is_hybrid, part.frame[LABEL].unique()):
            conv = both.partition("-")[0]
            for half in (f"{conv}-{LAST}", conv):
                rows += differences(part, both, half, settings=title)
    for title, part in panels(results).items():
        for both in filter(_is_hybrid, part.frame[LABEL].unique()):
            rows += differences(part, both, both, other=SHUFFLED, settings=title)
    return rows


def _is_hybrid(label: str) -> bool:
    return is_convolution(label) and label.endswith(LSTM)


def findings(results: Results) -> Section | None:
    """The differences of the hybrids in sentences."""
    sentences = [finding(row) for row in hybrids(results)]
    return (
        Section("findings", "What it says", [Sentences(sentences), Text(MEANING, soft=True)])
        if sentences
        else None
    )


def finding(row: Difference) -> str:
    """What a paired difference says, in a sentence.

    Args:
        row: From ``differences``.

    Example:
        >>> row = {"model": "gcn-lstm", "edges": "given", "settings": "", "reference": "lstm", "n": 5}
        >>> finding(row | {"difference": -12.0, "low": -14.0, "high": -9.5})
        'With given edges gcn-lstm is better than lstm: -12.0 % squared error, interval [-14.0, -9.5], 5 pairs.'
    """
    other = row["reference"]
    if row["low"] != row["low"]:
        verdict = f"cannot be compared with {other}, because one pair says nothing about spread"
    elif row["high"] < 0:
        verdict = f"is better than {other}"
    elif row["low"] > 0:
        verdict = f"is worse than {other}"
    else:
        verdict = f"is not told apart from {other}"
    spread = interval(row["low"], row["high"], ".1f", "+")
    settings = f" and {row['settings']}" if row["settings"] else ""
    return (
        f"With {row['edges']} edges{settings} {row['model']} {verdict}: {row['difference']:+.1f} % squared error"
        f"{', interval' if spread else ''}{spread}, {row['n']} pair{'s' if row['n'] > 1 else ''}."
    )


def gains(results: Results) -> Section | None:
    """Every model against the baseline: a figure of the networks, and a table."""
    baseline = results.baseline
    rows = against(results, baseline) if baseline is not None else []
    if not rows:
        return None
    blocks: list[Any] = [Text(GAINS.format(baseline), soft=True)]
    networks = [row for row in rows if parse_forecast_model(row["model"]).trained]
    if networks:
        figure = Figure(figsize=(9.0, 0.45 * len(networks) + 1.1), layout="constrained")
        plot_gain(networks, figure.subplots(), results.styles, str(baseline))
        text = f"Left of 0 is better than {baseline}, on the same series and seed."
        blocks.append(Picture(f"Against {baseline}", text, figure))
    table = Table([_cells(row) for row in rows])
    return Section("paired", f"Paired differences against {baseline}", [*blocks, table])


def _cells(row: Difference) -> dict[str, str]:
    return {
        "model": row["model"],
        "edges": row["edges"],
        **({"settings": row["settings"]} if row["settings"] else {}),
        "difference %": f"{row['difference']:+.1f}",
        "interval": interval(row["low"], row["high"], ".1f", "+").strip() or "-",
        "below 0": f"{row['below']}",
        "n": f"{row['n']}",
    }
