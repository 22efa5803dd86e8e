import time

import pytest

from experiments.core.execution import Execution
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.training import SequenceTrainer
from experiments.lab.sequences.work import make_task
from experiments.running.dry_run import TIMED_STEPS, WARM_STEPS, Timing, describe, time_run
from experiments.running.interruption import NothingBegun
from experiments.running.sweep import run_sweep
from experiments.training.trainer import Trainer
from tests.experiments.runs import planned

TRAIN = {
    "steps": 40,
    "batch_size": 8,
    "evaluate_every": 10,
    "validation_size": 20,
    "test_size": 20,
    "hidden": 7,
    "success": 2,
    "patience": 0,
}
SERIAL = Execution(engine="serial")


def runs(seeds=3, lengths=(3, 5), **train):
    return planned(["rnn"], lengths, range(seeds), **TRAIN | train)


def test_parameters_are_counted_and_times_are_times():
    run = runs()[0]
    timing = time_run(run)
    model = build_model(run.model, make_task(run), 7)
    assert timing.parameters == sum(p.numel() for p in model.parameters())
    assert timing.step > 0
    assert timing.total > 40 * timing.step


def test_a_few_steps_are_taken_and_no_more(monkeypatch):
    taken, update = [], Trainer.update

    def counted(trainer, loss):
        taken.append(loss)
        return update(trainer, loss)

    monkeypatch.setattr(Trainer, "update", counted)
    assert time_run(runs(steps=1_000_000)[0]).total > 10
    assert len(taken) == WARM_STEPS + TIMED_STEPS


def test_a_run_of_fewer_steps_than_are_timed():
    assert time_run(runs(steps=1)[0]).step > 0


@pytest.mark.parametrize("trained", [False, True])
def test_runs_without_training_have_a_time_too(trained):
    run = planned(["lstm"], [5], experiment="memory", trained=trained, **TRAIN)[0]
    timing = time_run(run)
    assert timing.parameters > 0
    assert timing.total > 0
    assert (timing.step > 0) == trained


@pytest.fixture
def known_times(monkeypatch):
    """Each setting is asked once: half a second a step, 47 s the whole run."""
    asked = []

    def measure(settings):
        asked.append(settings)
        return Timing(11, 0.5, 47.0)

    monkeypatch.setattr("experiments.running.dry_run.time_run", measure)
    return asked


def test_the_estimate_adds_up(tmp_path, known_times):
    # Six runs of 47 s by two workers: 141 s.
    text = describe(runs(), tmp_path, workers=2, how=Execution())
    assert "at most 2.4 min with 2 workers" in text
    assert text.count("47 s") == 2
    assert len(known_times) == 2  # one per length, whatever the seeds


def test_settings_that_cost_the_same_are_timed_once(tmp_path, known_times):
    text = describe(
        runs(lengths=(3,), learning_rate=[0.01, 0.1], decay=[0.5, 1]), tmp_path, workers=1, how=Execution()
    )
    assert len(known_times) == 1
    assert "learning_rate" in text
    assert "decay" in text


def test_settings_that_cost_more_are_timed_apart(tmp_path, known_times):
    describe(runs(lengths=(3,), hidden=[7, 70]), tmp_path, workers=1, how=Execution())
    assert len(known_times) == 2


def test_what_is_there_already_is_left_out(tmp_path, known_times):
    run_sweep(runs(seeds=1, steps=4, evaluate_every=2), tmp_path, how=SERIAL)
    before = sorted(tmp_path.rglob("*"))
    text = describe(runs(seeds=2, steps=4, evaluate_every=2), tmp_path, workers=8, how=Execution())
    assert "4 runs, of which 2 are there already: 2 to do" in text
    assert "with 2 workers" in text
    assert sorted(tmp_path.rglob("*")) == before


def test_failures_are_to_do_when_asked(tmp_path, known_times):
    wild = planned(["gcn-2"], [3], **TRAIN | {"learning_rate": 1e30, "clip_norm": 0})
    assert run_sweep(wild, tmp_path, how=SERIAL).failed
    assert "0 to do" in describe(wild, tmp_path, workers=1, how=SERIAL)
    assert "1 to do" in describe(wild, tmp_path, workers=1, how=Execution(retry_failed=True))


def test_a_setting_whose_steps_take_long_is_left(monkeypatch):
    monkeypatch.setattr("experiments.running.dry_run.LONGEST", 1.0)
    step = SequenceTrainer.step

    def slow(trainer):
        time.sleep(0.4)
        return step(trainer)

    monkeypatch.setattr(SequenceTrainer, "step", slow)
    timing = time_run(runs(steps=100)[0])
    assert timing.cut
    assert timing.parameters > 0
    assert timing.step >= 0.4
    assert timing.total >= 40


def test_a_setting_that_was_left_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("experiments.running.dry_run.time_run", lambda run: Timing(11, 0.5, 47.0, cut=True))
    text = describe(runs(seeds=1, lengths=(3,)), tmp_path, workers=1, how=Execution())
    assert "over 47 s" in text
    assert "longer than 47 s with 1 worker" in text
    assert "at most 47 s" not in text
    assert capsys.readouterr().err == "gnnlab: timing rnn T3 seed 0 (setting 1 of 1)\n"


def test_a_setting_that_does_not_come_to_its_first_step_is_left(monkeypatch):
    monkeypatch.setattr("experiments.running.dry_run.LONGEST", 0.2)
    monkeypatch.setattr("experiments.lab.sequences.work.measure_sensitivity", lambda *_: time.sleep(30))
    timing = time_run(runs()[0])
    assert timing.cut
    assert (timing.step, timing.parameters) == (0, 0)
    assert 0.2 <= timing.total < 30


def test_settings_that_there_is_no_time_for_are_listed(tmp_path, known_times, monkeypatch):
    monkeypatch.setattr("experiments.running.dry_run.LONGEST_ALL", -1.0)
    text = describe(runs(), tmp_path, workers=1, how=Execution())
    assert known_times == []
    assert text.count("not timed") == 2
    assert "6 to do" in text


def test_an_interrupted_dry_run_has_nothing_to_go_on_with(tmp_path, monkeypatch):
    def interrupted(run):
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.running.dry_run.time_run", interrupted)
    with pytest.raises(NothingBegun):
        describe(runs(), tmp_path, workers=1, how=Execution())
