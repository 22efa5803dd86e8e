import dataclasses

import pytest

from experiments.core.execution import Execution
from experiments.core.model_specs import parse_model
from experiments.core.settings import TrainSettings
from experiments.lab.sequences.models import build_model
from experiments.running.dry_run import Timing, describe, time_steps
from experiments.running.runs import make_task
from experiments.running.sweep import expand, run_sweep

TRAIN = TrainSettings(
    steps=40,
    batch_size=8,
    evaluate_every=10,
    validation_size=20,
    test_size=20,
    hidden=7,
    success=2,
    patience=0,
)
SERIAL = Execution(engine="serial")


def runs(seeds=3, lengths=(3, 5), **train):
    settings = dataclasses.replace(TRAIN, **train)
    return expand("palindrome", [parse_model("rnn")], lengths, range(seeds), settings)


def test_parameters_are_counted_and_times_are_times():
    run = runs()[0]
    timing = time_steps(run)
    model = build_model(run.model, make_task(run), 7)
    assert timing.parameters == sum(p.numel() for p in model.parameters())
    assert min(timing.step, timing.look, timing.test) > 0


@pytest.fixture
def known_times(monkeypatch):
    """Each setting is asked once: half a second a step, 5 s a look, 7 s the test."""
    asked = []

    def measure(settings):
        asked.append(settings)
        return Timing(11, 0.5, 5.0, 7.0)

    monkeypatch.setattr("experiments.running.dry_run.time_steps", measure)
    return asked


def test_the_estimate_adds_up(tmp_path, known_times):
    # A run: 40 steps of 0.5 s, 4 looks of 5 s, the test of 7 s: 47 s. Six runs by two workers: 141 s.
    text = describe(runs(), tmp_path, workers=2, how=Execution())
    assert "at most 2.4 min with 2 workers" in text
    assert text.count("47 s") == 2
    assert len(known_times) == 2  # one a length, whatever the seeds


def test_settings_that_cost_the_same_are_timed_once(tmp_path, known_times):
    both = runs(lengths=(3,)) + runs(lengths=(3,), learning_rate=0.1, steps=80)
    text = describe(both, tmp_path, workers=1, how=Execution())
    assert len(known_times) == 1
    assert "learning_rate" in text
    assert "steps" in text


def test_what_is_there_already_is_left_out(tmp_path, known_times):
    run_sweep(runs(seeds=1, steps=4, evaluate_every=2), tmp_path, how=SERIAL)
    before = sorted(tmp_path.rglob("*"))
    text = describe(runs(seeds=2, steps=4, evaluate_every=2), tmp_path, workers=8, how=Execution())
    assert "4 runs, of which 2 are there already: 2 to do" in text
    assert "with 2 workers" in text
    assert sorted(tmp_path.rglob("*")) == before


def test_an_experiment_without_timing_says_so(tmp_path):
    from experiments.lab.citation.command import expand as expand_citation

    text = describe(expand_citation(["karate"], ["gcn", "mlp"], [0, 1]), tmp_path, workers=1, how=Execution())
    assert "4 runs, of which 0 are there already" in text
    assert "no estimate" in text
