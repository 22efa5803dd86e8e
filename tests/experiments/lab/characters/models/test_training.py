import copy
import math

import numpy as np
import pytest
import torch

from experiments.lab.characters.models.models import build_character_model
from experiments.lab.characters.models.training import CharacterTrainer
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import UNKNOWN, Corpus
from experiments.training.fit import DivergedError, fit
from experiments.training.stopping import Lowest
from seq import Vocabulary


def corpus(count=700):
    """A text that repeats after eleven characters, with an error now and then."""
    generator = np.random.default_rng(5)
    text = np.arange(count) % 11
    text[generator.random(count) < 0.05] = 3
    cuts = {"train": (0, count - 200), "validation": (count - 200, count - 100), "test": (count - 100, count)}
    return Corpus(text.astype(np.uint8), Vocabulary("abcdefghijk" + UNKNOWN), cuts, dict.fromkeys(cuts, 0))


def trainer(label="lstm-2", *, text=None, sample=None, keep=lambda rows: None, **options):
    values = {"steps": 23, "batch_size": 3, "window": 7, "evaluate_every": 5, "decay_every": 4, "decay": 0.5}
    train = CharacterTraining(**{**values, "hidden": 8, **options})
    torch.manual_seed(1)
    model = build_character_model(parse_character_model(label), train, 12, train.hidden)
    return CharacterTrainer(model, text or corpus(), train, seed=3, sample=sample, keep=keep)


def looks(run, until=math.inf):
    """Rows of the steps that are missing."""
    rows = []
    while run.steps < min(run.train.steps, until):
        run.step()
        if is_due(run):
            rows.append({"step": run.steps, **run.look()})
    return rows


def is_due(run):
    return run.steps % run.train.evaluate_every == 0 or run.steps == run.train.steps


def fitted(run):
    return fit(run, Lowest("validation_loss"), steps=run.train.steps, every=run.train.evaluate_every)


