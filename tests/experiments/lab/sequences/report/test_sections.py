import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.lab.sequences.report.reach import plot_reach, reach, reach_rows
from experiments.lab.sequences.report.sections import accuracy, overlaps, training
from experiments.reading.page import write_report
from experiments.reading.results import Results
from experiments.reading.sections import Picture
from tests.experiments.runs import ENDED, TINY, in_memory, sequence_run, sweep, written


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    sweep(out, "palindrome", ["lstm", "gcn-1", "gcn-2-mirrored"], [2, 5], [0, 1], **TINY, budget=3000)
    return out


def test_page_tells_out_of_reach_from_in_reach(results):
    text = write_report(results).read_text()
    rows = re.findall(
        r"<tr><td class=\"text\"><i [^>]*></i>(gcn[^<]*)</td>"
        r"<td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>.*?class=\"text\">([^<]*)<",
        text,
    )
    verdicts = {
        (model, int(length)): (int(hops), int(layers), verdict)
        for model, length, hops, layers, verdict in rows
    }
    assert verdicts["gcn-1", 5] == (4, 1, "out of reach (under-reaching)")
    assert verdicts["gcn-2-mirrored", 5][:2] == (1, 2)
    assert "under-reaching" not in verdicts["gcn-2-mirrored", 5][2]


def test_page_says_where_splits_overlap(results):
    assert "Splits overlap at T = 2." in write_report(results).read_text()


def heard(label, accuracy, seed=0, **train):
    """A run of a graph model six hops from the answer."""
    facts = {"hops": 6, "in_reach": True, "answer_share": 0.25, "chance": 0.1, "disjoint": True}
    run = sequence_run(label, seed=seed, length=7, **train)
    return in_memory(run, **ENDED, **facts, test_accuracy=accuracy)


@pytest.mark.parametrize(
    ("accuracies", "happened"),
    [
        ([1.0, None, None], "in reach, learned by 1 of 3"),
        ([1.0, 1.0, 0.98], "in reach, learned by 2 of 3"),  # although their mean is at the border
        ([1.0, 1.0, 1.0], "learned"),
        ([0.1, 0.1, 0.1], "in reach, not learned"),
    ],
)
def test_a_network_has_learned_where_every_seed_has(tmp_path, accuracies, happened):
    runs = [heard("gcn-7", 0.1 if value is None else value, seed) for seed, value in enumerate(accuracies)]
    for run, value in zip(runs, accuracies):
        if value is None:
            run.result.update(status="failed", reason="x")
    assert [row["what happened"] for row in reach_rows(Results(tmp_path, runs))] == [happened]


def test_without_a_score_of_guessing_nothing_is_partly_learned(tmp_path):
    run = heard("gcn-7", 0.5)
    run.result["chance"] = None
    assert [row["what happened"] for row in reach_rows(Results(tmp_path, [run]))] == ["in reach, not learned"]


def test_the_page_names_no_cause_of_what_was_not_learned(results):
    text = write_report(results).read_text()
    assert "Why a graph model fails" not in text
    assert "this table does not say" in text


def test_reach_is_told_for_each_setting(tmp_path):
    runs = [heard("gcn-7", 0.1, learning_rate=0.1), heard("gcn-7", 1.0, learning_rate=0.2)]
    runs += [heard("gcn-7", 0.5, learning_rate=0.3)]
    results = Results(tmp_path, runs)
    assert [(row["settings"], row["accuracy"], row["what happened"]) for row in reach_rows(results)] == [
        ("learning rate 0.1", "0.100", "in reach, not learned"),
        ("learning rate 0.2", "1.000", "learned"),
        ("learning rate 0.3", "0.500", "in reach, partly learned"),
    ]
    pictures = [block for block in reach(results).blocks if isinstance(block, Picture)]
    assert len(pictures) == 3
    colours = [picture.figure.axes[0].collections[-1].get_array().tolist() for picture in pictures]
    assert colours == [[0.1], [1.0], [0.5]]


def test_where_no_answer_has_a_fixed_place_nothing_is_said_of_reach(tmp_path):
    results = Results(tmp_path, [in_memory(sequence_run("lstm"), **ENDED, test_accuracy=0.5)])
    assert reach(results) is None
    assert overlaps(results) is None


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_convolution_has_a_mark_of_its_own(count):
    frame = pd.DataFrame(
        {
            "model.conv": [f"conv{k}" for k in range(count)],
            "model.name": [f"conv{k}-4" for k in range(count)],
            "length": 5,
            "hops": 4,
            "model.layers": 4,
            "status": "ok",
            "test_accuracy": np.linspace(0, 1, count),
        }
    )
    ax = plot_reach(frame, Figure().subplots())
    named = {line.get_label(): line.get_marker() for line in ax.lines if line.get_label().startswith("conv")}
    assert list(named) == [f"conv{k}" for k in range(count)]
    assert len(set(named.values())) == count
    places = [tuple(np.round(c.get_offsets()[0], 9)) for c in ax.collections[1:]]
    assert len(set(places)) == count
    # A mark stays on its side of the line.
    assert all(3.5 < x < 4.5 for x, _ in places)


@pytest.mark.parametrize("decay_every", [0, 5])
def test_the_learning_rate_is_drawn_where_it_decays(tmp_path, decay_every):
    sweep(tmp_path, "palindrome", ["rnn"], [2], [0], **TINY, decay=0.5, decay_every=decay_every)
    assert ("Step size of the optimiser" in write_report(tmp_path).read_text()) == bool(decay_every)


def test_every_set_of_settings_has_panels_of_its_own(tmp_path):
    curve = "step,validation_accuracy\n5,0.1\n9,0.2\n"
    for rate, score in ((0.1, 0.25), (0.2, 0.75)):
        for seed in (0, 1):
            run = sequence_run("lstm", seed=seed, learning_rate=rate)
            written(tmp_path, run, curve, **ENDED, test_accuracy=score)
    results = Results(tmp_path)
    blocks = [*accuracy(results).blocks, *training(results).blocks]
    pictures = {block.title: block.figure for block in blocks}
    assert {f"Training curves: learning rate {rate}" for rate in (0.1, 0.2)} <= set(pictures)
    for ax, score in zip(pictures["Test accuracy at T = 5"].axes, (0.25, 0.75)):
        marks = [line for line in ax.lines if line.get_marker() == "o"]
        assert {float(x) for line in marks for x in np.ravel(line.get_xdata())} == {score}
