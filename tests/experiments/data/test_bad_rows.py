"""All bad rows of a file in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.data.bad_rows import SHOWN, BadRows


def test_no_fault_is_no_error():
    BadRows("dataset: a.csv").check("mend them")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 50)), min_size=1))
def test_every_row_is_counted_once_and_every_kind_is_named(faults):
    bad = BadRows("dataset: a.csv")
    for kind, row in faults:
        bad.add(f"fault {kind}", row)
    rows = {row for _, row in faults}
    assert len(bad) == len(rows)
    with pytest.raises(ValueError, match=r"^dataset: a\.csv: ") as error:
        bad.check("mend them")
    text = str(error.value)
    assert "\n" not in text
    assert f" {len(rows)} bad row" in text
    for kind in {kind for kind, _ in faults}:
        own = {row for other, row in faults if other == kind}
        assert f"fault {kind}" in text
        assert (f"and {len(own) - SHOWN} more" in text) or len(own) <= SHOWN
    assert text.endswith("; mend them")
