import json
import shutil

import numpy as np
import pytest

from experiments import compare, results
from experiments.core import own
from experiments.core.catalogue import find_experiment
from experiments.reading.protocol.tuning import points_of, ranking
from experiments.reading.ranking.gathering import gather
from experiments.reading.results import Results
from experiments.records.records import read_curve, read_result, read_runs
from experiments.records.results_folder import TRIALS
from experiments.running.execute import execute
from tests.experiments import tiny
from tests.experiments.test_every_experiment import SERIAL, gnnlab

RATES = [1e-4, 1e-2, 0.05]
SIZES = {
    "lengths": 4,
    "steps": 30,
    "evaluate_every": 10,
    "validation_size": 40,
    "test_size": 40,
    "budget": 2000,
    "engine": "serial",
}


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """Two models tuned over three rates on two seeds, and compared on three others."""
    out = tmp_path_factory.mktemp("tuned") / "out"
    return compare(
        "palindrome", models=["lstm", "gcn-4"], seeds=3, out=out, tune={"learning_rate": RATES}, **SIZES
    )


def rate(run):
    return run.settings.train.learning_rate


def test_no_seed_that_is_reported_was_ever_tuned_on(tuned):
    trials = read_runs(tuned.folder / TRIALS)
    assert {run.settings.seed for run in trials} == {1_000_000, 1_000_001}
    assert {run.settings.seed for run in tuned.runs} == {0, 1, 2}


def test_every_model_gets_as_many_trials(tuned):
    trials = read_runs(tuned.folder / TRIALS)
    for label in ("lstm", "gcn-4"):
        assert sorted(rate(run) for run in trials if run.settings.model.label == label) == sorted(2 * RATES)


def test_validation_chooses_and_the_test_part_does_not(tuned):
    trials = read_runs(tuned.folder / TRIALS)
    for label in ("lstm", "gcn-4"):
        means = {
            value: np.mean(
                [
                    run.result["validation_accuracy"]
                    for run in trials
                    if run.settings.model.label == label and rate(run) == value
                ]
            )
            for value in RATES
        }
        best = max(RATES, key=lambda value: means[value])
        chosen = {rate(run) for run in tuned.runs if run.settings.tuned and run.settings.model.label == label}
        assert chosen == {best}


def test_choices_do_not_move_with_test_figures(tuned, tmp_path, monkeypatch):
    """With every recorded test figure turned round, the same settings are chosen."""
    from experiments.comparison import tune

    def turned(folder):
        result = read_result(folder)
        return result and result | {"test_accuracy": 1 - result["test_accuracy"]}

    before = json.loads(next((tuned.folder / TRIALS).glob("choices-*.json")).read_text())["points"]
    monkeypatch.setattr(tune, "read_result", turned)
    compare(
        "palindrome",
        models=["lstm", "gcn-4"],
        seeds=3,
        out=tuned.folder,
        tune={"learning_rate": RATES},
        **SIZES,
    )
    after = json.loads(next((tuned.folder / TRIALS).glob("choices-*.json")).read_text())["points"]
    assert {k: v["chosen"] for k, v in after.items()} == {k: v["chosen"] for k, v in before.items()}
    assert {k: v["trials"] for k, v in after.items()} != {k: v["trials"] for k, v in before.items()}


def test_tuned_runs_and_those_as_given_are_never_averaged(tuned):
    summary = tuned.summary()
    assert sorted(zip(summary["model.name"], summary["tuned"])) == [
        (label, word) for label in ("gcn-4", "lstm") for word in ("no", "yes")
    ]
    assert summary["n"].tolist() == [3] * 4
    pairs = tuned.paired("lstm")
    assert pairs["tuned"].tolist() == ["no", "yes"]
    scores = {
        (bool(run.settings.tuned), run.settings.model.label, run.settings.seed): run.result["test_accuracy"]
        for run in tuned.runs
    }
    for row, word in zip(pairs.itertuples(), (False, True)):
        due = np.mean([scores[word, "gcn-4", seed] - scores[word, "lstm", seed] for seed in range(3)])
        assert row.difference == pytest.approx(due)


