"""What tuning went through, what it chose, what that changed, and how the ranking reads without it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.frames import natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Table, Text
from experiments.reading.statistics.contrast import contrast, resolution
from experiments.reading.statistics.verdicts import judge, meaning
from experiments.reading.table_formats import heading, number, shown
from experiments.reading.tables import difference_cells, form_of
from experiments.records.records import FolderError, RunRecord
from experiments.records.results_folder import TRIALS, choices_path
from experiments.running.plan import with_values

ABOUT = (
    "Default and tuned are test figures on the reported seeds, which no trial has seen: mean ± standard deviation. "
    "What is left by the choice is on the tuning seeds: the test figure of the trial that is best by test, minus that "
    "of the chosen one. "
)
UNTUNED = "Nothing was tuned: every model has the settings it was given. --tune tries others, as many for every model."


@dataclass(frozen=True)
class Point:
    """One model on one task, under settings that were given and under those that were chosen.

    Args:
        model, task, default, chosen, trials: From the file of choices.
        given: Its runs with the settings given, by seed.
        tuned: Its runs with those chosen, by seed.
    """

    model: str
    task: dict[str, Any]
    default: dict[str, Any]
    chosen: dict[str, Any]
    trials: list[dict[str, Any]]
    given: dict[int, RunRecord]
    tuned: dict[int, RunRecord]

    def scores(self, metric: Metric) -> tuple[np.ndarray, np.ndarray]:
        """Scores with the chosen and with the given settings, on the seeds that have both; NaN for a failure."""
        seeds = sorted(self.given.keys() & self.tuned.keys())
        both = (self.tuned, self.given)
        first, second = (np.array([_score(runs[s], metric) for s in seeds], dtype=float) for runs in both)
        return first, second


def _by_name(point: Point) -> tuple[Any, ...]:
    values = point.task.values()
    return natural(point.model), *((isinstance(value, str), value) for value in values)


def _score(run: RunRecord, metric: Metric) -> float:
    return float(run.result[metric.key]) if run.succeeded and run.result is not None else np.nan


def tuning(results: Results) -> Section | None:
    """The space, the trials, what was chosen, and what it changed."""
    blocks: list[Any] = []
    for text in dict.fromkeys(run.settings.tuned for run in results.runs if run.settings.tuned):
        points = sorted(points_of(results, text), key=_by_name)
        if points:
            blocks += _about(text, points, results)
    if not blocks:
        return Section("tuning", "Tuning", [Text(UNTUNED, soft=True)]) if results.experiment.tunable else None
    return Section("tuning", "What tuning changed", blocks)


def points_of(results: Results, text: str) -> Iterator[Point]:
    """Every model on every task that was tuned in one way.

    Args:
        results: The runs.
        text: How, as the runs record it.

    Raises:
        FolderError: The file of choices is damaged.
    """
    path = choices_path(results.folder / TRIALS, text)
    if not path.exists():
        return
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["points"]
    except (OSError, ValueError, KeyError) as error:
        raise FolderError(f"{path}: cannot be read ({error}); delete it and run the command again") from error
    given: dict[str, dict[int, RunRecord]] = {}
    tuned: dict[str, dict[int, RunRecord]] = {}
    for run in results.runs:
        settings = run.settings
        if run.result is None or settings.tuned not in ("", text):
            continue
        where = given if not settings.tuned else tuned
        for key, entry in found.items() if settings.tuned else ((None, None),):
            plain = settings if entry is None else with_values(settings, entry["default"])
            if entry is None or entry["model"] == settings.model.label:
                name = dataclasses.replace(plain, seed=0, tuned="").identity
                if key in (None, name):
                    where.setdefault(name, {})[settings.seed] = run
    for key, entry in found.items():
        if key in given and key in tuned:
            yield Point(**entry, given=given[key], tuned=tuned[key])


def _about(text: str, points: list[Point], results: Results) -> list[Any]:
    metric = results.metric
    floor = resolution(results.frame, metric.key)
    rows = [contrast(*point.scores(metric), metric, paired=True, floor=floor) for point in points]
    region, families = results.equivalent, results.families
    judged = judge(pd.DataFrame(rows), metric, equivalent=region, families=families)
    table = [_cells(point, row, metric) for point, (_, row) in zip(points, judged.iterrows())]
    note = ABOUT + meaning(len(points), equivalent=region, families=families)
    return [
        Sentences([*_protocol(text, points, results), *_gained(judged["verdict"].value_counts())]),
        Table(table, note),
        Text("How the models rank by their means, without tuning and with it; a rank is no verdict:"),
        Table(ranking(points, metric)),
    ]


def _protocol(text: str, points: list[Point], results: Results) -> list[str]:
    space, *rest = text.split("; ")
    trials = [trial for point in points for trial in point.trials]
    count = sum(trial["part"] == max(t["part"] for t in points[0].trials) for trial in points[0].trials)
    spent = sum(trial["seconds"] for trial in trials)
    reported = sum(float(run.result.get("seconds_total", 0.0)) for run in results.runs if run.result)
    runs = sum(len(trial["runs"]) for trial in trials)
    return [
        f"Every model got {count} trials from the space {space} ({'; '.join(rest)}); validation chose.",
        f"{runs} trial runs took {spent:.0f} seconds of training and testing, the runs of this page {reported:.0f}.",
    ]


def _gained(counts: pd.Series) -> list[str]:
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return [f"The chosen settings against those given, on fresh seeds: {words}."]


def _cells(point: Point, row: pd.Series, metric: Metric) -> dict[str, str]:
    tuned, given = point.scores(metric)
    tests = [trial["test"] for trial in point.trials if trial["test"] is not None and trial["part"] == 1]
    chosen = next((t["test"] for t in reversed(point.trials) if t["values"] == point.chosen), None)
    best = (min if metric.lower_is_better else max)(tests, default=None)
    left = np.nan if best is None or chosen is None else best - chosen
    scores = [*tuned, *given]
    form, scale = form_of(metric, scores), metric.scale
    return {
        "model": point.model,
        **{heading(name): shown(value) for name, value in point.task.items()},
        "default": _settings(point.default),
        "chosen": _settings(point.chosen),
        f"{metric.title} default": _moments(given, form, scale),
        "tuned": _moments(tuned, form, scale),
        "difference": f"{scale * row['difference']:+{form}}",
        **{k: v for k, v in difference_cells(row, form, scale).items() if k not in ("effect", "below 0")},
        "left by the choice": number(scale * left, f"+{form}"),
    }


def _settings(values: dict[str, Any]) -> str:
    return ", ".join(f"{heading(name)} {shown(value)}" for name, value in values.items())


def _moments(values: np.ndarray, form: str, scale: float) -> str:
    known = values[~np.isnan(values)] * scale
    spread = f" ± {known.std(ddof=1):{form}}" if len(known) > 1 else ""
    return number(known.mean() if len(known) else np.nan, form) + spread


def ranking(points: list[Point], metric: Metric) -> list[dict[str, str]]:
    """A row a task: its models from the best mean to the worst, without tuning and with it."""
    tasks: dict[str, list[Point]] = {}
    for point in points:
        title = ", ".join(f"{heading(name)} {shown(value)}" for name, value in point.task.items())
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
    form = form_of(metric, list(means.values()))
    groups: dict[str, list[str]] = {}
    sign = 1 if metric.lower_is_better else -1
    for model in sorted(means, key=lambda m: (np.isnan(means[m]), sign * means[m], natural(m))):
        groups.setdefault(number(metric.scale * means[model], form), []).append(model)
    return {score: sorted(models, key=natural) for score, models in groups.items()}
