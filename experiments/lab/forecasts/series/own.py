"""The two files of a user's own series, read once, and looked at before torch is imported."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from experiments.lab.forecasts.series.doubts import series_doubts
from experiments.lab.forecasts.series.edges import Edges, read_edges
from experiments.lab.forecasts.series.files import Series, read_series
from experiments.lab.forecasts.series.gaps import fill_gaps
from experiments.lab.forecasts.series.naive import naive_errors
from experiments.lab.forecasts.series.parts import check_known, standardised, time_parts
from experiments.lab.forecasts.settings import CARRY, EPIDEMIC, REFUSE, ForecastRun
from experiments.records.files import check_ordinary, content_hash


@dataclass(frozen=True, eq=False)
class OwnData:
    """Series and edges of a user's own.

    Args:
        series: As it was read, ``nan`` where a value is missing.
        edges: Between its nodes.
        content: SHA-256 of both files, in short.
        doubts: What looks wrong in them, in sentences.
        notes: What was done with them, in sentences.
    """

    series: Series
    edges: Edges
    content: str
    doubts: tuple[str, ...]
    notes: tuple[str, ...]


def own_data(run: ForecastRun) -> OwnData:
    """The data of a run on files.

    Raises:
        ValueError: A file cannot be read, or something in it is wrong.
    """
    content = content_of(run.series, run.edge_list)
    names = (Path(run.series).name, Path(run.edge_list).name)
    return _read(_Files(run.series, run.edge_list, names, content, run.columns, run.gaps))


def content_of(series: str, edge_list: str) -> str:
    """The hash of both files.

    Raises:
        ValueError: One cannot be read.
    """
    for argument, path in (("series", series), ("edge-list", edge_list)):
        try:
            check_ordinary(argument, Path(path))
            content_hash(path)
        except OSError as error:
            raise ValueError(f"{argument}: {path} cannot be read ({error.strerror})") from error
    return content_hash(Path(series), Path(edge_list))


@dataclass(frozen=True)
class _Files:
    """What was read: files of the same names with the same content are one, wherever they are."""

    series: str = field(compare=False)
    edge_list: str = field(compare=False)
    names: tuple[str, str]
    content: str
    columns: str
    gaps: str


@lru_cache(maxsize=4)
def _read(files: _Files) -> OwnData:
    found = read_series(Path(files.series), files.columns, files.gaps)
    edges = read_edges(Path(files.edge_list), found.names)
    found.values.flags.writeable = False  # it is kept for all runs
    doubts = series_doubts(found, files.names[0])
    return OwnData(found, edges, files.content, doubts, _notes(found, edges, files.gaps, *files.names))


def _notes(series: Series, edges: Edges, gaps: str, file: str, edge_list: str) -> tuple[str, ...]:
    found = []
    missing, size = int(np.isnan(series.values).sum()), series.values.size
    if missing:
        rule = (
            "each is taken as the last value known"
            if gaps == CARRY
            else "a gap is filled by a line between its ends, and by the last value known as long as it is open"
        )
        found.append(
            f"{file}: {missing:,} of {size:,} values are missing ({100 * missing / size:.1f} %); {rule}; "
            "none of them is trained on or scored as an answer"
        )
    for count, what, why in (
        (edges.loops, "from a node to itself", "every layer has a way for the node itself"),
        (edges.empty, "of weight 0", "it joins nothing"),
    ):
        if count:
            rows = "1 edge" if count == 1 else f"{count:,} edges"
            found.append(f"{edge_list}: {rows} {what} {'is' if count == 1 else 'are'} left out: {why}")
    return tuple(found)


def look(runs: list[ForecastRun]) -> None:
    """Look at the files of some runs, and at the length of their series, before anything slow is imported.

    Raises:
        ValueError: Something is wrong with them.
    """
    for run in {_of_data(run): run for each in runs for run in each.each_fold}.values():
        window, horizon = run.train.window, run.train.horizon
        if run.series == EPIDEMIC:
            parts = time_parts(run.times, window, horizon, run.folds, run.fold or 1)
            naive_errors(np.zeros((run.times, 1)), parts[0].stop, run.season)
            continue
        data = own_data(run)
        values, names = data.series.values, data.series.names
        parts = time_parts(len(values), window, horizon, run.folds, run.fold or 1)
        values = values[: parts[2].stop]
        known = None
        if run.gaps != REFUSE:
            known = ~np.isnan(values)
            check_known(known, known, names, parts)
            filled = fill_gaps(values, run.gaps, parts[0].stop)
            check_known(known, filled.answers(horizon), names, parts)
            values = filled.values
        standardised(values, known, parts[0].stop, names, run.series, run.standardise)
        naive_errors(values, parts[0].stop, run.season, known)


def _of_data(run: ForecastRun) -> tuple[object, ...]:
    files = (run.series, run.edge_list, run.columns, run.gaps)
    return *files, run.standardise, run.season, run.times, run.folds, run.fold, run.train


def say(runs: list[ForecastRun]) -> None:
    """Say on stderr what looks wrong in the files of some runs, and what was done with them, each once."""
    told = (
        sentence
        for run in runs
        if run.series != EPIDEMIC
        for data in (own_data(run),)
        for sentence in (*data.doubts, *data.notes)
    )
    for sentence in dict.fromkeys(told):
        print(f"gnnlab: {sentence}", file=sys.stderr)