def test_settings_that_each_model_has_in_its_own_way_tell_no_tuned_groups_apart(tmp_path, capsys):
    words = [
        "--models",
        "gcn,gat",
        "--dataset",
        "karate",
        "--seeds",
        "2",
        "--epochs",
        "5",
        "--tuning-seeds",
        "1",
    ]
    space = "learning_rate=0.01,0.02 dropout=0.1,0.2"
    assert gnnlab("run", "citation", *words, "--tune", space, *SERIAL, "--out", tmp_path / "out") == 0
    summary = Results(tmp_path / "out").summary()
    assert summary.attrs["keys"] == ["model.name", "dataset", "tuned"]
    assert sorted(zip(summary["model.name"], summary["tuned"])) == [
        (label, word) for label in ("gat", "gcn") for word in ("no", "yes")
    ]
    assert len(Results(tmp_path / "out").paired("gcn")) == 2


def test_a_tuned_run_is_the_run_with_the_same_settings_given(tuned, tmp_path):
    run = next(run for run in tuned.runs if run.settings.tuned and "same_as" not in run.result)
    # Alone in a folder it has no twin to take its records from.
    execute(run.settings, tmp_path)
    folder = tmp_path / run.settings.folder
    assert read_curve(folder).equals(read_curve(run.path))
    assert read_result(folder)["test_accuracy"] == run.result["test_accuracy"]


def test_what_was_trained_once_is_not_trained_again(tmp_path):
    """Where the settings given are chosen, the run is taken from its twin."""
    found = compare(
        "palindrome",
        models=["lstm"],
        seeds=2,
        out=tmp_path / "out",
        learning_rate=0.01,
        tune={"learning_rate": [1e-6, 0.01]},
        **SIZES,
    )
    given = {run.settings.seed: run for run in found.runs if not run.settings.tuned}
    for run in found.runs:
        if run.settings.tuned:
            twin = given[run.settings.seed]
            assert run.result["same_as"] == twin.path.name
            assert run.result["seconds_total"] == twin.result["seconds_total"]
            assert read_curve(run.path).equals(read_curve(twin.path))
            assert sorted(p.name for p in run.path.iterdir()) == sorted(p.name for p in twin.path.iterdir())


def test_a_twin_of_other_code_lends_nothing(tmp_path):
    """A model of one's own that has changed since its untuned run was recorded is trained anew once tuned."""
    own.forget()
    file = tmp_path / "mine_twin.py"
    text = (
        "from torch import nn\n\n\nclass Mine(nn.Module):\n    def __init__(self, task, hidden):\n"
        "        super().__init__()\n        self.embedding = nn.Embedding(task.num_tokens, hidden)\n"
        "        self.head = nn.Linear(hidden, task.num_outputs)\n\n    def forward(self, tokens):\n"
        "        return SCALE * self.head(self.embedding(tokens)[:, -1])\n\n\nSCALE = 1.0\n"
    )
    file.write_text(text, encoding="utf-8")
    words = ["--lengths", "4", "--steps", "6", "--evaluate-every", "3", "--budget", "1500", "--seeds", "1"]
    words += ["--validation-size", "20", "--test-size", "20", "--models", f"{file}:Mine", *SERIAL]
    out = tmp_path / "out"
    assert gnnlab("run", "palindrome", *words, "--out", out) == 0
    own.forget()
    file.write_text(text.replace("SCALE = 1.0", "SCALE = 3.0"), encoding="utf-8")
    # Validation cannot tell these apart, so that the settings given are chosen.
    space = "learning_rate=0.003,0.0030000001"
    assert gnnlab("run", "palindrome", *words, "--tune", space, "--tuning-seeds", "1", "--out", out) == 0
    (tuned_run,) = (run for run in read_runs(out) if run.settings.tuned)
    assert "same_as" not in tuned_run.result


def test_halving_gives_few_steps_to_all_and_all_steps_to_few(tmp_path, capsys):
    found = compare(
        "palindrome",
        models=["lstm"],
        seeds=1,
        out=tmp_path / "out",
        tune={"learning_rate": [1e-4, 1e-3, 1e-2, 0.03, 0.1]},
        halving=True,
        **SIZES,
    )
    counts = {}
    for run in read_runs(found.folder / TRIALS):
        counts[run.settings.train.steps] = counts.get(run.settings.train.steps, 0) + 1
    assert counts == {8: 10, 15: 6, 30: 4}  # two seeds each; a quarter of the steps, half of them, all


def test_the_page_says_what_tuning_changed(tuned):
    page = tuned.report().read_text(encoding="utf-8")
    assert "What tuning changed" in page
    assert "got 3 trials from the space learning_rate=0.0001,0.01,0.05" in page
    assert "without tuning" in page
    given = [run.result["test_accuracy"] for run in tuned.runs if not run.settings.tuned]
    assert f"{np.mean(given[:3]):.3f}" in page


