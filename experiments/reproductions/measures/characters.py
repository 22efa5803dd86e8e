"""Measures of the claims on character models."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from experiments.lab.characters.report.sections import REPORTED, SAMPLE_COLUMNS, SAMPLES
from experiments.records.records import RunRecord
from experiments.records.tables import read_table
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.verdicts import Check, Measurement

LOOP = 0.5  # a text of fewer different four-character sequences than this share of them all goes round in circles
LONGEST = 120  # characters of the samples whose variety is measured
SLACK = 0.01  # by how much an accuracy may be below a reported one
ACCURACY = "train_accuracy_100"
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


def varieties(samples: pd.DataFrame) -> dict[float, list[float]]:
    """Variety of the longest samples, by temperature."""
    longest = samples[samples["length"] == LONGEST]
    return {
        float(temperature): [variety(text) for text in group["text"]]
        for temperature, group in longest.groupby("temperature")
    }


def accuracy_at(curves: _Looks, step: int, column: str = ACCURACY) -> float | None:
    """Mean over seeds of a column at a step; None where no run got there."""
    found = [curve.loc[curve["step"] == step, column] for _, curve in curves]
    values = [float(value.iloc[0]) for value in found if len(value)]
    return float(np.mean(values)) if values else None


def measure_a3(evidence: Evidence) -> Measurement:
    """Accuracy on Grimm's tales, and whether greedy samples loop."""
    curves, found = evidence.curves(), varieties(samples_of(evidence)).get(0.0, [])
    early = [accuracy_at(curves, step) for step in (500, 1000, 1500)]
    known = [value for value in early if value is not None]
    late = accuracy_at(curves, 5000)
    loops = sum(value < LOOP for value in found)
    checks = (
        Check(
            "accuracy grows over 1,500 steps",
            ", ".join(f"{value:.3f}" for value in known) + " at steps 500, 1,000, 1,500",
            len(known) == 3 and all(a < b for a, b in pairwise(known)),
        ),
        Check(
            "about 0.65 at step 5,000",
            "cut" if late is None else f"{late:.3f}",
            None if late is None else late >= 0.63,
        ),
        Check(
            "greedy samples loop at 1/3, 2/3 and 3/3 of training",
            f"{loops} of {len(found)} have fewer than {LOOP:.0%} different four-character sequences",
            loops == len(found) > 0,
        ),
    )
    return Measurement(checks, len(curves), _table(curves), _greedy(evidence))


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
    checks = []
    for step, reported in REPORTED.items():
        ours, validation = accuracy_at(curves, step), accuracy_at(curves, step, "validation_accuracy")
        measured = "cut" if ours is None else f"{ours:.3f}, and {validation:.3f} on validation"
        holds = None if ours is None else ours >= reported - SLACK
        checks.append(Check(f"{reported} at step {step:,}", measured, holds))
    late = accuracy_at(curves, 5200)
    loss = accuracy_at(curves, 5200, "train_loss")
    checks.append(
        Check(
            "0.70 after 20 epochs",
            *(("cut", None) if late is None else (f"{late:.3f}", late >= 0.70 - SLACK)),
        )
    )
    checks.append(
        Check(
            "loss 0.94 after 20 epochs",
            *(("cut", None) if loss is None else (f"{loss:.3f}", loss <= 0.94 + SLACK)),
        )
    )
    note = (
        "A plain loop over torch's own LSTM with these settings, written for comparison, is at .46, .51 and .54 at "
        "steps 500, 1,000 and 1,500. The report says neither how its accuracy was averaged nor all of its settings, so "
        "where the difference comes from cannot be told."
    )
    return Measurement(tuple(checks), len(curves), _table(curves), note)


