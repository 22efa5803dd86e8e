import csv

import pytest

from experiments.lab.sequences import work as module
from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from experiments.records.records import read_run
from experiments.running.execute import execute
from tests.experiments.runs import sequence_run

TINY = SequenceTraining(steps=6, batch_size=8, evaluate_every=3, validation_size=9, test_size=9, hidden=6)


class Watched(DigitPalindromes):
    """Remembers which splits were drawn from."""

    read: list[str]

    def batch(self, split, count, generator):
        self.read = [*getattr(self, "read", []), split]
        return super().batch(split, count, generator)


def test_the_test_split_is_read_once_when_training_is_over(tmp_path, monkeypatch):
    task = Watched(5, 0)
    monkeypatch.setattr(module, "make_task", lambda run: task)
    assert execute(sequence_run(train=TINY), tmp_path)["status"] == "ok"
    assert task.read.count("test") == 1
    last = max(position for position, split in enumerate(task.read) if split == "train")
    assert task.read.index("test") > last


def test_the_records_of_a_run(tmp_path):
    run = sequence_run("gcn-3", train=TINY)
    execute(run, tmp_path)
    result = read_run(tmp_path / run.folder).result
    assert (result["hidden"], result["steps"], result["hops"], result["in_reach"]) == (6, 6, 4, False)
    assert {"chance", "distance", "disjoint", "parameters", "selected_step", "stopped"} <= set(result)
    with (tmp_path / run.folder / "sensitivity.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["when"] for row in rows} == {"initial", "trained"}
    assert {int(row["r"]) for row in rows if float(row["sensitivity"]) > 0} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (sequence_run(train=SequenceTraining(budget=7)), "budget: 7 parameters cannot be met"),
        (sequence_run("gcn-2-mirrored", experiment="baum-sweet"), "mirrored"),
        (sequence_run("gat-2-heads4", train=SequenceTraining(hidden=7)), "heads must divide"),
        (sequence_run("lstm-onehot", experiment="adding"), "the inputs here are numbers"),
    ],
)
def test_what_cannot_be_built_is_said_beforehand(run, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        module.prepare([run], tmp_path, {})


def test_what_can_be_built_stays_as_it_is(tmp_path):
    runs = [sequence_run(label, train=TINY) for label in ("lstm", "gcn-2")]
    assert module.prepare(runs, tmp_path, {}) == runs
