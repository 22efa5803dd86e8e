"""Runs that differ in their seed alone, done together, beside the same runs done one by one."""

import dataclasses
import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from experiments.core.execution import MOST_TOGETHER, Execution
from experiments.records.locks import LockedError, run_lock
from experiments.records.records import read_curve, read_result
from experiments.running.engines.groups import groups_of
from experiments.running.engines.together import do_together
from experiments.running.sweep import run_sweep
from tests.experiments.runs import TINY, planned

SERIAL = Execution(engine="serial")
#: What the clock says, and what a record says of how steps were taken.
NOT_COMPARED = {
    "ms_per_step",
    "seconds_training",
    "seconds_total",
    "seeds_together",
    "environment",
    "resumed_step",
}
LONGER = TINY | {"steps": 200, "evaluate_every": 20, "hidden": 16}


def together(runs, most=3):
    return [dataclasses.replace(run, seeds_together=most) for run in runs]


OTHERS = ("rnn", "peephole", "gat-2", "transformer-2", "mingru")


@pytest.mark.parametrize(
    "label", ["lstm", "gcn-2", *(pytest.param(label, marks=pytest.mark.slow) for label in OTHERS)]
)
def test_each_run_is_what_it_is_alone(label, tmp_path):
    runs = planned([label], [5], range(3), **LONGER)
    run_sweep(runs, tmp_path / "alone", how=SERIAL)
    run_sweep(together(runs), tmp_path / "together", how=SERIAL)
    for run, joined in zip(runs, together(runs), strict=True):
        one, other = tmp_path / "together" / joined.folder, tmp_path / "alone" / run.folder
        assert {path.name for path in one.iterdir()} == {path.name for path in other.iterdir()}
        found, beside = read_result(one), read_result(other)
        assert found.keys() - beside.keys() == {"seeds_together"}
        assert found["seeds_together"] == 3
        rows, expected = read_curve(one), read_curve(other)
        assert len(rows) == len(expected) == 10
        torch.testing.assert_close(
            torch.tensor(rows["train_loss"].to_numpy()),
            torch.tensor(expected["train_loss"].to_numpy()),
            rtol=1e-4,
            atol=0,
        )
        for name in beside.keys() - NOT_COMPARED:
            if isinstance(beside[name], float):
                assert found[name] == pytest.approx(beside[name], abs=0.1), name
            elif name not in ("selected_step",):
                assert found[name] == beside[name], name


@pytest.mark.slow
@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
@pytest.mark.parametrize(("experiment", "label"), [("palindrome", "lstm"), ("adding", "gcn-2-sum")])
def test_where_training_is_chaotic_seeds_part_as_after_a_change_of_one_last_bit(
    experiment, label, precision, tmp_path, monkeypatch, request
):
    """Beside each run stand three more that train alone: each of their weights is the next number above or below."""
    from experiments.lab.sequences import work

    request.addfinalizer(lambda: torch.set_default_dtype(torch.float32))
    torch.set_default_dtype(precision)
    last_bit = torch.finfo(precision).eps
    settings = LONGER | {"batch_size": 128}
    runs = planned([label], [12], range(3), experiment=experiment, **settings)

    def losses(runs, out):
        run_sweep(runs, out, how=SERIAL)
        found = [read_curve(out / run.folder)["train_loss"].to_numpy() for run in runs]
        return torch.from_numpy(np.stack(found))

    def apart(found):
        return ((found - expected) / expected).abs().amax(0)

    expected = losses(runs, tmp_path / "alone")
    joined = apart(losses(together(runs), tmp_path / "together"))
    real, moved = work.initial_model, torch.zeros(10, dtype=torch.float64)
    for number in range(3):
        generator = torch.Generator().manual_seed(number)

        def make(run, task, hidden, generator=generator):
            model = real(run, task, hidden)
            for weight in model.parameters():
                there = torch.randn(weight.shape, generator=generator) * math.inf
                weight.data = weight.data.nextafter(there)
            return model

        with monkeypatch.context() as patch:
            patch.setattr(work, "initial_model", make)
            moved = torch.maximum(moved, apart(losses(runs, tmp_path / str(number))))
    assert joined.max() > 1000 * last_bit  # or it is not chaotic, and says nothing
    # It grows by a factor of ten and more between looks, so that a look earlier or later says nothing.
    later = torch.cat([moved[1:], moved[-1:]])
    assert (joined <= 10 * torch.maximum(moved, later) + 10 * last_bit).all(), f"{joined} {moved}"


def test_runs_that_differ_in_more_than_their_seed_are_not_joined():
    runs = together(planned(["rnn", "lstm"], [3, 5], range(5), **TINY), most=2)
    groups = groups_of(runs, SERIAL)
    assert sorted(run.folder for group in groups for run in group) == sorted(run.folder for run in runs)
    for group in groups:
        assert len(group) <= 2
        assert len({dataclasses.replace(run, seed=0) for run in group}) == 1
    assert sorted(len(group) for group in groups) == [1] * 4 + [2] * 8


