import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.sets import measure_combinations


@pytest.mark.parametrize(
    ("without", "path", "expected"),
    [
        ((1.0, 0.995), (0.2, 0.3), [True, True]),
        ((1.0, 0.4), (1.0, 1.0), [False, False]),
        ((1.0, 0.9), (0.2, 0.3), [False, True]),
    ],
)
def test_combinations_both_ways(make_run, without, path, expected):
    runs = [
        make_run(model, 5, seed, accuracy, experiment="combinations", chance=0.2)
        for model, values in (
            ("gcn-2-noedges-noposition-sum", without),
            ("gcn-4", path),
            ("lstm", (1.0, 1.0)),
        )
        for seed, accuracy in enumerate(values)
    ]
    found = measure_combinations(Evidence(CLAIMS["combinations"], True, runs))
    assert [check.holds for check in found.checks] == expected
    assert "no edges are needed" in found.note
