import pytest

from experiments.core.execution import Execution
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.work import make_task
from experiments.running.dry_run import TIMED_STEPS, WARM_STEPS, Timing, describe, time_run
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
    assert len(known_times) == 2  # one a length, whatever the seeds


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
