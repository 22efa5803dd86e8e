"""The finding of Tree-NeighborsMatch: what is fitted, and what is answered anew."""

from __future__ import annotations

from typing import Any

from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.trees.report.tables import too_few_layers
from experiments.reading.finding.answers import (
    ANSWERS,
    answer_sentences,
    enough,
    fewest_seeds,
    judged_of,
    out_of_steps,
    tallies,
    verdict_sentence,
)
from experiments.reading.finding.words import HEADING, headed, meant, too_few, unfinished
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences

#: By column: what a model does, and several do, that reach the border in every seed.
MEASURES = {
    "validation_accuracy": ("fits the training examples", "fit the training examples"),
    "test_accuracy": tuple(f"{verb} new questions" for verb in ANSWERS),
}
ABOUT = (
    "A run fits, or answers, where its accuracy on training examples, or on new questions about the same trees, "
    "reaches {}. A model does where every seed does. Verdicts are those of the paired differences below, with their "
    "level."
)


def finding(results: Results) -> Section | None:
    """Which radius each model fits, and at which it answers new questions."""
    sentences: list[str] = []
    short, _ = too_few_layers(results.runs)
    for title, part in over_lengths(results.compared).items():
        for column, (one, several) in MEASURES.items():
            counts = tallies(part, column)
            told = enough(counts)
            if told:
                sentences += [headed(title, text) for text in answer_sentences(told, (one, several), "r")]
                cut = out_of_steps(part, told, column, several, short)
                sentences += [headed(title, text) for text in cut]
            elif column == "test_accuracy" and counts:
                sentences.append(headed(title, too_few(fewest_seeds(counts))))
        if results.baseline is not None:
            against = verdict_sentence(judged_of(part, results.judged), results.baseline, "r")
            sentences += [headed(title, f"On new questions: {against}")] if against else []
    if not sentences:
        return None
    blocks: list[Any] = [
        Sentences(sentences),
        *unfinished(results.frame),
        meant(ABOUT.format(results.metric.success)),
    ]
    return Section("finding", HEADING, blocks, judged=True)
