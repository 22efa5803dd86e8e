"""Tables that a run leaves beside its result."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from experiments.records.files import read_text
from experiments.records.records import FolderError


def read_table(path: Path, columns: Sequence[str], texts: Sequence[str] = ()) -> pd.DataFrame:
    """A CSV file of a run.

    Args:
        path: The file.
        columns: What it has to hold; numbers, but for those in ``texts``.
        texts: Columns that are text: a sample may read "NA", or "007".

    Raises:
        FolderError: It cannot be read, or is damaged.
    """
    try:
        text = read_text(path)
        gaps = {name: ["", "nan"] for name in pd.read_csv(io.StringIO(text), nrows=0) if name not in texts}
        table = pd.read_csv(
            io.StringIO(text), dtype=dict.fromkeys(texts, str), na_values=gaps, keep_default_na=False
        )
    except PermissionError as error:  # nothing is wrong with the run, so it should not be deleted
        raise FolderError(f"{path}: cannot be read ({error.strerror})") from error
    except (OSError, ValueError) as error:
        raise FolderError(
            f"{path}: cannot be read ({error}); delete the run's folder and run again"
        ) from error
    there = table.columns.intersection([*columns, *texts])
    whole = len(there) == len({*columns, *texts})
    if not whole or table.empty or not all(is_numeric_dtype(table[c]) for c in there.difference(texts)):
        raise FolderError(f"{path}: is damaged; delete the run's folder and run the command again")
    return table
