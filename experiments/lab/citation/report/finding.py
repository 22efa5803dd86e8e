"""What was found on the nodes of graphs: the best model among those that are no controls."""

from __future__ import annotations

from experiments.reading.finding.best import best_of, scores_of
from experiments.reading.results import Results
from experiments.reading.sections import Section


def finding(results: Results) -> Section | None:
    """The best model of each graph and setting; controls are no contenders, and stand in the paired differences.

    Where models were tuned, those are what is compared.
    """
    controls = {
        run.settings.model.label
        for run in results.runs
        if run.settings.model.shuffled or run.settings.model.permuted
    }
    panels = {title: scores_of(part) for title, part in results.compared.panels().items()}
    return best_of(
        {
            title: {model: scores for model, scores in found.items() if model not in controls}
            for title, found in panels.items()
        },
        results,
    )
