"""What would be silently wrong if nobody looked: names, changed files, padding, masks, odd tables."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.data import Data

from experiments import Metric, Task, compare
from experiments.core.specs import parse_model
from experiments.lab.own.arrays import records_of_arrays
from experiments.lab.own.examples import RecordsTask
from experiments.lab.own.files import read_data, write_graphs
from experiments.lab.own.graphs import records_of_graphs
from experiments.lab.sequences.tasks.splits import belongs
from experiments.lab.sequences.tasks.task import IGNORED
from experiments.records.records import read_runs
from tests.experiments.door.test_compare import TINY, Last

RING = torch.tensor([[0, 1, 2], [1, 2, 0]])


def made(name):
    def init(self, task, hidden):
        nn.Module.__init__(self)
        self.e, self.h = nn.Embedding(task.num_tokens, hidden), nn.Linear(hidden, task.num_outputs)

    return type(name, (nn.Module,), {"__init__": init, "forward": lambda self, x: self.h(self.e(x)[:, -1])})


@pytest.mark.parametrize("name", ["lstm", "gcn"])
def test_a_class_called_as_one_of_the_labs_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is the name of one of the lab's"):
        compare(Last, models=[made(name)], **TINY)


def test_two_classes_of_one_name_in_one_comparison():
    with pytest.raises(ValueError, match="two things are called Two"):
        compare(Last, models=[made("Two"), made("Two")], **TINY)


def test_a_cell_that_is_run_again_replaces_its_class():
    for _ in range(2):
        found = compare(Last, models=[made("Again")], **(TINY | {"seeds": 1}))
    assert len(found.frame) == 1


def test_a_file_that_changes_while_the_process_lives():
    text = (
        "import torch\nfrom experiments import Task\n\nclass Changing(Task):\n    num_tokens, num_outputs = 4, 4\n"
        "    def examples(self, count, generator):\n"
        "        x = torch.randint(4, (count, self.length), generator=generator)\n        return x, WHICH\n"
    )
    settings = TINY | {"seeds": 1, "steps": 60, "lengths": 7, "retry_changed": True}
    losses = []
    for which in ("x[:, -1]", "torch.randint(4, (count,), generator=generator)"):
        Path("changing.py").write_text(text.replace("WHICH", which))
        losses.append(compare("changing.py:Changing", models=["lstm"], **settings).frame["test_loss"].iloc[0])
    assert losses[0] < 1.2 < losses[1]


def test_a_checkpoint_of_other_code_is_set_aside():
    text = (
        "import torch\nfrom torch import nn\n\nclass Stopped(nn.Module):\n    seen = 0\n"
        "    def __init__(self, task, hidden):\n        super().__init__()\n"
        "        self.e, self.h = nn.Embedding(task.num_tokens, hidden), nn.Linear(hidden, task.num_outputs)\n"
        "    def forward(self, x):\n        if self.training:\n            Stopped.seen += 1\n"
        "        if STOP and Stopped.seen > 5:\n            raise KeyboardInterrupt\n"
        "        return self.h(self.e(x)[:, -1])\n"
    )
    settings = TINY | {"seeds": 1, "checkpoint_every": 1}
    Path("stopped.py").write_text(text.replace("STOP", "True"))
    with pytest.raises(KeyboardInterrupt):
        compare(Last, models=["stopped.py:Stopped"], **settings)
    (path,) = Path("out").glob("*_Stopped_*")
    assert (path / "checkpoint.pt").exists()
    Path("stopped.py").write_text(text.replace("STOP", "False"))
    compare(Last, models=["stopped.py:Stopped"], **settings)
    assert (path / "result.json").exists()
    assert [file.name for file in path.glob("checkpoint*")] != []  # under another name: nothing is lost


def test_answers_behind_the_end_of_an_example_are_nobodys():
    class Coins(Task):
        num_tokens = num_outputs = 2
        every_step = True

        def examples(self, count, generator):
            x, y = (torch.randint(2, (count, self.length), generator=generator) for _ in range(2))
            return x, y, torch.randint(1, 4, (count,), generator=generator)

    batch = Coins(12, 0).batch("test", 50, torch.Generator().manual_seed(0))
    asked = batch.targets != IGNORED
    assert asked.sum(1).equal(batch.extras["lengths"])
    x = np.zeros((40, 5), dtype=int) + np.arange(40)[:, None] % 7
    records = records_of_arrays(x, np.arange(200).reshape(40, 5) % 3, np.arange(40) % 5 + 1)
    assert (records.targets != IGNORED).sum(1).tolist() == (np.arange(40) % 5 + 1).tolist()


def test_a_model_that_changes_its_task_changes_nobody_elses():
    class Meddling(made("Base")):
        def __init__(self, task, hidden):
            super().__init__(task, hidden)
            task.seed = 99

    def test_of(models):
        found = compare(Last, models=models, **(TINY | {"seeds": 1, "out": f"out{len(models)}"}))
        return found.frame.set_index("model.name")["test_loss"]["lstm"]

    assert test_of(["lstm"]) == test_of([Meddling, "lstm"])


def test_a_model_that_leaves_is_a_failed_run():
    class Leaving(made("Base")):
        def forward(self, x):
            if len(x) > 2:
                raise SystemExit(0)
            return super().forward(x)

    found = compare(Last, models=[Leaving, "lstm"], **(TINY | {"seeds": 1}))
    assert found.frame.set_index("model.name")["status"].to_dict() == {"Leaving": "failed", "lstm": "ok"}


def test_numbers_far_from_zero_are_learned_in_their_own_units():
    rng = np.random.default_rng(0)
    x = rng.random((400, 4))
    near, far = (RecordsTask(4, 0, records_of_arrays(x, x.sum(1) + offset)) for offset in (0.0, 1.7e9))
    torch.testing.assert_close(near.records.targets, far.records.targets, rtol=1e-4, atol=1e-4)


def test_a_graph_of_ones_own_with_a_node_that_asks():
    class Asked(Last):
        def edges(self):
            star = torch.tensor([[0, 1, 2, 3], [4, 4, 4, 4]])
            return Data(edge_index=star, num_nodes=5, query=4)

    class Misplaced(Asked):
        def edges(self):
            return Data(edge_index=RING, num_nodes=4, query=2)

    graph = Asked(4, 0).graph(parse_model("gcn-2"))
    assert (int(graph.num_nodes), int(graph.query)) == (5, 4)
    over_all = Asked(4, 0).graph(parse_model("gcn-2-mean"))
    assert (int(over_all.num_nodes), over_all.edge_index.shape[1]) == (4, 0)  # who is not asked is not there
    found = compare(Asked, models=["gcn-1", "lstm"], **(TINY | {"seeds": 1, "lengths": 4, "steps": 200}))
    accuracy = found.frame.set_index("model.name")["test_accuracy"]
    assert accuracy["gcn-1"] > 0.5  # one hop from each step: chance is a third
    with pytest.raises(ValueError, match="query should be 4, one node behind the steps, but is 2"):
        compare(Misplaced, models=["gcn-1"], **(TINY | {"lengths": 4}))


def test_a_metric_of_ones_own():
    class Judged(Last):
        metric = Metric("test_half", "half of it", success=None)

        def score(self, outputs, targets):
            return super().score(outputs, targets) / 2

    found = compare(Judged, models=["lstm"], **(TINY | {"seeds": 1}))
    assert found.frame["test_half"].le(0.5).all()
    assert "half of it" in str(found)
    for wrong, said in (
        ({"metric": Metric("f", "F")}, "should begin with test_"),
        ({"score": lambda self, outputs, targets: 0.5}, "should answer a tensor"),
        ({"score": lambda self, outputs, targets: 1 / 0}, "ZeroDivisionError"),
    ):
        with pytest.raises(ValueError, match=said):
            compare(type("Wrong", (Judged,), wrong), models=["lstm"], **TINY)


@pytest.mark.parametrize("directed", [False, True])
def test_a_number_in_a_networkx_graph_is_a_step(directed):
    graph = (nx.DiGraph if directed else nx.Graph)()
    graph.add_edges_from([(7, 0), (1, 2)])
    graph.add_nodes_from(range(8))

    class Shaped(Last):
        def edges(self):
            return graph

    found = Shaped(8, 0).graph(parse_model("gcn-2")).edge_index.t().tolist()
    assert sorted(map(tuple, found)) == sorted({(7, 0), (1, 2)} | (set() if directed else {(0, 7), (2, 1)}))


@pytest.mark.parametrize(
    ("graphs", "said"),
    [
        (
            [
                Data(edge_index=RING, y=torch.tensor([0])),
                Data(edge_index=RING, x=torch.ones(3, 1), y=torch.tensor([1])),
            ],
            "missing",
        ),
        (
            [Data(edge_index=RING, x=torch.ones(3, n), y=torch.tensor([n])) for n in (1, 2)],
            r"should be \(nodes, 1\)",
        ),
        ([Data(edge_index=RING, x=torch.ones(3), y=torch.tensor([1]))], "should be"),
        ([Data(edge_index=RING, y=1, num_nodes=3)], "as a tensor"),
        ([Data(edge_index=RING, y=torch.tensor([0, 1, -1]), num_nodes=3)], "classes from 0 on, but holds -1"),
        (
            [
                Data(
                    edge_index=RING, y=torch.tensor([0, 1, 1]), num_nodes=3, val_mask=torch.tensor([True] * 3)
                )
            ],
            "train_mask should",
        ),
        (
            [
                Data(edge_index=RING, y=torch.tensor([0, 1, 1]), num_nodes=3).update(
                    {k: torch.tensor([True, False, False]) for k in ("train_mask", "val_mask", "test_mask")}
                )
            ],
            "no node in common",
        ),
    ],
)
def test_graphs_that_are_refused(graphs, said):
    with pytest.raises(ValueError, match=said):
        records_of_graphs(graphs, "graphs")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sequence,value\n1 2 3,0.5,0.7\n4 5,0.1,0.2\n", "line 2: 3 columns should be 2"),
        ("sequence,label,label\na,x,y\nb,y,x\n", "two columns have the same name"),
        ("sequence,label\n1,2,3,a\n", "line 2: 4 columns"),
        ("sequence,label\n1 2,a\n\n\n3 4,\n", "line 5: the label is missing"),
    ],
)
def test_tables_with_odd_rows_are_refused(text, said):
    Path("odd.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        read_data(Path("odd.csv"))


def test_the_first_line_of_a_file_of_edges_is_an_edge_where_it_names_a_node():
    Path("nodes.csv").write_text("node,label\na,x\nb,y\n")
    Path("edges.csv").write_text("a,a\na,b\n")
    assert read_data(Path("nodes.csv"), "edges.csv").edges[0].t().tolist() == [[0, 0], [0, 1], [1, 0]]
    Path("edges.csv").write_text("a,typo\na,b\n")
    with pytest.raises(ValueError, match=r"edges: .* a node is not in the table of nodes in row 1 .'typo'."):
        read_data(Path("nodes.csv"), "edges.csv")


def test_other_arrays_under_the_same_name_are_refused_and_a_name_stays_in_its_folder():
    x = np.arange(600).reshape(200, 3) % 7
    compare((x, x[:, 0] > 3), models=["lstm"], **(TINY | {"seeds": 1}))
    with pytest.raises(ValueError, match="holds other data"):
        compare((x, x[:, 1] > 3), models=["lstm"], **(TINY | {"seeds": 1}))
    with pytest.raises(ValueError, match=r"name: '\.\./esc'"):
        compare((x, x[:, 1] > 3), models=["lstm"], name="../esc", **TINY)
    assert len(read_runs(Path("out"))) == 1


def test_a_class_at_each_step_of_arrays():
    x = np.arange(600).reshape(200, 3) % 7
    found = compare((x, x % 2), models=["lstm", "gcn-2"], **(TINY | {"seeds": 1, "budget": 3000}))
    assert found.frame["status"].eq("ok").all()


@pytest.mark.parametrize(
    "label",
    [
        lambda x: x.sum(1) % 2,
        lambda x: (x[:, 0] == x[:, -1]).long(),
        lambda x: x[:, 0] % 2,
        lambda x: (x > 1).sum(1) % 2,
    ],
    ids=["parity", "ends", "first", "count"],
)
def test_the_split_knows_nothing_of_simple_answers(label):
    """All inputs of 4 symbols and 7 steps: shares of a class in a part differ as a random part of its size would."""
    x = torch.cartesian_prod(*[torch.arange(4)] * 7)
    y = label(x).double()
    for part in ("validation", "test"):
        scores = []
        for seed in range(20):
            inside = belongs(x, part, seed)
            assert abs(int(inside.sum()) / len(x) - 0.1) < 0.02
            scores.append(float((y[inside].mean() - y.mean()) / (y.std() / inside.sum() ** 0.5)))
        # 20 independent scores of mean 0 and deviation 1; each bound is passed by chance once in 10,000 times or less.
        assert max(map(abs, scores)) < 5
        assert float(np.std(scores)) < 1.7


def test_graphs_in_memory_are_the_same_bytes_each_time():
    graphs = [Data(edge_index=RING, x=torch.ones(3, 1), y=torch.tensor([0]))]
    write_graphs(Path("a/graphs.pt"), graphs)
    write_graphs(Path("b/other.pt"), graphs)
    assert Path("a/graphs.pt").read_bytes() == Path("b/other.pt").read_bytes()


def test_a_model_of_a_fixed_size_keeps_its_own():
    class Fixed(made("Base")):
        fixed = True

        def __init__(self, task, hidden=13):
            super().__init__(task, hidden)

    found = compare(Last, models=[Fixed, "lstm"], **(TINY | {"seeds": 1}))
    assert found.frame.set_index("model.name")["parameters"]["Fixed"] == 3 * 13 + 13 * 3 + 3
