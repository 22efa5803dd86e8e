import pytest
import torch
from torch import nn

import experiments
from experiments import check, graph_net, parametrize_with_checks
from experiments.command.cli import main
from experiments.door.checks.battery import MODEL_CHECKS, name_of
from tests.experiments.door.checks import planted

MODULE = """
import torch
from torch import nn
from experiments import Task
{more}

class Mean(nn.Module):
    def __init__(self, task, hidden):
        super().__init__()
        self.embed = nn.Embedding(task.num_tokens, hidden)
        self.last = nn.Linear(hidden, task.num_outputs)
        {fault}

    def forward(self, tokens):
        return self.last(self.embed(tokens).mean(1))


class Parity(Task):
    num_tokens, num_outputs, chance = 2, 2, {chance}

    def examples(self, count, generator):
        bits = torch.randint(2, (count, self.length), generator=generator)
        return bits, bits.sum(1) % 2
"""


def written(folder, fault="pass", chance=0.5, more=""):
    path = folder / "my_lab.py"
    path.write_text(MODULE.format(fault=fault, chance=chance, more=more), encoding="utf-8")
    return path


def command(capsys, *words):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main(["check", *map(str, words)])
    out = capsys.readouterr()
    return stop.value.code, out.out, out.err


@parametrize_with_checks([planted.Sound, "lstm"], length=6)
def test_three_lines_of_a_users_file(model, check):
    check(model)


def test_tests_are_named_after_model_and_check():
    mark = parametrize_with_checks([planted.Sound]).mark
    assert mark.args[0] == ("model", "check")
    assert [row.id for row in mark.args[1]] == [f"Sound-{name_of(one)}" for one in MODEL_CHECKS]


def test_a_fault_fails_the_test_and_a_warning_is_an_expected_failure():
    def carried_out(model, name):
        rows = parametrize_with_checks([model]).mark.args[1]
        found = next(row for row in rows if row.id.endswith(f"-{name}"))
        found.values[1](found.values[0])

    with pytest.raises(AssertionError, match=r"squeeze\(-1\)"):
        carried_out(planted.Squeezes, "alone")
    with pytest.raises(pytest.skip.Exception, match="causal=True claims it"):
        carried_out(planted.Sound, "causality")
    with pytest.raises(pytest.xfail.Exception, match="double precision"):
        carried_out(planted.SinglePrecision, "double")


def test_a_report_names_what_fails_and_escapes_html():
    report = check(planted.WrongNumberOfOutputs)
    assert report["shapes"] in list(report)
    assert len(report) == len(MODEL_CHECKS)
    with pytest.raises(AssertionError, match="shapes: inputs of the shape"):
        report.raise_if_failed()
    assert "<b>does not</b>" in report._repr_html_()
    assert max(map(len, str(report).splitlines())) <= 110
    assert check("lstm").raise_if_failed().ok


def test_a_function_and_a_convolution_of_ones_own(capsys):
    def simple(task, hidden):
        return planted.Sound(task, hidden)

    class Ring(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.dense = nn.Linear(inputs, outputs)

        def forward(self, x, edge_index):
            return self.dense(x).index_add(0, edge_index[1], self.dense(x)[edge_index[0]])

    assert check(simple).ok
    assert check(graph_net(Ring, 2)).ok
    assert capsys.readouterr().out == ""


def test_nothing_of_the_caller_changes():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    check("gru")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_fixed_model_needs_no_budget():
    class Fixed(planted.Sound):
        fixed = True

        def __init__(self, task, hidden):
            super().__init__(task, 5)

    assert check(Fixed)["budget"].status == "not tried"


@pytest.mark.parametrize(
    ("thing", "options", "words"),
    [
        ("lstn", {}, "did you mean lstm"),
        (nn.Linear(2, 2), {}, "give its class"),
        ("lstm", {"task": "citation"}, "palindrome"),
        ("lstm", {"length": 0}, "length: 0 should be 1 or more"),
        ("nowhere.py:Model", {}, "no such file"),
    ],
)
def test_bad_input_is_a_message(thing, options, words):
    with pytest.raises(ValueError, match=words):
        check(thing, **options)


def test_the_command_passes_and_fails(tmp_path, capsys):
    path = written(tmp_path)
    code, out, err = command(
        capsys, f"{path}:Mean", "--task", f"{path}:Parity", "--length", "9", "--permutation"
    )
    assert (code, err) == (0, "")
    assert "Mean on Parity at length 9" in out
    assert "holds      permutation" in out
    code, out, _ = command(capsys, f"{path}:Parity", "--length", "19")
    assert code == 0
    assert "holds      chance" in out


def test_the_command_says_what_to_do(tmp_path, capsys):
    path = written(tmp_path, fault="self.spare = nn.Linear(hidden, 3)", chance=0.9)
    code, out, _ = command(capsys, f"{path}:Mean")
    assert code == 1
    assert "does not   gradients" in out
    assert command(capsys, f"{path}:Parity")[0] == 1


def test_an_error_is_said_with_its_line(tmp_path, capsys):
    path = written(tmp_path, fault="raise KeyError(hidden)")
    code, out, _ = command(capsys, f"{path}:Mean")
    assert code == 1
    assert "my_lab.py, line" in " ".join(out.split())


def test_bad_input_is_one_line_and_code_2(capsys):
    code, out, err = command(capsys, "lstn")
    assert (code, out) == (2, "")
    assert err.startswith("gnnlab: ")


def test_the_names_are_at_the_door():
    assert {"check", "parametrize_with_checks"} <= set(experiments.__all__)
