"""What the edges between words give: models over the graph of a corpus against their controls."""

from __future__ import annotations

from experiments.core.metric import metric_of
from experiments.lab.documents.kinds import EDGES
from experiments.lab.documents.report.verdicts import judged_cases
from experiments.reading.results import Results
from experiments.reading.sections import Section, Table, Text
from experiments.reading.tables import difference_cells

READING = (
    "A control keeps its model's documents, words and the edges between the two, and changes the edges between words: "
    + "; ".join(f"{name}: {help}" for name, help in EDGES.items())
    + ". So the difference is what the model's own edges between words give: against nopmi what it is worth to join "
    "words at all, against shuffled and random what it is worth to join the right ones. Test accuracy of the model "
    "minus that of its control on the same seed; a control draws its edges from that seed. Judged with the "
    "sentences at the top."
)


def word_edges(results: Results) -> Section | None:
    """Paired differences between models and their controls."""
    form = f".{metric_of('test_accuracy', results.experiment.metrics).digits}f"
    cases = [found for found in judged_cases(results) if found[1].control]
    # What all rows have in common is not said in each.
    several, shares = len({title for title, *_ in cases}) > 1, len({case.share for _, case, _ in cases}) > 1
    rows = [
        ({"documents": title} if several else {})
        | ({"labels, %": f"{case.share:g}"} if shares else {})
        | {"model": case.sentence, "against": case.name, "difference": f"{row['difference']:+{form}}"}
        | difference_cells(row, form)
        for title, case, row in cases
    ]
    if not rows:
        return None
    return Section(
        "edges", "What the edges between words give", [Text(READING, soft=True), Table(rows)], judged=True
    )
