import io
import itertools
import re
import sys

import pytest
import torch

from experiments.command.cli import main
from experiments.lab.characters.loading import load_character_model


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A recurrent and a graph model after a few steps."""
    out = tmp_path_factory.mktemp("sample") / "results"
    words = "run characters --smoke --models lstm-1,gcn-1-w3 --steps 10 --samples 0 --workers 1 --out"
    with pytest.raises(SystemExit) as stop:
        main([*words.split(), str(out)])
    assert stop.value.code == 0
    return out


@pytest.fixture(params=["lstm", "gcn"])
def run_folder(results, request):
    (folder,) = results.glob(f"python_{request.param}*")
    return folder


def sample(capsys, *arguments):
    """Exit code, stdout and stderr of the command."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(["sample", *(str(argument) for argument in arguments)])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


def by_hand(run_folder, prompt, length, choose):
    """The text with the whole of it read anew for every character."""
    model, vocabulary, _ = load_character_model(run_folder)
    tokens = [vocabulary.characters.index(c) for c in prompt]
    for _ in range(length):
        with torch.no_grad():
            logits = model(torch.tensor([tokens]))[0][0, -1].double()
            logits[vocabulary.characters.index("\N{REPLACEMENT CHARACTER}")] = float("-inf")  # never written
            tokens.append(choose(logits))
    return "".join(vocabulary.characters[t] for t in tokens)


def test_greedy_text_follows_the_prompt(run_folder, capsys):
    code, text, err = sample(capsys, run_folder, "--prompt", "The class", "--length", 23, "--temperature", 0)
    assert (code, err) == (0, "")
    assert text == by_hand(run_folder, "The class", 23, lambda logits: int(logits.argmax())) + "\n"


@pytest.mark.parametrize("options", [("--temperature", "0.5"), ("--sharpness", "2.0")])
def test_draws_follow_the_seed(run_folder, capsys, options):
    generator = torch.Generator().manual_seed(7)

    def choose(logits):
        level = 1 - torch.rand(1, dtype=torch.float64, generator=generator).item()
        sums = itertools.accumulate((logits / 0.5).softmax(-1).tolist())
        return next(token for token, reached in enumerate(sums) if reached >= level)

    expected = by_hand(run_folder, "The class", 23, choose) + "\n"
    arguments = (run_folder, "--prompt", "The class", "--length", 23, *options)
    assert sample(capsys, *arguments, "--seed", 7)[1] == expected
    assert sample(capsys, *arguments, "--seed", 8)[1] != expected


def test_several_texts_are_numbered(run_folder, capsys):
    code, text, err = sample(capsys, run_folder, "--prompt", "a", "--length", 5, "--count", 3, "--top-k", 1)
    greedy = by_hand(run_folder, "a", 5, lambda logits: int(logits.argmax()))
    assert (code, err) == (0, "")
    assert text == "".join(f"[{n}] {greedy}\n" for n in (1, 2, 3))


class Terminal(io.StringIO):
    """Remembers what was to be seen at every moment; a key may be pressed at one of them."""

    def __init__(self, interrupted_at=None):
        super().__init__()
        self.seen = []
        self.interrupted_at = interrupted_at

    def isatty(self):
        return True

    def flush(self):
        self.seen.append(self.getvalue())
        if len(self.seen) == self.interrupted_at:
            raise KeyboardInterrupt


def test_a_terminal_sees_every_character_as_it_comes(run_folder, capsys, monkeypatch):
    arguments = [str(run_folder), "--prompt", "The class", "--length", "11"]
    _, expected, _ = sample(capsys, *arguments)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    with pytest.raises(SystemExit):
        main(["sample", *arguments])
    assert terminal.getvalue() == expected
    shown = list(dict.fromkeys(terminal.seen))
    assert shown[:12] == [expected[: len("The class") + n] for n in range(12)]


def test_an_interrupted_text_ends_where_it_is(run_folder, monkeypatch):
    terminal = Terminal(interrupted_at=4)
    monkeypatch.setattr(sys, "stdout", terminal)
    with pytest.raises(SystemExit) as stop:
        main(["sample", str(run_folder), "--prompt", "The class", "--length", "11"])
    assert stop.value.code == 130
    assert terminal.getvalue() == terminal.seen[3] + "\n"
    assert len(terminal.seen[3]) == len("The class") + 3


