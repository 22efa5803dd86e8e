"""A user's task, model, layer and data on the command line."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.records.records import read_runs
from tests.experiments.test_every_experiment import gnnlab

TINY = [
    *(
        "--steps",
        "6",
        "--evaluate-every",
        "3",
        "--batch-size",
        "8",
        "--validation-size",
        "20",
        "--test-size",
        "20",
    ),
    *("--seeds", "1", "--engine", "serial"),
]


def run(*words, budget=1500):
    return gnnlab("run", *words, *TINY, "--budget", budget, "--out", "out")


def only():
    (found,) = read_runs(Path("out"))
    return found


@pytest.mark.parametrize("task", ["First", "Varied", "Star"])
def test_every_kind_of_model_reads_every_kind_of_symbols(task, lab):
    models = "lstm,gcn-2,pyg:SAGEConv-2,lab.py:Mine,lab.py:Conv-2-residual,lab.py:Small"
    assert run(f"lab.py:{task}", "--models", models, "--lengths", "7") == 0
    runs = {run.settings.model.label: run for run in read_runs(Path("out"))}
    assert set(runs) == {"lstm", "gcn-2", "pyg:SAGEConv-2", "Mine", "Conv-2-residual", "Small"}
    sized = [run.result["parameters"] for name, run in runs.items() if name != "Small"]
    assert all(abs(size - 1500) <= 75 for size in sized)
    page = Path("out/report.html").read_text(encoding="utf-8")
    page = re.sub(r"<[^>]*>", "", page)  # names of models are marked
    assert all(label in page for label in runs)
    assert "Small declares a fixed size" in page
    assert "What is inside a model or layer of your own its file alone says." in page
    assert "Small: no D(r) on this page, because it has no embedding" in page
    assert "Mine: no D(r)" not in page
    assert gnnlab("table", "out", "--baseline", "Mine") == 0
    assert gnnlab("redo", runs["Conv-2-residual"].path, "--out", "again") == 0


@pytest.mark.parametrize(
    ("task", "models"), [("Rings", "lstm,gcn-2,pyg:GINConv-2"), ("Total", "lstm,gcn-2-sum")]
)
def test_numbers_and_graphs(task, models, lab):
    assert run(f"lab.py:{task}", "--models", models, "--lengths", "6") == 0
    key = "test_r_squared" if task == "Total" else "test_accuracy"
    assert all(key in found.result for found in read_runs(Path("out")))
    assert gnnlab("report", "out", "--baseline", "lstm") == 0


def test_a_users_model_and_layer_meet_the_labs_tasks(lab):
    assert run("palindrome", "--models", "lab.py:Mine,lab.py:Conv-4", "--lengths", "5", budget=4000) == 0
    found = {r.settings.model.label: r for r in read_runs(Path("out"))}
    assert found["Conv-4"].result["hops"] == 4
    assert found["Conv-4"].result["in_reach"]
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "What is your own" in page
    assert f"{lab}</td>" in page
    code = json.loads((found["Mine"].path / "config.json").read_text())["code"]
    assert [(c["kind"], c["name"], c["file"]) for c in code] == [("model", "Mine", str(lab))]


def test_a_run_is_named_by_its_settings_and_not_by_its_code(lab):
    assert run("lab.py:First", "--models", "lab.py:Mine", "--lengths", "7") == 0
    before = only()
    lab.write_text(lab.read_text() + "\n# a remark\n")
    from experiments.core import own

    own.forget()
    assert run("lab.py:First", "--models", "lab.py:Mine", "--lengths", "7") == 0
    assert only().path == before.path


def test_what_has_changed_is_said_and_done_again_when_asked(lab, capsys):
    from experiments.core import own

    words = ["lab.py:First", "--models", "lab.py:Mine", "--lengths", "7"]
    assert run(*words) == 0
    before = (only().path / "curve.csv").read_text()
    lab.write_text(
        lab.read_text().replace(
            "nn.Embedding(task.num_tokens, 8)", "nn.Embedding(task.num_tokens, 8, scale_grad_by_freq=True)"
        )
    )
    own.forget()
    capsys.readouterr()
    assert run(*words) == 0
    assert "made before your code changed" in capsys.readouterr().err
    assert (only().path / "curve.csv").read_text() == before
    assert gnnlab("redo", only().path, "--out", "again") == 1
    assert f"{lab}:First has changed since" in capsys.readouterr().err
    assert run(*words, "--retry-changed") == 0
    assert (only().path / "curve.csv").read_text() != before
    capsys.readouterr()
    assert run(*words, "--retry-changed") == 0
    assert "1 runs were there already" in capsys.readouterr().out


def test_a_users_fault_is_one_line_with_file_and_line_and_the_sweep_goes_on(lab, capsys):
    assert run("lab.py:First", "--models", "lab.py:Unlucky,lstm", "--lengths", "7") == 1
    line = 1 + [text.endswith("# LINE") for text in lab.read_text().splitlines()].index(True)
    found = {r.settings.model.label: r for r in read_runs(Path("out"))}
    assert found["lstm"].succeeded
    assert found["Unlucky"].result["reason"] == f"RuntimeError: out of luck (lab.py, line {line})"
    assert "out of luck" in (found["Unlucky"].path / "traceback.txt").read_text()
    lines = capsys.readouterr().err.splitlines()
    (at_once,) = [text for text in lines if "1 failed" in text and "Unlucky" in text]
    (in_the_end,) = [text for text in lines if text.startswith("gnnlab: failed: ")]
    for said in (at_once, in_the_end):
        assert f"(lab.py, line {line})" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.py:First"], "nowhere.py: no such file"),
        (["lab.py:Frist"], "has no Frist, did you mean First?"),
        (["lab.py:number"], "should be a class of tasks"),
        (["lab.py:Mine"], "should be a class of tasks"),
        (["lab.py"], "name the class of tasks in it, as lab.py:Parity"),
        (["lab.py:Comparing"], "has no Comparing\n"),
        (["lab.py:"], "should be FILE.py:NAME"),
        (["nowhere:First"], "no such module"),
        (["bad.py:First"], "bad.py, line 1: not Python"),
        (["broken.py:First"], "broken.py, line 2: ZeroDivisionError"),
        (["lab.py:First", "--models", "other.py:Mine,lab.py:Mine"], "two things are called Mine"),
        (["lab.py:First", "--models", "lab.py:Conv"], "a convolution (in, out) is named with its layers"),
        (["lab.py:First", "--models", "lab.py:Mine-2"], "the convolution Mine(1, 1) failed"),
        (["lab.py:First", "--models", "lab.py:number"], "number should be a class or function"),
        (["lab.py:First", "--models", "pyg:SAGConv-2"], "did you mean SAGEConv?"),
        (["lab.py:First", "--models", "pyg:PNAConv-2"], "write a class of your own around it"),
        (["lab.py:First", "--models", "gcn-2-mirrored"], "no fixed middle to mirror at"),
        (["faults.py:Wrong"], "it should be (2, 4)"),
        (["faults.py:Ignores"], "whatever hidden is"),
        (["faults.py:NoOutputs"], "should have num_outputs"),
        (["faults.py:Unseeded"], "draw all that is random from it"),
        (["faults.py:Floats"], "targets should be integers"),
        (["faults.py:TooLarge"], "targets should lie in 0..2"),
        (["faults.py:Texts"], "not texts; number symbols and classes"),
        (["faults.py:NotANumber"], "example 3 holds NaN"),
        (["faults.py:TooFew"], "should answer"),
        (["faults.py:Far"], "node 9 should be below 7"),
        (["faults.py:Breaks"], "NameError: name 'nothing' is not defined (faults.py, line"),
    ],
)
def test_mistakes_of_a_new_user(words, said, lab, capsys):
    Path("bad.py").write_text("def First(:\n")
    Path("broken.py").write_text("import torch\n1 / 0\n")
    Path("other.py").write_text(lab.read_text())
    Path("faults.py").write_text(FAULTS)
    first = words[0].partition(":")
    if first[2] in ("Wrong", "Ignores"):
        words = ["lab.py:First", "--models", words[0]]
    assert run(*words, "--lengths", "7", *([] if "--models" in words else ["--models", "lstm"])) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not Path("out").exists()


FAULTS = """
import torch
from torch import nn
from experiments import Examples
from lab import First, Mine

