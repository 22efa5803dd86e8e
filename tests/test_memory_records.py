import pytest

from experiments.memory.memory_records import DEPTH, SENSITIVITY, read_rows, write_rows
from experiments.model_specs import parse_model
from experiments.records import FolderError, RunRecord
from experiments.settings import RunSettings

SETTINGS = RunSettings("palindrome", 5, parse_model("gcn-2"), 3)


def run(folder):
    return RunRecord(folder, SETTINGS, {"format": 1, "status": "ok"})


def test_rows_come_back_with_their_run_in_front(tmp_path):
    write_rows(
        tmp_path / DEPTH,
        {"initial": [{"depth": 2, "energy": 0.1}], "trained": [{"depth": 2, "energy": 1e-300}]},
    )
    table = read_rows([run(tmp_path)], DEPTH)
    assert table.to_dict("list") == {
        "model": ["gcn-2", "gcn-2"],
        "length": [5, 5],
        "seed": [3, 3],
        "when": ["initial", "trained"],
        "depth": [2, 2],
        "energy": [0.1, 1e-300],
    }
    assert read_rows([run(tmp_path)], SENSITIVITY).empty


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\0",
        "when,r,sensitivity\n",
        "when,r,sensitivity\ninitial,x,0.5\n",
        "r\n1\n",
    ],
)
def test_a_damaged_file_is_named_with_what_to_do(content, tmp_path):
    (tmp_path / SENSITIVITY).write_text(content)
    with pytest.raises(FolderError, match=rf"{SENSITIVITY}: .*delete the run's folder"):
        read_rows([run(tmp_path)], SENSITIVITY)
