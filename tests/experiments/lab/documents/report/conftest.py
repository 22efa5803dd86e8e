import dataclasses

import pandas as pd
import pytest

from experiments.lab.documents.settings import CorpusChoice, DocumentRun, default_settings
from experiments.reading.results import Results
from experiments.records.files import write_json

FACTS = {
    "format": 1,
    "status": "ok",
    "reason": "",
    "steps": 2,
    "selected_step": 1,
    "stopped": "budget",
    "parameters": 5000,
    "ms_per_step": 1.0,
    "seconds_total": 2.0,
    "seconds_training": 1.0,
    "validation_loss": 0.5,
    "chance": 0.5,
    "classes": 2,
    "documents": 40,
    "labelled": 20,
    "validation_documents": 4,
    "test_documents": 5000,
    "nodes": 90,
    "edges": 300,
    "environment": {"python": "3"},
}
LABELS = ["<b>NA</b>", "NA"]  # what pandas or a page could take for something else


@pytest.fixture
def recorded(tmp_path):
    """A function that writes runs with these accuracies by (model, share), one per seed, and reads the folder.

    A pair is transductive and inductive; None is a run that failed.
    """

    def recorded(accuracies, corpus="own", digest="abcd", **changes):
        for (model, share), values in accuracies.items():
            spec, train = default_settings(model, {"corpus_name": corpus})
            for seed, value in enumerate(values):
                choice = CorpusChoice(corpus_name=corpus, digest=digest)
                run = DocumentRun(
                    experiment="documents", corpus=choice, model=spec, share=share, seed=seed, train=train
                )
                write(tmp_path, dataclasses.replace(run, **changes), value)
        return Results(tmp_path)

    return recorded


def write(out, run, value):
    folder = out / run.folder
    folder.mkdir()
    write_json(folder / "config.json", run.to_dict())
    if value is None:
        write_json(
            folder / "result.json",
            {"format": 1, "status": "failed", "reason": "<b>gone</b>", "environment": {}},
        )
        return
    first, second = value if isinstance(value, tuple) else (value, value)
    scores = {"test_accuracy": first, "inductive_accuracy": second, "test_macro_f1": first - 0.01}
    scores |= {"validation_accuracy": first, "inductive_validation_accuracy": second}
    write_json(folder / "result.json", FACTS | scores)
    answers = pd.DataFrame({"row": range(4), "label": LABELS * 2, "predicted": [*LABELS, *LABELS[:1] * 2]})
    answers.assign(inductive=answers["predicted"]).to_csv(folder / "predictions.csv", index=False)
    parts = ("transductive", "inductive") if run.model.kind.transductive else ("inductive",)
    curve = {"step": [1, 2], "train_loss": 0.6, "train_accuracy": 0.7}
    curve |= {"validation_loss": 0.5, "validation_accuracy": 0.8}
    pd.concat([pd.DataFrame({"setting": part, **curve}) for part in parts]).to_csv(
        folder / "curve.csv", index=False
    )
    if run.model.name == "lstm":
        write_json(folder / "neighbours.json", {"<i>star</i>": [["moon", 0.5], ["sun", 0.25]]})
