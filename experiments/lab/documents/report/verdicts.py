"""What the records say in words: where a graph is ahead of a recurrent network, and where a linear baseline is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from experiments.lab.documents.kinds import BAG, LINEAR, kind_of
from experiments.lab.documents.report.variants import Variant, by_corpus, of_share, shares, variants
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Text
from experiments.reading.statistics import CONFIDENCE, paired_differences

NOTE = (
    "In brackets the mean difference of test accuracy over seeds. Ahead and behind mean that the "
    f"{100 * CONFIDENCE:.0f} % interval of the paired difference lies on one side of zero; with few seeds that is a "
    "weak statement."
)
NOTHING = (
    "There are too few models or seeds to compare: a graph model, a recurrent one and two seeds are needed."
)


def verdicts(results: Results) -> Section:
    """Where a graph helps, and where it does not, corpus by corpus."""
    blocks: list[Any] = []
    for title, panel in by_corpus(results).items():
        blocks += [Text(title), Sentences(sentences(panel) or [NOTHING])]
    heading = "Where a graph helps, and where it does not"
    return Section("verdicts", heading, [*blocks, Text(NOTE, soft=True)])


def sentences(results: Results) -> list[str]:
    """Sentences that compare the graph models with an LSTM, and with the linear baseline, share by share.

    A model is ahead where the interval of the paired difference lies above zero, behind where it lies below, and level
    otherwise; a single seed has no interval, and says nothing.

    Args:
        results: Runs on one corpus, under the same settings.
    """
    listed = variants(results)
    graphs = [v for v in listed if kind_of(v.model).conv or kind_of(v.model).smoothed]
    recurrent = [v for v in listed if v not in graphs and v.model not in (LINEAR, BAG)]
    reference = next((v for v in recurrent if v.model == "lstm"), recurrent[0] if recurrent else None)
    found = []
    for variant in graphs if reference is not None else ():
        clauses = _clauses(results, variant, lambda part: reference)
        found += [f"{variant.name} is {clauses}."] if clauses else []
    others = {
        "transductive graph": [v for v in graphs if v.column == "test_accuracy"],
        "inductive graph": [v for v in graphs if v.column != "test_accuracy"],
        "recurrent": recurrent,
    }
    for baseline in (v for v in listed if v.model == LINEAR):
        for kind, those in others.items():
            clauses = _clauses(results, baseline, lambda part, those=those: _best(part, those), "it")  # type: ignore[misc]
            about = f"{baseline.name} against the {kind} model that validation prefers"
            found += [f"{about}: {clauses}."] if clauses else []
    return found


def _clauses(
    results: Results, one: Variant, choose: Callable[[Results], Variant | None], name: str = ""
) -> str:
    """How a variant compares with another at each share of labels.

    Args:
        results: As in ``sentences``.
        one: What is compared.
        choose: With what, of the runs with one share.
        name: What that is called; empty for its own name, which else stands in brackets.
    """
    cases: dict[tuple[str, str], list[str]] = {}
    for share in shares(results):
        part = of_share(results, share)
        other = choose(part)
        pair = None if other is None else _difference(part, one, other)
        if other is not None and pair is not None:
            mean, outcome = pair
            shown = f"{other.name}, {mean:+.3f}" if name else f"{mean:+.3f}"
            cases.setdefault((outcome, name or other.name), []).append(f"{share:g} % ({shown})")
    outcomes = ("ahead of", "level with", "behind")
    return "; ".join(
        f"{outcome} {other} with {_listed(where)} of the labels"
        for (outcome, other), where in sorted(cases.items(), key=lambda case: outcomes.index(case[0][0]))
    )


def _difference(results: Results, one: Variant, other: Variant) -> tuple[float, str] | None:
    """Mean difference over seeds, and its outcome; None without two pairs."""
    frame = results.frame
    pairs = paired_differences(one.runs(frame), other.runs(frame), one.column, other.column)
    if pairs.empty or pairs["n"].iloc[0] < 2:
        return None
    row = pairs.iloc[0]
    outcome = "ahead of" if row["low"] > 0 else "behind" if row["high"] < 0 else "level with"
    return float(row["difference"]), outcome


def _best(results: Results, listed: Sequence[Variant]) -> Variant | None:
    """The variant with the highest mean validation accuracy; None where no run has one."""
    scores = {v: v.runs(results.ended)[v.validation].mean() for v in listed}
    known = {variant: score for variant, score in scores.items() if score == score}
    return max(known, key=lambda variant: known[variant], default=None)


def _listed(cases: list[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{', '.join(cases[:-1])} and {cases[-1]}"
