import numpy as np
import pandas as pd

from experiments.reading.statistics import paired_differences, summarize
from experiments.reading.tables import (
    heading,
    model_rows,
    paired_rows,
    reach_rows,
    summary_rows,
    text_summary,
)


def runs(rows, **settings):
    """Runs of one length from (model, seed, accuracy), with more columns."""
    frame = pd.DataFrame(rows, columns=["model.name", "seed", "test_accuracy"])
    return frame.assign(
        run=[f"r{i}" for i in range(len(frame))],
        status=np.where(frame["test_accuracy"].isna(), "failed", "ok"),
        length=7,
        parameters=1234,
        hidden=5,
        steps=11,
        ms_per_step=2.0,
        seconds_total=3.0,
        **settings,
    )


def test_rows_have_models_in_natural_order_and_n_with_failures():
    frame = runs([("gcn-10", 0, 0.5), ("gcn-9", 0, 0.25), ("gcn-9", 1, 0.75), ("gcn-9", 2, np.nan)])
    rows = summary_rows(summarize(frame))
    assert [row["model"] for row in rows] == ["gcn-9", "gcn-10"]
    assert [row["n"] for row in rows] == ["2 (1 failed)", "1"]
    assert rows[0]["accuracy"] == "0.500 ± 0.354"
    assert rows[1]["accuracy"] == "0.500"
    assert rows[0]["T"] == "7"


def test_a_setting_that_differs_stands_beside_the_figure_of_the_same_name():
    frame = runs([("lstm", 0, 0.5), ("lstm", 0, 0.75)], **{"train.steps": [100, 200]})
    rows = summary_rows(summarize(frame))
    assert [(row["train.steps"], row["steps"]) for row in rows] == [("100", "11"), ("200", "11")]


def test_differences_stand_in_the_row_of_their_group():
    values = [("lstm", 0, 0.5), ("lstm", 1, 0.5), ("gcn-2", 0, 0.75), ("gcn-2", 1, 0.5), ("rnn", 5, 0.5)]
    frame = runs(values)
    paired = paired_differences(frame, "lstm")
    rows = {row["model"]: row for row in summary_rows(summarize(frame), paired)}
    assert rows["gcn-2"]["difference"].startswith("+0.125 [")
    assert [rows[model]["pairs"] for model in ("lstm", "gcn-2", "rnn")] == ["0", "2", "0"]
    (row,) = paired_rows(paired)
    assert (row["model"], row["T"], row["difference"], row["n"]) == ("gcn-2", "7", "+0.125", "2")


def test_text_is_aligned():
    lines = text_summary(summarize(runs([("lstm", 0, 0.5), ("gcn-2-mirrored", 0, 1.0)]))).split("\n")
    assert len({line.rstrip()[-4:] for line in lines[2:]}) == 1
    assert lines[0].startswith("model ")
    assert "IQM" not in lines[0]


def test_reach_is_told_for_each_setting():
    frame = runs(
        [("gcn-2", 0, 0.1), ("gcn-2", 0, 1.0)],
        **{
            "train.learning_rate": [0.1, 0.2],
            "model.layers": 2,
            "hops": 6,
            "in_reach": [True, True],
            "answer_share": 0.25,
            "chance": 0.1,
        },
    )
    rows = reach_rows(frame)
    assert [(row["settings"], row["verdict"]) for row in rows] == [
        ({"learning rate": "0.1"}, "in reach, not heard (over-squashing)"),
        ({"learning rate": "0.2"}, "learned"),
    ]


def test_models_are_described_once():
    frame = runs([("gcn-2", 0, 0.1), ("gcn-2", 1, 0.1), ("lstm", 0, 0.1)], **{"model.layers": [2, 2, np.nan]})
    headings, rows = model_rows(frame)
    assert headings == ["name", "layers", "hidden size"]
    assert rows == [["gcn-2", "2", "5"], ["lstm", "-", "5"]]


def test_headings_are_words():
    assert heading("train.batch_size") == "batch size"
    assert heading("dataset") == "data set"
