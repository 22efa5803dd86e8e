"""Attention, recurrences and graph layers on recall, on a ring, and on selective copying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.core.registry import family_of
from experiments.lab.sequences.experiment import SUCCESS
from experiments.reading.frames import LABEL, natural
from experiments.reading.statistics.contrast import resolution
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import Group, each, group
from experiments.reproductions.parts.leads import EQUAL, Leads
from experiments.reproductions.parts.mostly import Mostly, reach
from experiments.reproductions.verdicts import Check, Measurement

NAMES = {
    **{"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "mingru": "minGRU", "minlstm": "minLSTM", "lru": "LRU"},
    **{"transformer": "Transformer", "gcn": "GCN", "gat": "GAT", "gnnssm": "GNN-SSM"},
}
STILL = 0.005  # growth of a mean accuracy over the last fifth of the steps below which it has come to rest


def kind_of(label: str) -> str:
    """The cell, convolution or model of a label.

    Example:
        >>> kind_of("mingru-2-residual-norm")
        'mingru'
    """
    return label.partition("-")[0]


def measure_families(evidence: Evidence) -> Measurement:
    """All families on recall and on a ring."""
    recall, ring = evidence.frame("recall"), evidence.frame("ring")
    checks = families_checks(recall, ring)
    rows = [*_rows(recall, "recall"), *_rows(ring, "ring")]
    seeds = min(int(frame["seed"].nunique()) for frame in (recall, ring))
    return Measurement(tuple(checks), seeds, tuple(rows))


def families_checks(recall: pd.DataFrame, ring: pd.DataFrame) -> list[Check]:
    """Who leads on recall, who loses by distance on a ring, and who does not.

    Args:
        recall: Runs on recall, of one length.
        ring: Runs on a ring, of several distances.
    """
    attention, others, graphs = _mixers(recall)
    near, far = int(ring["length"].min()), int(ring["length"].max())
    close, away = (_by_family(ring[ring["length"] == T]) for T in (near, far))
    steady = [*zip(away["recurrent"], close["recurrent"]), *zip(away["attention"], close["attention"])]
    parts = [
        Leads("recall: attention leads every recurrence", [(a, r) for a in attention for r in others]),
        Leads("recall: attention leads every graph network", [(a, g) for a in attention for g in graphs]),
        Leads(
            f"ring: every graph network answers more at T = {near} than at T = {far}",
            list(zip(close["graph"], away["graph"])),
            paired=False,
        ),
        Leads(
            f"ring: neither recurrences nor attention answer {EQUAL} less at T = {far} than at T = {near}",
            steady,
            paired=False,
            not_lower=True,
        ),
    ]
    return decided(parts, min(resolution(frame, "test_accuracy") for frame in (recall, ring)))


def measure_recall(evidence: Evidence) -> Measurement:
    """Attention beside recurrent mixers at equal parameters."""
    frame = evidence.frame()
    checks = recall_checks(frame, cut=evidence.quick)
    best = max(_mixers(frame)[1], key=lambda found: found.mean, default=None)
    checks.append(_at_rest(evidence))
    note = (
        ""
        if best is None
        else (
            f"Who remembers the values of an example, but not whose they are, is right once in as many as there are "
            f"pairs. The best recurrent mixer, {best.name}, has a mean of {best.mean:.3f}."
        )
    )
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(_rows(frame, "recall")), note)


def recall_checks(frame: pd.DataFrame, *, cut: bool) -> list[Check]:
    """At every size of the task: attention answers, and leads every recurrent mixer."""
    sizes = sorted({(int(T), int(pairs)) for T, pairs in zip(frame["length"], frame["pairs"])})
    parts: list[Part] = []
    for T, pairs in sizes:
        attention, others, _ = _mixers(frame[(frame["length"] == T) & (frame["pairs"] == pairs)])
        size = f"T = {T}, {pairs} pairs"
        parts += [_answers(found, f"{size}: attention answers", cut=cut) for found in attention]
        leads = [(a, other) for a in attention for other in others]
        parts.append(Leads(f"{size}: attention leads every recurrent mixer", leads))
    return decided(parts, resolution(frame, "test_accuracy"))


def _answers(found: Group, said: str, *, cut: bool) -> Mostly:
    """Most runs answer nearly all; where steps were cut, those that do not show nothing."""
    return reach(said, [Group(found.name, found.scores, np.full(len(found.scores), cut))], SUCCESS)


def measure_copying(evidence: Evidence) -> Measurement:
    """Stacks of minGRU and minLSTM on selective copying."""
    frame = evidence.frame()
    checks = copying_checks(frame, cut=evidence.quick)
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(_rows(frame, "selective-copying")))


def copying_checks(frame: pd.DataFrame, *, cut: bool) -> list[Check]:
    """At the longest T: three layers answer, and lead one layer of the same cell."""
    far = frame[frame["length"] == frame["length"].max()]
    parts: list[Part] = []
    for cell in ("mingru", "minlstm"):
        stacks = sorted((label for label in far[LABEL].unique() if kind_of(label) == cell), key=natural)
        alone, deep = (group(far, label) for label in (stacks[0], stacks[-1]))
        parts += [
            Leads(f"{NAMES[cell]}: three layers lead one", [(deep, alone)]),
            _answers(deep, f"{NAMES[cell]}: three layers answer", cut=cut),
        ]
    return decided(parts, resolution(far, "test_accuracy"))


def _mixers(frame: pd.DataFrame) -> tuple[list[Group], list[Group], list[Group]]:
    found = _by_family(frame)
    return found["attention"], found["recurrent"], found["graph"]


def _by_family(frame: pd.DataFrame) -> dict[str, list[Group]]:
    """The models of each family, always in the same order."""
    labels = sorted(frame[LABEL].unique(), key=natural)
    return {
        family: [group(frame, label, NAMES[kind_of(label)]) for label in labels if family_of(label) == family]
        for family in ("recurrent", "attention", "graph")
    }


def _at_rest(evidence: Evidence) -> Check:
    """Whether more steps would have helped recurrent mixers; where steps were cut, growth shows nothing."""
    grown: dict[str, list[float]] = {}
    for run, curve in evidence.curves():
        label = run.settings.model.label
        if family_of(label) == "recurrent":
            grown.setdefault(NAMES[kind_of(label)], []).append(growth(curve))
    means = {name: sum(values) / len(values) for name, values in grown.items()}
    rests = all(mean < STILL for mean in means.values())
    told = ", ".join(f"{name} {mean:+.3f}" for name, mean in means.items())
    return Check(
        "more steps would not help recurrent mixers",
        f"validation accuracy over the last fifth of the steps, mean over seeds: {told}",
        None if evidence.quick or not means else rests,
    )


def growth(curve: pd.DataFrame) -> float:
    """By how much the validation accuracy grew over the last fifth of a run."""
    values = curve.set_index("step")["validation_accuracy"]
    early = values[values.index <= 0.8 * values.index[-1]]
    return float(values.iloc[-1] - early.iloc[-1]) if len(early) else float("inf")


def _rows(frame: pd.DataFrame, task: str) -> list[dict[str, str]]:
    labels: Sequence[str] = sorted(
        frame[LABEL].unique(), key=lambda label: (family_of(label), natural(label))
    )
    places: Iterable[tuple[int, str]] = sorted(
        {
            (int(row["length"]), f", {row['pairs']:.0f} pairs" if "pairs" in frame else "")
            for _, row in frame.iterrows()
        }
    )
    return [
        {
            "task": task,
            "T": f"{T}{pairs}",
            "model": label,
            "parameters": f"{own['parameters'].median():.0f}",
            "test accuracy, a seed each": each(group(own, label).scores),
        }
        for T, pairs in places
        for label in labels
        if not (own := frame[(frame["length"] == T) & (frame[LABEL] == label)]).empty
    ]
