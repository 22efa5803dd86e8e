import pytest

from experiments.command.cli import app, main

# What a command needs besides the option in question.
NEEDED = {
    ("draw", "palindrome"): ["121", "--out", "x.png"],
    ("draw", "path"): ["5", "--out", "x.png"],
    ("draw", "field"): ["path-5", "0", "--out", "x.png"],
    ("draw", "graph"): ["karate", "--out", "x.png"],
    ("draw", "words"): ["a text", "--out", "x.png"],
    ("rank",): ["nowhere"],
    ("check",): ["lstm"],
    ("draw", "neighbourhood"): ["karate", "--out", "x.png"],
    ("draw", "attention"): ["nowhere", "--out", "x.png"],
    ("run",): ["palindrome"],
    ("sample",): ["nowhere", "--prompt", "a"],
}


def whole_numbers(command=app, path=()):
    """Every option of every command that takes a whole number, as (command, option)."""
    for name in command:
        if not name.startswith("-"):
            yield from whole_numbers(command[name], (*path, name))
    if command.default_command is not None:
        for argument in command.assemble_argument_collection():
            if argument.hint in (int, int | None):
                yield path, argument.names[0]


def refusal(arguments, capsys):
    """What stands on stderr when the arguments are refused."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    output = capsys.readouterr()
    assert stop.value.code == 2
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err


@pytest.mark.parametrize(("command", "option"), list(whole_numbers()))
def test_no_option_takes_a_fraction(command, option, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    named = option.startswith("--")
    given = [f"{option}=1.5", *NEEDED.get(command, [])] if named else ["1.5", "--out", "x.png"]
    line = refusal([*command, *given], capsys)
    assert f"{option if named else 'gnnlab'}: '1.5' should be a whole number" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["2.0", "1e3", "nan", "", "one", "1,2", ".", "1.5.2", "-0.5"])
def test_what_is_no_whole_number_is_refused(value, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "--workers" in refusal(["run", "palindrome", f"--workers={value}"], capsys)
    assert list(tmp_path.iterdir()) == []


def test_whole_numbers_are_read():
    _, bound, _ = app.parse_args(
        ["run", "characters", "--workers", "3", "--checkpoint-every", "-7"], exit_on_error=False
    )
    assert bound.arguments["workers"] == 3
    assert bound.arguments["checkpoint_every"] == -7