def test_unseen_characters_are_reported_and_mapped_as_asked(run_folder, capsys):
    arguments = ("--length", 3, "--temperature", 0)
    code, text, err = sample(capsys, run_folder, "--prompt", "a☃b☃🂡", "--unknown", "skip", *arguments)
    assert code == 0
    assert text == sample(capsys, run_folder, "--prompt", "ab", *arguments)[1]
    assert err == "prompt: characters that the model has never seen are left out: '☃' (2), '🂡' (1)\n"

    code, text, err = sample(capsys, run_folder, "--prompt", "a☃b", "--unknown", "x", *arguments)
    assert text == sample(capsys, run_folder, "--prompt", "axb", *arguments)[1]
    assert err == "prompt: characters that the model has never seen are replaced by 'x': '☃' (1)\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--prompt", "a☃"), "prompt: the model has never seen '☃'; --unknown skip"),
        (("--prompt", "☃", "--unknown", "skip"), "nothing is left of it"),
        (("--prompt", "☃", "--unknown", "🂡"), "unknown must be a character of the vocabulary"),
        (("--prompt", "a", "--unknown", "drop"), "unknown must be 'refuse', 'skip' or one character"),
        (("--prompt", ""), "prompt: it should have at least one character"),
        ((), "--prompt"),
        (("--prompt", "a", "--length", "0"), "length must be an integer of at least 1, got 0"),
        (("--prompt", "a", "--length", "-3"), "length must be an integer of at least 1, got -3"),
        (("--prompt", "a", "--temperature", "-0.5"), "temperature must be a number of 0 or more, got -0.5"),
        (("--prompt", "a", "--temperature", "nan"), "temperature must be a number of 0 or more, got nan"),
        (("--prompt", "a", "--sharpness", "-1"), "sharpness must be a number of 0 or more"),
        (("--prompt", "a", "--sharpness", "1", "--temperature", "1"), "must not both be given"),
        (("--prompt", "a", "--top-k", "0"), "top_k must be an integer of at least 1, got 0"),
        (("--prompt", "a", "--count", "0"), "count: 0 should be 1 or more"),
        (("--prompt", "a", "--seed", "-1"), "seed: -1 should be 0 or more"),
        (("--prompt", "a", "--seed", str(2**63)), "should be 0 or more, and under 2^63"),
    ],
)
def test_bad_input_is_one_line(results, capsys, arguments, said):
    (run_folder,) = results.glob("python_lstm*")
    code, out, err = sample(capsys, run_folder, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_folder_that_is_no_run_is_named(results, tmp_path, capsys):
    code, out, err = sample(capsys, results, "--prompt", "a")
    assert (code, out) == (2, "")
    assert "holds runs; it should be one of them, such as" in err
    assert str(min(results.glob("python_*"))) in err
    code, _, err = sample(capsys, tmp_path / "nowhere", "--prompt", "a")
    assert code == 2
    assert "not the folder of a run" in err


@pytest.mark.parametrize("words", [["--prompt", "- a"], ["--prompt=- a"]])
def test_a_prompt_may_begin_with_a_hyphen(words, run_folder, capsys):
    code, text, _ = sample(capsys, run_folder, *words, "--length", 3, "--unknown", "skip")
    assert code == 0
    assert len(text.rstrip("\n")) >= 3


def test_an_option_is_no_prompt(run_folder, capsys):
    code, _, err = sample(capsys, run_folder, "--prompt", "--length", "5")
    assert code == 2
    assert err.startswith("gnnlab: ")
    assert err.count("\n") == 1


def test_lists_are_gone_through_and_each_text_is_that_of_its_own_command(results, capsys):
    runs = sorted(results.glob("python_*"))
    code, text, _ = sample(
        capsys, *runs, "--prompt", "The class", "--prompt", "- a", "--length", "5,9", "--temperature", "0,2"
    )
    assert code == 0
    blocks = dict(re.findall(r"== (.*?) ==\n(.*?)\n(?=\n==|\Z)", text, flags=re.DOTALL)[::-1])
    assert len(re.findall(r"^== ", text, flags=re.MULTILINE)) == 2 * 2 * 2 * 2
    for run in runs:
        for length in (5, 9):
            for temperature in (0.0, 2.0):
                alone = ("--prompt", "The class", "--length", length, "--temperature", temperature)
                head = f"length {length}, temperature {temperature}, run {run.name}"
                assert blocks[head] + "\n" == sample(capsys, run, *alone)[1]


def test_several_prompts_alone_name_themselves(run_folder, capsys):
    _, text, _ = sample(capsys, run_folder, "--prompt", "a", "--prompt", "b", "--length", 2)
    assert re.fullmatch(r"== a ==\na..\n\n== b ==\nb..\n", text, flags=re.DOTALL)


@pytest.mark.parametrize(
    "options", [("--length", "3,x"), ("--temperature", "1,,2"), ("--temperature", "1,-1")]
)
def test_one_bad_value_of_a_list_writes_nothing(options, run_folder, capsys):
    code, out, err = sample(capsys, run_folder, "--prompt", "a", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert options[0].strip("-") in err


def test_the_symbol_for_unknown_characters_is_never_written(run_folder, capsys, monkeypatch):
    """Not even where the model holds it for the most probable of all."""
    model, vocabulary, settings = load_character_model(run_folder)
    place = vocabulary.characters.index("\N{REPLACEMENT CHARACTER}")

    def certain(tokens, state=None):
        logits, state = model(tokens, state)
        return logits.index_fill(-1, torch.tensor([place]), 1e3), state

    monkeypatch.setattr(
        "experiments.lab.characters.loading.load_character_model",
        lambda run: (certain, vocabulary, settings),
    )
    _, text, _ = sample(capsys, run_folder, "--prompt", "The", "--length", 30, "--temperature", "0,1")
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert len(text) > 60
