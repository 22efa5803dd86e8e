import sys

import numpy
import pytest
import torch

from experiments.records.device import computing, environment, origin, record_origin, resolve_device
from seq import RNN


def test_settings_of_the_process_are_put_back():
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with computing(2, deterministic=True):
        assert torch.get_num_threads() == 2
        assert torch.are_deterministic_algorithms_enabled()
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


def test_subnormals_are_flushed_inside():
    tiny = torch.tensor([1e-30]) * torch.tensor([1.0])
    with computing(1):
        assert (tiny * 1e-10).item() == 0
    assert (tiny * 1e-10).item() > 0


def test_a_thousand_steps_with_vanishing_gradients_leave_no_subnormal_numbers():
    """Subnormal numbers are what slows a CPU down as gradients vanish; in training they are zero."""
    torch.manual_seed(0)
    rnn = RNN(2, 3)
    with torch.no_grad():
        rnn.weight_h.mul_(0.5)
    x = torch.randn(5, 1000, 2, requires_grad=True)

    def subnormals():
        (grad,) = torch.autograd.grad(rnn(x)[0][:, -1].sum(), x)
        return int(((grad != 0) & (grad.abs() < torch.finfo(torch.float32).tiny)).sum())

    with computing(1):
        inside = subnormals()
    assert subnormals() > 0  # without it they are there, so this sequence is long enough
    assert inside == 0


def test_the_environment_names_what_a_result_can_depend_on(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gnnlab", "run", "palindrome", "--out", "a folder"])
    there = environment("cpu", 3)
    assert there["torch"] == torch.__version__
    assert there["numpy"] == numpy.__version__
    assert there["python"] == ".".join(map(str, sys.version_info[:3]))
    assert (there["device"], there["threads"]) == ("cpu", 3)
    assert there["command"] == "gnnlab run palindrome --out 'a folder'"
    assert {"torch-geometric", "platform", "processor", "cores", "commit"} <= set(there)


def test_a_process_that_works_for_another_records_its_command(monkeypatch):
    monkeypatch.setattr("experiments.records.device._given_origin", {})
    record_origin({"commit": "abc", "command": "gnnlab run x --engine ray"})
    assert origin() == {"commit": "abc", "command": "gnnlab run x --engine ray"}
    assert environment("cpu", 1)["commit"] == "abc"


@pytest.mark.parametrize("name", ["tpu", "cuda:x", "cpu:0", "", "cuda:-1"])
def test_unknown_devices(name):
    with pytest.raises(ValueError, match="device: "):
        resolve_device(name)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_deterministic_runs_on_a_gpu_are_the_same_bits(tmp_path):
    from experiments.lab.sequences.settings import SequenceTraining
    from experiments.running.execute import execute
    from tests.experiments.runs import sequence_run

    train = SequenceTraining(steps=100, evaluate_every=20, success=2)
    for label in ("lstm", "gcn-4", "gat-2-mirrored"):
        run = sequence_run(label, 10, train=train, device="cuda", deterministic=True)
        for name in ("a", "b"):
            assert execute(run, tmp_path / name)["status"] == "ok"
        curves = [(tmp_path / name / run.folder / "curve.csv").read_bytes() for name in ("a", "b")]
        assert curves[0] == curves[1]