def test_by_default_seeds_are_joined_on_a_gpu_alone():
    runs = planned(["rnn"], [5], range(4), **TINY)
    assert [len(group) for group in groups_of(runs, SERIAL)] == [1] * 4
    on_gpu = [dataclasses.replace(run, device="cuda") for run in runs]
    assert [len(group) for group in groups_of(on_gpu, SERIAL)] == [4]
    assert [len(group) for group in groups_of(on_gpu, Execution(seeds_together=3))] == [3, 1]
    assert [len(group) for group in groups_of(on_gpu, Execution(engine="ray"))] == [1] * 4


def test_a_recorded_run_keeps_its_name_while_it_trains_alone():
    (run,) = planned(["rnn"], [5], [0], **TINY)
    assert dataclasses.replace(run, seeds_together=1).folder == run.folder
    assert dataclasses.replace(run, seeds_together=2).folder != run.folder
    assert "seeds_together" not in run.identity


@pytest.mark.parametrize("number", [0, -1, MOST_TOGETHER + 1])
def test_a_number_that_makes_no_sense_is_refused(number):
    with pytest.raises(ValueError, match=r"^seeds_together: .* should be 1 to 128"):
        Execution(seeds_together=number).check()


def test_a_cluster_does_not_join_seeds():
    with pytest.raises(ValueError, match="seeds_together: each run is a task of its own"):
        Execution(engine="ray", seeds_together=2).check()


def test_a_run_that_fails_before_it_trains_fails_by_itself(tmp_path, monkeypatch):
    from experiments.lab.sequences import work

    real = work.initial_model

    def make(run, task, hidden):
        if run.seed == 1:
            raise RuntimeError("no such luck")
        return real(run, task, hidden)

    monkeypatch.setattr(work, "initial_model", make)
    runs = together(planned(["rnn"], [5], range(3), **TINY))
    outcome = run_sweep(runs, tmp_path, how=SERIAL)
    assert outcome.failed == {runs[1].folder: "RuntimeError: no such luck"}
    assert read_result(tmp_path / runs[0].folder)["seeds_together"] == 2


def test_workers_do_groups_too(tmp_path):
    runs = together(planned(["rnn", "gcn-2"], [5], range(3), **TINY))
    outcome = run_sweep(runs, tmp_path, workers=2)
    assert sorted(outcome.done) == sorted(run.folder for run in runs)
    assert outcome.failed == {}
    assert all(read_result(tmp_path / run.folder)["seeds_together"] == 3 for run in runs)


@pytest.mark.slow
def test_killed_runs_go_on_each_from_where_it_was(tmp_path):
    command = [
        *(sys.executable, "-m", "gnnlab_command", "run", "palindrome", "--models", "rnn", "--lengths", "5"),
        *("--seeds", "3", "--steps", "3000", "--success", "2", "--patience", "0", "--seeds-together", "3"),
        *("--workers", "1", "--checkpoint-every", "100", "--out"),
    ]
    subprocess.run([*command, tmp_path / "whole"], check=True, capture_output=True)
    process = subprocess.Popen([*command, tmp_path / "killed"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "killed").glob("*/checkpoint.pt"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not list((tmp_path / "killed").glob("*/result.json"))
    subprocess.run([*command, tmp_path / "killed"], check=True, capture_output=True)
    results = sorted((tmp_path / "killed").glob("*/result.json"))
    assert len(results) == 3
    for path in results:
        found, whole = read_result(path.parent), read_result(tmp_path / "whole" / path.parent.name)
        assert found["resumed_step"] > 0
        assert found["steps"] == whole["steps"] == 3000
        assert found["test_accuracy"] == pytest.approx(whole["test_accuracy"], abs=0.02)


def test_ctrl_c_while_one_of_them_goes_on_gives_back_the_locks_of_all(tmp_path, monkeypatch):
    from experiments.lab.sequences import work

    real = work.initial_model

    def make(run, task, hidden):
        if run.seed == 1:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.1)
        return real(run, task, hidden)

    runs = together(planned(["rnn"], [5], range(3), **TINY))
    with monkeypatch.context() as patch:
        patch.setattr(work, "initial_model", make)
        with pytest.raises(KeyboardInterrupt):
            run_sweep(runs, tmp_path, how=SERIAL)
    for run in runs:
        with run_lock(tmp_path, run.folder):
            assert read_result(tmp_path / run.folder) is None
    assert len(run_sweep(runs, tmp_path, how=SERIAL).done) == 3


def test_a_run_that_another_process_does_is_left_to_it(tmp_path):
    runs = together(planned(["rnn"], [5], range(3), **TINY))
    with run_lock(tmp_path, runs[1].folder):
        found = do_together(runs, tmp_path, [lambda step: None] * 3, SERIAL)
    assert isinstance(found[1], LockedError)
    assert [read_result(tmp_path / run.folder)["seeds_together"] for run in (runs[0], runs[2])] == [2, 2]
