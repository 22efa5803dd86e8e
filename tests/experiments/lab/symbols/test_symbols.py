"""The tasks of symbols as runs: their own settings reach them, splits are disjoint, and distances are what is said."""

import itertools

import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.distance import describe_reach
from experiments.lab.sequences.input_sensitivity import measure_sensitivity
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.pictures import draw_graphs
from experiments.lab.sequences.tasks.drawn import IGNORED
from experiments.lab.sequences.work import make_task
from experiments.lab.symbols.tasks import Parity
from experiments.records.pictures import read_index
from tests.experiments.runs import planned, sequence_run

SPLITS = ("train", "validation", "test")
SMALL = {"recall": 16, "selective-copying": 6, "parity": 8, "first-symbol": 5, "dyck": 16}


def make(name, length, seed=0, **settings):
    return make_task(sequence_run("lstm", length, seed, experiment=name, **settings))


def drawn(task, split, count=400):
    return task.batch(split, count, task.generator(split))


@pytest.mark.parametrize("name", SMALL)
def test_no_example_is_in_two_splits(name):
    task = make(name, SMALL[name], 3)
    found = {split: {tuple(row) for row in drawn(task, split).inputs.tolist()} for split in SPLITS}
    assert task.disjoint
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]


@pytest.mark.parametrize("split", SPLITS)
def test_both_parities_are_as_frequent_in_each_split_and_strings_differ_in_the_last_bit(split):
    inputs, targets, _ = drawn(Parity(8, 1), split, 4000)
    strings = {tuple(row) for row in inputs.tolist()}
    assert {(*row[:-1], 1 - row[-1]) for row in strings} == strings
    assert targets.float().mean().item() == pytest.approx(0.5, abs=0.032)  # four standard deviations


def test_short_strings_of_bits_are_not_divided():
    task = Parity(6, 0)
    assert len(drawn(task, "test", 2000).inputs.unique(dim=0)) == 64
    assert not task.disjoint


def test_settings_reach_the_tasks():
    inputs, targets, _ = drawn(make("recall", 12, pairs=2, vocabulary=10, fill="random"), "train", 50)
    assert inputs.max() == 9
    assert (targets != IGNORED).sum(1).tolist() == [2] * 50
    assert (inputs[:, 4:] > 0).float().mean() > 0.5  # zero fills two in ten of those places otherwise
    assert drawn(make("selective-copying", 7, symbols=3), "train").inputs.shape[1] == 10
    inputs, targets, _ = drawn(make("first-symbol", 7, asked=3), "train")
    assert torch.equal(inputs[:, 2], targets)
    assert make("dyck", 8, kinds=1).num_tokens == 2


@pytest.mark.parametrize(
    ("name", "length", "settings", "message"),
    [
        ("recall", 15, {}, "lengths: 15 should be at least 16, 4 for each of 4 pairs"),
        ("recall", 16, {"vocabulary": 9}, "vocabulary: 9 should be even and at least 10"),
        ("recall", 16, {"fill": "noise"}, "fill: unknown 'noise'"),
        ("selective-copying", 3, {}, "lengths: 3 should be at least 4"),
        ("first-symbol", 3, {"asked": 4}, "lengths: 3 should be at least 4, the symbol that is asked for"),
        ("first-symbol", 3, {"asked": 0}, "place: 0 should be"),
        ("dyck", 7, {}, "lengths: 7 should be even"),
        ("dyck", 8, {"kinds": 3}, "kinds: 3 should be 1 to 2"),
    ],
)
def test_sizes_that_do_not_fit_are_named(name, length, settings, message):
    with pytest.raises(ValueError, match=message):
        make(name, length, **settings)


@pytest.mark.parametrize("place", [1, 3])
def test_the_distance_of_a_symbol_is_what_it_travels_in_both_views(place):
    task = make("first-symbol", 6, asked=place)
    spec = parse_model("gcn-2")
    assert describe_reach(task.graph(spec), spec, task)["hops"] == task.distance == 7 - place
    torch.manual_seed(0)
    rows = measure_sensitivity(build_model(parse_model("lstm"), task, 5), parse_model("lstm"), task)
    assert [row["r"] for row in rows] == list(range(1, 7))
    assert rows[task.distance - 1]["r"] == task.distance


def test_pictures_speak_of_no_palindrome(tmp_path):
    texts = []
    for name, length in (("recall", 16), ("first-symbol", 5)):
        draw_graphs([sequence_run("gcn-2", length, experiment=name)], tmp_path, {})
        texts.append((tmp_path / "pictures" / "index.json").read_text(encoding="utf-8"))
    each, end = texts
    assert "missing digit" not in each + end
    assert "asks for the answer" in end
    assert "asks for the answer" not in each


@pytest.mark.parametrize("name", ["recall", "selective-copying"])
def test_what_is_no_answer_counts_nowhere(name):
    task = make(name, SMALL[name])
    _, targets, _ = drawn(task, "train", 11)
    outputs = torch.zeros(*targets.shape, task.num_outputs).scatter_(
        2, targets.clamp(min=0).unsqueeze(2), 9.0
    )
    assert task.score(outputs, targets) == 1.0
    other = outputs.clone()
    other[targets == IGNORED] = torch.randn(int((targets == IGNORED).sum()), task.num_outputs)
    assert task.score(other, targets) == 1.0
    assert torch.equal(task.loss(other, targets), task.loss(outputs, targets))


def test_each_way_of_making_edges_has_a_picture(tmp_path):
    labels = ["gcn-2", "gcn-2-fosr2", "gcn-2-random2", "gcn-2-expander2", "gcn-2-noedges-mean", "lstm"]
    draw_graphs(planned(labels, [6]), tmp_path, {})
    assert {entry["title"] for entry in read_index(tmp_path)} == {
        "Graph: path",
        "Graph: path, 2 fosr edges",
        "Graph: path, 2 random edges",
        "Graph: path, edges of a random 2-regular graph",
        "Graph: path without its edges",
    }
