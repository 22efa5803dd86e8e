import dataclasses

import pytest

from experiments.core.catalogue import find_experiment
from experiments.lab.forecasts.report.findings import against, differences, gains, hybrids
from experiments.lab.forecasts.report.panels import best_errors, panels
from experiments.lab.forecasts.report.sections import errors, summary
from experiments.reading.results import Results
from experiments.reading.sections import Picture
from experiments.reading.tables import summary_rows
from experiments.records.records import RunRecord
from experiments.running.plan import plan

RESULT = {
    "status": "ok",
    "reason": "",
    "test_absolute_error": 1.0,
    "skill": 1.0,
    "parameters": 1,
    "steps": 1,
    "selected_step": 1,
    "stopped": "budget",
    "ms_per_step": 1.0,
    "seconds_total": 1.0,
    "best_error": None,
}
ERRORS = {
    ("lstm", "given"): [0.4, 0.5],
    ("gcn-lstm", "given"): [0.2, 0.4],
    ("gcn-lstm", "shuffled"): [0.4, 0.55, None],
    ("last", "given"): [0.8],
}


def records(tmp_path, found=ERRORS, square=False, best=None, change=None, **given):
    """Runs with these errors by model and edges, one per seed; None is a run that failed."""
    made = []
    for (label, edges), values in found.items():
        runs = plan(find_experiment("forecast"), [label], range(len(values)), {"edges": [edges], **given})
        for run, error in zip(runs, values):
            if error is None:
                result = {"status": "failed", "reason": "gone"}
            else:
                result = RESULT | {"test_error": error**2 if square else error, "best_error": best}
            run = dataclasses.replace(run, **(change or {}))
            made.append(RunRecord(tmp_path / run.folder, run, result))
    return made


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path, records(tmp_path))


def test_differences_are_paired_by_seed_and_in_percent(results):
    rows = {(row["model"], row["edges"]): row for row in against(results)}
    assert rows[("gcn-lstm", "given")]["difference"] == pytest.approx((-50 - 20) / 2)
    assert rows[("gcn-lstm", "given")]["below"] == 2
    assert rows[("gcn-lstm", "shuffled")]["difference"] == pytest.approx((0 + 10) / 2)
    assert rows[("last", "none")]["n"] == 1
    assert rows[("last", "none")]["difference"] == pytest.approx(100)


def test_given_edges_are_paired_with_shuffled_ones_of_the_same_model_and_seed(results):
    (row,) = differences(results, "gcn-lstm", "gcn-lstm", other="shuffled")
    assert (row["edges"], row["reference"]) == ("given", "gcn-lstm with shuffled edges")
    assert row["difference"] == pytest.approx(100 * ((0.2 / 0.4 - 1) + (0.4 / 0.55 - 1)) / 2)
    assert (row["n"], row["below"]) == (2, 2)
    assert row in hybrids(results)


def test_a_hybrid_is_compared_with_both_of_its_halves(tmp_path):
    more = records(tmp_path, ERRORS | {("gcn", "given"): [0.4, 0.4], ("gcn-last", "given"): [0.8, 0.8]})
    rows = {
        row["reference"]: row["difference"]
        for row in hybrids(Results(tmp_path, more))
        if row["edges"] == "given"
    }
    assert list(rows) == ["lstm", "gcn-last", "gcn", "gcn-lstm with shuffled edges"]
    assert rows["gcn"] == pytest.approx((-50 + 0) / 2)
    assert rows["gcn-last"] == pytest.approx((-75 - 50) / 2)


def test_another_reference_is_taken_on_the_given_edges(results):
    (row,) = differences(results, "lstm", "gcn-lstm")
    assert row["difference"] == pytest.approx((100 + 25) / 2)
    assert list(differences(results, "lstm", "gat")) == []


def test_other_settings_are_never_averaged_over(tmp_path):
    more = records(tmp_path, steps=[10]) + records(tmp_path, steps=[50], square=True)
    results = Results(tmp_path, more)
    rows = {(row["model"], row["edges"], row["settings"]): row for row in against(results)}
    assert rows[("gcn-lstm", "given", "steps 10")]["difference"] == pytest.approx((-50 - 20) / 2)
    assert rows[("gcn-lstm", "given", "steps 50")]["difference"] == pytest.approx((-75 - 36) / 2)
    assert [row["n"] for row in rows.values()] == [2, 2, 1] * 2
    assert [block.title for block in errors(results).blocks] == [
        "Test error: steps 10",
        "Test error: steps 50",
    ]
    assert len(summary_rows(results)) == 8


def test_one_setting_is_one_panel(results):
    assert list(panels(results)) == [""]
    titles = [block.title for block in gains(results).blocks if isinstance(block, Picture)]
    assert titles == ["Against lstm"]


def test_the_smallest_possible_error_is_told_apart_where_it_differs(tmp_path):
    def best(near, far):
        runs = records(tmp_path, horizon=[1], best=near) + records(tmp_path, horizon=[7], best=far)
        return best_errors(Results(tmp_path, runs))

    assert best(0.25, 0.5) == {"horizon 1": 0.25, "horizon 7": 0.5}
    assert best(0.25, 0.25) == {"": 0.25}
    assert best(None, None) == {}
    assert best(0.25, None) == {"horizon 1": 0.25}
    texts = [
        getattr(block, "text", "")
        for block in summary(Results(tmp_path, records(tmp_path, best=0.25))).blocks
    ]
    assert "expects a squared error of 0.25000: none can expect less" in texts[-1]


def test_panels_are_named_by_what_tells_them_apart(tmp_path):
    own = {
        "series": "/far/cases.csv",
        "edge_list": "/far/borders.csv",
        "nodes": 0,
        "times": 0,
        "content": "ab",
    }

    def titles(*changes):
        return set(panels(Results(tmp_path, [r for c in changes for r in records(tmp_path, change=c)])))

    assert titles(own, {}) == {"series cases.csv", "series epidemic"}
    assert titles(own, own | {"content": "cd"}) == {"content ab", "content cd"}
    moved = own | {"series": "/near/cases.csv"}
    assert len(titles(own, moved)) == 1  # the same content is the same series
    assert len(titles(own, moved | {"content": "cd"})) == 2
    assert titles({"nodes": 20}, {"nodes": 30}) == {"nodes 20", "nodes 30"}


def test_summary_counts_failures(results):
    rows = {(row["model"], row["edges"]): row for row in summary_rows(results)}
    assert rows[("gcn-lstm", "shuffled")]["n"] == "2 (1 failed)"
    assert rows[("gcn-lstm", "given")]["squared error"] == "0.3000 ± 0.1414"
