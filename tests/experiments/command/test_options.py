import dataclasses
import re

import pytest

from experiments.command.cli import main
from experiments.command.options import options_of, shown
from experiments.core.catalogue import experiments, find_experiment
from experiments.core.execution import Execution
from experiments.lab.sequences.settings import SequenceTraining
from experiments.running.plan import kinds_of

EXPERIMENTS = experiments()
TASKS = [name for name, experiment in EXPERIMENTS.items() if experiment.task]
NAMES = list(EXPERIMENTS)


def help_of(name, monkeypatch, capsys):
    """The help of ``gnnlab run NAME`` as one line without its frames."""
    monkeypatch.setenv("COLUMNS", "2000")
    with pytest.raises(SystemExit) as stop:
        main(["run", name, "--help"])
    assert stop.value.code == 0
    return " ".join(capsys.readouterr().out.replace("│", " ").split())


def option(text, name):
    """What help says of one option."""
    head = r"(?:STR|INT|FLOAT|PATH|--no-[a-z-]+) "
    listed = text.partition("Parameters ─")[2]
    if (
        f"--{name} --no-{name} " not in listed
    ):  # a long name has its negative in the next line, amid the words
        listed = re.sub(rf"--{name} (.*?)--no-{name} ", rf"--{name} --no-{name} \1", listed)
    found = re.search(rf"--{name} {head}(.*?)(?= --[a-z-]+ {head}|$)", listed)
    return found[1]


@pytest.mark.parametrize("name", NAMES)
def test_help_names_the_models_and_the_folder_of_the_experiment(name, monkeypatch, capsys):
    text = help_of(name, monkeypatch, capsys)
    assert f"[{', '.join(EXPERIMENTS[name].models)}]" in option(text, "models")
    assert f"[{EXPERIMENTS[name].seeds}]" in option(text, "seeds")
    assert f"[runs/{name}]" in option(text, "out")
    assert EXPERIMENTS[name].title[1:] in text  # its first letter is a capital there
    assert EXPERIMENTS[name].question in text


@pytest.mark.parametrize("name", TASKS)
def test_help_shows_what_a_run_without_options_is_trained_with(name, monkeypatch, capsys):
    experiment = EXPERIMENTS[name]
    text = help_of(name, monkeypatch, capsys)
    lengths = experiment.values.get("length", (0,))  # a task of one's own names its own
    assert f"[{', '.join(map(str, lengths))}]" in option(text, "lengths")
    fields = {field.name for field in dataclasses.fields(SequenceTraining)}
    train = SequenceTraining(**{key: value for key, value in experiment.values.items() if key in fields})
    for setting in fields:
        said = re.findall(r"\[([^][]*)\]", option(text, setting.replace("_", "-")))[-1]
        value = getattr(train, setting)
        assert type(value)(said) == value, setting


@pytest.mark.parametrize("name", NAMES)
def test_every_default_that_is_known_is_in_the_help(name, monkeypatch, capsys):
    text = help_of(name, monkeypatch, capsys)
    for found in options_of(EXPERIMENTS[name]):
        if found.default:
            assert f"[{found.default}]" in option(text, found.name.replace("_", "-")), found.name


def test_defaults_of_one_experiment_are_not_those_of_another(monkeypatch, capsys):
    assert "[15000]" in option(help_of("tree-neighbors", monkeypatch, capsys), "steps")
    assert "[2000]" in option(help_of("palindrome", monkeypatch, capsys), "steps")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_explained_and_there_once(name):
    options = options_of(EXPERIMENTS[name])
    names = [found.name for found in options]
    assert len(set(names)) == len(names)
    assert all(found.help for found in options)
    assert set(Execution.__dataclass_fields__) <= set(names)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_takes_lists_and_ranges(name):
    kinds = kinds_of(EXPERIMENTS[name])
    numbers = [found for found in options_of(EXPERIMENTS[name]) if kinds.get(found.setting) in (int, float)]
    assert numbers
    assert all(found.listed for found in numbers)


@pytest.mark.parametrize(
    ("value", "text"), [((5, 10), "5, 10"), (True, "yes"), (1e-3, "0.001"), ("", ""), (None, ""), (3, "3")]
)
def test_defaults_are_written_as_people_read_them(value, text):
    assert shown(value) == text


def test_options_without_a_name_are_none():
    names = {found.name for found in options_of(find_experiment("palindrome"))}
    assert not names & {"experiment", "seed", "length", "model", "train", "forget_bias"}
    assert {"lengths", "seeds", "models", "steps", "learning_rate"} <= names
