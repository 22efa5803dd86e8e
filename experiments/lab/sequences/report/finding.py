"""The finding of a comparison on sequences: what each model answers, how far a graph network can, and verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from experiments.core.registry import ForeignPart
from experiments.core.specs import GraphSpec, parse_model
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.sensitivity_figures import reaches_further
from experiments.reading.finding.answers import (
    Tally,
    answer_sentences,
    enough,
    fewest_seeds,
    judged_of,
    out_of_steps,
    tallies,
    tally,
    verdict_sentence,
    what_answers_means,
    with_budget,
)
from experiments.reading.finding.best import best
from experiments.reading.finding.words import HEADING, headed, meant, too_few, unfinished
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Text
from experiments.reading.statistics.verdicts import LEAST_SEEDS

MOST_PARTS = 4
TUNED = "These are the runs with settings that were tuned; all others stand in the summary."
Specific = Callable[[Results], list[str]]


def finding(results: Results) -> Section | None:
    """What each model answers, and what layers reach."""
    return _finding(results, reach_sentences)


def palindromes(results: Results) -> Section | None:
    """The same of palindromes, where k layers over a plain path reach T = k + 1 and mirrored edges any length."""
    return _finding(results, path_sentences)


def _finding(results: Results, specific: Specific) -> Section | None:
    if results.ended.empty:
        return None
    if results.metric.success is None:
        return best(results)
    parts = over_lengths(results.compared)
    sentences: list[str] = []
    seeds = [number for part in parts.values() if (number := fewest_seeds(enough(tallies(part))))]
    for title, part in list(parts.items())[:MOST_PARTS]:
        counts = tallies(part)
        told = enough(counts)
        if not told:
            sentences.append(headed(title, too_few(fewest_seeds(counts))))
            continue
        first, *rest = answer_sentences(told)
        sentences += [
            headed(title, text)
            for text in (with_budget(part, first), *rest, *specific(part), *out_of_steps(part, told))
        ]
        if results.baseline is not None:
            against = verdict_sentence(judged_of(part, results.judged), results.baseline)
            sentences += [headed(title, against)] if against else []
    blocks: list[Any] = [Sentences(sentences), *unfinished(results.frame)]
    if results.compared is not results:
        blocks.append(Text(TUNED))
    if len(parts) > MOST_PARTS:
        blocks.append(Text(f"{len(parts) - MOST_PARTS} more combinations of settings stand in the summary."))
    if seeds:
        about = what_answers_means(results, min(seeds))
        if results.baseline is not None:
            about += " Verdicts are those of the paired differences below, with their level."
        blocks.append(meant(about))
    return Section("finding", HEADING, blocks, judged=True)


def reach_sentences(part: Results) -> list[str]:
    """How often graph networks answer with fewer layers than hops to the answer, and how often with enough of them."""
    frame = part.frame
    # A run that failed has recorded no reach: it is that of its model and length.
    reach = frame["in_reach"].fillna(frame.groupby([LABEL, "length"])["in_reach"].transform("first"))
    out, within = (_tally(frame[reach.eq(value)], part) for value in (False, True))
    if out.runs < LEAST_SEEDS:
        return []
    sentence = f"Graph networks with fewer layers than hops to the answer answer in {out} runs"
    return [f"{sentence}; those with enough layers in {within}." if within.runs else f"{sentence}."]


def path_sentences(part: Results) -> list[str]:
    """The same in terms of the length, and what mirrored edges change."""
    plain, mirrored = [], []
    for label in part.models:
        spec = parse_model(label)
        if isinstance(spec, GraphSpec) and not isinstance(spec.part, ForeignPart):
            if not reaches_further(spec):
                plain.append(label)
            elif spec.mirrored:
                mirrored.append(label)
    frame = part.frame
    layers = pd.Series(
        [
            run.settings.model.layers if run.settings.model.label in plain + mirrored else 0
            for run in part.runs
        ],
        index=frame.index,
    )
    beyond = frame["length"] > layers + 1
    far, near, added = (
        _tally(frame[chosen], part)
        for chosen in (
            frame[LABEL].isin(plain) & beyond,
            frame[LABEL].isin(plain) & ~beyond,
            frame[LABEL].isin(mirrored) & beyond,
        )
    )
    sentences = []
    if far.runs >= LEAST_SEEDS:
        who = (
            "No plain path network of k layers answers"
            if not far.hits
            else "Plain path networks of k layers answer"
        )
        control = f"; up to there, {near} runs do" if near.runs else ""
        sentences.append(f"{who} beyond T = k + 1 ({far} runs){control}.")
    if added.runs >= LEAST_SEEDS:
        sentences.append(
            f"With a mirrored edge from the first digit to the missing one, {added} runs answer beyond T = k + 1."
        )
    return sentences


def _tally(frame: pd.DataFrame, part: Results) -> Tally:
    assert part.metric.success is not None
    return tally(frame, part.metric.key, part.metric.success)
