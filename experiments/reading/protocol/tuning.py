"""What tuning went through, what it chose, what that changed, and how the ranking reads without it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.frames import LABEL, group_columns, natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Table, Text
from experiments.reading.statistics.contrast import COLUMNS, contrast, resolution
from experiments.reading.statistics.verdicts import judge, meaning
from experiments.reading.table_formats import heading, number, shown
from experiments.reading.tables import difference_cells, form_of
from experiments.records.records import RunRecord
from experiments.records.results_folder import TRIALS, read_choices
from experiments.running.plan import with_values

ABOUT = (
    "Default and tuned are test figures on the reported seeds, which no trial has seen: mean ± standard deviation. "
    "What is left by the choice is on the tuning seeds: the test figure of the trial that is best by test, minus that "
    "of the chosen one. "
)
LOST = (
    "Some runs here were tuned ({}), but the record of their trials is not beside them, in the folder tuning; what was "
    "tried, and what it changed, cannot be said."
)
UNTUNED = "Nothing was tuned: every model has the settings it was given. --tune tries others, as many for every model."


AS_GIVEN = "as given"  # in place of a verdict, where validation chose no other settings


@dataclass(frozen=True)
class Point:
    """One model on one task, under settings that were given and under those that were chosen.

    Args:
        model: Its label.
        place: Task, and every setting that differs between the runs of the page, by column.
        default: What it was given of the settings that were tuned.
        chosen: What validation chose; nothing where no trial ended.
        trials: From the file of choices.
        given: Its runs with the settings given, by seed.
        tuned: Its runs with those chosen, by seed.
    """

    model: str
    place: dict[str, Any]
    default: dict[str, Any]
    chosen: dict[str, Any]
    trials: list[dict[str, Any]]
    given: dict[int, RunRecord]
    tuned: dict[int, RunRecord]

    @property
    def unchanged(self) -> bool:
        """Whether the settings given were chosen, so that both runs are one."""
        return self.default | self.chosen == self.default

    def scores(self, metric: Metric) -> tuple[np.ndarray, np.ndarray]:
        """Scores with the chosen and with the given settings, on the seeds that have both; NaN for a failure."""
        seeds = sorted(self.given.keys() & self.tuned.keys())
        both = (self.tuned, self.given)
        first, second = (np.array([_score(runs[s], metric) for s in seeds], dtype=float) for runs in both)
        return first, second


def _by_name(point: Point) -> tuple[Any, ...]:
    return natural(point.model), *((isinstance(value, str), value) for value in point.place.values())


def _score(run: RunRecord, metric: Metric) -> float:
    return float(run.result[metric.key]) if run.succeeded and run.result is not None else np.nan


def tuning(results: Results) -> Section | None:
    """The space, the trials, what was chosen, and what it changed."""
    blocks: list[Any] = []
    texts = list(dict.fromkeys(run.settings.tuned for run in results.runs if run.settings.tuned))
    for text in texts:
        points = sorted(points_of(results, text), key=_by_name)
        blocks += _about(text, points, results) if points else [Text(LOST.format(text))]
    if not texts:
        return Section("tuning", "Tuning", [Text(UNTUNED, soft=True)]) if results.experiment.tunable else None
    return Section("tuning", "What tuning changed", blocks, judged=True)


def points_of(results: Results, text: str) -> Iterator[Point]:
    """Every model on every task that was tuned in one way, with the runs under what was chosen last.

    Args:
        results: The runs.
        text: How, as the runs record it.

    Raises:
        FolderError: The file of choices is damaged.
    """
    found = read_choices(results.folder / TRIALS, text)
    by_name: dict[str, dict[int, RunRecord]] = {}
    for run in results.runs:
        if run.result is not None and run.settings.tuned in ("", text):
            name = dataclasses.replace(run.settings, seed=0).identity
            by_name.setdefault(name, {})[run.settings.seed] = run
    columns = [c for c in group_columns(results.frame) if c not in (LABEL, "tuned")]
    rows = results.frame.drop_duplicates("run").set_index("run")
    for key, entry in found.items():
        given = by_name.get(key)
        if given is None:
            continue
        first = next(iter(given.values()))
        settings = with_values(dataclasses.replace(first.settings, seed=0, tuned=text), entry["chosen"])
        tuned = by_name.get(settings.identity)
        if tuned is not None:
            place = rows.loc[first.path.name, columns].to_dict()
            yield Point(**entry, place=place, given=given, tuned=tuned)


def _about(text: str, points: list[Point], results: Results) -> list[Any]:
    metric, region, families = results.metric, results.equivalent, results.families
    floor = resolution(results.frame, metric.key)
    # Settings that are the same are no comparison.
    changed = [point for point in points if not point.unchanged]
    rows = [contrast(*point.scores(metric), metric, paired=True, floor=floor) for point in changed]
    judged = judge(
        pd.DataFrame(rows, columns=[*COLUMNS]), metric, equivalent=region, families=families
    ).to_dict("records")
    verdicts = dict(zip(map(id, changed), judged))
    table = [_cells(point, verdicts.get(id(point)), metric) for point in points]
    note = ABOUT + (meaning(len(changed), metric, equivalent=region, families=families) if changed else "")
    return [
        Sentences([*_protocol(text, points, results), _gained(judged, len(points) - len(changed))]),
        Table(table, note),
        Text("How the models rank by their means, without tuning and with it; a rank is no verdict:"),
        Table(ranking(points, metric)),
    ]


def _protocol(text: str, points: list[Point], results: Results) -> list[str]:
    space, *rest = text.split("; ")
    trials = [trial for point in points for trial in point.trials]
    count = len({str(trial["values"]) for trial in points[0].trials})
    spent = sum(trial["seconds"] for trial in trials)
    once = (run.result for run in results.runs if run.result is not None and "same_as" not in run.result)
    reported = sum(float(result.get("seconds_total", 0.0)) for result in once)
    runs = sum(len(trial["runs"]) for trial in trials)
    failed = sum(trial["validation"] is None for trial in trials)
    return [
        f"Every model that looks at these settings got {count} trials from the space {space} ({'; '.join(rest)}); "
        "validation chose, and of equal scores the settings given.",
        f"{runs} trial runs took {spent:.0f} seconds of training and testing, the runs of this page {reported:.0f}.",
        *([f"{failed} trials failed with some seed, and could not be chosen."] if failed else []),
    ]


def _gained(judged: list[dict[str, Any]], unchanged: int) -> str:
    counts = pd.Series([row["verdict"] for row in judged], dtype=object).value_counts()
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    same = f"; {unchanged} kept the settings given" if unchanged else ""
    return f"The chosen settings against those given, on fresh seeds: {words or 'none differ'}{same}."


def _cells(point: Point, row: dict[str, Any] | None, metric: Metric) -> dict[str, str]:
    tuned, given = point.scores(metric)
    tests = [trial["test"] for trial in point.trials if trial["test"] is not None and trial["part"] == 1]
    chosen = next((t["test"] for t in reversed(point.trials) if t["values"] == point.chosen), None)
    best = (min if metric.lower_is_better else max)(tests, default=None)
    left = np.nan if best is None or chosen is None else best - chosen
    form, scale = form_of(metric, [*tuned, *given]), metric.scale
    cells = {
        "model": point.model,
        **{heading(name): shown(value) for name, value in point.place.items()},
        "default": _settings(point.default),
        "chosen": _settings(point.chosen) if point.chosen else "no trial ended",
        f"{metric.title} default": _moments(given, form, scale),
        "tuned": _moments(tuned, form, scale),
    }
    names = ("difference", "interval", "n", "p (Holm)", "verdict")
    if row is None:
        cells |= dict.fromkeys(names, "-") | {"n": f"{len(given)}", "verdict": AS_GIVEN}
    else:
        found = difference_cells(row, form, scale)
        cells |= {"difference": number(scale * row["difference"], f"+{form}")}
        cells |= {name: found[name] for name in names[1:]}
    return cells | {"left by the choice": number(scale * left, f"+{form}")}


def _settings(values: dict[str, Any]) -> str:
    return ", ".join(f"{heading(name)} {shown(value)}" for name, value in values.items())


def _moments(values: np.ndarray, form: str, scale: float) -> str:
    known = values[~np.isnan(values)] * scale
    spread = f" ± {known.std(ddof=1):{form}}" if len(known) > 1 else ""
    return number(known.mean() if len(known) else np.nan, form) + spread


def ranking(points: list[Point], metric: Metric) -> list[dict[str, str]]:
    """A row per task: its models from the best mean to the worst, without tuning and with it."""
    tasks: dict[str, list[Point]] = {}
    for point in points:
        title = ", ".join(f"{heading(name)} {shown(value)}" for name, value in point.place.items())
        tasks.setdefault(title, []).append(point)
    rows = []
    for title, those in tasks.items():
        orders = [_order(those, metric, place) for place in (1, 0)]
        row = {"task": title} if title else {}
        row |= dict(zip(("without tuning", "with tuning"), map(_order_in_words, orders)))
        rows.append(row | {"the same": "yes" if [*orders[0].values()] == [*orders[1].values()] else "no"})
    return rows


def _order_in_words(order: dict[str, list[str]]) -> str:
    return " > ".join(f"{' = '.join(models)} ({score})" for score, models in order.items())


def _order(points: list[Point], metric: Metric, place: int) -> dict[str, list[str]]:
    """Models by their mean as it is printed, from the best to the worst."""
    means = {}
    for point in points:
        scores = point.scores(metric)[place]
        known = scores[~np.isnan(scores)]
        means[point.model] = known.mean() if len(known) else np.nan
    # A digit fewer than elsewhere: what differs in the last one is no rank.
    digits = None if metric.digits is None else max(0, metric.digits - 1)
    form = form_of(dataclasses.replace(metric, digits=digits), list(means.values()))
    groups: dict[str, list[str]] = {}
    sign = 1 if metric.lower_is_better else -1
    for model in sorted(means, key=lambda m: (np.isnan(means[m]), sign * means[m], natural(m))):
        groups.setdefault(number(metric.scale * means[model], form), []).append(model)
    return {score: sorted(models, key=natural) for score, models in groups.items()}
