"""Functions of the door with wrong kinds of each argument, from their signatures, so that a new one falls under it."""

import inspect
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import experiments
from tests.test_argument_battery import KINDS

RIGHT = {
    **{"task": "palindrome", "thing": "lstm", "folder": "nowhere", "conv": lambda size, out: None},
    **dict.fromkeys(("key", "title", "name", "question", "model_help"), "text"),
    **dict.fromkeys(("run", "parse", "work"), len),
    **{"drawn": Figure(), "style": "paper"},
    **{"models": ("lstm",), "metrics": (), "sections": (), "length": 5, "seed": 0},
}
#: Which of the wrong kinds a word of an annotation lets through.
FINE = {
    "None": {"nothing"},
    "str": {"text"},
    "int": {"negative"},
    "float": {"fraction", "negative"},
    "bool": {"truth"},
}
#: What is made of facts, and what takes them by name alone.
MADE = {"Examples", "parametrize_with_checks", "task"}


def cases():
    for name in experiments.__all__:
        if name in MADE:
            continue
        for key, parameter in inspect.signature(getattr(experiments, name)).parameters.items():
            words = [word.strip() for word in str(parameter.annotation).split(" | ")]
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or words == ["Any"]:
                continue
            fine = set().union(*(FINE.get(word, set()) for word in words))
            for kind in KINDS:
                if kind not in fine:
                    yield pytest.param(name, key, kind, id=f"{name}-{key}-{kind}")


@pytest.mark.parametrize(("name", "key", "kind"), list(cases()))
def test_a_wrong_kind_is_named_before_anything_begins(name, key, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = getattr(experiments, name)
    needed = {
        argument: RIGHT[argument]
        for argument, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }
    with pytest.raises(ValueError, match=rf"^{key}: .* should be "):
        function(**needed | {key: KINDS[kind]})
    assert list(tmp_path.iterdir()) == []


def test_right_kinds_go_through():
    with pytest.raises(ValueError, match="nowhere: no such folder"):
        experiments.results(Path("nowhere"))
    with pytest.raises(ValueError, match=r"tune: learning_rate=0.001 has one value"):
        experiments.compare(
            "palindrome", "lstm", lengths=range(0), seeds=[1, 2], tune={"learning_rate": [1e-3]}
        )


FACTS = {"num_tokens": "text", "num_features": "text", "num_outputs": 1.5, "regression": 1, "chance": "half"}


@pytest.mark.parametrize(("fact", "value"), FACTS.items())
def test_a_fact_of_a_task_of_a_wrong_kind_is_named(fact, value):
    with pytest.raises(ValueError, match=rf"^{fact}: .* should be "):
        experiments.task(**{fact: value})
