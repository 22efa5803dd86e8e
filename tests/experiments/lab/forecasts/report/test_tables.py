import pandas as pd
import pytest

from experiments.lab.forecasts.report import tables as forecast_tables
from experiments.lab.forecasts.report.tables import (
    best_errors,
    gains_of_edges,
    paired_rows,
    parts,
    summary_rows,
    text_table,
)


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


def test_given_edges_are_paired_with_shuffled_ones_of_the_same_model_and_seed():
    (row,) = gains_of_edges(RUNS)
    assert (row["model"], row["edges"], row["reference"]) == (
        "gcn-lstm",
        "given",
        "gcn-lstm with shuffled edges",
    )
    assert row["difference"] == pytest.approx(100 * ((0.2 / 0.4 - 1) + (0.4 / 0.55 - 1)) / 2)
    assert (row["n"], row["below"]) == (2, 2)
    assert gains_of_edges(RUNS[RUNS["edges"] == "given"]) == []


def test_other_settings_are_never_averaged_over():
    more = pd.concat(
        [
            RUNS.assign(**{"train.steps": 10}),
            RUNS.assign(**{"train.steps": 50}, test_error=RUNS["test_error"] ** 2),
        ]
    )
    rows = {(row["model"], row["edges"], row["settings"]): row for row in paired_rows(more)}
    assert rows[("gcn-lstm", "given", "steps 10")]["difference"] == pytest.approx((-50 - 20) / 2)
    assert rows[("gcn-lstm", "given", "steps 50")]["difference"] == pytest.approx((-75 - 36) / 2)
    assert [row["n"] for row in rows.values()] == [2, 2, 1] * 2
    assert list(parts(more)) == ["steps 10", "steps 50"]
    summary = summary_rows(more)
    assert {row["train.steps"] for row in summary} == {"10", "50"}
    assert len(summary) == 8
    assert list(parts(RUNS)) == [""]


def test_the_smallest_possible_error_is_told_apart_where_it_differs():
    apart = pd.concat(
        [
            RUNS.assign(**{"train.horizon": 1}, best_error=0.25),
            RUNS.assign(**{"train.horizon": 7}, best_error=0.5),
        ]
    )
    assert best_errors(apart) == {"horizon 1": 0.25, "horizon 7": 0.5}
    assert best_errors(apart.assign(best_error=0.25)) == {"": 0.25}
    assert best_errors(RUNS.assign(best_error=None)) == {}
    one_unknown = apart.assign(best_error=apart["best_error"].where(apart["best_error"] < 0.4))
    assert best_errors(one_unknown) == {"horizon 1": 0.25}


def test_parts_are_named_by_what_tells_them_apart():
    own = {"series": "far/cases.csv", "edge_list": "far/borders.csv", "nodes": 0, "times": 0}
    epidemic = {"series": "epidemic", "edge_list": "", "nodes": 150, "times": 500, "content": ""}
    frame = pd.concat([RUNS.assign(**own, content="ab"), RUNS.assign(**epidemic)])
    assert set(parts(frame)) == {
        "series cases.csv, edge list borders.csv",
        "series epidemic, nodes 150, times 500",
    }
    changed = pd.concat([RUNS.assign(**own, content="ab"), RUNS.assign(**own, content="cd")])
    assert list(parts(changed)) == ["content ab", "content cd"]
    moved = pd.concat(
        [RUNS.assign(**own, content="ab"), RUNS.assign(**own | {"series": "near/cases.csv"}, content="ab")]
    )
    assert list(parts(moved)) == ["series far/cases.csv", "series near/cases.csv"]


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


def test_an_interval_is_announced_where_one_is_given(monkeypatch):
    for frame, given in ((RUNS, True), (RUNS[RUNS["seed"] == 0], False)):
        monkeypatch.setattr(
            forecast_tables, "forecast_runs", lambda runs, frame=frame: frame.assign(best_error=None)
        )
        text = text_table([])
        assert "against that of lstm on the same seed" in text
        assert ("bootstrap interval" in text) == given
        assert ("% [" in text) == given