@pytest.mark.parametrize("text", ["{", "[]", '{"points": [1]}', '{"points": {"a": {"model": "lstm"}}}'])
def test_a_damaged_file_of_choices_is_named(text, tuned, tmp_path, capsys):
    folder = tmp_path / "copy"
    shutil.copytree(tuned.folder, folder)
    next((folder / TRIALS).glob("choices-*.json")).write_text(text)
    capsys.readouterr()
    assert gnnlab("report", folder) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "choices-" in error


def test_without_its_trials_a_page_says_that_they_are_lost(tuned, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(tuned.folder, folder)
    shutil.rmtree(folder / TRIALS)
    page = results(folder).report().read_text(encoding="utf-8")
    assert "the record of their trials is not beside them" in page
    assert "Nothing was tuned" not in page


def test_trials_that_were_deleted_are_done_again(tmp_path):
    options = {"models": ["lstm"], "seeds": 1, "tune": {"learning_rate": RATES}, "tuning_seeds": 1}
    found = compare("palindrome", out=tmp_path / "out", **options, **SIZES)
    for run in read_runs(found.folder / TRIALS):
        shutil.rmtree(run.path)
    compare("palindrome", out=tmp_path / "out", **options, **SIZES)
    assert len(read_runs(found.folder / TRIALS)) == 3


def test_settings_that_are_swept_beside_are_points_of_their_own(tmp_path):
    found = compare(
        "palindrome",
        models=["lstm", "gcn-4"],
        seeds=2,
        out=tmp_path / "out",
        clip_norm=[0.5, 1.0],
        tune={"learning_rate": [1e-4, 0.02]},
        tuning_seeds=1,
        **SIZES,
    )
    (text,) = {run.settings.tuned for run in found.runs} - {""}
    points = list(points_of(found, text))
    assert sorted((p.model, p.place["train.clip_norm"]) for p in points) == [
        (label, norm) for label in ("gcn-4", "lstm") for norm in (0.5, 1.0)
    ]
    for point in points:
        for seed, run in point.given.items():
            assert run.settings.train.clip_norm == point.place["train.clip_norm"]
            assert point.tuned[seed].settings.train.learning_rate == point.chosen["learning_rate"]
    assert len(ranking(points, found.metric)) == 2


def test_a_setting_tuned_for_one_family_stays_a_setting_of_the_other(tmp_path):
    space = "graph:learning_rate=1e-3,1e-2 recurrent:clip_norm=0.1,5"
    for rate in (0.003, 0.05):
        found = compare(
            "palindrome",
            models=["lstm", "gcn-4"],
            seeds=2,
            out=tmp_path / "out",
            learning_rate=rate,
            tune=space,
            tuning_seeds=1,
            **SIZES,
        )
    summary = found.summary()
    assert (summary.loc[summary["model.name"] == "lstm", "n"] == 2).all()


def test_two_choices_for_one_model_are_not_averaged(tuned, tmp_path, monkeypatch):
    """As after its code has changed, or a trial that had failed has ended: what was chosen before stays, apart."""
    from experiments.comparison import tune

    folder = tmp_path / "copy"
    shutil.copytree(tuned.folder, folder)

    def turned(path):
        result = read_result(path)
        return result and result | {"validation_accuracy": 1 - result["validation_accuracy"]}

    monkeypatch.setattr(tune, "read_result", turned)
    options = {"models": ["lstm", "gcn-4"], "seeds": 3, "tune": {"learning_rate": RATES}}
    found = compare("palindrome", out=folder, **options, **SIZES)
    assert len(found.runs) > len(tuned.runs)
    assert (found.summary()["n"] == 3).all()
    (text,) = {run.settings.tuned for run in found.runs} - {""}
    for point in points_of(found, text):
        assert {rate(run) for run in point.tuned.values()} == {point.chosen["learning_rate"]}


def test_where_every_trial_fails_the_settings_given_stay(tmp_path, capsys):
    found = compare(
        "palindrome",
        models=["lstm", "gcn-4"],
        seeds=2,
        out=tmp_path / "out",
        optimizer="sgd",
        tune={"learning_rate": [1e300, 1e301]},
        tuning_seeds=1,
        **SIZES,
    )
    assert "every trial of" in capsys.readouterr().err
    assert {rate(run) for run in found.runs} == {0.003}
    page = found.report().read_text(encoding="utf-8")
    assert "trials failed with some seed" in page
    assert "no trial ended" in page
    assert "nan" not in page.partition("What tuning changed")[2].partition("</section>")[0]


def test_a_model_without_weights_has_nothing_to_try(tmp_path, capsys):
    words = tiny.arguments("forecast", tmp_path)
    place = words.index("--models") + 1
    words = [*words[:place], "lstm,last", *words[place + 1 :], "--seeds", "1", "--tuning-seeds", "1"]
    out = tmp_path / "out"
    assert gnnlab("run", "forecast", *words, "--tune", "learning_rate=0.001,0.02", *SERIAL, "--out", out) == 0
    assert {run.settings.model.label for run in read_runs(out / TRIALS)} == {"lstm"}
    assert {run.settings.model.label for run in read_runs(out) if run.settings.tuned} == {"lstm", "last"}


def test_a_ranking_takes_the_tuned_runs_alone(tuned):
    scores = gather({tuned.folder: tuned.runs})
    assert scores.tasks == ["T 4"]
    wanted = [
        r.result["test_accuracy"] for r in tuned.runs if r.settings.tuned and r.settings.model.label == "lstm"
    ]
    assert sorted(scores.values["lstm", "T 4"]) == sorted(wanted)


def test_models_as_given_are_not_judged_beside_tuned_ones(tuned):
    pairs = tuned.paired("lstm")
    assert (pairs.loc[pairs["tuned"] == "no", "verdict"] == "not judged").all()
    assert (pairs.loc[pairs["tuned"] == "yes", "verdict"] != "not judged").all()
    assert pairs.loc[pairs["tuned"] == "no", "p_holm"].isna().all()


TUNABLE = {name for name in tiny.ARGUMENTS if find_experiment(name).tunable}


@pytest.mark.parametrize(
    "name", tiny.every(slow=TUNABLE - {"palindrome", "citation"}, but=tiny.ARGUMENTS.keys() - TUNABLE)
)
def test_every_experiment_is_tuned_by_the_same_line(name, tmp_path, capsys):
    own.forget()  # a file of the same name, in another folder
    words = tiny.arguments(name, tmp_path)
    space = "learning_rate=0.001,0.02"
    args = ["run", name, *words, "--seeds", "1", "--tuning-seeds", "1", "--tune", space, *SERIAL]
    assert gnnlab(*args, "--out", tmp_path / "out") == 0
    runs = read_runs(tmp_path / "out")
    models = {run.settings.model.label for run in runs}
    assert {run.settings.model.label for run in runs if run.settings.tuned} == models
    assert len(read_runs(tmp_path / "out" / TRIALS)) == 2 * len(models)
    capsys.readouterr()
    assert gnnlab(*args, "--out", tmp_path / "out") == 0
    out = capsys.readouterr().out
    assert f"{len(runs)} runs were there already, 0 are new" in out
    assert "validation chose" in out


def test_a_sweep_file_may_tune(tmp_path, capsys):
    out = tmp_path / "out"
    file = tmp_path / "sweep.yaml"
    file.write_text(
        "experiment: palindrome\nmodels: [lstm, gcn-2]\nlengths: 4\nseeds: 1\nsteps: 6\nbudget: 1500\n"
        "validation_size: 20\ntest_size: 20\ntuning_seeds: 1\nengine: serial\n"
        f"out: {out}\ntune:\n  learning_rate: [0.001, 0.01]\n"
    )
    assert gnnlab("sweep", file) == 0
    assert {run.settings.train.learning_rate for run in read_runs(out / TRIALS)} == {0.001, 0.01}
    assert gnnlab("tune", "palindrome", "--smoke", "--dry-run", "--out", tmp_path / "never") == 0
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--tune", "learning_rate=0.001"],
        ["--tune", "learning_rate=0.001,0.01", "--trials", "0"],
        ["--tune", "learning_rate=0.001,0.01", "--tuning-seeds", "0,1", "--seeds", "2"],
        ["--tune", "lengths=3,4"],
        ["--trials", "4"],
        ["--halving"],
        ["--equivalent", "-1"],
        ["--equivalent", "nan"],
    ],
    ids=" ".join,
)
def test_mistakes_are_one_line(words, tmp_path, capsys):
    assert gnnlab("run", "palindrome", "--smoke", *words, "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
