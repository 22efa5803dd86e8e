import dataclasses

import pandas as pd
import pytest

from experiments.lab.forecasts.report.walk import beside, horizons, walk
from experiments.reading.results import Results
from tests.experiments.lab.forecasts.report.test_findings import records


def walked(tmp_path, missing=()):
    """Errors of two seeds at two origins: lstm .1 and .3, then .5; gcn .3, then .3."""
    made = []
    for fold, errors in enumerate(
        ({"lstm": [0.1, 0.3], "gcn": [0.3]}, {"lstm": [0.5], "gcn": [0.3]}), start=1
    ):
        found = {(label, "given"): values for label, values in errors.items() if (label, fold) not in missing}
        for run in records(tmp_path, found, change={"folds": 2, "fold": fold}):
            made.append(
                dataclasses.replace(run, result=run.result | {"test_mase": 2 * run.result["test_error"]})
            )
    return Results(tmp_path, made)


def test_seeds_are_averaged_within_an_origin_and_origins_then(tmp_path):
    (table,) = [block for block in walk(walked(tmp_path)).blocks if block.kind == "table"]
    told = [[*row.values()] for row in table.rows]
    assert list(table.rows[0]) == ["model", "edges", "origin 1", "origin 2", "mean", "MASE", "best in"]
    assert told == [
        ["lstm", "none", "0.2", "0.5", "0.35", "0.7", "1 of 2"],
        ["gcn", "given", "0.3", "0.3", "0.3", "0.6", "1 of 2"],
    ]


def test_a_model_that_lacks_an_origin_has_no_mean(tmp_path):
    rows = {row["model"]: row for row in beside(walked(tmp_path, {("gcn", 2)}).ended, "fold", "origin")}
    assert (rows["gcn"]["origin 2"], rows["gcn"]["mean"], rows["gcn"]["best in"]) == ("-", "-", "0 of 2")


def test_horizons_stand_beside_one_another(tmp_path):
    made = []
    for steps, error in ((1, 0.1), (3, 0.4)):
        given = {"horizon": [steps]}
        for run in records(tmp_path, {("lstm", "given"): [error], ("last", "given"): [0.2]}, **given):
            made.append(dataclasses.replace(run, result=run.result | {"test_mase": 1.0}))
    (table,) = [block for block in horizons(Results(tmp_path, made)).blocks if block.kind == "table"]
    assert [[*row.values()] for row in table.rows] == [
        ["lstm", "none", "0.1", "0.4", "0.25", "1", "1 of 2"],
        ["last", "none", "0.2", "0.2", "0.2", "1", "1 of 2"],
    ]
    assert horizons(walked(tmp_path)) is None


@pytest.mark.parametrize("frame", [pd.DataFrame({"fold": [0, 0]}), pd.DataFrame({"seed": [0]})])
def test_one_split_has_no_table_of_origins(frame):
    assert beside(frame, "fold", "origin") is None
