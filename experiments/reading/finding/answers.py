"""Which models learned their task, at which lengths, in how many seeds: counts, and verdicts of the page in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.reading.finding.words import enumerated
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.statistics.intervals import success_interval
from experiments.reading.statistics.verdicts import BETTER, EQUIVALENT, LEAST_SEEDS, NOT_SHOWN, WORSE

#: What a model does where it learned its task: one model, and several.
ANSWERS = ("answers", "answer")
Pattern = tuple[tuple[int, str], ...]  # of each length: all, in part or none
CLOSE = 0.05  # of the budget: as near as sizes are fitted
#: From a verdict to what is said of one model, and of several, in this order.
OUTCOMES = {
    BETTER: ("is better than", "are better than"),
    EQUIVALENT: ("is equivalent to", "are equivalent to"),
    NOT_SHOWN: ("cannot be told apart from", "cannot be told apart from"),
    WORSE: ("is worse than", "are worse than"),
}


@dataclass(frozen=True)
class Tally:
    """How many of some runs learned their task; a run that failed has not."""

    hits: int
    runs: int

    def __str__(self) -> str:
        return f"{self.hits} of {self.runs}"

    @property
    def all(self) -> bool:
        return 0 < self.hits == self.runs


def tally(frame: pd.DataFrame, column: str, border: float) -> Tally:
    """Of the runs of a table that ended or failed.

    Args:
        frame: From ``runs_table``.
        column: The score.
        border: What a run has to reach.
    """
    counted = frame[frame["status"].isin(("ok", "failed"))]
    hits = (counted["status"] == "ok") & (counted[column].astype(float) >= border)
    return Tally(int(hits.sum()), len(counted))


def tallies(
    part: Results, column: str | None = None, border: float | None = None
) -> dict[str, dict[int, Tally]]:
    """By model and length.

    Args:
        part: Runs that differ in model, length and seed alone.
        column: The score; by default what judges the runs.
        border: What a run has to reach; by default the success of what judges the runs.
    """
    key = part.metric.key if column is None else column
    wanted = part.metric.success if border is None else border
    assert wanted is not None
    found: dict[str, dict[int, Tally]] = {}
    for model in part.models:
        own = part.frame[part.frame[LABEL] == model]
        by_length = {int(length): tally(runs, key, wanted) for length, runs in own.groupby("length")}
        if any(one.runs for one in by_length.values()):
            found[model] = {length: one for length, one in by_length.items() if one.runs}
    return found


def fewest_seeds(counts: Mapping[str, Mapping[int, Tally]]) -> int:
    """The smallest number of runs that a model has at a length; 0 where there are none."""
    return min((one.runs for own in counts.values() for one in own.values()), default=0)


def answer_sentences(
    counts: Mapping[str, Mapping[int, Tally]], verbs: tuple[str, str] = ANSWERS, letter: str = "T"
) -> list[str]:
    """A sentence for each way in which models learned their task; those alike share one.

    Args:
        counts: From ``tallies``, at least three runs each.
        verbs: What one model does, and several do.
        letter: What a length is called.

    Example:
        >>> def of(*hits): return {length: Tally(hit, 3) for length, hit in zip((5, 10), hits)}
        >>> answer_sentences({"lstm": of(3, 3), "gcn-4": of(3, 0), "gat-4": of(3, 0), "rnn": of(3, 1)})
        ... # doctest: +NORMALIZE_WHITESPACE
        ['lstm answers at every length tried, up to T = 10 (6 of 6 runs).',
         'gcn-4 and gat-4 answer at T = 5 (6 of 6 runs), and not at T = 10 (0 of 6).',
         'rnn answers at T = 5 (3 of 3 runs); in part at T = 10 (1 of 3).']
    """
    alike: dict[tuple[Pattern, str], list[str]] = {}
    for model, own in counts.items():
        pattern = tuple((length, _kind(one)) for length, one in sorted(own.items()))
        # A model that learned it in part has a sentence and counts of its own.
        alone = model if any(kind == "in part" for _, kind in pattern) else ""
        alike.setdefault((pattern, alone), []).append(model)
    order = sorted(alike.items(), key=lambda item: -sum(kind == "all" for _, kind in item[0][0]))
    return [_sentence(models, pattern, counts, verbs, letter) for (pattern, _), models in order]


def _kind(one: Tally) -> str:
    return "all" if one.all else "in part" if one.hits else "none"


def _sentence(
    models: list[str],
    pattern: Pattern,
    counts: Mapping[str, Mapping[int, Tally]],
    verbs: tuple[str, str],
    letter: str,
) -> str:
    lengths = {kind: [n for n, k in pattern if k == kind] for kind in ("all", "in part", "none")}
    whole = {kind: _sum(counts[m][n] for m in models for n in found) for kind, found in lengths.items()}
    several = len(models) > 1
    name, verb = enumerated(models), verbs[several]
    negated = f"{'do' if several else 'does'} not {verbs[1]}"
    if not lengths["all"] and not lengths["in part"]:
        where = f"at {letter} = {lengths['none'][0]}" if len(pattern) == 1 else "at any length tried"
        return f"{name} {negated} {where} ({whole['none']} runs)."
    if len(lengths["all"]) == len(pattern) > 1:
        return (
            f"{name} {verb} at every length tried, up to {letter} = {pattern[-1][0]} ({whole['all']} runs)."
        )
    pieces = []
    if lengths["all"]:
        pieces.append(f"{verb} at {letter} = {enumerated(lengths['all'])} ({whole['all']} runs)")
    if lengths["in part"]:
        of = {n: _sum(counts[m][n] for m in models) for n in lengths["in part"]}
        told = enumerated([f"{n} ({one})" for n, one in of.items()])
        pieces.append(f"{'' if pieces else f'{verb} '}in part at {letter} = {told}")
    text = f"{name} {'; '.join(pieces)}"
    if lengths["none"]:
        text += f", and not at {letter} = {enumerated(lengths['none'])} ({whole['none']})"
    return text + "."


def _sum(found: Iterable[Tally]) -> Tally:
    listed = list(found)
    return Tally(sum(one.hits for one in listed), sum(one.runs for one in listed))


def out_of_steps(
    part: Results,
    models: Iterable[str],
    column: str | None = None,
    verb: str = ANSWERS[1],
    short: Mapping[str, set[int]] | None = None,
) -> list[str]:
    """A sentence on the runs that their number of steps ended before they got there; none where there are none.

    A network with fewer layers than hops to the answer is not among them: more steps do not help it.

    Args:
        part: Runs that differ in model, length and seed alone.
        models: Those that the finding speaks of.
        column: The score; by default what judges the runs.
        verb: What several runs do that reach the success of what judges the runs.
        short: By model, further lengths at which more steps do not help.
    """
    frame = part.frame[part.frame[LABEL].isin(list(models)) & part.frame["status"].isin(("ok", "failed"))]
    assert part.metric.success is not None
    score = frame[part.metric.key if column is None else column].astype(float)
    below = frame[~((frame["status"] == "ok") & (score >= part.metric.success))]
    hopeless = [n in (short or {}).get(model, ()) for model, n in zip(below[LABEL], below["length"])]
    cut = below[below["stopped"].eq("budget") & below["in_reach"].ne(False) & ~np.array(hopeless, dtype=bool)]
    if cut.empty:
        return []
    steps = enumerated([f"{int(count):,}" for count in sorted(cut["train.steps"].unique())], "or")
    was = "was ended by its" if len(cut) == 1 else "were ended by their"
    return [
        f"Of the {len(below)} runs that do not {verb}, {len(cut)} {was} {steps} steps: more steps may change what is "
        "said there."
    ]


def what_answers_means(results: Results, seeds: int) -> str:
    """What has to hold for the word, and what so many seeds say.

    Args:
        results: The runs.
        seeds: The smallest number of runs that a model has at a length.
    """
    metric = results.metric
    low, _ = success_interval(seeds, seeds)
    return (
        f"A run answers where it reaches {metric.title} {metric.success:g}. A model answers where every seed does: "
        f"with {seeds} of {seeds}, Wilson's 95 % interval of the share of seeds begins at {low:.2f}. A run that failed "
        "does not answer."
    )


def with_budget(results: Results, sentence: str) -> str:
    """The sentence behind the budget of parameters, where there is one and every model meets it.

    Example of what it makes: With 20,000 parameters each, lstm answers ...
    """
    frame = results.ended
    budgets = frame["train.budget"].dropna().unique() if "train.budget" in frame else []
    if len(budgets) != 1 or not budgets[0] or frame["parameters"].isna().any():
        return sentence
    if ((frame["parameters"].astype(float) / budgets[0] - 1).abs() > CLOSE).any():
        return sentence
    return f"With {budgets[0]:,.0f} parameters each, {sentence}"


def verdict_sentence(judged: pd.DataFrame, baseline: str, letter: str = "T") -> str:
    """What the page's table of paired differences says, in one sentence; empty where it judges nothing.

    Args:
        judged: Rows of ``Results.paired`` that differ in model and length alone.
        baseline: What they are compared with.
        letter: What a length is called.

    Example:
        >>> rows = [("gcn-4", 5, NOT_SHOWN), ("gcn-4", 10, WORSE), ("gat-4", 5, NOT_SHOWN), ("gat-4", 10, WORSE)]
        >>> verdict_sentence(pd.DataFrame(rows, columns=[LABEL, "length", "verdict"]), "lstm")
        'Seed by seed, gcn-4 and gat-4 cannot be told apart from lstm at T = 5; are worse than lstm at T = 10.'
    """
    known = judged[judged["verdict"].isin(OUTCOMES)]
    patterns: dict[tuple[tuple[str, tuple[int, ...]], ...], list[str]] = {}
    for model, rows in known.groupby(LABEL, sort=False):
        by_verdict = {
            verdict: tuple(sorted(rows.loc[rows["verdict"] == verdict, "length"].astype(int)))
            for verdict in OUTCOMES
        }
        pattern = tuple((verdict, lengths) for verdict, lengths in by_verdict.items() if lengths)
        patterns.setdefault(pattern, []).append(str(model))
    clauses = []
    single = known["length"].nunique() == 1
    for pattern, models in patterns.items():
        several = len(models) > 1
        told = []
        for verdict, lengths in pattern:
            where = "" if single else f" at {letter} = {enumerated(lengths)}"
            told.append(f"{OUTCOMES[verdict][several]} {baseline}{where}")
        clauses.append(f"{enumerated(models)} {'; '.join(told)}")
    if not clauses:
        return ""
    text = f"Seed by seed, {'. '.join(clauses)}."
    if "n" in known and (known["verdict"] == NOT_SHOWN).any():
        text += f" With {int(known['n'].min())} seeds, what cannot be told apart need not be equal."
    return text


def judged_of(part: Results, judged: pd.DataFrame) -> pd.DataFrame:
    """Those rows of the page's differences that are of a panel's task and settings."""
    chosen = pd.Series(True, index=judged.index)
    for column in judged.attrs["keys"]:
        if column not in (LABEL, "length"):
            values = part.frame[column]
            here = judged[column].isin(values.dropna().unique())
            chosen &= here | judged[column].isna() if values.isna().any() else here
    return judged[chosen]


def enough(counts: Mapping[str, Mapping[int, Tally]]) -> dict[str, dict[int, Tally]]:
    """Those models that have enough seeds at each of their lengths."""
    return {
        model: dict(own)
        for model, own in counts.items()
        if all(one.runs >= LEAST_SEEDS for one in own.values())
    }
