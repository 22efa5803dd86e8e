from pathlib import Path

import pytest

from experiments.lab.forecasts.series.doubts import series_doubts
from experiments.lab.forecasts.series.files import read_series


def doubts(tmp_path, *rows, heading="a,b"):
    path = tmp_path / "x.csv"
    path.write_text("\n".join([heading, *rows]))
    return series_doubts(read_series(path, gaps="last"), Path(path).name)


@pytest.mark.parametrize("code", ["0", "-999", "9999", "-1"])
def test_a_number_far_from_all_others_is_doubted(code, tmp_path):
    rows = ["281,1", "283.5,2", "284,3", f"{code},4", "282,5", f"{code},6"]
    assert doubts(tmp_path, *rows) == (
        f"x.csv: node 'a' is {code} at 2 of 6 times, and from 281 to 284 at all others; if {code} stands for a missing "
        "value, leave those cells empty",
    )


def test_missing_values_are_none_of_the_numbers(tmp_path):
    (found,) = doubts(tmp_path, "0,1", "50,", "51,3", "52,4", ",5", "0,6")
    assert found.startswith("x.csv: node 'a' is 0 at 2 of 5 times, and from 50 to 52 at all others")


def test_nodes_are_counted(tmp_path):
    (found,) = doubts(tmp_path, "0,0", "50,70", "51,71", "52,72")
    assert "node 'a' (and 1 more node) is 0 at 1 of 4 times" in found


@pytest.mark.parametrize(
    "column",
    [
        [0, 1, 0, 1, 0, 1],  # ill or not
        [0, 1, 2, 3, 0, 9],  # counts
        [-1, 0, 1, 2, 0, -1],
        [-999, -998, -997, -996, 0.5, 3],
        [281, 285, 286, 283, 282, 281],
        [0, 0, 0, 0, 0, 0],
        [99, 98, 97, 96, 99, 90],
    ],
)
def test_numbers_among_others_are_not(column, tmp_path):
    assert doubts(tmp_path, *(f"{value},{k % 4}" for k, value in enumerate(column))) == ()


def test_times_that_nobody_knows_are_said(tmp_path):
    (found,) = doubts(tmp_path, "monday,1", "friday,2", "sunday,3", heading="time,a")
    assert (
        found
        == "x.csv: the column time has neither numbers nor dates that are known, so its order is not checked"
    )
    assert doubts(tmp_path, "1,1", "2,2", "3,3", heading="time,a") == ()
