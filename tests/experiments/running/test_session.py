import csv

import pytest

from experiments.core.execution import Execution
from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.training import SequenceTrainer, rule_of
from experiments.lab.sequences.work import initial_model, make_task
from experiments.running.session import CHECKPOINT, Session
from tests.experiments.runs import sequence_run

TRAIN = SequenceTraining(steps=6, batch_size=4, evaluate_every=3, validation_size=9, test_size=9, hidden=4)
RUN = sequence_run(train=TRAIN)


def train(session, part="", **more):
    task = make_task(RUN)
    trainer = SequenceTrainer(initial_model(RUN, task, 4), task, TRAIN)
    return session.fit(trainer, rule_of(TRAIN), steps=6, every=3, part=part, **more)


def rows(folder):
    with (folder / "curve.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_training_leaves_its_curve_and_its_weights(tmp_path):
    steps = []
    with Session(RUN, tmp_path, steps.append) as session:
        found = train(session)
    assert [int(row["step"]) for row in rows(tmp_path)] == [3, 6]
    assert [float(row["train_loss"]) for row in rows(tmp_path)] == [row["train_loss"] for row in found.rows]
    assert steps == list(range(7))
    assert (tmp_path / "weights.pt").exists()


def test_trainings_of_one_run_are_told_apart_by_a_column(tmp_path):
    with Session(RUN, tmp_path) as session:
        train(session, "first", save=False)
        train(session, "second", save=False)
    assert [(row["setting"], int(row["step"])) for row in rows(tmp_path)] == [
        ("first", 3), ("first", 6), ("second", 3), ("second", 6),
    ]  # fmt: skip
    assert not (tmp_path / "weights.pt").exists()


def test_rows_without_a_training(tmp_path):
    with Session(RUN, tmp_path) as session:
        session.row({"step": 0, "validation_loss": 0.1 + 0.2})
    assert rows(tmp_path) == [{"step": "0", "validation_loss": "0.30000000000000004"}]


def test_of_several_that_share_a_run_one_writes(tmp_path):
    with Session(RUN, tmp_path, how=Execution(resume=False), writes=False) as session:
        session.row({"step": 0, "validation_loss": 0.5})
        train(session)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("resume", [True, False])
def test_a_checkpoint_is_used_or_set_aside(resume, tmp_path):
    with Session(RUN, tmp_path, how=Execution(checkpoint_every=2)) as session:
        train(session)
    before = (tmp_path / CHECKPOINT).read_bytes()
    with Session(RUN, tmp_path, how=Execution(resume=resume, checkpoint_seconds=0)) as session:
        found = train(session)
    assert found.resumed_step == (6 if resume else 0)
    kept = tmp_path / (CHECKPOINT if resume else "checkpoint.1.pt")
    assert kept.read_bytes() == before
