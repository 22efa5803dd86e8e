"""The lab from a program: what can be compared, what is answered, and what is refused."""

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch_geometric.data import Data

from experiments import Task, compare, graph_net, results, task
from experiments.core import own
from experiments.core.catalogue import read_settings
from experiments.records.records import read_runs
from tests.experiments.coin.experiment import EXPERIMENTS
from tests.experiments.test_every_experiment import gnnlab

TINY = {
    "steps": 6,
    "evaluate_every": 3,
    "batch_size": 8,
    "validation_size": 20,
    "test_size": 20,
    "budget": 1500,
    "seeds": 2,
    "engine": "serial",
    "out": "out",
}


class Last(Task):
    """Name the last symbol."""

    num_tokens, num_outputs, chance = 3, 3, 1 / 3
    lengths = (7,)

    def examples(self, count, generator):
        symbols = torch.randint(3, (count, self.length), generator=generator)
        return symbols, symbols[:, -1]


def mine(task, hidden):
    """A model made by a function."""
    return nn.Sequential(nn.Embedding(task.num_tokens, hidden), nn.Flatten(), nn.LazyLinear(task.num_outputs))


class Mean(nn.Module):
    """What a node's neighbours say, and nothing of the node."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.linear = nn.Linear(in_channels, out_channels)

    def forward(self, x, edge_index):
        return self.linear(torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]]))


def test_a_class_of_tasks_and_its_results():
    found = compare(Last, models=["lstm", graph_net(Mean, 2, "residual")], **TINY)
    assert isinstance(found.frame, pd.DataFrame)
    assert len(found.frame) == 4
    assert set(found.frame["model.name"]) == {"lstm", "Mean-2-residual"}
    assert set(found.frame["length"]) == {7}
    assert len(found.summary()) == 2
    assert len(found.paired("lstm")) == 1
    assert len(found.curves) == 4
    assert results("out").frame.equals(found.frame)
    assert found.experiment.name == "Last"
    assert found.experiment.title == "Name the last symbol."


def test_a_task_made_of_a_function():
    @task(num_tokens=2, num_outputs=2, chance=0.5, lengths=(12,))
    def parity(count, generator, length):
        bits = torch.randint(2, (count, length), generator=generator)
        return bits, bits.sum(1) % 2

    found = compare(parity, models="lstm,gcn-2", **TINY)
    assert found.frame["status"].eq("ok").all()
    with pytest.raises(ValueError, match="classes is nothing that a task has"):
        task(classes=2)


def test_arrays_are_kept_beside_the_runs_and_redone(capsys):
    rng = np.random.default_rng(0)
    x = rng.integers(5, size=(200, 6))
    found = compare((x, np.where(x[:, 0] > 2, "high", "low")), models=["lstm", "gcn-2"], **TINY)
    assert Path("out/corpus/sequences.npz").is_file()
    assert "2 classes: high, low." in found.runs[0].settings.about.facts
    assert gnnlab("redo", found.runs[0].path, "--out", "again") == 0
    assert gnnlab("report", "out") == 0


def test_graphs_in_memory_and_one_graph_of_nodes():
    graphs = []
    for number in range(60):
        graph = nx.gnp_random_graph(5 + number % 4, 0.5, seed=number)
        edges = torch.tensor([*graph.edges, *((b, a) for a, b in graph.edges)]).view(-1, 2).t()
        graphs.append(Data(edge_index=edges, y=torch.tensor([number % 2]), num_nodes=len(graph)))
    found = compare(graphs, models=["lstm", "gcn-2", "pyg:GINConv-2"], order="degree", **TINY)
    text = (Path("out") / "report.html").read_text(encoding="utf-8")
    assert "A recurrent network reads the nodes those with most edges first" in text
    assert found.frame["status"].eq("ok").all()
    karate = nx.karate_club_graph()
    edges = torch.tensor([*karate.edges, *((b, a) for a, b in karate.edges)]).t()
    club = torch.tensor([int(karate.nodes[n]["club"] == "Officer") for n in karate])
    found = compare(
        Data(edge_index=edges, y=club, x=torch.eye(34)),
        models=["lstm", "gat-2"],
        **(TINY | {"out": "nodes", "budget": 4000}),
    )
    assert found.frame["status"].eq("ok").all()


def test_the_split_does_not_depend_on_the_order_of_nodes():
    from experiments.lab.own.examples import PARTS, RecordsTask
    from experiments.lab.own.graphs import records_of_graphs

    generator = torch.Generator().manual_seed(0)
    graphs = [
        Data(
            edge_index=torch.randint(6, (2, 9), generator=generator),
            x=torch.rand(6, 2, generator=generator),
            y=torch.tensor([i % 3]),
        )
        for i in range(90)
    ]
    records = records_of_graphs(graphs, "graphs")
    tasks = {order: RecordsTask(6, 3, records, order) for order in ("given", "degree", "breadth")}
    for part in PARTS[1:]:
        sums = [t.batch(part, 9, torch.Generator().manual_seed(0)).inputs.sum((1, 2)) for t in tasks.values()]
        assert all(torch.allclose(one, sums[0]) for one in sums)
    # The order is one of the same graph: degrees, read in order, fall.
    batch = tasks["degree"].batch("test", 9, torch.Generator())
    for edges in batch.extras["edges"]:
        degrees = torch.bincount(edges[1][edges[1] >= 0], minlength=6)
        assert degrees.tolist() == sorted(degrees.tolist(), reverse=True)


def test_a_model_of_a_prompt_runs_in_this_process_alone(capsys):
    """As in a notebook: the class has no file."""
    kept = {}
    exec(
        "import torch\nfrom torch import nn\nclass Cell(nn.Module):\n"
        "    def __init__(self, task, hidden):\n        super().__init__()\n"
        "        self.e, self.h = nn.Embedding(task.num_tokens, hidden), nn.Linear(hidden, task.num_outputs)\n"
        "    def forward(self, tokens):\n        return self.h(self.e(tokens)[:, -1])\n",
        kept,
    )
    kept["Cell"].__module__ = "nowhere"
    found = compare(Last, models=["lstm", kept["Cell"]], **(TINY | {"engine": "local", "workers": 2}))
    assert "Cell has no file" in capsys.readouterr().err
    assert found.frame["status"].eq("ok").all()
    path = next(run.path for run in found.runs if run.settings.model.label == "Cell")
    own.forget()
    assert gnnlab("redo", path, "--out", "again") == 1
    assert "defined in a notebook or at a prompt" in capsys.readouterr().err


def test_runs_of_own_code_travel_to_another_process():
    found = compare(Last, models=[graph_net(Mean, 2)], **TINY)
    run = found.runs[0].settings
    sent, values = pickle.dumps(run), run.to_dict()
    own.forget()
    again = pickle.loads(sent)
    assert again == run
    assert read_settings(values) == run
    assert dataclasses.replace(run, code=()).folder == run.folder


def test_an_experiment_of_ones_own(capsys):
    Path("games.py").write_text(
        "from tests.experiments.coin.experiment import EXPERIMENTS\n\ncoin = EXPERIMENTS[0]\n"
    )
    words = ["--seeds", "1", "--engine", "serial", "--out", "out"]
    assert gnnlab("run", "games.py:coin", *words) == 0
    run = read_runs(Path("out"))[0]
    assert run.settings.experiment == "coin"
    assert [code.kind for code in run.settings.code] == ["experiment"]
    own.forget()  # a new process: the record says where its experiment is
    assert gnnlab("table", "out") == 0
    assert "miss" in capsys.readouterr().out
    assert gnnlab("redo", run.path, "--out", "again") == 0
    own.forget()
    found = compare(EXPERIMENTS[0], seeds=1, engine="serial", out="third")
    assert len(found.frame) == len(read_runs(Path("out")))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"models": [3]}, "models: 3 should be a label"),
        ({"models": []}, "at least one"),
        ({"models": [nn.Linear(2, 2)]}, "give its class"),
        ({"models": [lambda task, hidden: None]}, "has no name for tables"),
        ({"stepz": 5}, "stepz: compare has no such setting, did you mean steps"),
        ({"seeds": 0}, "seeds: 0 should be 1 or more"),
        ({"seeds": []}, "at least one"),
        ({"seeds": "two"}, "seeds: 'two' should be a whole number, or whole numbers"),
        ({"seeds": 1.5}, "seeds: 1.5 should be a whole number, or whole numbers"),
        ({"seeds": [0, 1.5]}, "should be a whole number, or whole numbers"),
        ({"seeds": [-1]}, "should be a number of seeds, or whole numbers"),
        ({"steps": 0}, "steps: 0 should be 1 or more"),
        ({"engine": "cloud"}, "engine: unknown 'cloud'"),
        ({"lengths": [-1]}, "lengths: -1 should be"),
    ],
)
def test_what_compare_refuses(arguments, said):
    with pytest.raises(ValueError, match=said):
        compare(Last, **(TINY | {"models": ["lstm"]} | arguments))
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (3, "should be a class of tasks"),
        ((np.zeros((5, 3)), np.zeros(4)), r"y of sequences should be \(5,\)"),
        ((np.full((5, 3), np.nan), np.zeros(5)), "example 0 holds NaN"),
        ((np.zeros((50, 3), dtype=int), np.zeros(50, dtype=int)), "two classes or more"),
        ((np.array([["a"]]), np.zeros(1)), "should be .N, T. integers"),
        ((np.arange(8).reshape(4, 2), [0, 1, 0, 1]), "part of sequences is empty"),
        ((np.zeros((5, 3)), np.zeros(5), [4] * 5), "whole numbers from 1 to 3"),
        (
            [Data(edge_index=torch.zeros(2, 0, dtype=torch.long), y=torch.tensor([0]), num_nodes=2)] * 9,
            "has no edges",
        ),
        ([Data(edge_index=torch.tensor([[0], [1]]), num_nodes=2)], "has no y, the answer"),
        ([Data(edge_index=torch.tensor([[0], [5]]), y=torch.tensor([0]), num_nodes=2)], "edge"),
        (
            [
                Data(
                    edge_index=torch.tensor([[0], [1]]),
                    x=torch.tensor([[1.0], [float("inf")]]),
                    y=torch.tensor([0]),
                )
            ]
            * 9,
            "x of graph 0 of graphs should be finite",
        ),
    ],
)
def test_data_that_are_refused(data, said):
    with pytest.raises(ValueError, match=said):
        compare(data, models=["lstm"], **TINY)
    assert not Path("out").exists() or not list(Path("out").glob("*/config.json"))


def test_a_program_whose_file_is_loaded_does_not_compare_again():
    """Workers load the file for its classes; the comparison at its end is not theirs."""
    Path("program.py").write_text(
        "import torch\nfrom experiments import Task, compare\n\n"
        "class Ones(Task):\n    num_tokens, num_outputs = 5, 5\n"
        "    def examples(self, count, generator):\n"
        "        x = torch.randint(5, (count, self.length), generator=generator)\n        return x, x[:, 0]\n\n"
        "print('loaded')\n"
        "found = compare(Ones, models=['lstm'], lengths=7, seeds=2, out='out', workers=2, steps=4, smoke=True)\n"
        "print(len(found.frame))\n"
    )
    done = subprocess.run([sys.executable, "program.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2"
