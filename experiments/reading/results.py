"""A folder of runs, read: tables, curves, parts by settings, summary, paired differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.catalogue import experiment_of
from experiments.core.experiment import Experiment
from experiments.core.metric import Metric, check_equivalent, metric_of
from experiments.reading.frames import LABEL, ended, natural, runs_table, setting_columns, told_tasks
from experiments.reading.looks.models import model_styles
from experiments.reading.statistics.checks import check_baseline, check_metric
from experiments.reading.statistics.pairs import paired_differences
from experiments.reading.statistics.summary import summarize
from experiments.reading.statistics.verdicts import judge
from experiments.reading.table_formats import heading, shown
from experiments.records.progress import bar
from experiments.records.records import (
    FolderError,
    RunRecord,
    curve_path,
    flat_settings,
    read_curve,
    read_runs,
)
from experiments.records.tables import read_table


class Results:
    """The runs of a results folder, all of one experiment.

    Args:
        folder: The folder.
        runs: Its runs, where they have been read already, or some of them.
        baseline: Model that the others are compared with; by default the experiment's own choice.
        equivalent: A difference of what judges the runs that would be none to you, as 0.005 of an accuracy.

    Attributes:
        folder, runs, equivalent: As given, or read.
        experiment: Which one.

    Raises:
        FolderError: The folder holds no runs, or cannot be read.
        ValueError: There are no runs of the baseline, or ``equivalent`` is no number above 0.
    """

    def __init__(
        self,
        folder: Path,
        runs: Sequence[RunRecord] | None = None,
        baseline: str | None = None,
        equivalent: float | None = None,
    ) -> None:
        self.folder = folder
        self.runs: list[RunRecord] = read_runs(folder) if runs is None else list(runs)
        self.experiment: Experiment = experiment_of(self.runs[0].settings)
        self.asked, self.equivalent = baseline, equivalent
        self._parts: dict[tuple[str, ...], dict[str, Results]] = {}
        self._whole: Results | None = None
        check_equivalent(equivalent, self.metric)
        if baseline is not None:
            check_baseline(self.frame, baseline)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per run."""
        return runs_table(self.runs)

    @cached_property
    def ended(self) -> pd.DataFrame:
        """The rows of runs that ended well."""
        return ended(self.frame)

    @cached_property
    def listing(self) -> pd.DataFrame:
        """The table of runs with gaps for settings that a run does not look at; for lists of settings alone."""
        frame = self.frame.copy()
        for column in frame.attrs.get("chosen", ()):
            frame[column] = [flat_settings(run).get(column) for run in self.runs]
        unused = [run.settings.unused for run in self.runs]
        for column in set().union(*unused) & set(frame):
            frame[column] = frame[column].astype(object).where([column not in names for names in unused])
        return frame

    @property
    def metric(self) -> Metric:
        """What runs are judged by."""
        return self.experiment.metric

    @property
    def families(self) -> int:
        """In how many calls the page of these runs judges differences; each gets its share of the level."""
        return self.experiment.families + len({run.settings.tuned for run in self.runs} - {""})

    @cached_property
    def models(self) -> list[str]:
        """Labels in the one order of every table and figure."""
        return sorted(self.frame[LABEL].unique(), key=natural)

    @cached_property
    def styles(self) -> dict[str, dict[str, Any]]:
        """Colour, marker and line of each model, the same in every figure."""
        return model_styles(self.models)

    @cached_property
    def baseline(self) -> str | None:
        """The model that others are compared with; None where there is nothing to compare."""
        if self.asked is not None:
            return self.asked
        there = [model for model in self.models if (self.ended[LABEL] == model).any()]
        if len(there) < 2:
            return None
        return next((name for name in self.experiment.references if name in there), there[0])

    @cached_property
    def curves(self) -> Mapping[str, pd.DataFrame]:
        """The training curve of each run that has one, by the run's name."""
        if self._whole is not None:
            names = {run.path.name for run in self.runs}
            return {name: curve for name, curve in self._whole.curves.items() if name in names}
        found = {}
        for run in bar(self.runs, desc="curves", unit="run", delay=1, leave=False):
            if run.succeeded:
                found[run.path.name] = _first_training(read_curve(run.path))
            elif curve_path(run.path).exists():
                try:
                    found[run.path.name] = _first_training(read_curve(run.path))
                except FolderError:
                    continue  # a run that broke off may have left half a line
        return found

    def parts(self, leave_out: Sequence[str] = ()) -> dict[str, Results]:
        """The runs by the settings that differ, each part with a title; one part without a title where none does.

        Whatever averages over runs does it within a part.

        Args:
            leave_out: Settings that need not be told apart, because what is shown does not depend on them.
        """
        columns = tuple(c for c in setting_columns(self.frame) if c not in leave_out)
        if columns not in self._parts:
            self._parts[columns] = self._parted(list(columns)) if columns else {"": self}
        return self._parts[columns]

    def panels(
        self, leave_out: Sequence[str] = (), titled: Callable[[dict[str, Any]], str] | None = None
    ) -> dict[str, Results]:
        """The runs by task, and there by the settings that differ: models and seeds alone differ in a panel.

        Args:
            leave_out: Tasks and settings that are told apart within a panel.
            titled: From the values of a task, by column, to words; by default texts as they are, numbers with what they
                are of.
        """
        columns = [c for c in told_tasks(self.frame) if c not in leave_out]
        if not columns:
            return self.parts(leave_out)
        found: dict[str, Results] = {}
        for rows in self.frame.reset_index(drop=True).groupby(columns, dropna=False).indices.values():
            values = self.frame.iloc[rows[0]][columns].to_dict()
            task = (titled or _task_title)(values)
            for title, part in self._of(rows).parts(leave_out).items():
                whole = ", ".join(filter(None, (task, title)))
                found[whole if whole not in found else f"{whole} ({len(found) + 1})"] = part
        return found

    def _parted(self, columns: list[str]) -> dict[str, Results]:
        found: dict[str, Results] = {}
        places = self.frame.reset_index(drop=True).groupby(columns, dropna=False).indices
        for rows in places.values():
            first = self.frame.iloc[rows[0]]
            title = ", ".join(f"{heading(c)} {shown(first[c])}" for c in columns)
            # Two numbers may differ in digits that are not shown.
            title = title if title not in found else f"{title} ({len(found) + 1})"
            found[title] = self._of(rows)
        return found

    def some(self, mask: Any) -> Results | None:
        """The runs for which a mask of the table's rows holds; None where there are none."""
        rows = np.flatnonzero(np.asarray(mask))
        return self._of(rows) if len(rows) else None

    def _of(self, rows: np.ndarray) -> Results:
        part = object.__new__(type(self))
        # Gaps and names are those of the whole, and so are styles and the model to compare with.
        part.__dict__ |= {
            "folder": self.folder,
            "experiment": self.experiment,
            "asked": self.asked,
            "equivalent": self.equivalent,
            "runs": [self.runs[row] for row in rows],
            "frame": self.frame.iloc[rows].reset_index(drop=True),
            "models": self.models,
            "styles": self.styles,
            "baseline": self.baseline,
            "_parts": {},
            "_whole": self,
        }
        return part

    def rows(self, name: str, columns: Sequence[str], texts: Sequence[str] = ()) -> pd.DataFrame:
        """A table beside each run that ended well, as one, with ``run``, ``model`` and ``seed`` in front.

        Runs without the file are passed over: they were made by an older version, or have nothing to say there.

        Args:
            name: The file, such as ``context.csv``.
            columns: What it has to hold.
            texts: Columns that are text, whatever they look like.

        Raises:
            FolderError: A file is no such table.
        """
        tables = []
        for run in self.runs:
            path = run.path / name
            if run.succeeded and path.exists():
                table = read_table(path, columns, texts)
                table.insert(0, "seed", run.settings.seed)
                table.insert(0, "model", run.settings.model.label)
                table.insert(0, "run", run.path.name)
                tables.append(table)
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def metrics(self, key: str | None = None) -> tuple[Metric, ...]:
        """The experiment's metrics, or the one asked for.

        Raises:
            ValueError: No run has such a number.
        """
        if key is None or key == self.metric.key:
            return self.experiment.metrics
        check_metric(self.frame, key)
        return (metric_of(key, self.experiment.metrics),)

    def summary(self, metric: str | None = None) -> pd.DataFrame:
        """One row per group of runs that differ in nothing but the seed; see ``summarize``."""
        return summarize(self.frame, self.metrics(metric))

    @cached_property
    def judged(self) -> pd.DataFrame:
        """The paired differences from the baseline with their verdicts, as the page prints them."""
        return self.paired()

    @cached_property
    def compared(self) -> Results:
        """The runs that verdicts are about: where some were tuned, those."""
        tuned = self.frame["tuned"].isin(("no", "")).eq(False)
        return self if tuned.all() else self.some(tuned) or self

    @property
    def smoke(self) -> bool:
        """Whether runs had the tiny sizes of ``--smoke``, whose figures mean nothing."""
        return self.folder.name.endswith("-smoke") or any(run.settings.smoke for run in self.runs)

    def paired(
        self, baseline: str | None = None, metric: str | None = None, *, relative: bool = False
    ) -> pd.DataFrame:
        """A metric minus the baseline's on the same task and seed, with a verdict; see ``contrast`` and ``judge``.

        Args:
            baseline: Model to compare with; by default that of the results.
            metric: Key of the metric; by default what judges the runs.
            relative: In percent of what it is compared with.

        Raises:
            ValueError: There are no runs of the baseline, or no run has such a number.
        """
        chosen = self.metrics(metric)[0]
        found = self.differences(baseline, metric, relative=relative)
        region = self.equivalent if chosen.key == self.metric.key else None
        return judge(found, chosen, equivalent=region, families=self.families)

    def differences(
        self, baseline: str | None = None, metric: str | None = None, *, relative: bool = False
    ) -> pd.DataFrame:
        """The same without a verdict, where a page judges it together with others."""
        name = baseline or self.baseline or self.models[0]
        check_baseline(self.frame, name)
        is_base = self.frame[LABEL] == name
        chosen = self.metrics(metric)[0]
        return paired_differences(self.frame[~is_base], self.frame[is_base], chosen, relative=relative)


def _task_title(values: dict[str, Any]) -> str:
    return ", ".join(v if isinstance(v, str) else f"{heading(c)} {shown(v)}" for c, v in values.items())


def _first_training(curve: pd.DataFrame) -> pd.DataFrame:
    """Of a run that consists of several trainings, the curve of the first one."""
    if "setting" not in curve or curve.empty:
        return curve
    return curve[curve["setting"] == curve["setting"].iloc[0]].drop(columns="setting").reset_index(drop=True)
