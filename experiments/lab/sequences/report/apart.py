"""Which runs on sequences may stand in one figure, and be averaged."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.reading.results import Results


def over_lengths(results: Results, leave_out: Sequence[str] = ()) -> dict[str, Results]:
    """Runs that differ in model, seed and length alone, by whatever else tells them apart.

    That is settings, and what else than the length says what was to be learned, such as the number of pairs.

    Args:
        results: Runs of one experiment on sequences.
        leave_out: Columns that need not be told apart, because what is shown does not depend on them.
    """
    return results.panels(("length", *leave_out))
