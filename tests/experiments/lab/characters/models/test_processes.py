import os
import socket

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

from experiments.lab.characters.models.models import build_character_model
from experiments.lab.characters.models.training import CharacterTrainer
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import UNKNOWN, Corpus
from experiments.training.processes import Processes, joined, started_processes
from seq import Vocabulary


def trainer(label, stream, processes=None):
    text = np.random.default_rng(5).integers(0, 11, 500).astype(np.uint8)
    cuts = {"train": (0, 400), "validation": (400, 450), "test": (450, 500)}
    corpus = Corpus(text, Vocabulary("abcdefghijk" + UNKNOWN), cuts, dict.fromkeys(cuts, 0))
    count = processes.count if processes else 1
    train = CharacterTraining(
        steps=4,
        batch_size=6,
        window=7,
        hidden=8,
        stream=stream,
        clip_norm=0.0,
        evaluate_every=2,
        processes=count,
    )
    torch.manual_seed(1 + (processes.rank if processes else 0))  # the first process's weights are everyone's
    model = build_character_model(parse_character_model(label), train, 12, 8)
    return CharacterTrainer(model, corpus, train, seed=3, processes=processes)


def steps(run):
    """Gradients after each of the steps, and the curve."""
    gradients, curve = [], []
    while run.steps < run.train.steps:
        run.step()
        gradients.append({name: p.grad.clone() for name, p in run.model.named_parameters()})
        if run.steps % run.train.evaluate_every == 0:
            curve.append(run.look())
    return gradients, curve


def share(rank, folder, port, label, stream):
    """One of two processes, in an environment such as torchrun's."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    with joined("cpu") as processes:
        run = trainer(label, stream, processes)
        gradients, curve = steps(run)
        torch.save({"gradients": gradients, "curve": curve, "state": run.state()}, f"{folder}/{rank}.pt")


@pytest.mark.parametrize(
    ("label", "stream"),
    [
        ("lstm-2", True),
        pytest.param("gat-1-w3", False, marks=pytest.mark.slow),
        pytest.param("transformer-2", True, marks=pytest.mark.slow),
    ],
)
def test_two_processes_have_the_gradients_of_one_with_the_joint_batch(tmp_path, label, stream):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(share, (str(tmp_path), port, label, stream), nprocs=2)
    gradients, curve = steps(trainer(label, stream))
    results = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2)]
    for found in results:
        assert len(found["gradients"]) == 4
        for ours, joint in zip(found["gradients"], gradients):
            for name in joint:
                # The mean of two halves is another order of summing; it grows with Adam's steps.
                torch.testing.assert_close(ours[name], joint[name], rtol=1e-3, atol=1e-5)
        for ours, row in zip(found["curve"], curve, strict=True):
            assert ours == pytest.approx(row, rel=1e-4)
    first, second = (found["state"] for found in results)
    assert all(torch.equal(first["model"][name], second["model"][name]) for name in first["model"])
    assert len(first["each"]) == 2


def test_rows_are_equal_shares():
    assert [Processes(rank, 3).rows(12) for rank in range(3)] == [slice(0, 4), slice(4, 8), slice(8, 12)]


def test_one_process_alone_needs_no_group(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert started_processes() == 1
    with joined("cpu") as processes:
        assert (processes.first, processes.count) == (True, 1)
        assert processes.from_first(lambda: 7) == 7
        assert processes.gather(7) == [7]
        assert processes.mean(torch.tensor(7.0)).item() == 7
        model = torch.nn.Linear(2, 3)
        assert processes.wrap(model) is model
        assert not dist.is_initialized()
