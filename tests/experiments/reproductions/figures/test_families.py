import numpy as np
import pytest

from experiments.core.registry import family_of
from experiments.reading.looks.models import model_styles
from experiments.records.rows import write_rows
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.figures.families import (
    draw_copying,
    draw_families,
    draw_recall,
    draw_squashing,
    draw_vanishing,
    kind_styles,
)

SCORES = (0.31, 0.52, None)


@pytest.fixture
def evidence(make_run):
    """Records of a claim's quick plan: three seeds, the last of which failed; D(r) falls by half a step."""

    def make(name):
        records = []
        for part in CLAIMS[name].quick.runs:
            for label in part.models:
                for T in part.lengths:
                    for seed, score in enumerate(SCORES):
                        record = make_run(
                            label, T, seed, score, experiment=part.experiment, chance=0.2,
                            hidden=part.values.get("hidden", 0),
                        )  # fmt: skip
                        rows = [
                            {"when": when, "r": r, "sensitivity": 2.0**-r}
                            for when in ("initial", "trained")
                            for r in (1, 2, 3)
                        ]
                        write_rows(record.path / "sensitivity.csv", rows)
                        lost = [
                            {"when": "initial", "depth": 0.1, "edges": 0.01, "energy": 1, "resistance": 2}
                        ]
                        write_rows(record.path / "losses.csv", lost)
                        records.append(record)
        return Evidence(CLAIMS[name], True, records)

    return make


def dots(ax):
    """Heights of all marks that are not joined by a line."""
    lines = [line for line in ax.lines if line.get_linestyle() == "None" and line.get_marker() != "x"]
    return sorted(y for line in lines for y in line.get_ydata() if not np.isnan(y))


def names(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


def test_four_panels_with_every_seed_and_every_family(evidence):
    figure = draw_families(evidence("families"))
    recall, heard, ring, left = figure.axes
    assert names(recall) == ["RNN", "LSTM", "GRU", "minGRU", "LRU", "Transformer", "GCN", "GAT", "GNN-SSM"]
    assert dots(recall) == [0.31] * 9 + [0.52] * 9
    assert (
        len([line for line in recall.lines if line.get_marker() == "x" and len(line.get_ydata())]) == 9
    )  # failed
    assert dots(ring) == [0.31] * 9 * 4 + [0.52] * 9 * 4
    means = [line for line in ring.lines if len(line.get_ydata()) == 4 and line.get_linestyle() != "None"]
    assert len(means) == 9
    for ax, title in ((heard, "recall, T = 32"), (left, "ring, T = 8")):
        assert title in ax.get_title()
        assert ax.get_yscale() == "log"
        curves = [line for line in ax.lines if list(line.get_ydata()) == [0.5, 0.25, 0.125]]
        assert len(curves) == 9
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 9


def test_families_have_their_colours_and_a_kind_one_look():
    styles = kind_styles(["gcn-4", "gcn-reach", "lstm", "transformer-2", "gat-4"])
    assert styles["gcn-4"] == styles["gcn-reach"] != styles["gat-4"]
    expected = model_styles(["lstm", "transformer-2", "gcn-4", "gat-4"])
    for label, style in expected.items():
        assert styles[label] == style
    assert [family_of(label) for label in styles] == ["recurrent", "attention", "graph", "graph", "graph"]


def test_recall_and_copying_stand_beside_d_of_r(evidence):
    left, right = draw_recall(evidence("recall")).axes
    assert len(names(left)) == 7
    assert "4 pairs" in left.get_title()
    assert right.get_ylabel().startswith("D(r)")
    left, _ = draw_copying(evidence("copying")).axes
    assert "mingru-3-residual-norm" in names(left)  # stacks are told apart


def test_squashing_by_width_and_by_resistance(evidence):
    left, right = draw_squashing(evidence("squashing")).axes
    assert names(left) == ["4", "16", "64", "64,\n12 layers"]
    assert dots(left).count(0.31) == dots(left).count(0.52) == 3 * 4
    assert {line.get_label() for line in left.lines} >= {"ring", "crossed ring", "clique-path"}
    assert len(dots(right)) == 3 * 2
    assert right.get_yscale() == "log"


def test_vanishing_shows_layers_and_edges_apart(evidence):
    left, right = draw_vanishing(evidence("vanishing")).axes
    assert names(left) == names(right)
    assert [name.split("-")[1] for name in names(left)] == ["8"] * 4 + ["16"] * 4
    assert dots(left).count(0.1) == dots(left).count(0.01) == 8 * 2
