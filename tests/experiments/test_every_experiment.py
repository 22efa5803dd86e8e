"""What every experiment can do, because one line does it for all of them."""

import csv
import json
import re
import shutil

import pytest

from experiments.command.cli import main
from experiments.command.options import options_of
from experiments.core.catalogue import experiments, find_experiment
from experiments.core.execution import Execution
from experiments.core.settings import nested
from experiments.records.records import read_run, read_runs
from experiments.running.execute import execute
from experiments.running.plan import kinds_of
from tests.experiments import tiny

SERIAL = ["--workers", "1", "--engine", "serial"]


def gnnlab(*words):
    """Exit code of a command."""
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return left.value.code


@pytest.fixture(scope="module", params=tiny.every())
def done(request, tmp_path_factory):
    """An experiment, its arguments, and a folder in which they were carried out under two seeds."""
    place = tmp_path_factory.mktemp(request.param)
    words = tiny.arguments(request.param, place)
    assert gnnlab("run", request.param, *words, "--seeds", 2, *SERIAL, "--out", place / "out") == 0
    return request.param, words, place / "out"


def models_of(folder):
    return {run.settings.model.label for run in read_runs(folder)}


@pytest.mark.parametrize("name", experiments())
def test_every_command_has_every_option_of_the_line(name):
    options = {option.name: option for option in options_of(find_experiment(name))}
    line = {
        "engine",
        "dry_run",
        "retry_failed",
        "checkpoint_seconds",
        "checkpoint_every",
        "deterministic",
        "resume",
        "seeds_together",
    }
    assert line | {"models", "seeds", "smoke", "out", "device", "workers", "threads", "tensorboard"} <= set(
        options
    )


@pytest.mark.parametrize("name", experiments())
def test_every_numeric_setting_takes_lists_and_ranges(name):
    experiment = find_experiment(name)
    kinds = kinds_of(experiment)
    numeric = [option for option in options_of(experiment) if kinds.get(option.setting) in (int, float)]
    assert numeric
    assert all(option.listed for option in numeric)
    # No number of a run is without an option, but for those that identify data, and those that every command has.
    from experiments.core.experiment import load

    hidden = {
        path[-1]
        for path, cls, item in nested(load(experiment.run))
        if path[0] != "model" and kinds.get(path[-1]) in (int, float) and item.metadata.get("option") is False
    }
    assert hidden <= {"seed", "threads", "characters", "processes", "seeds_together"}


def test_runs_that_are_there_are_skipped(done, capsys):
    name, words, out = done
    assert gnnlab("run", name, *words, "--seeds", 2, *SERIAL, "--out", out) == 0
    assert f"{len(read_runs(out))} runs were there already, 0 are new" in capsys.readouterr().out


def test_dry_run_writes_nothing(done, tmp_path, capsys):
    name, words, _ = done
    out = tmp_path / "never"
    assert gnnlab("run", name, *words, "--seeds", 3, "--dry-run", "--out", out) == 0
    text = capsys.readouterr().out
    assert not out.exists()
    assert re.search(r"6 runs, of which 0 are there already: 6 to do", text)
    assert "at most" in text


def test_table_of_the_experiments_own_metric(done, capsys):
    name, _, out = done
    assert gnnlab("table", out, "--baseline", tiny.BASELINE[name]) == 0
    text = capsys.readouterr().out
    assert all(model in text for model in models_of(out))
    assert find_experiment(name).metric.title in text
    assert "difference" in text
    assert gnnlab("table", out, "--format", "csv") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    values = {run.settings.model.label: [] for run in read_runs(out)}
    for run in read_runs(out):
        values[run.settings.model.label].append(run.result[find_experiment(name).metric.key])
    found = {row["model.name"]: float(row["mean"]) for row in rows}
    assert found == pytest.approx({model: sum(v) / len(v) for model, v in values.items()})


def test_report_with_a_baseline(done):
    name, _, out = done
    other = sorted(models_of(out) - {tiny.BASELINE[name]})[0]
    assert gnnlab("report", out, "--baseline", other) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f"against {other}" in page
    assert not re.findall(r"<(?:p|li|h\d)[^>]*>\s*[.,;:]", page)  # a sentence has lost its beginning
    assert gnnlab("report", out, "--baseline", "nobody") == 2


