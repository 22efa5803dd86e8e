"""What stands on disk for a claim: records of runs, and numbers that were computed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.reading.frames import runs_table
from experiments.reading.results import Results
from experiments.records.files import read_json
from experiments.records.records import FolderError, RunRecord, read_curve, read_run
from experiments.reproductions.claims.claim import Claim, Plan

NUMBERS_FORMAT = 1


@dataclass(frozen=True)
class Evidence:
    """All that a claim is measured on.

    Args:
        claim: The claim.
        quick: Whether these are the quick settings.
        runs: Records of all runs of its plan; failed ones among them.
        numbers: What its plan computes, by name.
        environments: Where runs and numbers were made, one entry for each different place.
    """

    claim: Claim
    quick: bool
    runs: list[RunRecord] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    environments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """The settings."""
        return self.claim.plan(self.quick)

    def frame(self, experiment: str = "") -> pd.DataFrame:
        """One row per run, with columns as in ``results.csv``; of one experiment if named."""
        return runs_table([run for run in self.runs if experiment in ("", run.settings.experiment)])

    def results(self) -> Results:
        """The runs, as tables and figures read them."""
        return Results(self.runs[0].path.parent, self.runs)

    def curves(self) -> list[tuple[RunRecord, pd.DataFrame]]:
        """Each run that ended well, with its metrics by step."""
        return [(run, read_curve(run.path)) for run in self.runs if run.succeeded]


def folder_of(claim: Claim, quick: bool, root: Path) -> Path:
    """Where a claim's figure, numbers and verdict stand."""
    return root / _name(claim.id, quick)


def runs_folder(claim: Claim, experiment: str, quick: bool, root: Path) -> Path:
    """Results folder of a claim's runs of one experiment."""
    return root / _name(claim.records or claim.id, quick) / experiment


def _name(claim: str, quick: bool) -> str:
    return f"reproduce-{claim}{'-quick' if quick else ''}"


def numbers_path(claim: Claim, quick: bool, root: Path) -> Path:
    """Where computed numbers stand."""
    return folder_of(claim, quick, root) / "numbers.json"


def read_evidence(claim: Claim, quick: bool, root: Path) -> Evidence:
    """Everything recorded for a claim under these settings, on whatever device it was run.

    Args:
        claim: The claim.
        quick: Whether the quick settings are meant.
        root: Folder that holds the results folders.

    Raises:
        FolderError: Something is not there yet; the message says which command makes it.
    """
    plan = claim.plan(quick)
    runs: list[RunRecord] = []
    for part in plan.runs:
        there = _by_settings(runs_folder(claim, part.experiment, quick, root))
        for run in part.runs():
            record = there.get(_key(run))
            if record is None:
                raise FolderError(f"{claim.id}: {run.title} is not recorded; run {claim.command(quick)}")
            runs.append(record)
    numbers: dict[str, Any] = {}
    environments = [run.result["environment"] for run in runs if run.result and "environment" in run.result]
    if plan.compute:
        computed = _read_numbers(claim, quick, root)
        numbers = computed["numbers"]
        environments.append(computed["environment"])
    return Evidence(claim, quick, runs, numbers, _different(environments))


def has_numbers(claim: Claim, quick: bool, root: Path) -> bool:
    """Whether numbers of these very options are recorded."""
    try:
        _read_numbers(claim, quick, root)
    except FolderError:
        return False
    return True


def _read_numbers(claim: Claim, quick: bool, root: Path) -> dict[str, Any]:
    path, plan = numbers_path(claim, quick, root), claim.plan(quick)
    try:
        record = read_json(path)
    except FileNotFoundError as error:
        raise FolderError(f"{claim.id}: its numbers are not recorded; run {claim.command(quick)}") from error
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: cannot be read ({error}); delete it and run again") from error
    wanted = {"format": NUMBERS_FORMAT, "compute": plan.compute, "options": _as_json(plan.options)}
    if not isinstance(record, dict) or {name: record.get(name) for name in wanted} != wanted:
        raise FolderError(f"{path}: holds numbers of other settings; run {claim.command(quick)}")
    return record


def numbers_record(plan: Plan, numbers: dict[str, Any], environment: dict[str, Any]) -> dict[str, Any]:
    """What ``numbers.json`` holds."""
    return {
        "format": NUMBERS_FORMAT,
        "compute": plan.compute,
        "options": _as_json(plan.options),
        "numbers": numbers,
        "environment": environment,
    }


def _by_settings(folder: Path) -> dict[str, RunRecord]:
    """Runs that ended, by their settings; of two that differ in the device alone, the one on a CPU."""
    found: dict[str, RunRecord] = {}
    for config in sorted(folder.glob("*/config.json")):
        record = read_run(config.parent)
        if record.result is not None and (
            _key(record.settings) not in found or record.settings.device == "cpu"
        ):
            found[_key(record.settings)] = record
    return found


def _key(run: Any) -> str:
    """A run's settings without where it computes."""
    values = {name: value for name, value in run.to_dict().items() if name not in ("device", "threads")}
    return json.dumps(values, sort_keys=True)


def _as_json(values: dict[str, Any]) -> Any:
    return json.loads(json.dumps(values))


def _different(environments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each environment once; the command and the commit of single runs are left out."""
    kept = [
        {name: value for name, value in place.items() if name not in ("command", "commit")}
        for place in environments
    ]
    return list({json.dumps(place, sort_keys=True): place for place in kept}.values())