class Wrong(Mine):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.head = nn.Linear(hidden, 5)

class Ignores(Mine):
    def __init__(self, task, hidden):
        super().__init__(task, 9)

class NoOutputs(First):
    num_outputs = None

class Unseeded(First):
    def examples(self, count, generator):
        return super().examples(count, None)

class Floats(First):
    def examples(self, count, generator):
        x, y = super().examples(count, generator)
        return x, y.float()

class TooLarge(First):
    num_outputs = 3

class Texts(First):
    def examples(self, count, generator):
        x, y = super().examples(count, generator)
        return x, ["a"] * count

class NotANumber(First):
    num_tokens = None
    def examples(self, count, generator):
        x, y = super().examples(count, generator)
        x = x.float()
        x[3] = float("nan")
        return x, y

class TooFew(First):
    def examples(self, count, generator):
        return super().examples(count - 1, generator)

class Far(First):
    def examples(self, count, generator):
        return Examples(*super().examples(count, generator), edges=[[(0, 9)]] * count)

class Breaks(First):
    def examples(self, count, generator):
        return nothing
"""


@pytest.mark.slow
def test_killed_and_begun_again_a_program_ends_with_the_same_bits(lab):
    """The program of the design: unguarded, two workers, killed, and started once more."""
    program = lab.read_text() + (
        "\ncompare(First, models=['lstm', 'gcn-2', Mine], lengths=[8, 16], seeds=2, out=OUT, steps=300, workers=2,"
        " checkpoint_every=20, success=2)\n"
    )
    for name in ("killed", "whole"):
        Path(f"{name}.py").write_text(program.replace("OUT", repr(name)))
    process = subprocess.Popen([sys.executable, "killed.py"])
    deadline = time.monotonic() + 120
    while not list(Path("killed").glob("*/result.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    time.sleep(2)
    assert len(list(Path("killed").glob("*/result.json"))) < 12
    for name in ("killed", "whole"):
        assert subprocess.run([sys.executable, f"{name}.py"], check=False).returncode == 0
    curves = {path.parent.name: path.read_bytes() for path in Path("whole").glob("*/curve.csv")}
    assert len(curves) == 12
    for name, curve in curves.items():
        assert (Path("killed") / name / "curve.csv").read_bytes() == curve
    weights = next(Path("killed").glob("T16_Mine_seed1_*"))
    assert (
        subprocess.run([sys.executable, "-m", "experiments", "redo", str(weights)], check=False).returncode
        == 0
    )
