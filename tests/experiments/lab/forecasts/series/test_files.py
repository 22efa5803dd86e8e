import numpy as np
import pytest

from experiments.lab.forecasts.series.files import read_series
from experiments.records.files import content_hash


def test_values_come_in_the_order_of_the_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a, b,c\n1,2,3\n\n4.5,-5,6e1\n", encoding="utf-8")
    found = read_series(path)
    assert found.names == ["a", "b", "c"]
    assert found.values.tolist() == [[1, 2, 3], [4.5, -5, 60]]


@pytest.mark.parametrize("name", ["time", "Date", "ds", "timestamp", "datetime"])
def test_a_column_of_times_is_left_out(name, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"{name},a,b\n2020-01-01,1,2\n2020-01-02,3,4\n", encoding="utf-8")
    found = read_series(path)
    assert found.names == ["a", "b"]
    assert found.values.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "times",
    [
        ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"],  # 31, 29 and 31 days
        ["2019", "2020", "2021", "2022"],
        ["0.1", "0.2", "0.3", "0.4"],
        ["monday", "monday", "tuesday", "friday"],
        ["2020-01-01T00:00", "2020-01-01T01:00+00:00", "2020-01-01T02:00", "2020-01-01T09:00"],
        ["7"],
        ["20200130", "20200131", "20200201", "20200202"],
        ["200011", "200012", "200101", "200102"],
        ["2019-11", "2019-12", "2020-01", "2020-02"],
        ["31/12/2019", "01/01/2020", "02/01/2020", "03/01/2020"],
        ["01/02/2024", "02/02/2024", "03/02/2024", "04/02/2024"],
        ["03/29/2024", "03/30/2024", "03/31/2024", "04/01/2024"],
        ["01/02/2024 22:00", "01/02/2024 23:00", "01/03/2024 0:00"],
        ["30.3.2024", "31.3.2024", "1.4.2024"],
        ["2024/3/30", "2024/3/31", "2024/4/1"],
        ["1577836799", "1577836800", "1577836801"],
        ["1", "2", "monday", "friday"],
    ],
)
def test_regular_times_and_times_that_nobody_can_order_are_left_out(times, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "time,a,b\n" + "".join(f"{time},{k},5\n" for k, time in enumerate(times)), encoding="utf-8"
    )
    found = read_series(path)
    assert found.names == ["a", "b"]
    assert found.values.tolist() == [[k, 5] for k in range(len(times))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a row with the names"),
        ("a,b\n", "one row per time step"),
        ("a,a\n1,2\n", "row 1: node 'a' stands twice"),
        ("a,\n1,2\n", "row 1: column 2 has no name$"),
        (",a\n0,2\n", "row 1: column 1 has no name; if it holds times, name it time"),
        ("time,\n0,2\n", "row 1: column 2 has no name$"),
        (
            "when,a\n2020-01-01,2\n",
            "row 2: node 'when' has '2020-01-01', .*; if it holds times, name it time",
        ),
        (
            "when,a\n2020-01-01,2\n2020-01-02,2\n2020-01-03,3\n",
            r"no number in column 'when'; if it holds times, name it time$",
        ),
        (
            "region,town,day,cases\nN,Ulm,2020-01-01,2\nN,Ulm,2020-01-02,2\nN,Ulm,2020-01-03,3\n",
            r"no number in column 'region', 'town', 'day'; a file with a row per value is read with .* --columns "
            r"TIME,NODE,VALUE$",
        ),
        ("a,b\n1,2\n3\n", "row 3: 1 values, but row 1 names 2 nodes"),
        (
            "a,b\n1,2\n3,\n",
            r"1 of 4 values is missing \(row 3 node 'b'\); fill them first, or choose a rule with --gaps",
        ),
        ("a,b\n1,2\n , \n3,4\n", r"2 of 6 values are missing \(row 3 node 'a', row 3 node 'b'\); fill"),
        ("a,b\n\n1,x\n", "row 3: node 'b' has 'x'"),
        ("a,b\n1,nan\n", r"1 of 2 values is missing \(row 2 node 'b'\)"),
        ("a,b\n1,inf\n", "finite"),
        (
            "a,b\n1\nx,2\n3,4\n5,y\n",
            "3 faults: row 2: 1 values.*; row 3: node 'a' has 'x'.*; row 5: node 'b'",
        ),
        ("time,a\n1,x\n3,5\n2,5\n3,5\n", "2 faults: row 2: node 'a' has 'x'.*; row 4: time '2' should"),
        ("time,a\n1,5\n2,5\n5,5\n6,5\n", "row 4: there is a gap between the times '2' and '5'"),
        ("time,a\n0.1,5\n0.2,5\n0.3,5\n0.5,5\n", "row 5: there is a gap"),
        ("time,a\n1,5\n2,5\n2,5\n", "row 4: time '2' should come after '2'"),
        ("time,a\n3,5\n2,5\n1,5\n", "row 3: time '2' should come after '3'"),
        (
            "Time,a\n2020-02-28,5\n2020-02-29,5\n2020-03-01,5\n2020-03-04,5\n",
            "row 5: there is a gap between the times '2020-03-01' and '2020-03-04'",
        ),
        ("time,a\n1,5\n,5\n3,5\n4,5\n", "row 3: an empty time among numbers; write all times alike"),
        ("time,a\n1,5\n2,5\nnan,5\n4,5\n", "row 4: time 'nan' among numbers"),
        ("time,a\n2020-02-28,5\n2020-02-30,5\n2020-03-01,5\n", "row 3: time '2020-02-30' among dates"),
        ("time,a\n2020-01,5\n2020-02,5\n2020-04,5\n", "row 4: there is a gap between"),
        ("time,a\n2020-02,5\n2020-01,5\n", "row 3: time '2020-01' should come after '2020-02'"),
        ("time,a\n2020-01-02,5\n2020-01-01,5\n", "row 3: time '2020-01-01' should come after"),
        ("time,a\n03/30/2024,5\n03/29/2024,5\n", "row 3: time '03/29/2024' should come after '03/30/2024'"),
        ("time,a\n29.3.2024,5\n29.3.2024,5\n", "row 3: time '29.3.2024' should come after"),
        ("time,a\n2/27/24,5\n2/28/24,5\n2/29/24,5\n3/3/24,5\n", "row 5: there is a gap between"),
        ("time,a\n03/30/2024,5\n30/03/2024,5\n03/31/2024,5\n", "row 3: time '30/03/2024' among dates"),
        ("time,a\n03/02/2024,5\n02/02/2024,5\n01/02/2024,5\n", "row 3: time '02/02/2024' should come after"),
        ("time;a;b\n1;5;6\n", "columns should be separated by commas, not by ';'"),
        ("a\tb\n1\t5\n", r"columns should be separated by commas, not by '\\t'"),
    ],
)
def test_what_is_wrong_with_a_series_is_named_with_its_row(tmp_path, content, message):
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_series(path)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"series: .*none\.csv cannot be read"):
        read_series(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("å,b\n1,2\n".encode("latin-1"))
    with pytest.raises(ValueError, match="no CSV file in UTF-8"):
        read_series(tmp_path / "latin.csv")


def test_the_hash_follows_the_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("x")
    two.write_text("y")
    before = content_hash(one, two)
    assert before == content_hash(one, two)
    two.write_text("z")
    assert content_hash(one, two) != before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, ending, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(ending.join(["a,é", "1,2", "3,4"]).encode(encoding))
    found = read_series(path)
    assert found.names == ["a", "é"]
    assert found.values.tolist() == [[1, 2], [3, 4]]
    path.write_bytes(ending.join(["a,é", "1,2", "3"]).encode(encoding))
    with pytest.raises(ValueError, match="row 3: 1 values"):
        read_series(path)


@pytest.mark.parametrize(
    ("times", "lost"),
    [
        (["1", "2", "5", "6"], [2, 3]),
        (["2020-01", "2020-02", "2020-04", "2020-05"], [2]),
        (["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-05"], [3]),
        (
            [f"{year}-{month:02}" for year in range(2000, 2009) for month in range(1, 13) if year != 2004],
            [*range(48, 60)],
        ),
    ],
)
def test_time_steps_that_are_left_out_are_missing_values(times, lost, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("time,a,b\n" + "".join(f"{time},1,2\n" for time in times))
    found = read_series(path, gaps="last").values
    assert len(found) == len(times) + len(lost)
    assert np.flatnonzero(np.isnan(found).any(1)).tolist() == lost
