"""What the records say in words: where a graph model is ahead of a recurrent one, and where a linear baseline is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from experiments.core.metric import metric_of
from experiments.lab.documents.kinds import BAGS, LINEAR, kind_of, without_control
from experiments.lab.documents.report.variants import Variant, by_corpus, largest, of_share, shares, variants
from experiments.reading.finding.best import best_of, scores_of
from experiments.reading.finding.words import HEADING, meant
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Text
from experiments.reading.statistics.contrast import COLUMNS
from experiments.reading.statistics.pairs import paired_differences
from experiments.reading.statistics.verdicts import (
    BETTER,
    EQUIVALENT,
    NOT_SHOWN,
    TOO_FEW,
    WORSE,
    judge,
    judged_count,
    meaning,
)

NOTE = (
    "A graph model and a recurrent one differ in more than the graph: what its edges between words give, controls say "
    "(textgcn-nopmi, -shuffled, -random). "
    "Of a model over the graph of the corpus, the sentence on the best mean has the transductive answers. "
    "In brackets the mean difference of test accuracy over seeds. Ahead and behind, and level where a region of "
    "equivalence is given, hold for all sentences together: "
)
GRAPHS = "Graph models beside a recurrent one, their controls and a linear baseline:"
NOTHING = (
    "There are too few models or seeds to compare: a graph model, a recurrent one and three seeds are needed."
)
#: From a verdict to what a model is said to be, in the order in which a sentence says them.
OUTCOMES = {
    BETTER: "is ahead of",
    EQUIVALENT: "is level with",
    NOT_SHOWN: "cannot be told apart from",
    WORSE: "is behind",
}


@dataclass(frozen=True)
class Case:
    """One variant against another at one share of the labels.

    Args:
        sentence: Whose sentence it is a part of.
        name: What the other is called there.
        shown: Where, and by how much it differs.
        found: From ``paired_differences``; its verdict once all are judged.
        share: Percent of the labels.
        control: The other is its control, with other edges between words.
    """

    sentence: str
    name: str
    shown: str
    found: dict[str, Any]
    share: float
    control: bool = False


def judged_cases(results: Results) -> list[tuple[str, Case, pd.Series]]:
    """The corpus, the case and what was judged of it, of all cases of a page; they are judged together.

    Where models were tuned, those are what is judged.
    """
    panels = by_corpus(results.compared)
    cases = [(title, case) for title, panel in panels.items() for case in cases_of(panel)]
    judged = judge(
        pd.DataFrame([case.found for _, case in cases], columns=[*COLUMNS]),
        results.metric,
        equivalent=results.equivalent,
        families=results.families,
    )
    return [(title, case, row) for (title, case), (_, row) in zip(cases, judged.iterrows())]


def verdicts(results: Results) -> Section:
    """Where a graph model is ahead, and where it is not, corpus by corpus."""
    cases = judged_cases(results)
    titles = {
        title: f"{title}, {shares(part)[0]:g} % of the labels" for title, part in largest(results.compared)
    }
    scores = {  # controls are no contenders
        titles[title]: {model: own for model, own in scores_of(part).items() if not kind_of(model).edges}
        for title, part in largest(results.compared)
    }
    found = best_of(scores, results)
    blocks: list[Any] = [*(found.blocks if found is not None else ()), Text(GRAPHS)]
    for title in by_corpus(results.compared):
        own = [
            (case, str(row["verdict"]))
            for where, case, row in cases
            if where == title and row["verdict"] != TOO_FEW
        ]
        blocks += [Text(title), Sentences(sentences(own) or [NOTHING])]
    count = judged_count(str(row["verdict"]) for _, _, row in cases)
    about = meaning(count, results.metric, equivalent=results.equivalent, families=results.families)
    return Section("finding", HEADING, [*blocks, meant(NOTE + about)], judged=True)


def sentences(cases: Sequence[tuple[Case, str]]) -> list[str]:
    """What the cases of one corpus say, a sentence for each variant that is compared.

    Args:
        cases: With their verdicts.
    """
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for case, verdict in cases:
        found.setdefault(case.sentence, {}).setdefault((verdict, case.name), []).append(case.shown)
    order = list(OUTCOMES)
    lines = []
    for sentence, clauses in found.items():
        told = sorted(clauses.items(), key=lambda clause: order.index(clause[0][0]))
        words = "; ".join(
            f"{OUTCOMES[verdict]} {name} with {_listed(where)} of the labels"
            for (verdict, name), where in told
        )
        lines.append(f"{sentence} {words}.")
    return lines


def cases_of(results: Results) -> list[Case]:
    """The graph models against a recurrent one and against their controls, and the linear baseline against the best of
    each kind, share by share.

    Args:
        results: Runs on one corpus, under the same settings.
    """
    every = variants(results)
    listed = [v for v in every if not kind_of(v.model).edges]
    graphs = [v for v in listed if kind_of(v.model).conv or kind_of(v.model).smoothed]
    recurrent = [v for v in listed if v not in graphs and v.model not in (LINEAR, *BAGS)]
    reference = next((v for v in recurrent if v.model == "lstm"), recurrent[0] if recurrent else None)
    found: list[Case] = []
    for variant in graphs if reference is not None else ():
        found += _cases(results, variant, lambda part: reference, variant.name)
    for control in every:  # what do the edges between words give?
        model = without_control(control.model)
        for variant in (
            v for v in listed if v.column == control.column and v.model == model != control.model
        ):
            pairs = _cases(results, variant, lambda part, other=control: other, variant.name)  # type: ignore[misc]
            found += [replace(case, control=True) for case in pairs]
    others = {
        "transductive graph": [v for v in graphs if v.column == "test_accuracy"],
        "inductive graph": [v for v in graphs if v.column != "test_accuracy"],
        "recurrent": recurrent,
    }
    for baseline in (v for v in listed if v.model == LINEAR):
        for kind, those in others.items():
            about = f"{baseline.name}, against the {kind} model that validation prefers,"
            found += _cases(results, baseline, lambda part, those=those: _best(part, those), about, "it")  # type: ignore[misc]
    return found


def _cases(
    results: Results, one: Variant, choose: Callable[[Results], Variant | None], sentence: str, name: str = ""
) -> Iterator[Case]:
    """How a variant compares with another at each share of labels.

    Args:
        results: As in ``cases_of``.
        one: What is compared.
        choose: With what, of the runs with one share.
        sentence: How its sentence begins.
        name: What the other is called; empty for its own name, which else stands in brackets.
    """
    for share in shares(results):
        part = of_share(results, share)
        other = choose(part)
        if other is None:
            continue
        metric = metric_of(one.column, part.experiment.metrics)
        pairs = paired_differences(one.runs(part.frame), other.runs(part.frame), metric, other.column)
        for found in pairs[[*COLUMNS]].head(1).to_dict("records"):
            mean = f"{found['difference']:+.3f}"
            shown = f"{share:g} % ({f'{other.name}, {mean}' if name else mean})"
            yield Case(sentence, name or other.name, shown, found, share)


def _best(results: Results, listed: Sequence[Variant]) -> Variant | None:
    """The variant with the highest mean validation accuracy; None where no run has one."""
    scores = {v: v.runs(results.ended)[v.validation].mean() for v in listed}
    known = {variant: score for variant, score in scores.items() if score == score}
    return max(known, key=lambda variant: known[variant], default=None)


def _listed(cases: list[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{', '.join(cases[:-1])} and {cases[-1]}"