def test_compare_with_itself(done, tmp_path, capsys):
    _, _, out = done
    shutil.copytree(out, tmp_path / "copy")
    assert gnnlab("compare", out, tmp_path / "copy") == 0
    text = capsys.readouterr().out
    assert all(model in text for model in models_of(out))
    assert "0 better, 0 worse" in text


def test_redo_gives_the_same_bits(done, tmp_path, capsys):
    _, _, out = done
    run = read_runs(out)[0]
    assert gnnlab("redo", run.path, "--out", tmp_path / "again") == 0
    assert "the same, bit for bit" in capsys.readouterr().out


def test_a_file_describes_the_same_sweep(done, tmp_path):
    name, words, out = done
    lines = [f"experiment: {name}", "seeds: 2", "engine: serial", f"out: {tmp_path / 'out'}"]
    pairs = [word for word in words if word != "--trained"]
    lines += [f"{key[2:]}: {value}" for key, value in zip(pairs[::2], pairs[1::2])]
    lines += ["trained: true"] * ("--trained" in words)
    (tmp_path / "sweep.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert gnnlab("sweep", tmp_path / "sweep.yaml") == 0
    there, here = ({run.path.name for run in read_runs(folder)} for folder in (out, tmp_path / "out"))
    assert here == there


class Killed(BaseException):
    """Stands for a process that ends where nothing can be done about it."""


def test_a_run_that_was_killed_goes_on_with_the_same_bits(done, tmp_path):
    """Ended at every step: what follows the last checkpoint is lost, and the rest of the run does not show it."""
    _, _, out = done
    for model in models_of(out):
        record = next(run for run in read_runs(out) if run.settings.model.label == model)
        shared = out / "corpus"
        if shared.exists():
            shutil.copytree(shared, tmp_path / "corpus", dirs_exist_ok=True)
        how, run = Execution(checkpoint_every=2), record.settings
        seen = []

        def on_step(step, seen=seen):
            seen.append(step)
            if len(seen) == 5:
                raise Killed

        with pytest.raises(Killed):
            execute(run, tmp_path, on_step, how)
        assert (tmp_path / run.folder / "checkpoint.pt").exists()
        result = execute(run, tmp_path, how=how)
        assert result["status"] == "ok"
        assert result["resumed_step"] > 0 or model == "textgcn"  # of its second training, which had not begun
        for name in ("curve.csv", "sensitivity.csv", "samples.csv", "predictions.csv"):
            if (record.path / name).exists():
                assert (record.path / name).read_bytes() == (tmp_path / run.folder / name).read_bytes()
        metric = find_experiment(run.experiment).metric.key
        assert result[metric] == record.result[metric]


def test_failures_are_recorded_and_done_again_when_asked(done, tmp_path, capsys):
    name, words, _ = done
    command = [
        "run",
        name,
        "--models",
        tiny.BASELINE[name],
        *words[2:],
        "--seeds",
        1,
        *SERIAL,
        "--out",
        tmp_path / "out",
    ]
    bad = [*command, "--learning-rate", "3e37"]
    if "--clip-norm" in {
        f"--{option.name.replace('_', '-')}" for option in options_of(find_experiment(name))
    }:
        bad += ["--clip-norm", "0"]
    assert gnnlab(*bad) == 1
    failed = read_runs(tmp_path / "out")
    assert [run.result["status"] for run in failed] == ["failed"]
    assert failed[0].result["reason"]
    capsys.readouterr()
    assert gnnlab(*bad) == 1
    assert "--retry-failed" in capsys.readouterr().err
    config = failed[0].path / "result.json"
    before = json.loads(config.read_text())["seconds_total"]
    assert gnnlab(*bad, "--retry-failed") == 1
    assert json.loads(config.read_text())["seconds_total"] != before
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert failed[0].path.name in page


def test_deterministic_runs_are_named_apart_and_have_the_same_bits(done, tmp_path):
    name, words, out = done
    words = [*words, "--seeds", 1, "--deterministic", *SERIAL, "--out", tmp_path / "out"]
    assert gnnlab("run", name, *words) == 0
    for run in read_runs(tmp_path / "out"):
        twin = next(
            other
            for other in read_runs(out)
            if other.settings.model == run.settings.model and other.settings.seed == run.settings.seed
        )
        assert run.settings.deterministic
        assert run.path.name != twin.path.name
        assert (run.path / "curve.csv").read_bytes() == (twin.path / "curve.csv").read_bytes()
        assert read_run(run.path).settings.deterministic
