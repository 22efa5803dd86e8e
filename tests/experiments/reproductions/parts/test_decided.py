import math

import pytest

from experiments.reading.statistics.verdicts import holm
from experiments.reproductions.parts.decided import Finding, decided


class Told:
    def __init__(self, p, **more):
        self.found = Finding("said", "told", p, **more)

    def tested(self, floor):
        return self.found


def test_a_part_holds_fails_or_is_left_open():
    found = decided([Told(0.001), Told(0.5, other=True), Told(0.5), Told(0.5, undecided="cut")])
    assert [check.holds for check in found] == [True, False, None, None]
    assert found[1].measured.endswith("shown to be otherwise")
    assert found[3].measured.endswith("; cut")


def test_p_values_are_corrected_for_the_parts_that_are_tested():
    values = [0.02, 0.03, 0.9]
    found = decided([*map(Told, values), Told(0.001, untested="no"), Told(math.nan)])
    for check, p in zip(found, holm(values)):
        assert check.measured == f"told; p = {p:.2g}"
        assert check.holds is None
    assert [check.measured for check in found[3:]] == ["told; no", "told"]


@pytest.mark.parametrize("p", [0.05, 0.0500001])
def test_the_level_is_five_percent(p):
    assert decided([Told(p)])[0].holds is (True if p <= 0.05 else None)
