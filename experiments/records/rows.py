"""Tables beside a run's record, as CSV: ``sensitivity.csv``, ``samples.csv`` and others."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.records.files import write_beside


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows with the columns of the first one; numbers are not rounded.

    Args:
        path: The file to make or replace.
        rows: At least one.
    """

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    write_beside(path, write)
