"""Carrying out a claim: its runs, its numbers, and then measurement, figure and verdict from what is recorded."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

from experiments.comparison.line import announce, carry_out
from experiments.core.experiment import load
from experiments.records.device import environment
from experiments.records.files import write_beside, write_json
from experiments.records.records import FolderError
from experiments.reproductions.claims.claim import Claim
from experiments.reproductions.evidence import (
    Evidence,
    folder_of,
    has_numbers,
    numbers_path,
    numbers_record,
    read_evidence,
    runs_folder,
)
from experiments.reproductions.verdicts import Measurement


def do_runs(claim: Claim, quick: bool, root: Path, *, device: str, workers: int | None, threads: int) -> int:
    """Do what a claim needs and what is not recorded yet.

    Args:
        claim: The claim.
        quick: Whether the quick settings are meant.
        root: Folder that holds the results folders.
        device: A device that is there.
        workers: Processes; None for as many as there are cores, or 1 on a GPU.
        threads: CPU threads inside a run.

    Returns:
        0, or 1 when a run failed.

    Raises:
        ValueError: A folder is not free.
    """
    plan, failed = claim.plan(quick), 0
    by_experiment: dict[str, list[Any]] = {}
    for part in plan.runs:
        by_experiment.setdefault(part.experiment, []).extend(part.runs(device, threads))
    for experiment, runs in by_experiment.items():
        out = runs_folder(claim, experiment, quick, root)
        failed |= announce(carry_out(runs, out, workers, pictures=False))
    if plan.compute and not has_numbers(claim, quick, root):
        numbers = load(plan.compute)(**plan.options)
        path = numbers_path(claim, quick, root)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, numbers_record(plan, numbers, environment("cpu", threads)))
        except OSError as error:
            raise FolderError(f"out: {path} cannot be written ({error.strerror})") from error
    return failed


def look_at(claim: Claim, quick: bool, root: Path) -> tuple[Evidence, Measurement]:
    """Measure a claim on what is recorded, and write verdict and figure into its folder.

    Writes ``claim.json``, ``figure.svg`` and ``figure.png``.

    Raises:
        FolderError: Something is not recorded.
    """
    evidence = read_evidence(claim, quick, root)
    measurement: Measurement = load(claim.measure)(evidence)
    folder = folder_of(claim, quick, root)
    folder.mkdir(parents=True, exist_ok=True)
    figure = load(claim.draw)(evidence)
    for kind in ("svg", "png"):
        write_beside(folder / f"figure.{kind}", partial(figure.savefig, format=kind, dpi=110))
    write_json(folder / "claim.json", _summary(claim, quick, measurement))
    return evidence, measurement


def _summary(claim: Claim, quick: bool, measurement: Measurement) -> dict[str, Any]:
    return {
        "claim": claim.id,
        "source": claim.source,
        "statement": claim.statement,
        "settings": claim.plan(quick).describe(),
        "cut": claim.cut if quick else "",
        "verdict": measurement.verdict,
        **dataclasses.asdict(measurement),
    }
