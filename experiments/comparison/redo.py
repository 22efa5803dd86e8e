"""A recorded run once more, from its config.json."""

from __future__ import annotations

import sys
from pathlib import Path

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import loaded
from experiments.records.device import resolve_device
from experiments.records.files import read_bytes
from experiments.records.records import curve_path, read_curve, read_run
from experiments.records.results_folder import prepare_folder
from experiments.running.execute import execute


def repeat(folder: Path, out: Path) -> int:
    """Repeat a recorded run in another folder, and say whether the two curves are the same.

    Returns:
        Exit code: 0 when they are, 1 when they are not or the run failed.

    Raises:
        ValueError: The folder holds no run, or the device it ran on is not there.
    """
    before = read_run(folder)
    settings = before.settings
    resolve_device(settings.device)
    prepare_folder(out, settings.subject)
    for code in settings.code:
        if code.changed:
            print(f"gnnlab: {code.where} has changed since the run was recorded", file=sys.stderr)
    again = find_experiment(settings.experiment).again
    read_curve(folder)  # a damaged one is said here, not called a difference
    if again:
        loaded(again)(settings, folder.resolve().parent, out)
    result = execute(settings, out)
    if result["status"] != "ok":
        print(f"gnnlab: failed: {result['reason']}", file=sys.stderr)
        return 1
    same = read_bytes(curve_path(folder)) == read_bytes(curve_path(out / settings.folder))
    told = "the same, bit for bit" if same else "different"
    if not same and (before.result or {}).get("seeds_together", 1) > 1:
        told += "; the run was trained together with other seeds, and alone its last digits differ"
    print(f"{out / settings.folder}: the curve is {told}")
    return 0 if same else 1
