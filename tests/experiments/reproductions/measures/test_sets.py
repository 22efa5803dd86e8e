import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.sets import measure_combinations
from tests.experiments.reproductions.told import told

SEEDS = 8
ALL, LOW = (1.0,) * SEEDS, tuple(0.2 + seed / 100 for seed in range(SEEDS))


@pytest.mark.parametrize(
    ("without", "path", "expected"),
    [
        (ALL, LOW, [True, True]),
        (LOW, ALL, [False, False]),
        (ALL[:4] + LOW[4:], LOW, [None, None]),
        ((None, *ALL[1:]), LOW, [True, None]),
    ],
)
def test_combinations_both_ways(without, path, expected):
    runs = [
        told(model, 5, seed, accuracy, experiment="combinations", chance=0.2)
        for model, values in (
            ("gcn-2-noedges-noposition-sum", without),
            ("gcn-4", path),
            ("lstm", ALL),
        )
        for seed, accuracy in enumerate(values)
    ]
    found = measure_combinations(Evidence(CLAIMS["combinations"], True, runs))
    assert [check.holds for check in found.checks] == expected
    assert "no edges are needed" in found.note