def same(one, other):
    """Whether two nested values are the same, tensors bit for bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


CASES = [
    ("lstm-2", {}),
    ("lstm-2", {"stream": True, "dropout": 0.3, "optimizer": "rmsprop"}),
    ("gat-2-w3", {"stream": True, "dropout": 0.2}),
    ("gcn-2-w3", {"dropout": 0.2}),
    ("transformer-2", {"stream": True, "dropout": 0.2}),
    ("lru-2-norm-residual", {"stream": True, "dropout": 0.2}),
]


@pytest.mark.parametrize(("label", "options"), CASES)
def test_a_run_taken_up_at_any_step_ends_with_the_same_bits(label, options):
    unbroken = trainer(label, **options)
    rows = looks(unbroken)
    expected = unbroken.state()
    for stop in (1, 4, 5, 12, 22, 23):
        torch.manual_seed(99)  # what another program may have drawn
        broken = trainer(label, **options)
        before = looks(broken, stop)
        saved = copy.deepcopy(broken.state())
        looks(broken, stop + 3)  # beyond what was saved
        taken_up = trainer(label, **options)
        taken_up.load(saved)
        assert before + looks(taken_up) == rows
        found = taken_up.state()
        for key in expected:
            assert same(found[key], expected[key]), (stop, key)
    assert [row["step"] for row in rows] == [5, 10, 15, 20, 23]


@pytest.mark.parametrize("stream", [False, True])
def test_steps_are_those_of_a_plain_loop(stream):
    run = trainer(stream=stream, clip_norm=0.5)
    model, data = copy.deepcopy(run.model), copy.deepcopy(run.data)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses, right, norms, state = [], [], [], None
    for step in range(10):
        batch = data.draw()
        if batch.fresh or not stream:
            state = None
        logits, state = model(batch.inputs, state)
        state = tuple(part.detach() for part in state)
        shares = logits.log_softmax(-1).gather(-1, batch.targets.unsqueeze(-1))
        loss = -shares.mean()
        for p in model.parameters():
            p.grad = None
        loss.backward()
        norm = torch.stack([p.grad.square().sum() for p in model.parameters()]).sum().sqrt()
        for p in model.parameters():
            p.grad *= min(1.0, 0.5 / (norm.item() + 1e-6))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * 0.5 ** (step // 4)
        optimizer.step()
        losses.append(loss.item())
        right.append((logits.argmax(-1) == batch.targets).float().mean().item())
        norms.append(norm.item())
        run.step()
        if is_due(run):
            row = run.look()
            assert row["train_loss"] == pytest.approx(np.mean(losses[-5:]), rel=1e-4)
            assert row["train_bits"] == pytest.approx(np.mean(losses[-5:]) / math.log(2), rel=1e-4)
            assert row["train_accuracy"] == pytest.approx(np.mean(right[-5:]), abs=1e-6)
            assert row["train_accuracy_100"] == pytest.approx(np.mean(right), abs=1e-6)
            assert row["gradient_norm"] == pytest.approx(np.mean(norms[-5:]), rel=1e-4)
            assert row["learning_rate"] == pytest.approx(2e-3 * 0.5 ** (step // 4))
    for p, q in zip(run.model.parameters(), model.parameters()):
        torch.testing.assert_close(
            p, q, rtol=1e-3, atol=1e-5
        )  # Adam makes much of rounding in tiny gradients


def test_recent_accuracy_is_of_the_last_hundred_batches():
    run = trainer(steps=130, evaluate_every=1)
    rows = looks(run)
    each = [row["train_accuracy"] for row in rows]
    found = [row["train_accuracy_100"] for row in rows]
    expected = [np.mean(each[max(0, i - 99) : i + 1]) for i in range(130)]
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("label", ["lstm-1", "gru-1", "gcn-1-w3", "gat-1-w3"])
def test_it_learns_what_comes_next(label):
    run = fitted(trainer(label, steps=150, hidden=24, learning_rate=0.02, decay=1.0, batch_size=16))
    # One character in twenty is an error, which spoils the guess of the next one too; the first tells what follows.
    assert run.rows[-1]["validation_accuracy"] > 0.8
    assert run.row["validation_loss"] == min(row["validation_loss"] for row in run.rows)


def test_samples_are_kept_as_they_are_taken_and_taken_once():
    kept = []
    run = trainer(
        steps=9, samples=3, sample=lambda step: [{"step": step}], keep=lambda rows: kept.append(rows)
    )
    looks(run, 7)
    assert kept == [[{"step": 3}], [{"step": 3}, {"step": 6}]]
    other = trainer(
        steps=9, samples=3, sample=lambda step: [{"step": step}], keep=lambda rows: kept.append(rows)
    )
    other.load(run.state())
    looks(other)
    assert kept[2:] == [[{"step": 3}, {"step": 6}, {"step": 9}]]


def test_validation_and_test_are_never_trained_on():
    one, other = corpus(), corpus()
    other.tokens[-200:] = 10 - other.tokens[-200:]
    first, second = trainer(text=one), trainer(text=other)
    rows, others = looks(first), looks(second)
    assert same(dict(first.model.state_dict()), dict(second.model.state_dict()))
    assert [r["validation_loss"] for r in rows] != [r["validation_loss"] for r in others]


def test_divergence_is_named():
    run = trainer()
    with torch.no_grad():
        run.model.head.bias[0] = math.nan
    with pytest.raises(DivergedError, match="the loss became nan by step 5"):
        fitted(run)


def test_optimizers():
    assert isinstance(trainer().optimizer, torch.optim.Adam)
    chosen = trainer(optimizer="rmsprop", learning_rate=0.25).optimizer
    assert isinstance(chosen, torch.optim.RMSprop)
    assert chosen.param_groups[0]["lr"] == 0.25


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_every_precision_trains_on_a_gpu(precision):
    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device")
    train = CharacterTraining(steps=60, window=7, precision=precision, hidden=16, learning_rate=0.02)
    torch.manual_seed(1)
    model = build_character_model(parse_character_model("lstm-2"), train, 12, 16)
    run = CharacterTrainer(model, corpus(), train, seed=3, device="cuda")
    assert looks(run)[-1]["train_loss"] < math.log(11)  # that of guessing
    assert same(run.state()["model"]["head.bias"].dtype, torch.float32)
