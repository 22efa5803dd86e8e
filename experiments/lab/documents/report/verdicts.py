"""What the records say in words: where a graph is ahead of a recurrent network, and where a linear baseline is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.lab.documents.report.tables import paired_accuracy, plain, variants
from experiments.lab.documents.settings import CORPUS_GRAPH, DOCUMENT_GRAPH, LINEAR, SMOOTHED

Variant = tuple[str, str, str]


def verdicts(frame: pd.DataFrame, corpus: str) -> list[str]:
    """Sentences that compare the graph models with an LSTM, and with the linear baseline, share by share.

    A model is ahead where the bootstrap interval of the paired difference lies above zero, behind where it lies below,
    and level otherwise; a single seed has no interval, and says nothing.

    Args:
        frame: From ``document_tables.named_apart``.
        corpus: Name of the corpus.
    """
    ended = frame[(frame["status"] == "ok") & (frame["corpus.name"] == corpus)]
    listed = variants(ended["model.name"].tolist())
    corpus_or_document = (*CORPUS_GRAPH, *DOCUMENT_GRAPH)
    graphs = [v for v in listed if plain(v[1]) in corpus_or_document or v[1].startswith(SMOOTHED)]
    linear = [variant for variant in listed if plain(variant[1]) == LINEAR]
    recurrent = [v for v in listed if v not in graphs and plain(v[1]) not in (LINEAR, "bow-mlp")]
    reference = next((v for v in recurrent if plain(v[1]) == "lstm"), recurrent[0] if recurrent else None)
    shares = sorted(ended["share"].unique())
    sentences = []
    for variant in graphs:
        if reference is not None:
            sentences.append(_compare(ended, corpus, shares, variant, reference))
    for baseline in linear:
        for column, kind in (
            ("test_accuracy", "transductive graph"),
            ("inductive_accuracy", "inductive graph"),
        ):
            of_kind = [variant for variant in graphs if variant[2] == column]
            if of_kind:
                sentences.append(_compare_best(ended, corpus, shares, baseline, of_kind, kind))
        if recurrent:
            sentences.append(_compare_best(ended, corpus, shares, baseline, recurrent, "recurrent"))
    return [sentence for sentence in sentences if sentence]


def _compare(frame: pd.DataFrame, corpus: str, shares: list[float], one: Variant, other: Variant) -> str:
    outcomes: dict[str, list[str]] = {"ahead of": [], "level with": [], "behind": []}
    for share in shares:
        pair = paired_accuracy(frame, corpus, share, one, other)
        if pair is not None and pair["n"] > 1:
            outcomes[_outcome(pair)].append(f"{share:g} % ({pair['difference']:+.3f})")
    clauses = [
        f"{outcome} {other[0]} with {_listed(cases)} of the labels"
        for outcome, cases in outcomes.items()
        if cases
    ]
    return f"{one[0]} is {'; '.join(clauses)}." if clauses else ""


def _compare_best(
    frame: pd.DataFrame, corpus: str, shares: list[float], one: Variant, others: list[Variant], kind: str
) -> str:
    """The baseline against whichever of the others has the best mean validation accuracy at that share."""
    outcomes: dict[str, list[str]] = {"ahead of": [], "level with": [], "behind": []}
    for share in shares:
        best = _best(frame, share, others)
        pair = paired_accuracy(frame, corpus, share, one, best) if best else None
        if pair is not None and best is not None and pair["n"] > 1:
            outcomes[_outcome(pair)].append(f"{share:g} % ({best[0]}, {pair['difference']:+.3f})")
    clauses = [
        f"{outcome} it with {_listed(cases)} of the labels" for outcome, cases in outcomes.items() if cases
    ]
    if not clauses:
        return ""
    return f"{one[0]} against the {kind} model that validation prefers: {'; '.join(clauses)}."


def _best(frame: pd.DataFrame, share: float, variants_: list[Variant]) -> Variant | None:
    def score(variant: Variant) -> float:
        column = "validation_accuracy" if variant[2] == "test_accuracy" else "inductive_validation_accuracy"
        runs = frame[(frame["model.name"] == variant[1]) & (frame["share"] == share)]
        return float(runs[column].mean()) if column in runs and len(runs) else float("-inf")

    best = max(variants_, key=score)
    return best if score(best) > float("-inf") else None


def _outcome(pair: dict[str, Any]) -> str:
    return "ahead of" if pair["low"] > 0 else "behind" if pair["high"] < 0 else "level with"


def _listed(cases: list[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{', '.join(cases[:-1])} and {cases[-1]}"
