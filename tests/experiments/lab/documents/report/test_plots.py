import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.lab.documents.report.plots import (
    plot_confusion,
    plot_document_accuracy,
    plot_learning_curve,
)
from experiments.lab.documents.report.variants import of_share, variant_styles

RUNS = {
    (model, share): [(base, base - 0.1), (base + 0.1, base - 0.1)]
    for model, base in (("textgcn", 0.6), ("lstm", 0.5))
    for share in (1, 100)
}


def axes():
    return Figure().subplots()


def test_learning_curve_has_a_line_a_variant_at_the_means(recorded):
    ax = plot_learning_curve(recorded(RUNS), axes())
    lines = {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}
    assert set(lines) == {"textgcn", "textgcn inductive", "lstm", "most frequent class (0.50)"}
    assert lines["textgcn"].get_ydata() == pytest.approx([0.65, 0.65])
    assert lines["textgcn inductive"].get_ydata() == pytest.approx([0.5, 0.5])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1\n(20)", "100\n(20)"]


@pytest.mark.parametrize(
    ("corpus", "share", "papers"), [("mr", 100, {0.7674, 0.7506}), ("mr", 1, set()), ("own", 100, set())]
)
def test_the_papers_mean_stands_only_where_the_paper_measured(recorded, corpus, share, papers):
    ax = plot_document_accuracy(of_share(recorded(RUNS, corpus), share), axes())
    strokes = [line for line in ax.get_lines() if line.get_marker() == "|" and line.get_ms() == 18]
    assert {line.get_xdata()[0] for line in strokes} == papers


def test_inductive_variants_look_like_their_model(recorded):
    styles = variant_styles(recorded(RUNS))
    assert styles["textgcn"]["color"] == styles["textgcn inductive"]["color"] != styles["lstm"]["color"]
    assert styles["textgcn"]["linestyle"] != styles["textgcn inductive"]["linestyle"]


def test_confusion_is_in_percent_of_the_true_class():
    counts = pd.DataFrame([[3, 1], [0, 5]], ["a", "b"], ["a", "b"])
    ax = plot_confusion(counts, axes(), title="model")
    texts = {text.get_position(): text.get_text() for text in ax.texts}
    assert texts == {(0, 0): "75", (1, 0): "25", (1, 1): "100"}
    assert ax.images[0].get_array().tolist() == [[0.75, 0.25], [0.0, 1.0]]
