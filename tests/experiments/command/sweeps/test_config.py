"""``gnnlab run NAME --config FILE``: the options of a file, those of the command line before them."""

import pytest

from experiments.command.cli import main

TINY = "lengths: 3\nseeds: 1\nsteps: 4\nmodels: [lstm, rnn]\n"


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(TINY)
    return path


def test_a_file_stands_for_its_options(file, capsys):
    code, out, _ = run(capsys, "run", "palindrome", "--dry-run", f"--config={file}", "--models", "gru")
    assert code == 0
    assert "gru" in out
    assert "lstm" not in out
    assert "1 run, of which 0" in out


def test_the_name_may_stand_in_the_file(file, capsys):
    file.write_text(f"experiment: palindrome\n{TINY}")
    assert "2 runs, of which 0" in run(capsys, "run", "--config", file, "--dry-run")[1]
    code, _, err = run(capsys, "run", "adding", "--config", file)
    assert (code, err.count("\n")) == (2, 1)
    assert "c.yaml:1: experiment: palindrome, where the command says adding" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "palindrome", "--config"), "--config requires an argument"),
        (("run", "palindrome", "--config", "FILE", "--config", "FILE"), "config: one file, and not 2"),
        (("run", "--config", "FILE"), "c.yaml: the key experiment is missing"),
        (("run", "palindrome", "--config", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("run", "palindrome", "--config", "FILE", "--steps", "x"), "steps"),
        (("sweep", "SWEEP", "--config", "FILE"), "config: only gnnlab run takes it"),
    ],
)
def test_a_wrong_one_is_one_line(words, message, file, tmp_path, capsys):
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text("experiment: palindrome\n")
    named = {"FILE": file, "SWEEP": sweep}
    code, out, err = run(capsys, *(named.get(word, word) for word in words))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_key_that_is_no_option_is_named_with_its_line(file, capsys):
    file.write_text(f"{TINY}stpes: 3\n")
    code, _, err = run(capsys, "run", "palindrome", "--config", file)
    assert code == 2
    assert "c.yaml:5: unknown key 'stpes', did you mean steps? gnnlab run palindrome --help" in err
