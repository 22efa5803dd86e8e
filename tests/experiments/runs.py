"""Runs on sequences for tests: one, or a sweep."""

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.specs import parse_model
from experiments.lab.sequences.settings import SequenceTraining
from experiments.running.plan import plan


def sequence_run(label="lstm", length=5, seed=0, *, experiment="palindrome", train=None, **more):
    """A run of an experiment on sequences.

    Args:
        label: Its model.
        length: Of the sequence.
        seed: Of the run.
        experiment: Name of the experiment.
        train: How it is trained; else the defaults of the class, and not those of the experiment.
        **more: Further fields of the run.
    """
    return load(find_experiment(experiment).run)(
        experiment=experiment,
        model=parse_model(label),
        length=length,
        seed=seed,
        train=SequenceTraining() if train is None else train,
        **more,
    )


def sweep(labels=("lstm",), lengths=(5,), seeds=(0,), *, experiment="palindrome", **settings):
    """Every combination of models, lengths and seeds, as the command plans it.

    Args:
        labels: Models.
        lengths: Of the sequence.
        seeds: Seeds.
        experiment: Name of the experiment.
        **settings: One value each, or a list of several.
    """
    given = {name: value if isinstance(value, list) else [value] for name, value in settings.items()}
    return plan(find_experiment(experiment), labels, seeds, {"length": list(lengths), **given})
