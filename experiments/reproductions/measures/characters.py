"""Measures of the claims on character models."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.lab.characters.report.sections import REPORTED, SAMPLE_COLUMNS, SAMPLES
from experiments.records.records import RunRecord
from experiments.records.tables import read_table
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import Group
from experiments.reproductions.parts.leads import Leads
from experiments.reproductions.parts.means import Mean
from experiments.reproductions.parts.mostly import stay_below
from experiments.reproductions.verdicts import Check, Measurement

LOOP = 0.5  # a text of fewer different four-character sequences than this share of them all goes round in circles
LONGEST = 120  # characters of the samples whose variety is measured
SLACK = 0.01  # by how much an accuracy may be below a reported one
ACCURACY = "train_accuracy_100"
CUT = "cut"
VARIETY = Metric("variety", "variety")
LOSS = Metric("loss", "loss", lower_is_better=True)
_Looks = list[tuple[RunRecord, pd.DataFrame]]


def variety(text: str, n: int = 4) -> float:
    """Share of a text's sequences of n characters that are different ones.

    Example:
        >>> variety("the the the the ", 4)
        0.3076923076923077
    """
    sequences = [text[i : i + n] for i in range(len(text) - n + 1)]
    return len(set(sequences)) / len(sequences)


def samples_of(evidence: Evidence) -> pd.DataFrame:
    """Samples of all runs that ended, with the seed of each."""
    tables = [
        read_table(run.path / SAMPLES, SAMPLE_COLUMNS, ("prompt", "text")).assign(seed=run.settings.seed)
        for run, _ in evidence.curves()
        if (run.path / SAMPLES).exists()
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*SAMPLE_COLUMNS, "seed"])


def by_seed(samples: pd.DataFrame, temperature: float) -> np.ndarray:
    """Variety of the longest samples at a temperature: the mean of each seed's."""
    rows = samples[(samples["length"] == LONGEST) & (samples["temperature"] == temperature)]
    return rows["text"].map(variety).groupby(rows["seed"]).mean().to_numpy(dtype=float)


def at(curves: _Looks, step: int, column: str = ACCURACY) -> Group:
    """A column at a step, a score a seed; none of runs that did not get there."""
    found = [curve.loc[curve["step"] == step, column] for _, curve in curves]
    return Group("", np.array([float(value.iloc[0]) for value in found if len(value)]))


def last(curves: _Looks, column: str, place: int = -1) -> Group:
    """A column at the last look, or at another one."""
    return Group("", np.array([float(curve[column].iloc[place]) for _, curve in curves]))


def measure_a3(evidence: Evidence) -> Measurement:
    """Accuracy on Grimm's tales, and whether greedy samples loop."""
    curves, samples = evidence.curves(), samples_of(evidence)
    early = [at(curves, step) for step in (500, 1000, 1500)]
    late = at(curves, 5000)
    greedy = [Group(f"step {step}", by_seed(rows, 0.0)) for step, rows in samples.groupby("step")]
    parts: list[Part] = [
        Leads("accuracy grows over 1,500 steps", [(b, a) for a, b in pairwise(early)], equal=None),
        Mean("about 0.65 at step 5,000", late, 0.63, untested="" if len(late.scores) else CUT),
        stay_below("greedy samples loop at 1/3, 2/3 and 3/3 of training (variety)", greedy, LOOP),
    ]
    return Measurement(tuple(decided(parts)), len(curves), _table(curves), _greedy(evidence))


def _greedy(evidence: Evidence) -> str:
    samples = samples_of(evidence)
    rows = samples[(samples["temperature"] == 0) & (samples["length"] == LONGEST) & (samples["seed"] == 0)]
    shown = "; ".join(f"step {row.step}: {_shown(row.prompt + row.text)}" for row in rows.itertuples())
    return f"Greedy samples of seed 0. {shown}" if shown else ""


def _shown(text: str) -> str:
    return f"“{' '.join(text.split())}”"


def measure_e2(evidence: Evidence) -> Measurement:
    """Reported accuracies beside ours, step by step."""
    curves = evidence.curves()
    parts = [
        Mean(
            f"{reported} at step {step:,}", at(curves, step), reported - SLACK, untested=_untold(curves, step)
        )
        for step, reported in REPORTED.items()
    ]
    end = evidence.claim.most_steps
    cut = _untold(curves, end)
    parts += [
        Mean("0.70 after 20 epochs", at(curves, end), 0.70 - SLACK, untested=cut),
        Mean(
            "loss 0.94 after 20 epochs",
            at(curves, end, "train_loss"),
            0.94 + SLACK,
            at_most=True,
            untested=cut,
        ),
    ]
    validation = ", ".join(
        f"{found.mean:.3f}"
        for step in REPORTED
        if len((found := at(curves, step, "validation_accuracy")).scores)
    )
    note = f"On validation, at the same steps: {validation}." if validation else ""
    return Measurement(
        tuple(decided(parts)), len(curves), _table(curves) + _texts(samples_of(evidence)), note
    )


def _untold(curves: _Looks, step: int) -> str:
    return "" if len(at(curves, step).scores) else CUT


