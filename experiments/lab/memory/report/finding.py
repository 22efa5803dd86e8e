"""The finding of a page of memory: of the input that is furthest away, what arrives."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.lab.sequences.report.sensitivity_tables import sensitivities
from experiments.reading.finding.words import HEADING, enumerated, headed, meant, too_few
from experiments.reading.frames import natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences
from experiments.reading.statistics.verdicts import LEAST_SEEDS

#: Of what arrives of the nearest input: less is hardly anything.
LITTLE = 0.01
NOTHING, LESS, MORE, MIXED = "exactly nothing", f"less than {LITTLE:g}", f"at least {LITTLE:g}", "mixed"
ABOUT = (
    "Shares are D of the furthest input over D(1); each holds in every seed. Exactly nothing is a derivative of 0 in "
    "all examples and seeds: no weights of that network can help."
)


def finding(results: Results) -> Section | None:
    """What arrives from the furthest input, by model, for the longest sequence of each set of settings."""
    sentences: list[str] = []
    for title, rows in sensitivities(results).items():
        rows = rows[rows["length"] == rows["length"].max()]
        for when in ("initial", "trained"):
            own = rows[rows["when"] == when]
            if len(own):
                weights = f"{when} weights"
                where = f"{title}, {weights}" if title else weights.capitalize()
                sentences += [headed(where, text) for text in arrival_sentences(own)]
    if not sentences:
        return None
    blocks: list[Any] = [Sentences(sentences), meant(ABOUT)]
    return Section("finding", HEADING, blocks, judged=True)


def arrival_sentences(rows: pd.DataFrame) -> list[str]:
    """Sentences of one length and one time of measurement.

    Args:
        rows: From ``sensitivities``.
    """
    far = int(rows["r"].max())
    kinds: dict[str, list[str]] = {NOTHING: [], LESS: [], MORE: [], MIXED: []}
    seeds = rows.groupby("model")["seed"].nunique()
    for model in sorted(seeds.index[seeds >= LEAST_SEEDS], key=natural):
        own = rows[rows["model"] == model].set_index(["seed", "r"])["sensitivity"].unstack("r")
        kinds[kind_of(own[1], own[far])].append(model)
    if not any(kinds.values()):
        return [too_few(int(seeds.max()))]
    sentences = []
    if kinds[NOTHING]:
        sentences.append(
            f"of the input {far} steps or hops away, exactly nothing arrives in {enumerated(kinds[NOTHING])}."
        )
    if kinds[LESS]:
        sentences.append(
            f"less than a hundredth of what arrives of the nearest does in {enumerated(kinds[LESS])}."
        )
    if kinds[MORE]:
        sentences.append(f"a hundredth of it or more arrives in {enumerated(kinds[MORE])}.")
    if kinds[MIXED]:
        sentences.append(f"seeds differ in {enumerated(kinds[MIXED])}.")
    return sentences


def kind_of(near: pd.Series, far: pd.Series) -> str:
    """What holds of every seed.

    Args:
        near: D(1) by seed.
        far: D of the furthest input.
    """
    if (far == 0).all():
        return NOTHING
    share = far / near
    if (share >= LITTLE).all():
        return MORE
    return LESS if (share < LITTLE).all() else MIXED
