from pathlib import Path

import pytest

from experiments.command import builder
from experiments.command.cli import main
from experiments.command.options import options_of
from experiments.command.sweeps.sweep_file import SweepFile
from experiments.comparison.line import Done
from experiments.core.catalogue import find_experiment


def test_a_file_may_have_commas_in_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a,b.txt", "c.txt", "d,e,f.txt"):
        (tmp_path / name).write_text("x")
    assert builder.parse_names("text", "a,b.txt") == ["a,b.txt"]
    assert builder.parse_names("text", "c.txt,a,b.txt, d,e,f.txt ,python") == [
        "c.txt",
        "a,b.txt",
        "d,e,f.txt",
        "python",
    ]
    assert builder.parse_names("text", "c.txt,a,c.txt") == ["c.txt", "a"]
    for text in ("", "c.txt,,python", "a,b.txt,"):
        with pytest.raises(ValueError, match=r"^text: .* should be values with single commas between"):
            builder.parse_names("text", text)


@pytest.fixture
def planned(monkeypatch):
    """What a command would do: its runs, and how."""
    found = {}

    def compare(experiment, runs, out, device, workers, how, options, tuning):
        found.update(
            runs=runs, out=out, device=device, workers=workers, how=how, options=options, tuning=tuning
        )
        return Done(out)

    monkeypatch.setattr("experiments.comparison.line.compare", compare)
    return found


def gnnlab(*words):
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    return stop.value.code


@pytest.mark.parametrize(
    ("words", "setting", "values"),
    [
        (["--learning-rate", "0.1,1e-2"], "learning_rate", {0.1, 0.01}),
        (["--steps", "5:15:5"], "steps", {5, 10, 15}),
        (["--hidden", "4:6,9"], "hidden", {4, 5, 6, 9}),
        (["--batch-size", "3"], "batch_size", {3}),
        (["--optimizer", "adam,sgd"], "optimizer", {"adam", "sgd"}),
        (["--validation-size", "5,6"], "validation_size", {5, 6}),
    ],
)
def test_settings_take_lists_and_ranges(words, setting, values, planned):
    assert gnnlab("run", "palindrome", "--models", "lstm", "--lengths", "5", *words) == 0
    assert {getattr(run.train, setting) for run in planned["runs"]} == values
    assert len(planned["runs"]) == find_experiment("palindrome").seeds * len(values)


def test_what_is_no_setting_reaches_the_line(planned):
    words = ["--engine", "serial", "--retry-failed", "--no-resume", "--checkpoint-seconds", "2.5"]
    words += ["--checkpoint-every", "7", "--workers", "3", "--threads", "2", "--deterministic"]
    assert gnnlab("run", "palindrome", "--models", "lstm", "--lengths", "5", "--seeds", "7,", *words) == 0
    (run,) = planned["runs"]
    assert (run.seed, run.threads, run.deterministic) == (7, 2, True)
    how = planned["how"]
    assert (how.engine, how.retry_failed, how.resume) == ("serial", True, False)
    assert (how.checkpoint_seconds, how.checkpoint_every) == (2.5, 7)
    assert (planned["workers"], planned["device"]) == (3, "cpu")
    assert planned["out"] == Path("runs/palindrome")


def test_smoke_has_sizes_and_a_folder_of_its_own_and_what_is_given_comes_first(planned):
    assert gnnlab("run", "palindrome", "--smoke", "--steps", "3") == 0
    experiment = find_experiment("palindrome")
    assert {run.model.label for run in planned["runs"]} == set(experiment.smoke["models"])
    assert {run.train.steps for run in planned["runs"]} == {3}
    assert {run.train.budget for run in planned["runs"]} == {5000}
    assert planned["out"] == Path("runs/palindrome-smoke")


def test_a_models_name_keeps_all_its_digits(planned):
    assert gnnlab("run", "palindrome", "--models", "lstm-bias1.23456789", "--lengths", "5") == 0
    assert {run.model.forget_bias for run in planned["runs"]} == {1.23456789}


def test_options_of_the_experiment_alone_are_passed_on(planned, tmp_path):
    assert gnnlab("run", "memory", "--models", "lstm", "--trained", "--results", tmp_path) == 0
    assert planned["options"] == {"results": tmp_path}
    assert all(run.trained for run in planned["runs"])


@pytest.mark.parametrize("text", ["", " ", ","])
def test_no_model_is_not_all_models(text, planned, capsys):
    assert gnnlab("run", "palindrome", "--models", text) == 2
    assert "models: there should be at least one" in capsys.readouterr().err
    assert planned == {}


def test_every_key_of_a_file_is_an_option_and_every_option_a_key(tmp_path):
    experiment = find_experiment("palindrome")
    names = [found.name for found in options_of(experiment)]
    path = tmp_path / "sweep.yaml"
    path.write_text("experiment: palindrome\n" + "".join(f"{name}: x\n" for name in names))
    SweepFile(path).check_keys("palindrome", [name.replace("_", "-") for name in names])


def test_a_file_gives_what_the_options_give(planned, tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(
        "experiment: palindrome\nmodels: [lstm, gcn-2]\nlengths: 5:7\nlearning_rate: [1e-3, 0.003]\nseeds: 2\n"
        "smoke: no\ndeterministic: yes\n"
    )
    assert gnnlab("sweep", path) == 0
    from_file = dict(planned)
    words = ["--models", "lstm,gcn-2", "--lengths", "5,6,7", "--learning-rate", "0.001,3e-3", "--seeds", "2"]
    assert gnnlab("run", "palindrome", *words, "--deterministic") == 0
    assert planned == from_file
    assert len(planned["runs"]) == 2 * 3 * 2 * 2


def test_options_reach_the_settings_that_check_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert gnnlab("run", "baum-sweet", "--clip-norm=-1") == 2
    assert "clip_norm: -1 should be 0 or more" in capsys.readouterr().err


def test_a_command_is_named_after_its_experiment():
    command = builder.command_of(find_experiment("tree-neighbors"))
    assert command.__name__ == "tree_neighbors"
    assert "--" not in command.__doc__.splitlines()[0]
