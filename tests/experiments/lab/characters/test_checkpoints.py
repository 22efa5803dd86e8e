import dataclasses

import pytest
import torch

from experiments.lab.characters.checkpoints import LAST, load_last, set_aside
from experiments.lab.characters.settings import CharacterSettings, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.records.checkpoints import CheckpointError, save_checkpoint

RUN = CharacterSettings("characters", CorpusSettings(), parse_character_model("lstm-1"), 0)


def saved(folder, **values):
    save_checkpoint(folder / LAST, {"identity": RUN.identity, "training": {}, "samples": [], **values})
    return (folder / LAST).read_bytes()


def test_none_is_there_before_the_first(tmp_path):
    assert load_last(RUN, tmp_path) is None
    assert load_last(RUN, tmp_path / "not made yet") is None


def test_what_was_saved_is_read(tmp_path):
    saved(tmp_path, training={"weights": torch.arange(3.0), "step": 7})
    values = load_last(RUN, tmp_path)
    assert values["training"]["step"] == 7
    assert values["training"]["weights"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_truncated_one_is_one_line_and_stays(tmp_path, kept):
    content = saved(tmp_path)[:kept]
    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"^checkpoint: .*last\.pt: not a whole checkpoint") as raised:
        load_last(RUN, tmp_path)
    assert "\n" not in str(raised.value)
    assert (tmp_path / LAST).read_bytes() == content


def test_one_of_another_run_or_program_is_refused_and_stays(tmp_path):
    content = saved(tmp_path)
    other = dataclasses.replace(RUN, seed=1)
    with pytest.raises(CheckpointError, match=f"is of another run \\({RUN.identity}\\); move it away"):
        load_last(other, tmp_path)
    assert (tmp_path / LAST).read_bytes() == content
    torch.save({"weights": 1}, tmp_path / LAST)
    with pytest.raises(CheckpointError, match="not a checkpoint of this program"):
        load_last(RUN, tmp_path)
    save_checkpoint(tmp_path / LAST, {"identity": RUN.identity})
    with pytest.raises(CheckpointError, match="lacks training"):
        load_last(RUN, tmp_path)


def test_beginning_anew_deletes_nothing(tmp_path):
    set_aside(tmp_path)
    contents = {saved(tmp_path, samples=[number]): set_aside(tmp_path) for number in range(3)}
    assert {path.read_bytes() for path in tmp_path.iterdir()} == set(contents)
    assert not (tmp_path / LAST).exists()