def measure_b3(evidence: Evidence) -> Measurement:
    """Accuracy with dropout, and completions."""
    curves, samples = evidence.curves(), samples_of(evidence)
    cut = CUT if evidence.quick else ""
    parts = [
        Mean("69.6 % on Grimm's tales", last(curves, ACCURACY), 0.686, untested=cut),
        Mean("loss about 1.02", last(curves, "train_loss"), 1.07, at_most=True, untested=cut),
    ]
    checks = (*decided(parts), Check("65.0 % on a Dutch novel", "the novel is not here", None))
    end = samples[samples["step"] == samples["step"].max()]
    texts = [_completion(end, length - len("The sleeping beauty is"), 0.5) for length in (52, 142)]
    note = (
        "Completions to 52 and to 142 characters, at temperature 0.5: " + "; ".join(map(_shown, texts)) + "."
    )
    return Measurement(checks, len(curves), _table(curves) + _texts(samples), note if any(texts) else "")


def _completion(samples: pd.DataFrame, length: int, temperature: float) -> str:
    chosen = samples[(samples["length"] == length) & (samples["temperature"] == temperature)]
    return "" if chosen.empty else str(chosen["prompt"].iloc[0] + chosen["text"].iloc[0])


def measure_c2(evidence: Evidence) -> Measurement:
    """Whether samples get more varied as the temperature grows."""
    curves, samples = evidence.curves(), samples_of(evidence)
    low, middle, high = (Group(f"τ = {t:g}", by_seed(samples, t)) for t in (0.5, 1.0, 2.0))
    part = Leads(
        "the larger τ, the more varied: 0.5, 1, 2",
        [(middle, low), (high, middle)],
        metric=VARIETY,
        equal=None,
    )
    end = samples[samples["step"] == samples["step"].max()]
    completions = [_completion(end[end["prompt"] == prompt], 50, 0.5) for prompt in ("I have the", "May the")]
    told = "; ".join(_shown(text) for text in completions if text)
    note = f"Completions at temperature 0.5: {told}." if told else ""
    checks = (
        *decided([part]),
        Check("samples of 60, 120 and 180 characters, of film scripts", "of Grimm's tales, 20 to 120", None),
    )
    return Measurement(checks, len(low.scores), _table(curves) + _texts(samples), note)


def measure_d2(evidence: Evidence) -> Measurement:
    """Curves and the table of samples with one-hot input."""
    curves, samples = evidence.curves(), samples_of(evidence)
    greedy, half, one, two = (
        Group("greedy" if t == 0 else f"τ = {t:g}", by_seed(samples, t)) for t in (0, 0.5, 1, 2)
    )
    parts = [
        Leads("accuracy rises", [(last(curves, ACCURACY), last(curves, ACCURACY, 0))], equal=None),
        Leads(
            "the loss falls",
            [(last(curves, "train_loss"), last(curves, "train_loss", 0))],
            metric=LOSS,
            equal=None,
        ),
        Leads(
            "greedy is the least varied, τ = 2 the most",
            [(half, greedy), (one, greedy), (two, half), (two, one)],
            metric=VARIETY,
            equal=None,
        ),
    ]
    rates = last(curves, "learning_rate").scores / last(curves, "learning_rate", 0).scores
    decays = Check(
        "the step size decays",
        CUT if evidence.quick else f"to {np.mean(rates):.2f} of its first value",
        None if evidence.quick or not len(rates) else bool(max(rates) < 1),
    )
    return Measurement((*decided(parts), decays), len(curves), _table(curves) + _texts(samples))


def measure_a4(evidence: Evidence) -> Measurement:
    """What τ does in softmax(τ x)."""
    found = evidence.numbers
    tops, entropies = found["top"], found["entropy"]
    checks = (
        Check(
            "a larger τ puts more on the most probable character",
            ", ".join(f"{value:.3f}" for value in tops)
            + f" at τ = {', '.join(map(str, found['sharpness']))}",
            all(a < b for a, b in pairwise(tops)),
        ),
        Check(
            "and leaves less to chance (entropy)",
            ", ".join(f"{value:.2f}" for value in entropies) + " bits",
            all(a > b for a, b in pairwise(entropies)),
        ),
        Check(
            "it is the temperature 1 / τ of the other convention",
            f"largest difference {max(found['difference']):.1g}",
            max(found["difference"]) < 1e-12,
        ),
    )
    return Measurement(checks)


def _table(curves: _Looks) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "run": f"{run.settings.model.label}, seed {run.settings.seed}",
            "step": f"{row['step']:.0f}",
            "temperature": "",
            "text or figures": f"training {row[ACCURACY]:.3f} ({row['train_bits']:.3f} bits), validation "
            f"{row['validation_accuracy']:.3f} ({row['validation_bits']:.3f} bits)",
        }
        for run, curve in curves
        for _, row in curve[curve["step"] % 500 == 0].iterrows()
    )


def _texts(samples: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Samples of the first seed, the longest of each step and temperature."""
    rows = samples[(samples["length"] == LONGEST) & (samples["seed"] == 0)]
    return tuple(
        {
            "run": "sample",
            "step": f"{row.step}",
            "temperature": f"{row.temperature:g}",
            "text or figures": _shown(row.prompt + row.text),
        }
        for row in rows.itertuples()
    )