def measure_b3(evidence: Evidence) -> Measurement:
    """Accuracy with dropout, and completions."""
    curves, samples = evidence.curves(), samples_of(evidence)
    cut = evidence.quick
    accuracy = float(np.mean([curve[ACCURACY].iloc[-1] for _, curve in curves])) if curves else 0.0
    loss = float(np.mean([curve["train_loss"].iloc[-1] for _, curve in curves])) if curves else np.inf
    last = samples[samples["step"] == samples["step"].max()]
    texts = {length: _completion(last, length - len("The sleeping beauty is"), 0.5) for length in (52, 142)}
    steps = f"after {curves[0][1]['step'].iloc[-1]:,} steps" if curves else "no run ended"
    checks = (
        Check(
            "69.6 % on Grimm's tales", f"{100 * accuracy:.1f} % {steps}", None if cut else accuracy >= 0.686
        ),
        Check("loss about 1.02", f"{loss:.3f} {steps}", None if cut else loss <= 1.07),
        Check("65.0 % on a Dutch novel", "the novel is not here", None),
        *(
            Check(f"goes on to {length} characters", _shown(text), len(text) == length)
            for length, text in texts.items()
        ),
    )
    return Measurement(
        checks, len(curves), _table(curves) + _texts(samples), "Completions at temperature 0.5."
    )


def _completion(samples: pd.DataFrame, length: int, temperature: float) -> str:
    chosen = samples[(samples["length"] == length) & (samples["temperature"] == temperature)]
    return "" if chosen.empty else str(chosen["prompt"].iloc[0] + chosen["text"].iloc[0])


def measure_c2(evidence: Evidence) -> Measurement:
    """Whether samples get more varied as the temperature grows."""
    curves, samples = evidence.curves(), samples_of(evidence)
    means = {temperature: float(np.mean(values)) for temperature, values in varieties(samples).items()}
    low, middle, high = (means.get(temperature, np.nan) for temperature in (0.5, 1.0, 2.0))
    last = samples[samples["step"] == samples["step"].max()]
    completions = {
        prompt: _completion(last[last["prompt"] == prompt], 50, 0.5) for prompt in ("I have the", "May the")
    }
    checks = (
        Check(
            "the larger τ, the more varied: 0.5, 1, 2",
            f"{low:.2f}, {middle:.2f}, {high:.2f} of the four-character sequences are different ones",
            low < middle < high,
        ),
        *(
            Check(f"completes {prompt!r}", _shown(text), text.startswith(prompt) and len(text) > len(prompt))
            for prompt, text in completions.items()
        ),
        Check("samples of 60, 120 and 180 characters, of film scripts", "of Grimm's tales, 20 to 120", None),
    )
    seeds = len({run.settings.seed for run, _ in curves})
    return Measurement(checks, seeds, _table(curves) + _texts(samples))


def measure_d2(evidence: Evidence) -> Measurement:
    """Curves and the table of samples with one-hot input."""
    curves, samples = evidence.curves(), samples_of(evidence)
    first, last = (
        [
            float(np.mean([curve[name].iloc[place] for _, curve in curves]))
            for name in (ACCURACY, "train_loss")
        ]
        if curves
        else [np.nan, np.nan]
        for place in (0, -1)
    )
    rates = [float(curve["learning_rate"].iloc[-1] / curve["learning_rate"].iloc[0]) for _, curve in curves]
    means = {temperature: float(np.mean(values)) for temperature, values in varieties(samples).items()}
    others = [means[t] for t in (0.5, 1.0) if t in means]
    grid = samples.groupby(["temperature", "length"]).ngroups
    steps = samples["step"].nunique()
    checks = (
        Check("accuracy rises", f"{first[0]:.3f} to {last[0]:.3f}", last[0] > first[0]),
        Check("the loss falls", f"{first[1]:.3f} to {last[1]:.3f}", last[1] < first[1]),
        Check(
            "the step size decays",
            "cut" if evidence.quick else f"to {np.mean(rates):.2f} of its first value",
            None if evidence.quick else bool(rates) and max(rates) < 1,
        ),
        Check(
            "samples by step, four temperatures and four lengths",
            f"{steps} steps, {grid} pairs of temperature and length",
            steps == 3 and grid == 16,
        ),
        Check(
            "greedy is the least varied, τ = 2 the most",
            ", ".join(f"{'greedy' if t == 0 else t}: {value:.2f}" for t, value in means.items()),
            len(means) == 4 and means[0.0] < min(others) and means[2.0] > max(others),
        ),
    )
    return Measurement(checks, len(curves), _table(curves) + _texts(samples))


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
