"""What is said of a sweep on its way, and how long it says the rest takes."""

import re
from collections import Counter

import pytest

from experiments.core.execution import Execution
from experiments.running import progress
from experiments.running.progress import Like, Progress, Steps, TimeLeft
from experiments.running.sweep import run_sweep
from tests.experiments.runs import TINY, planned


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when it is set."""
    now = {"seconds": 1000.0}
    monkeypatch.setattr(progress.time, "monotonic", lambda: now["seconds"])

    def forward(seconds):
        now["seconds"] += seconds

    return forward


def runs(labels=("lstm", "gcn-4"), seeds=(0, 1), steps=100):
    return planned(labels, [5, 8], seeds, **TINY | {"steps": steps})


def alike(*waiting):
    """How many runs of each kind wait."""
    return Counter(map(Like.of, waiting))


def result(status="ok", **more):
    return {"status": status, "reason": "", **more}


def test_runs_like_those_that_ended_take_as_long():
    done, same, other_length, other_model = (
        planned(["lstm"], [5], [0])[0],
        planned(["lstm"], [5], [1])[0],
        planned(["lstm"], [8], [0], steps=4000)[0],
        planned(["gcn-4"], [8], [0], steps=4000)[0],
    )
    left = TimeLeft(workers=1)
    assert left.seconds(alike(same), []) is None
    left.ended(Like.of(done), 12.0)
    per_step = 12.0 / done.most_steps
    assert left.seconds(alike(same), []) == 12.0
    assert left.seconds(alike(other_length), []) == pytest.approx(4000 * per_step)
    assert left.seconds(alike(same, other_length, other_model), []) == pytest.approx(12 + 8000 * per_step)


def test_workers_share_what_is_left_but_no_run_is_cut():
    done, *others = planned(["lstm"], [5], range(5))
    left = TimeLeft(workers=2)
    left.ended(Like.of(done), 10.0)
    assert left.seconds(alike(*others), []) == 20.0
    assert left.seconds(alike(others[0]), []) == 10.0


def test_before_any_has_ended_the_steps_on_their_way_tell(clock):
    on_way, waiting = runs(steps=100)[:2]
    steps = Steps(Like.of(on_way))
    left = TimeLeft(workers=1)
    assert left.seconds(alike(waiting), [steps]) is None
    steps.to(1)  # whatever comes before the first step is no step
    clock(4)
    steps.to(21)
    assert left.seconds(alike(waiting), [steps]) == pytest.approx(79 * 0.2 + 100 * 0.2)


def test_steps_of_a_checkpoint_took_no_time_now(clock):
    steps = Steps(Like.of(runs(steps=100)[0]))
    steps.to(90)
    clock(5)
    steps.to(95)
    assert steps.rate == 1.0


def test_without_a_terminal_each_run_that_ends_is_a_line(tmp_path, capsys):
    run_sweep(runs(steps=10), tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert [re.match(r"gnnlab: (\d)/8 runs", line)[1] for line in lines] == list("12345678")
    assert {line.rpartition(": ")[2] for line in lines} == {run.title for run in runs()}
    run_sweep([*runs(steps=10), *runs(seeds=[2], steps=10)], tmp_path)
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "gnnlab: 8 of 12 runs are there already"
    assert [line[:17] for line in rest] == [f"gnnlab: {n}/12 runs"[:17] for n in (9, 10, 11, 12)]


def test_a_failure_is_said_when_it_happens(capsys):
    first, second = runs()[:2]
    said = Progress([first, second], show=None)
    said.begin([first])
    said.end(first, result("failed", reason="ValueError: a\nb"))
    assert capsys.readouterr().err == (
        f"gnnlab: 1/2 runs, 1 failed: {first.title}: failed: ValueError: a b\n"
    )


def test_bars_count_steps_and_say_failures_above_them(capsys):
    first, second = runs(steps=100)[:2]
    said = Progress([first, second], show=True)
    said.begin([first])[0](50)
    assert said._bar.n == 50
    said.end(first, result())  # it ended early, and its other steps will never be taken
    assert said._bar.n == 100
    said.begin([second], slot=1)[0](30)
    said.given_back(second)
    assert said._bar.n == 100
    said.begin([second])
    said.end(second, result("failed", reason="no"))
    said.close()
    assert said._bar.n == said._bar.total == 200
    assert f"gnnlab: failed: {second.title}: no" in capsys.readouterr().err


def test_long_silence_is_broken(clock, capsys):
    only = runs(steps=100)[0]
    on_step = Progress([only]).begin([only])[0]
    on_step(1)
    clock(progress.HEARTBEAT + 1)
    on_step(51)
    assert re.fullmatch(
        r"gnnlab: 0/1 runs, 51 % of all steps, about \d+\.\d min left\n", capsys.readouterr().err
    )
    on_step(52)
    assert not capsys.readouterr().err


def test_quiet_says_nothing_and_verbose_what_was_found(tmp_path, capsys):
    one = runs(steps=10)[:1]
    run_sweep(one, tmp_path / "a", how=Execution(quiet=True))
    assert capsys.readouterr().err == ""
    run_sweep(one, tmp_path / "b", how=Execution(verbose=True))
    begun, ended = capsys.readouterr().err.splitlines()
    assert begun == f"gnnlab: {one[0].title} begins in {one[0].folder}"
    assert re.fullmatch(rf"gnnlab: 1/1 runs: {one[0].title}: test accuracy [\d.]+, 10 steps, [\d.]+ s", ended)
    with pytest.raises(ValueError, match="quiet: give one of --quiet and --verbose"):
        Execution(quiet=True, verbose=True).check()
