import pandas as pd
import pytest

from experiments.forecasting.forecast_tables import paired_rows, summary_rows


def frame(rows):
    columns = ["model.label", "edges", "seed", "test_error", "status"]
    data = pd.DataFrame(rows, columns=columns)
    rest = ("test_absolute_error", "skill", "parameters", "steps", "ms_per_step", "seconds_total")
    return data.assign(**dict.fromkeys(rest, 1.0))


RUNS = frame(
    [
        ("lstm", "given", 0, 0.4, "ok"),
        ("lstm", "given", 1, 0.5, "ok"),
        ("gcn-lstm", "given", 0, 0.2, "ok"),
        ("gcn-lstm", "given", 1, 0.4, "ok"),
        ("gcn-lstm", "shuffled", 0, 0.4, "ok"),
        ("gcn-lstm", "shuffled", 1, 0.55, "ok"),
        ("gcn-lstm", "shuffled", 2, None, "failed"),
        ("last", "given", 0, 0.8, "ok"),
    ]
)


def test_differences_are_paired_by_seed_and_in_percent():
    rows = {(row["model"], row["edges"]): row for row in paired_rows(RUNS)}
    assert rows[("gcn-lstm", "given")]["difference"] == pytest.approx((-50 - 20) / 2)
    assert rows[("gcn-lstm", "given")]["below"] == 2
    assert rows[("gcn-lstm", "shuffled")]["difference"] == pytest.approx((0 + 10) / 2)
    assert rows[("last", "none")]["n"] == 1
    assert rows[("last", "none")]["difference"] == pytest.approx(100)


def test_another_reference_is_taken_on_the_given_edges():
    rows = {(row["model"], row["edges"]): row for row in paired_rows(RUNS, "gcn-lstm")}
    assert rows[("lstm", "none")]["difference"] == pytest.approx((100 + 25) / 2)
    assert paired_rows(RUNS, "gat") == []


def test_summary_counts_failures_and_sorts_by_error():
    rows = summary_rows(RUNS)
    assert [(row["model"], row["edges"]) for row in rows] == [
        ("gcn-lstm", "given"),
        ("lstm", "none"),
        ("gcn-lstm", "shuffled"),
        ("last", "none"),
    ]
    assert rows[2]["n"] == "2 (1 failed)"
    assert rows[0]["squared error"] == "0.3000 ± 0.1414"
