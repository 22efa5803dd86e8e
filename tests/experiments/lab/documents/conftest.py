import dataclasses

import pytest

from experiments.core.catalogue import find_experiment
from experiments.lab.documents.work import begin, prepare
from experiments.running.plan import plan


@pytest.fixture
def own(tmp_path):
    """A table of documents in two classes, eight of each for training."""
    rows = ["split\tlabel\ttext"]
    for number in range(12):
        split = "test" if number >= 8 else "train"
        rows += [f"{split}\tsea\twave sail {number} ship", f"{split}\tsky\tstar moon {number} comet"]
    path = tmp_path / "own.tsv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def set_up():
    """A function that plans the runs of one seed on a table, and lays the table's copy into a results folder."""

    def set_up(path, out, models, *, share=100.0, **given):
        values = {"source": [str(path)], "share": [share], **{name: [value] for name, value in given.items()}}
        runs = prepare(plan(find_experiment("documents"), models, [0], values), out, {})
        out.mkdir(exist_ok=True)
        begin(runs, out, {})
        return sorted(runs, key=lambda run: models.index(run.model.name))

    return set_up


@pytest.fixture
def moved():
    """A function that gives a run a digest of other documents."""
    return lambda run: dataclasses.replace(run, corpus=dataclasses.replace(run.corpus, digest="0" * 16))
