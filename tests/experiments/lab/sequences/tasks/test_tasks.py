import pytest
import torch

from experiments.core.catalogue import experiments
from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.tasks.drawn import IGNORED
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from experiments.lab.sequences.training import answers
from experiments.lab.sequences.work import make_task
from tests.experiments.runs import sequence_run


def test_neither_view_sees_the_target():
    # The views are functions of the tokens alone: another target for the same tokens cannot change them.
    task = DigitPalindromes(9, 0)
    tokens, targets, _ = task.batch("test", 13, task.generator("test"))
    assert tokens.shape == (13, 8)
    for label in ("lstm", "gcn-8"):
        torch.manual_seed(0)
        model = build_model(parse_model(label), task, 12)
        before = model(tokens)
        targets += 1
        assert torch.equal(before, model(tokens))
    graph = task.graph(parse_model("gcn-2-mirrored"))
    assert graph.num_nodes == 9
    assert int(graph.query) == 8


def test_models_of_one_seed_see_the_same_examples():
    first, second = (DigitPalindromes(6, 3) for _ in range(2))
    for split in ("train", "validation", "test"):
        a, b = (task.batch(split, 50, task.generator(split)) for task in (first, second))
        assert torch.equal(a[0], b[0])
        assert torch.equal(a[1], b[1])
    other = DigitPalindromes(6, 4)
    assert not torch.equal(other.batch("train", 50, other.generator("train"))[0], a[0])


@pytest.mark.parametrize("length", [3, 4, 5, 6])
def test_splits_share_no_palindrome(length):
    task = DigitPalindromes(length, 1)
    seen = {}
    for split in ("train", "validation", "test"):
        tokens, _, _ = task.batch(split, 3000, task.generator(split))
        seen[split] = {tuple(row) for row in tokens.tolist()}
    assert not seen["train"] & seen["validation"]
    assert not seen["train"] & seen["test"]
    assert not seen["validation"] & seen["test"]
    assert task.disjoint


EVERY = {
    "palindrome": 6,
    "binary-palindrome": 5,
    "baum-sweet": 4,
    "combinations": 6,
    "copy-memory": 3,
    "adding": 7,
    "frequency": 20,
    "frequency-fine": 8,
    "frequency-asynchronous": 20,
    "tree-neighbors": 2,
    "recall": 16,
    "selective-copying": 5,
    "parity": 8,
    "first-symbol": 5,
    "dyck": 16,
    "ring": 3,
    "crossed-ring": 3,
    "clique-path": 3,
    "shortest-path": 8,
    "eccentricity": 8,
}


def make(name, length, seed=0):
    return make_task(sequence_run("lstm", length, seed, experiment=name))


def test_every_experiment_is_covered():
    assert set(EVERY) == {name for name, experiment in experiments().items() if experiment.task} - {
        "memory",
        "own",
    }


@pytest.mark.parametrize("name", EVERY)
def test_every_task_trains_every_default_model_of_both_families(name):
    task = make(name, EVERY[name])
    labels = {*experiments()[name].models, "rnn", "gru1-bidirectional", "phased-2", "gcn-2", "gat-2-residual"}
    batch = task.batch("train", 5, task.generator("train"))
    for label in sorted(labels):
        model = build_model(parse_model(label), task, 12)
        outputs = answers(model, batch)
        assert outputs.shape[0] == 5
        assert outputs.shape[-1] == task.num_outputs
        task.loss(outputs, batch.targets).backward()
        assert task.correct(outputs, batch.targets).dtype == torch.bool
        assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("name", EVERY)
def test_chance_is_what_the_most_frequent_answer_gets(name):
    task = make(name, EVERY[name])
    targets = task.batch("train", 4000, task.generator("train")).targets
    if name == "adding":
        right = task.correct(torch.ones(4000, 1), targets)
    elif name == "copy-memory":
        right = targets[:, -10:] == 3
    else:
        asked = targets[targets != IGNORED]
        right = asked == asked.mode().values
    # Four standard deviations of a share over 4,000 draws are at most 0.032.
    assert right.float().mean().item() == pytest.approx(task.chance, abs=0.032)


@pytest.mark.parametrize("name", EVERY)
def test_a_split_is_the_same_for_every_caller(name):
    for split in ("train", "validation", "test"):
        first, second = (make(name, EVERY[name], 3) for _ in range(2))
        a, b = (task.batch(split, 9, task.generator(split)) for task in (first, second))
        assert torch.equal(a.inputs, b.inputs)
        assert torch.equal(a.targets, b.targets)


def test_mirrored_edges_need_a_fixed_middle():
    with pytest.raises(ValueError, match="mirrored"):
        make("baum-sweet", 4).graph(parse_model("gcn-2-mirrored"))


def test_without_edges_nodes_meet_in_the_read_out_alone():
    task = make("combinations", 6)
    graph = task.graph(parse_model("gcn-2-noedges-sum"))
    assert graph.edge_index.shape == (2, 0)
    torch.manual_seed(0)
    model = build_model(parse_model("gcn-2-noedges-noposition-sum"), task, 12)
    tokens = torch.tensor([[0, 1, 2, 3, 4]])
    torch.testing.assert_close(model(tokens), model(tokens.flip(1)))  # a set has no order


def test_length_two_says_that_splits_overlap():
    assert not DigitPalindromes(2, 0).disjoint


@pytest.mark.parametrize(("label", "length"), [("gcn-3", 5), ("gat-3", 5), ("gcn-8", 10), ("gat-4", 10)])
def test_below_its_reach_a_network_does_not_depend_on_the_answer(label, length):
    task = DigitPalindromes(length, 0)
    tokens, _, _ = task.batch("train", 7, task.generator("train"))
    model = build_model(parse_model(label), task, 12)
    changed = tokens.clone()
    changed[:, 0] = (changed[:, 0] + 1) % 10
    assert torch.equal(model(tokens), model(changed))
