"""What is looked at before the first run: the user's files, and that every graph and split is there."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

from experiments.data.graph_files.reading import read_graph_file
from experiments.data.names import is_graph_file
from experiments.lab.citation.settings import CitationRun
from experiments.records.files import content_hash


def look(runs: list[CitationRun]) -> None:
    """Read the user's files, and say what of them is left out; imports no torch but for a graph that torch saved.

    Raises:
        ValueError: A file is wrong.
    """
    for dataset, edge_list in dict.fromkeys(_files(run) for run in runs if is_graph_file(run.dataset)):
        file = read_graph_file(dataset, edge_list)
        loops = f"{dataset}: edges from a node to itself are left out: {file.loops}; layers add their own"
        for note in (*file.notes, *([loops] if file.loops else [])):
            print(f"gnnlab: {note}", file=sys.stderr)


def prepare(runs: list[CitationRun], out: Path, options: dict[str, Any]) -> list[CitationRun]:
    """The runs with the content of their files; each graph has been read, and downloaded, once.

    Raises:
        ValueError: A file is wrong, a graph is not here and cannot be downloaded, or a split cannot be made.
    """
    from experiments.lab.citation.work import task_of

    files = dict.fromkeys(_files(run) for run in runs if is_graph_file(run.dataset))
    contents = {names: content_hash(*filter(None, names)) for names in files}
    runs = [_with_content(run, contents) if is_graph_file(run.dataset) else run for run in runs]
    kinds = {(run.dataset, run.split, run.train_size, run.validation_size, run.scale): run for run in runs}
    for run in kinds.values():
        task_of(run)
    return runs


def _files(run: CitationRun) -> tuple[str, str]:
    return run.dataset, run.edge_list


def _with_content(run: CitationRun, contents: dict[tuple[str, str], str]) -> CitationRun:
    dataset, edges = (str(Path(path).resolve()) if path else "" for path in _files(run))
    return dataclasses.replace(run, dataset=dataset, edge_list=edges, content=contents[_files(run)])
