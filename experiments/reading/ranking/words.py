"""What a ranking says in sentences: how to read its numbers, who is told apart, who is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from experiments.reading.ranking.ranking import Ranking
from experiments.reading.statistics.intervals import CONFIDENCE

MOST_LISTED = 20  # runs, by name
_PERCENT = f"{100 * CONFIDENCE:.0f} %"


def head(ranking: Ranking) -> str:
    """What is ranked."""
    scores = ranking.scores
    tasks = f"{len(scores.tasks)} task{'s' if len(scores.tasks) > 1 else ''}"
    way = "lower" if scores.metric.lower_is_better else "higher"
    return f"{len(scores.models)} models on {tasks} by {scores.metric.heading}; {way} is better"


def notes(ranking: Ranking) -> list[str]:
    """How to read the table."""
    scores = ranking.scores
    lines = [
        "A column for each task: mean over seeds. Mean rank: 1 is best; equal means share a rank.",
        "IQM: mean of the middle half of all runs, every task with the same weight."
        + (
            ""
            if min(map(len, map(scores.pooled, scores.models))) >= 4
            else " Of fewer than four runs none is cut."
        ),
        _about_interval(ranking),
    ]
    if scores.metric.success is not None:
        lines.append(
            f"Success: share of all runs, failed ones too, that reach {scores.metric.success:g}, with the exact "
            f"interval of Clopper and Pearson ({_PERCENT} or more)."
        )
    return lines


def _about_interval(ranking: Ranking) -> str:
    if ranking.all_or_nothing:
        return (
            "No interval for the IQM: some runs learned their task and reach the border of success. Few seeds of such "
            "scores cannot show the other half, and an interval of them would be too narrow. Success has one."
        )
    without = [one.model for one in ranking.standings if math.isnan(one.low)]
    text = (
        f"Its interval: {_PERCENT} over seeds, the tasks as they are; each for its model alone, so two that overlap "
        "are no verdict. It supposes scores that scatter around a mean."
    )
    if without:
        why = "one run on a task, or no spread in the middle half, says nothing about other seeds"
        text += f" None for {', '.join(without)}: {why}."
    return text


def about_improvement(ranking: Ranking) -> list[str]:
    """How to read the probabilities of improvement."""
    who = "the model named" if ranking.chosen else "the best mean rank, a choice that the intervals allow for"
    many = len(ranking.improvements) > 1
    return [
        f"P(better): chance that a run of the model beats a run of {ranking.baseline} ({who}) on the same task, mean "
        "over tasks; equal scores count one half.",
        f"{'Intervals hold together' if many else 'The interval holds'} in at least {_PERCENT} of such comparisons: "
        "one without 0.5 shows a difference on these tasks.",
    ]


def about_differences(ranking: Ranking) -> list[str]:
    """What mean ranks show."""
    found, tasks = ranking.differences, len(ranking.scores.tasks)
    if found is None:
        return ["Mean ranks of a single task say nothing of other tasks: no test of them."]
    test = (
        f"Friedman's test over {tasks} tasks, as if none had to do with another: chi-square {found.statistic:.2f}, "
        f"p = {found.p:.2g} by permutation"
    )
    level = 1 - CONFIDENCE
    if found.least_p > level:
        return [
            f"{test}. Fewer tasks than can show a difference: the least p possible is {found.least_p:.2g}."
        ]
    if not found.shown:
        return [f"{test}. Mean ranks do not tell the models apart, which does not make them equal."]
    lines = [f"{test}. Mean ranks further apart than {found.critical:.2f} (Nemenyi) are told apart."]
    pairs = _told_apart(ranking)
    if not pairs:
        lines.append("The models differ, but no pair of them lies that far apart.")
    return lines + [
        f"{first} has a better mean rank than {', '.join(worse)}." for first, worse in pairs.items()
    ]


def _told_apart(ranking: Ranking) -> dict[str, list[str]]:
    assert ranking.differences is not None
    together = ranking.differences.groups
    order = ranking.scores.ranked
    pairs: dict[str, list[str]] = {}
    for place, first in enumerate(order):
        worse = [
            m for m in order[place + 1 :] if not any(first in group and m in group for group in together)
        ]
        if worse:
            pairs[first] = worse
    return pairs


def left_out(ranking: Ranking) -> list[str]:
    """Models, tasks and runs that no number of the ranking holds, by name."""
    scores = ranking.scores
    lines = [
        f"Left out: {model}, without a score on {'; '.join(tasks)}."
        for model, tasks in scores.lacking.items()
    ]
    lines += [f"Left out: {task}, on which no run ended." for task in scores.unscored]
    if scores.failed:
        lines.append("Failed runs are in no mean, which flatters a model that fails:")
        lines += _by_model(scores.failed)
    if scores.unfinished:
        lines.append("Runs without a result are in no mean:")
        lines += _by_model(scores.unfinished)
    if scores.repeated:
        lines.append(f"In two folders, counted once: {_names(scores.repeated)}.")
    return lines


def _by_model(runs: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"  {model} ({len(names)}): {_names(names)}" for model, names in runs.items()]


def _names(names: Sequence[str]) -> str:
    more = f", and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
