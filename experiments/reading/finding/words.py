"""Words that findings share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.reading.sections import Fold, Text
from experiments.reading.statistics.verdicts import LEAST_SEEDS

HEADING = "What was found"
_NUMBERS = {0: "No", 1: "One", 2: "Two"}


def enumerated(items: Sequence[object], last: str = "and") -> str:
    """Items with commas between, and a word before the last one.

    Example:
        >>> enumerated(["rnn"]), enumerated([5, 10, 15])
        ('rnn', '5, 10 and 15')
    """
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def too_few(seeds: int) -> str:
    """What is said in place of a finding below three seeds.

    Example:
        >>> too_few(2)
        'Two seeds: no verdict. It takes at least 3; the tables hold the figures.'
    """
    count = _NUMBERS.get(seeds, str(seeds))
    plural = "" if seeds == 1 else "s"
    return f"{count} seed{plural}: no verdict. It takes at least {LEAST_SEEDS}; the tables hold the figures."


def meant(text: str) -> Fold:
    """What the words of a finding mean, for who wants to know."""
    return Fold("What these words mean", [Text(text, soft=True)])


def unfinished(frame: pd.DataFrame) -> list[Text]:
    """A word on runs without a result, which no sentence counts; none where all have one.

    Args:
        frame: From ``runs_table``.
    """
    count = int((~frame["status"].isin(("ok", "failed"))).sum())
    if not count:
        return []
    runs = (
        "run has no result yet, and no sentence counts it"
        if count == 1
        else "runs have no result yet, and no sentence counts them"
    )
    return [Text(f"{count} {runs}.")]


def headed(title: str, sentence: str) -> str:
    """A sentence with the settings that it is about before it, where there are any."""
    return f"{title}: {sentence}" if title else sentence
