"""The model with the best mean, those that it is better than, and those that cannot be told apart from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.finding.words import HEADING, enumerated, headed, meant, too_few, unfinished
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences
from experiments.reading.statistics.contrast import contrast, resolution
from experiments.reading.statistics.intervals import LEVEL
from experiments.reading.statistics.verdicts import BETTER, LEAST_SEEDS, TOO_FEW, WORSE, decide
from experiments.reading.table_formats import number
from experiments.reading.tables import form_of

MOST_PANELS = 8
#: Scores by model, and there by seed; NaN for a run that failed.
Scores = Mapping[str, pd.Series]


def best(results: Results) -> Section | None:
    """The finding of a page whose runs have no border of success, a sentence for each task and setting.

    Where models were tuned, those are what is compared.
    """
    return best_of({title: scores_of(part) for title, part in results.compared.panels().items()}, results)


def best_of(panels: Mapping[str, Scores], results: Results) -> Section | None:
    """The finding of panels of scores; every pair of models within a panel is compared, and all of them at once.

    Args:
        panels: Titles and scores.
        results: The runs.
    """
    sentences, count = best_sentences(panels, results)
    if not sentences:
        return None
    named = {model for scores in panels.values() for model in scores}
    blocks: list[Any] = [Sentences([*sentences, *(still_selected(results, named) if count else [])])]
    blocks += unfinished(results.frame)
    if count:
        level = 100 * LEVEL / results.families
        text = (
            f"Every two models are compared seed by seed, and Holm's correction counts {count} "
            f"pair{'s' * (count > 1)}: the chance that even one word better is false is at most {level:.3g} %. In "
            f"brackets: mean {results.metric.title} ± standard deviation over seeds. What cannot be told "
            "apart need not be equal."
        )
        blocks.append(meant(text))
    return Section("finding", HEADING, blocks, judged=True)


def best_sentences(panels: Mapping[str, Scores], results: Results) -> tuple[list[str], int]:
    """The sentences, and how many pairs were judged."""
    metric, floor = results.metric, resolution(results.frame, results.metric.key)
    shown = {title: scores for title, scores in panels.items() if len(scores) > 1}
    judged = {
        title: {m: s for m, s in scores.items() if _known(s) >= LEAST_SEEDS}
        for title, scores in shown.items()
    }
    pairs: list[tuple[str, str, str]] = []
    rows = []
    for title, scores in judged.items():
        models = list(scores)
        for place, one in enumerate(models):
            for other in models[place + 1 :]:
                both = scores[one].index.intersection(scores[other].index)
                values, base = (scores[m].loc[both].to_numpy(dtype=float) for m in (one, other))
                row = contrast(values, base, metric, paired=True, floor=floor)
                if row["n"]:
                    pairs.append((title, one, other))
                    rows.append(row)
    verdicts = {
        pair: verdict for pair, (verdict, _) in zip(pairs, decide(rows, metric, families=results.families))
    }
    sentences = []
    for title, found in list(shown.items())[:MOST_PANELS]:
        if len(judged[title]) < 2:
            sentences.append(headed(title, too_few(sorted(map(_known, found.values()))[-2]) + _failed(found)))
        else:
            sentences.append(headed(title, _sentence(title, judged[title], verdicts, metric)))
    if len(shown) > MOST_PANELS:
        sentences.append(f"{len(shown) - MOST_PANELS} more combinations of settings stand in the summary.")
    return sentences, len(rows)


def still_selected(results: Results, models: Iterable[str]) -> list[str]:
    """A sentence on the runs whose steps ended while the last one was the one to choose; none where there are none.

    Args:
        results: The runs.
        models: Those that the finding speaks of.
    """
    trained = [
        run.result
        for run in results.compared.runs
        if run.succeeded
        and run.result is not None
        and run.settings.model.label in models
        and not run.settings.unused & {"train.steps", "train.epochs"}
    ]
    cut = [r for r in trained if r.get("stopped") == "budget" and r["selected_step"] == r["steps"]]
    if not cut:
        return []
    steps = sorted({int(result["steps"]) for result in cut})
    most = f"{steps[0]:,}" if len(steps) == 1 else f"{steps[0]:,} to {steps[-1]:,}"
    return [
        f"{len(cut)} of {len(trained)} trained runs ended with their {most} {results.experiment.step}s, the last of "
        "which was selected: with more of them the order may change."
    ]


def scores_of(part: Results) -> dict[str, pd.Series]:
    """Scores of a panel by model, and there by seed; models in the order of the page."""
    key, frame = part.metric.key, part.frame
    frame = frame[(frame["status"] == "failed") | ((frame["status"] == "ok") & frame[key].notna())]
    score = frame[key].astype(float).where(frame["status"] == "ok")
    found = {}
    for model in part.models:
        rows = frame[LABEL] == model
        if rows.any() and not frame.loc[rows, "seed"].duplicated().any():
            found[model] = pd.Series(score[rows].to_numpy(), index=frame.loc[rows, "seed"])
    return found


def _failed(scores: Scores) -> str:
    counts = {model: len(own) - _known(own) for model, own in scores.items()}
    told = [f"{count} of {len(scores[model])} of {model}" for model, count in counts.items() if count]
    return f" Runs that failed: {enumerated(told)}." if told else ""


def _known(scores: pd.Series) -> int:
    return int(scores.notna().sum())


def _sentence(
    title: str, scores: Scores, verdicts: Mapping[tuple[str, str, str], str], metric: Metric
) -> str:
    sign = 1 if metric.lower_is_better else -1
    ranked = sorted(scores, key=lambda model: sign * float(scores[model].mean()))
    first, *rest = ranked
    form = form_of(metric, [float(s.mean()) for s in scores.values()])
    best_mean = float(scores[first].mean())
    ties = [model for model in rest if float(scores[model].mean()) == best_mean]

    def verdict(model: str) -> str | None:
        return verdicts.get((title, first, model), _turned(verdicts.get((title, model, first))))

    def told(models: list[str]) -> str:
        return enumerated([f"{model} ({_moments(scores[model], metric, form)})" for model in models])

    beaten = [model for model in rest if verdict(model) == BETTER]
    apart = [model for model in rest if verdict(model) in (None, TOO_FEW)]
    alike = [model for model in rest if model not in (*beaten, *apart, *ties)]
    has = "have" if ties else "has"
    sentence = f"{told([first, *ties])} {has} the best mean {metric.title} of {len(scores)} models"
    who = first if ties else "it"
    if beaten:
        sentence += f"{f'; {first}' if ties else ' and'} is better than {told(beaten)}"
    if alike:
        sentence += f"; {who} cannot be told apart from {told(alike)}"
    if apart := [model for model in apart if model not in ties]:
        sentence += f"; {who} is not compared with {told(apart)}, for want of {LEAST_SEEDS} seeds with which both ended"
    return f"{sentence}."


def _turned(verdict: str | None) -> str | None:
    """The same verdict, seen from the other model."""
    return {BETTER: WORSE, WORSE: BETTER}.get(verdict, verdict) if verdict is not None else None


def _moments(scores: pd.Series, metric: Metric, form: str) -> str:
    known = metric.scale * scores.dropna()
    unit = f" {metric.unit}" if metric.unit else ""
    failed = f", of {len(known)} of {len(scores)} runs; the others failed" if len(known) < len(scores) else ""
    return f"{number(float(known.mean()), form)} ± {number(float(known.std(ddof=1)), form)}{unit}{failed}"
