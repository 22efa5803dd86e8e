import pandas as pd
import pytest

from experiments.lab.documents.command import expand
from experiments.lab.documents.report.page import document_page, read_predictions
from experiments.lab.documents.settings import CorpusChoice
from experiments.records.files import write_json
from experiments.records.records import FolderError, RunRecord

RESULT = {
    "status": "ok",
    "reason": "",
    "test_accuracy": 0.75,
    "test_macro_f1": 0.7,
    "inductive_accuracy": 0.75,
    "validation_accuracy": 0.8,
    "inductive_validation_accuracy": 0.8,
    "steps": 2,
    "selected_step": 1,
    "stopped": "budget",
    "parameters": 5,
    "ms_per_step": 1.0,
    "seconds_total": 2.0,
    "chance": 0.5,
    "classes": 2,
    "documents": 9,
    "labelled": 4,
    "validation_documents": 1,
    "test_documents": 4,
}
LABELS = ["<b>NA</b>", "NA"]  # what pandas or a page could take for something else


@pytest.fixture
def runs(tmp_path):
    made = []
    for model in ("lstm", "tfidf-lr"):
        for settings in expand(CorpusChoice("own", "", "abcd"), [model], [100.0], [0, 1]):
            folder = tmp_path / settings.folder
            folder.mkdir()
            answers = pd.DataFrame(
                {"row": range(4), "label": LABELS * 2, "predicted": [*LABELS, *LABELS[:1] * 2]}
            )
            answers.assign(inductive=answers["predicted"]).to_csv(folder / "predictions.csv", index=False)
            curve = {
                "setting": "inductive",
                "step": [1, 2],
                "validation_loss": 0.5,
                "validation_accuracy": 0.8,
            }
            pd.DataFrame(curve).to_csv(folder / "curve.csv", index=False)
            if model == "lstm":
                write_json(folder / "neighbours.json", {"<i>star</i>": [["moon", 0.5], ["sun", 0.25]]})
            made.append(RunRecord(folder, settings, dict(RESULT)))
    return made


def test_page_has_classes_words_and_verdicts(runs, tmp_path):
    page = document_page(runs, tmp_path)
    # Two documents of each class: both of the first, and one of the second, are right.
    assert "<td>&lt;b&gt;NA&lt;/b&gt;</td><td>0.667</td><td>1.000</td><td>0.800</td><td>2</td>" in page
    assert "<td>NA</td><td>1.000</td><td>0.500</td><td>0.667</td><td>2</td>" in page
    assert "<strong>&lt;i&gt;star&lt;/i&gt;</strong>" in page
    assert "moon 0.50, sun 0.25" in page
    assert (
        "tfidf-lr against the recurrent model that validation prefers: level with it with 100 % (lstm, +0.000)"
        in page
    )
    assert "<b>" not in page
    assert "(paper)" not in page


def test_failed_runs_alone_still_make_a_page(runs, tmp_path):
    failed = [
        RunRecord(run.path, run.settings, {"status": "failed", "reason": "<b>gone</b>"}) for run in runs
    ]
    page = document_page(failed, tmp_path)
    assert "&lt;b&gt;gone&lt;/b&gt;" in page


def test_damaged_predictions_are_refused(runs):
    path = runs[0].path / "predictions.csv"
    for content in ("", "row,label\n1,a\n"):
        path.write_text(content)
        with pytest.raises(FolderError, match=r"predictions.csv"):
            read_predictions(runs[0].path)
    path.unlink()
    with pytest.raises(FolderError, match="cannot be read"):
        read_predictions(runs[0].path)
