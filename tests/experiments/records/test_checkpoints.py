import pickle

import pytest
import torch

from experiments.records.checkpoints import (
    CheckpointError,
    load_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)


def test_values_come_back(tmp_path):
    values = {"step": 7, "weights": {"w": torch.arange(5.0)}, "order": [1, 2], "name": "x"}
    save_checkpoint(tmp_path / "last.pt", values)
    read = load_checkpoint(tmp_path / "last.pt", needed=("step", "weights"))
    assert read["step"] == 7
    assert read["order"] == [1, 2]
    assert torch.equal(read["weights"]["w"], torch.arange(5.0))
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_every_truncation_is_refused_in_one_line(tmp_path):
    whole, cut = tmp_path / "whole.pt", tmp_path / "cut.pt"
    save_checkpoint(whole, {"step": 1, "weights": torch.zeros(3)})
    content = whole.read_bytes()
    for size in range(0, len(content), 97):
        cut.write_bytes(content[:size])
        with pytest.raises(CheckpointError, match=r"cut\.pt") as error:
            load_checkpoint(cut)
        assert "\n" not in str(error.value)


class Harm:
    def __reduce__(self):
        return (print, ("code of the file ran",))


def test_code_in_a_file_does_not_run(tmp_path, capsys):
    (tmp_path / "foreign.pt").write_bytes(pickle.dumps(Harm()))
    torch.save({"format": 1, "x": Harm()}, tmp_path / "mixed.pt")
    for name in ("foreign.pt", "mixed.pt"):
        with pytest.raises(CheckpointError, match="not a whole checkpoint"):
            load_checkpoint(tmp_path / name)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("values", "message"),
    [({"w": 1}, "not a checkpoint"), ({"format": 99}, "format 99"), ({"format": 1}, "lacks step")],
)
def test_foreign_contents_are_named(tmp_path, values, message):
    torch.save(values, tmp_path / "x.pt")
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(tmp_path / "x.pt", needed=("step",))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        load_checkpoint(tmp_path / "none.pt")


def test_a_failed_write_leaves_the_good_one(tmp_path):
    path = tmp_path / "last.pt"
    save_checkpoint(path, {"step": 1})
    with pytest.raises(Exception, match="pickle"):
        save_checkpoint(path, {"step": lambda: None})
    assert load_checkpoint(path)["step"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["last.pt"]


def test_the_random_state_goes_on_where_it_was():
    before = random_state()
    drawn = torch.rand(5)
    set_random_state(before)
    assert torch.equal(torch.rand(5), drawn)
