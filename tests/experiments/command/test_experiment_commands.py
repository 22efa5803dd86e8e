import dataclasses
import re

import pytest

from experiments.command.cli import main
from experiments.core.catalogue import EXPERIMENTS
from experiments.core.settings import TrainSettings
from experiments.lab.characters.command import CharacterOptions
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.forecasts.command import ForecastOptions
from experiments.lab.forecasts.settings import ForecastTraining

TASKS = [name for name, experiment in EXPERIMENTS.items() if experiment.task]


def help_of(name, monkeypatch, capsys):
    """The help of ``gnnlab run NAME`` as one line without its frames."""
    monkeypatch.setenv("COLUMNS", "2000")
    with pytest.raises(SystemExit) as stop:
        main(["run", name, "--help"])
    assert stop.value.code == 0
    return " ".join(capsys.readouterr().out.replace("│", " ").split())


def option(text, name):
    """What help says of one option."""
    return re.search(rf"--{name} (.*?)(?= --[a-z]|$)", text.partition("Parameters ─")[2])[1]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_help_names_the_models_and_the_folder_of_the_experiment(name, monkeypatch, capsys):
    text = help_of(name, monkeypatch, capsys)
    assert f"[{', '.join(EXPERIMENTS[name].models)}]" in option(text, "models")
    assert f"[{EXPERIMENTS[name].seeds}]" in option(text, "seeds")
    assert f"[runs/{name}]" in option(text, "out")
    assert "the experiment's" not in text


@pytest.mark.parametrize("name", TASKS)
def test_help_shows_what_a_run_without_options_is_trained_with(name, monkeypatch, capsys):
    experiment = EXPERIMENTS[name]
    text = help_of(name, monkeypatch, capsys)
    assert experiment.title[1:] in text  # its first letter is a capital there
    assert experiment.question in text
    assert f"[{', '.join(map(str, experiment.lengths))}]" in option(text, "lengths")
    train = TrainSettings(**experiment.train)
    for setting in TrainSettings.__dataclass_fields__:
        shown = re.findall(r"\[([^][]*)\]", option(text, setting.replace("_", "-")))[-1]
        value = getattr(train, setting)
        assert type(value)(shown) == value, setting


@pytest.mark.parametrize(
    ("name", "options", "training"),
    [("characters", CharacterOptions, CharacterTraining), ("forecast", ForecastOptions, ForecastTraining)],
)
def test_help_of_an_experiment_with_options_of_its_own_shows_how_it_trains(
    name, options, training, monkeypatch, capsys
):
    text, train = help_of(name, monkeypatch, capsys), training()
    for field in dataclasses.fields(options):
        value = getattr(train, field.name)
        if isinstance(value, bool) or value == "":
            continue  # their defaults are words
        shown = re.findall(r"\[([^][]*)\]", option(text, field.name.replace("_", "-")))[-1]
        assert type(value)(shown) == value, field.name


def test_defaults_of_one_experiment_are_not_those_of_another(monkeypatch, capsys):
    assert "[15000]" in option(help_of("tree-neighbors", monkeypatch, capsys), "steps")
    assert "[2000]" in option(help_of("palindrome", monkeypatch, capsys), "steps")


def test_every_option_still_reaches_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["run", "baum-sweet", "--clip-norm=-1"])
    assert stop.value.code == 2
    assert "clip_norm: -1.0 should be 0 or more" in capsys.readouterr().err
