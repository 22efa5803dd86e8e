"""Series with a row per value, against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from experiments.lab.forecasts.series.files import read_series


def read(tmp_path, content, columns="", gaps="refuse"):
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    return read_series(path, columns, gaps)


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("time,node,value", ""),
        ("ds,unique_id,y", ""),
        ("Timestamp,item_id,Target", ""),
        ("day,town,cases", "day,town,cases"),
        ("day,town,cases", "Day, Town, Cases"),
    ],
)
def test_it_is_known_by_its_headings_or_by_the_columns_given(tmp_path, heading, columns):
    found = read(tmp_path, f"{heading}\n2,b,4\n1,a,1\n2,a,3\n1,b,2\n", columns)
    assert found.names == ["a", "b"]
    assert found.values.tolist() == [[1, 2], [3, 4]]


def test_columns_stand_in_any_order_beside_others(tmp_path):
    rows = "note,cases,day,town\nx,4,2020-01-02,b\ny,1,2020-01-01,a\nz,3,2020-01-02,a\n,2,2020-01-01,b\n"
    assert read(tmp_path, rows, "day,town,cases").values.tolist() == [[1, 2], [3, 4]]


def test_three_columns_of_other_names_are_three_nodes(tmp_path):
    assert read(tmp_path, "time,node,other\n1,2,3\n2,3,4\n").names == ["node", "other"]


def test_names_that_are_numbers_are_in_their_order(tmp_path):
    content = "time,node,value\n" + "".join(f"1,{name},{k}\n" for k, name in enumerate(["10", "9", "x", "2"]))
    assert read(tmp_path, content).names == ["2", "9", "10", "x"]


def stamps(kind, count):
    if kind == "numbers":
        return [str(0.5 * k) for k in range(count)]
    frequency = {"days": "D", "months": "MS", "hours": "h"}[kind]
    form = {"days": "%d.%m.%Y", "months": "%Y-%m", "hours": "%Y-%m-%d %H:%M"}[kind]
    return list(pd.date_range("2023-11-28", periods=count, freq=frequency).strftime(form))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_rows_in_any_order_are_the_pivot_of_pandas(tmp_path_factory, data):
    """Values that are left out are missing, and so are whole time steps inside."""
    kind = data.draw(st.sampled_from(["numbers", "days", "months", "hours"]))
    count, nodes = data.draw(st.integers(15, 30)), data.draw(st.integers(1, 4))
    times = stamps(kind, count)
    frame = pd.DataFrame(
        [
            (time, f"n{node}", float(10 * step + node))
            for step, time in enumerate(times)
            for node in range(nodes)
        ],
        columns=["time", "node", "value"],
    )
    wanted = frame.pivot(index="time", columns="node", values="value").loc[times]
    lost = data.draw(st.sets(st.integers(1, count - 2), max_size=3))  # of the steps in between
    holes = data.draw(st.sets(st.integers(0, len(frame) - 1), max_size=4)) - {0, len(frame) - 1}
    left = frame[~frame["time"].isin([times[step] for step in lost])].drop(index=list(holes), errors="ignore")
    if (
        left["node"].nunique() < nodes
        or left["time"].iloc[0] != times[0]
        or left["time"].iloc[-1] != times[-1]
    ):
        assume(False)
    wanted = left.pivot(index="time", columns="node", values="value").reindex(times)
    order = data.draw(st.permutations(range(len(left))))
    found = read(tmp_path_factory.mktemp("long"), left.iloc[order].to_csv(index=False), gaps="last")
    assert found.names == list(wanted.columns)
    assert np.array_equal(found.values, wanted.to_numpy(), equal_nan=True)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "1,a,5\n1,a,6\n2,a,5\n1.0,a,5\n",
            "2 faults: row 3: time '1' of node 'a' stands twice, first in row 2; row 5:",
        ),
        (
            "1,a,5\n2,,5\n3,a,x\n4,a\n",
            "3 faults: row 3: the column node names no node; row 4: node 'a' has 'x'.*; row 5:",
        ),
        (
            "1,a,5\n2,a,5\n1,b,5\n",
            "1 of 4 values is missing .time '2' node 'b'.; fill them first, .*--gaps last",
        ),
        ("1,a,5\n2,a,5\n4,a,5\n", "1 of 4 values is missing .before time '4' node 'a'."),
        ("1,a,\n2,a,NA\n3,a,5\n", "2 of 3 values are missing .time '1' node 'a', time '2' node 'a'."),
        ("1,a,5\n2,a,inf\n", "row 3: node 'a' has 'inf', which should be a finite number"),
        ("monday,a,5\nfriday,a,6\n", "neither numbers nor dates .* cannot be put in order"),
        ("1,a,5\n2,a,5\nx,a,5\n", "row 4: time 'x' among numbers"),
        (
            "01/02/2024,a,5\n02/01/2024,a,6\n",
            "may begin with the day or with the month; write them as 2024-03-30",
        ),
        ("1,a,5\n2,a,5\n3,a,5\n1000,a,5\n", "996 time steps are missing between the 4 that are there"),
        ("", "it should have one row per value below the headings"),
    ],
)
def test_what_is_wrong_is_named_with_all_rows(tmp_path, rows, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(tmp_path, f"time,node,value\n{rows}", gaps="last" if "996" in message else "refuse")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("day,town", "columns: 'day,town' should be three headings"),
        ("day,town,cases", "row 1: no column is named 'day'; it has time, node, value"),
        ("time,node,Node", "columns: 'time,node,Node' should be three headings"),
    ],
)
def test_columns_that_are_not_there_are_named(tmp_path, columns, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, "time,node,value\n1,a,5\n", columns)
