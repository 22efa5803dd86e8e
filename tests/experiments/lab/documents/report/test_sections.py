import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import classification_report

from experiments.lab.documents.report.answers import class_rows, classes
from experiments.lab.documents.report.sections import by_share, data, size_rows
from experiments.lab.documents.report.variants import by_corpus, of_share
from experiments.reading.page import write_report
from experiments.records.records import FolderError


def test_page_has_classes_words_and_verdicts(recorded):
    results = recorded({("lstm", 100): [0.75] * 3, ("tfidf-lr", 100): [0.75] * 3})
    page = write_report(results.folder).read_text()
    # Two documents of each class: both of the first, and one of the second, are right.
    for cells in (
        ("&lt;b&gt;NA&lt;/b&gt;", "0.667", "1.000", "0.800", "2"),
        ("NA", "1.000", "0.500", "0.667", "2"),
    ):
        places = [page.index(f">{cells[0]}<")] if cells[0] != "NA" else [page.index(">NA<")]
        assert all(f">{cell}<" in page[places[0] : places[0] + 400] for cell in cells)
    assert "&lt;i&gt;star&lt;/i&gt;" in page
    assert "moon 0.50, sun 0.25" in page
    assert "cannot be told apart from it with 100 % (lstm, +0.000)" in re.sub("</?span[^>]*>", "", page)
    assert "<b>" not in page
    assert "(paper)" not in page


def test_the_papers_figures_stand_beside_ours(recorded):
    results = recorded({("lstm", 100): [0.75, 0.77], ("textgcn", 100): [(0.7, 0.6), (0.8, 0.7)]}, "mr")
    page = write_report(results.folder).read_text()
    assert "0.7674" in page
    assert "0.7506" in page


def test_failed_runs_alone_still_make_a_page(recorded):
    results = recorded({("lstm", 100): [None], ("textgcn", 100): [None]})
    assert "&lt;b&gt;gone&lt;/b&gt;" in write_report(results.folder).read_text()
    assert (by_share(results), data(results), classes(results)) == (None, None, [])


def test_panels_hold_runs_that_differ_in_their_seeds_alone(recorded):
    recorded({("lstm", 10): [0.5, 0.7], ("lstm", 100): [0.1]})
    recorded({("lstm", 10): [0.9], ("lstm", 100): [0.9]}, "other", "efgh")
    results = recorded({("lstm", 10): [0.2, 0.2], ("lstm", 100): [0.9]}, threads=2)
    found = {
        title: of_share(panel, 10).ended["test_accuracy"].tolist()
        for title, panel in by_corpus(results).items()
    }
    assert found == {
        "own, threads 1": [0.5, 0.7],
        "other": [0.9],  # no setting differs there
        "own, threads 2": [0.2, 0.2],
    }
    assert sum(type(block).__name__ == "Picture" for block in by_share(results).blocks) == 3


def test_documents_are_told_by_their_sizes(recorded):
    results = recorded({("lstm", 10): [0.5], ("textgcn", 10): [(0.5, 0.5)]})
    [row] = size_rows(results.ended)
    assert (row["corpus"], row["content"], row["documents"], row["nodes"]) == ("own", "abcd", "40", "90")
    [row] = size_rows(results.ended[results.ended["model.name"] == "lstm"])
    assert row["nodes"] == "-"


def test_scores_of_classes_are_those_of_scikit_learn():
    draw = np.random.default_rng(0)
    true, given = (
        draw.integers(0, 5, 97),
        draw.integers(0, 7, 97),
    )  # two classes are given, and no document has them
    names = [f"class {number}" for number in range(7)]
    counts = pd.crosstab(true, given).reindex(index=range(7), columns=range(7), fill_value=0)
    counts.index = counts.columns = names
    report = classification_report(true, given, output_dict=True, zero_division=0.0)
    rows = class_rows(counts, 1)
    assert [row["class"] for row in rows] == names[:5]
    for number, row in enumerate(rows):
        expected = report[str(number)]
        for key, name in (("precision", "precision"), ("recall", "recall"), ("F1", "f1-score")):
            assert row[key] == f"{expected[name]:.3f}"
        assert row["support"] == f"{expected['support']:.0f}"


def test_damaged_predictions_are_refused(recorded):
    results = recorded({("lstm", 100): [0.5]})
    for content in ("", "row,label\n1,a\n"):
        (results.runs[0].path / "predictions.csv").write_text(content)
        with pytest.raises(FolderError, match=r"predictions.csv"):
            classes(results)
