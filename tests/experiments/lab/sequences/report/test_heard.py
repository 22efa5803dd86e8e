"""Accuracy beside what arrives of the answer."""

import dataclasses

import pytest

from experiments.core.specs import parse_model
from experiments.lab.sequences.experiment import R_SQUARED
from experiments.lab.sequences.input_sensitivity import answer_distance
from experiments.lab.sequences.report.heard import answers_heard, heard
from experiments.lab.sequences.report.reach import reach, reach_rows
from experiments.lab.sequences.report.sensitivity_tables import sensitivities
from experiments.lab.sequences.tasks.tasks import BaumSweet, CopyMemory, DigitPalindromes
from experiments.lab.symbols.tasks import NthSymbol
from experiments.lab.transfer.tasks import CliquePath, Ring
from experiments.reading.results import Results
from tests.experiments.runs import TINY, sweep


@pytest.mark.parametrize(
    ("label", "task", "where"),
    [
        ("lstm", DigitPalindromes(9, 0), 8),
        ("gcn-2", DigitPalindromes(9, 0), 8),
        ("gcn-2-virtual", DigitPalindromes(9, 0), 8),
        ("lstm", NthSymbol(9, 0), 9),
        ("lstm", Ring(4, 0), 7),  # a ring of eight nodes, of which the asker holds nothing
        ("gcn-2", Ring(4, 0), 4),  # hops
        ("transformer-2", Ring(4, 0), 7),
        ("gcn-2", CliquePath(5, 0), 5),
        ("gcn-2", BaumSweet(4, 0), None),
        ("lstm", CopyMemory(4, 0), None),
    ],
)
def test_a_model_finds_the_answer_at_its_own_distance(label, task, where):
    assert answer_distance(parse_model(label), task) == where


def test_the_figure_has_each_model_and_marks_what_is_exactly_0(tmp_path):
    sweep(tmp_path, "ring", ["lstm", "gcn-2", "gcn-reach"], [2, 4], [0, 1], **TINY, budget=3000)
    results = Results(tmp_path)
    rows = answers_heard(results, sensitivities(results)[""])
    assert set(rows["when"]) == {"trained"}
    arrives = rows.groupby(["model", "length"])["sensitivity"].max()
    assert arrives["gcn-2", 4] == 0  # four hops, two layers
    assert (arrives.drop(("gcn-2", 4)) > 0).all()
    (picture,) = heard(results).blocks
    left, right = picture.figure.axes
    assert {line.get_label() for line in left.get_lines()} >= {"lstm", "gcn-2", "gcn-reach"}
    assert "exactly 0" in {text.get_text() for text in right.texts}


def test_a_task_that_asks_for_numbers_is_drawn_by_its_own_score(tmp_path):
    sweep(tmp_path, "ring", ["gcn-2"], [2, 3], [0], **TINY, budget=3000)
    results = Results(tmp_path)
    results.experiment = dataclasses.replace(results.experiment, metrics=(R_SQUARED,))
    results.frame = results.frame.rename(columns={"test_accuracy": R_SQUARED.key})
    (picture,) = heard(results).blocks
    assert picture.figure.axes[0].get_ylabel() == R_SQUARED.title
    assert R_SQUARED.title in reach_rows(results)[0]
    assert reach(results) is not None


def test_no_figure_over_one_length_or_without_a_place_of_the_answer(tmp_path):
    sweep(tmp_path / "one", "ring", ["lstm"], [3], [0], **TINY, budget=3000)
    assert heard(Results(tmp_path / "one")) is None
    sweep(tmp_path / "none", "baum-sweet", ["lstm"], [3, 4], [0], **TINY, budget=3000)
    assert heard(Results(tmp_path / "none")) is None
