"""What is compared: a model, or, of one that is trained twice, its transductive and its inductive answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.lab.documents.kinds import kind_of
from experiments.reading.frames import LABEL
from experiments.reading.results import Results


@dataclass(frozen=True)
class Variant:
    """A model, and the answers of it that are looked at.

    Args:
        name: What it is called.
        model: Label of the model.
        column: Its test accuracy in the record.
        validation: Its validation accuracy there.
    """

    name: str
    model: str
    column: str
    validation: str

    def runs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of its model, by seed."""
        return frame[frame[LABEL] == self.model].sort_values("seed")


def variants(results: Results) -> list[Variant]:
    """The variants of the models that have a run, in the order of the page."""
    there = set(results.frame[LABEL])
    listed = []
    for model in (label for label in results.models if label in there):
        name = model
        if kind_of(model).transductive:
            listed.append(Variant(model, model, "test_accuracy", "validation_accuracy"))
            name = f"{model} inductive"
        listed.append(Variant(name, model, "inductive_accuracy", "inductive_validation_accuracy"))
    return listed


def variant_styles(results: Results) -> dict[str, dict[str, Any]]:
    """Colour, marker and line by variant; an inductive variant has its model's colour, dashed and hollow."""
    styles: dict[str, dict[str, Any]] = {}
    for variant in variants(results):
        style = {**results.styles[variant.model], "linestyle": "-"}
        other = {} if variant.name == variant.model else {"linestyle": "--", "mfc": "white"}
        styles[variant.name] = style | other
    return styles


def by_corpus(results: Results) -> dict[str, Results]:
    """Title and runs of each corpus and setting with a run that ended; there, shares of the labels differ too."""
    return {title: part for title, part in results.panels(leave_out=("share",)).items() if len(part.ended)}


def shares(results: Results) -> list[float]:
    """The shares of labels that a run ended with, small ones first."""
    return sorted(results.ended["share"].unique())


def of_share(results: Results, share: float) -> Results:
    """The runs with one share of the labels, of which there are some."""
    found = results.some(results.frame["share"] == share)
    assert found is not None
    return found


def largest(results: Results) -> Iterator[tuple[str, Results]]:
    """The runs of each corpus and setting that ended with the largest share of labels."""
    for title, panel in by_corpus(results).items():
        yield title, of_share(panel, max(shares(panel)))
