"""What the edges and the past gave: each hybrid against its halves, and against itself on shuffled edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.forecasts.report.panels import panels, seen_edges
from experiments.lab.forecasts.report.plots import plot_gain
from experiments.lab.forecasts.settings import GIVEN, SHUFFLED
from experiments.lab.forecasts.specs import LAST, LSTM, parse_forecast_model
from experiments.reading.finding.best import best_of, scores_of
from experiments.reading.finding.words import HEADING, meant
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Sentences, Table, Text
from experiments.reading.statistics.contrast import COLUMNS
from experiments.reading.statistics.intervals import CONFIDENCE
from experiments.reading.statistics.pairs import paired_differences
from experiments.reading.statistics.verdicts import BETTER, EQUIVALENT, TOO_FEW, WORSE, judge, meaning
from experiments.reading.table_formats import interval
from experiments.reading.tables import difference_cells

Difference = dict[str, Any]
_PERCENT = f"{100 * CONFIDENCE:.0f} %"
GAINS = (
    "Squared error minus that of {} on the same series and seed, in percent of the latter; mean over n pairs. The "
    f"figure has Student's {_PERCENT} intervals. "
)
HYBRIDS = (
    "What neighbours and the past add, each hybrid against its halves and against itself on shuffled edges:"
)
#: What a verdict says of a model and another.
WORDS = {
    BETTER: "is better than {}",
    WORSE: "is worse than {}",
    EQUIVALENT: "is equivalent to {}",
    TOO_FEW: "is not judged against {}, for which three pairs are needed",
}


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
        Model, edges, reference, settings, and what ``contrast`` answers; nothing where there are no pairs.
    """
    frame = part.frame
    runs, base = (
        frame[(frame[LABEL] == name) & (frame["edges"] == which)]
        for name, which in ((label, edges), (reference, other))
    )
    found = paired_differences(runs, base, part.metric, relative=True)
    for _, row in found.iterrows():
        yield {
            "model": label,
            "edges": seen_edges(label, edges),
            "reference": reference if label != reference else f"{label} with {other} edges",
            "settings": settings,
            **row[[*COLUMNS]],
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
    spec = parse_forecast_model(label)
    return spec.on_graph and spec.over_time


def findings(results: Results) -> Section | None:
    """The best model on given edges, and the differences of the hybrids in sentences."""
    given = results.some(results.frame["edges"] == GIVEN)
    blocks: list[Any] = []
    if given is not None:
        found = best_of({title: scores_of(part) for title, part in panels(given.compared).items()}, results)
        blocks += found.blocks if found is not None else []
    rows = judged(results, hybrids(results.compared))
    if rows:
        sentences = Sentences([finding(row) for row in rows])
        blocks += [Text(HYBRIDS), sentences, meant(_meaning(results, rows))]
    return Section("finding", HEADING, blocks, judged=True) if blocks else None


def judged(results: Results, rows: list[Difference]) -> list[Difference]:
    """The differences with their verdicts."""
    if not rows:
        return []
    verdicts = judge(
        pd.DataFrame(rows), results.metric, equivalent=results.equivalent, families=results.families
    )
    found: list[Difference] = verdicts.to_dict("records")
    return found


def _meaning(results: Results, rows: list[Difference]) -> str:
    return meaning(len(rows), results.metric, equivalent=results.equivalent, families=results.families)


def finding(row: Difference) -> str:
    """What a paired difference says, in a sentence.

    Args:
        row: From ``judged``.

    Example:
        >>> row = {"model": "gcn-lstm", "edges": "given", "settings": "", "reference": "lstm", "n": 5}
        >>> finding(row | {"difference": -12.0, "low": -14.0, "high": -9.5, "verdict": "better"})
        'With given edges gcn-lstm is better than lstm: -12.0 % squared error, interval [-14.0, -9.5], 5 pairs.'
    """
    verdict = WORDS.get(row["verdict"], "cannot be told apart from {}").format(row["reference"])
    spread = interval(row["low"], row["high"], ".1f", "+")
    settings = f" and {row['settings']}" if row["settings"] else ""
    return (
        f"With {row['edges']} edges{settings} {row['model']} {verdict}: {row['difference']:+.1f} % squared error"
        f"{', interval' if spread else ''}{spread}, {row['n']} pair{'s' if row['n'] > 1 else ''}."
    )


def gains(results: Results) -> Section | None:
    """Every model against the baseline: a figure of the networks, and a table."""
    baseline = results.baseline
    rows = judged(results, against(results, baseline)) if baseline is not None else []
    if not rows:
        return None
    blocks: list[Any] = [Text(GAINS.format(baseline) + _meaning(results, rows), soft=True)]
    networks = [row for row in rows if parse_forecast_model(row["model"]).trained]
    if networks:
        figure = Figure(figsize=(9.0, 0.45 * len(networks) + 1.1), layout="constrained")
        plot_gain(networks, figure.subplots(), results.styles, str(baseline))
        text = f"Left of 0 is better than {baseline}, on the same series and seed."
        blocks.append(Picture(f"Against {baseline}", text, figure))
    table = Table([_cells(row) for row in rows])
    return Section("paired", f"Paired differences against {baseline}", [*blocks, table], judged=True)


def _cells(row: Difference) -> dict[str, str]:
    return {
        "model": row["model"],
        "edges": row["edges"],
        **({"settings": row["settings"]} if row["settings"] else {}),
        "difference %": f"{row['difference']:+.1f}",
        **difference_cells(row, ".1f"),
    }
