"""A convolution is one file and one registry entry, and so is a cell."""

import json

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from experiments.command.cli import main
from experiments.core import registry
from experiments.core.registry import CELLS, CONVOLUTIONS, Part, is_convolution
from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model, fit_hidden
from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from experiments.records.records import read_runs
from experiments.running.execute import execute
from experiments.training.budget import count_parameters
from seq import RNN
from tests.experiments.runs import sequence_run

THIS = "tests.experiments.core.test_registry"
TRAIN = SequenceTraining(steps=3, evaluate_every=2, batch_size=8, validation_size=9, test_size=9, budget=2000)


class MeanConv(MessagePassing):
    """The mean over the neighbours of a node, through a matrix."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(aggr="mean", node_dim=-2)
        self.lin = nn.Linear(in_channels, out_channels)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: None = None) -> Tensor:
        return self.propagate(edge_index, x=self.lin(x))


class SlowRNN(RNN):
    """A vanilla network like any other."""


@pytest.fixture
def parts(monkeypatch):
    """One more convolution and one more cell."""
    monkeypatch.setitem(CONVOLUTIONS, "mean9", Part("mean9", f"{THIS}:MeanConv", "mean of the neighbours"))
    monkeypatch.setitem(CELLS, "slow", Part("slow", f"{THIS}:SlowRNN", "a slow one"))


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("label", "family"),
    [("mean9-2-mirrored", "graph"), ("mean9-3-virtual-norm", "graph"), ("slow-2-bidirectional", "recurrent")],
)
def test_a_new_part_is_read_built_fitted_and_trained(label, family, tmp_path):
    spec, task = parse_model(label), DigitPalindromes(5, 0)
    assert (spec.label, spec.family) == (label, family)
    assert is_convolution(label) == (family == "graph")
    model = build_model(spec, task, fit_hidden(spec, task, 5000))
    assert abs(count_parameters(model) - 5000) <= 250
    names = {type(module).__name__ for module in model.modules()}
    assert {"MeanConv"} & names or "slow" in label
    run = sequence_run(label, train=TRAIN)
    result = execute(run, tmp_path)
    assert (result["status"], result["steps"]) == ("ok", 3)
    assert [record.settings for record in read_runs(tmp_path)] == [run]


@pytest.mark.usefixtures("parts")
def test_a_new_part_has_the_whole_line(tmp_path, capsys):
    words = ["run", "palindrome", "--models", "mean9-2-mirrored,slow", "--lengths", "5", "--seeds", "1"]
    for name in ("steps", "evaluate_every", "batch_size", "validation_size", "test_size", "budget"):
        words += [f"--{name.replace('_', '-')}", str(getattr(TRAIN, name))]
    with pytest.raises(SystemExit) as stop:
        main([*words, "--engine", "serial", "--out", str(tmp_path / "out")])
    assert stop.value.code == 0
    assert "mean9-2-mirrored" in capsys.readouterr().out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "mean9-2-mirrored" in page
    results = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("*/result.json")]
    assert {result["status"] for result in results} == {"ok"}
    with pytest.raises(SystemExit):
        main(["list"])
    out = capsys.readouterr().out
    assert "mean of the neighbours" in out
    assert "a slow one" in out


def test_parts_that_are_not_there_are_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"unknown model 'mean9-2-mirrored'.* Known: rnn, lstm, .*gcn, gat"):
        parse_model("mean9-2-mirrored")
    assert not is_convolution("mean9-2-mirrored")


@pytest.mark.parametrize("name", [*CELLS, *CONVOLUTIONS])
def test_every_entry_can_be_made_and_says_what_it_is(name):
    parts = CELLS | CONVOLUTIONS
    part = parts[name]
    assert part.name == name
    assert part.help
    same = "shared" in part.features
    layer = part.layer(3, 5) if name in CELLS else part.conv(6 if same else 3, 6, heads=2)
    assert count_parameters(layer) > 0
    if "forget_bias" in part.features:
        assert isinstance(part.layer(3, 5, forget_bias=2.0), nn.Module)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_a_convolution_names_a_matrix_of_its_graph_and_an_activation(name):
    part = CONVOLUTIONS[name]
    assert not part.activation or callable(getattr(nn.functional, part.activation))
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    if part.matrix:
        assert registry.load(part.matrix)(edges, num_nodes=3).shape == (3, 3)
    heads = 4 if "heads" in part.features else 1
    assert part.step(4) == heads
    inputs = 8 if "shared" in part.features else 3
    assert part.conv(inputs, 8, heads=4)(torch.randn(3, inputs), edges).shape == (3, 8)
