"""The README's programs run and print what they say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from experiments.core import own

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def promised(program):
    """What the comments at the end of, or below, each print say."""
    return re.findall(r"print\(.*\)\s*# (.*)", program)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_promise(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own.forget()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program, "README.md", "exec"), {})
    assert promised(program)
    assert output.getvalue().split("\n")[:-1] == promised(program)


def test_commands_are_ones_that_exist():
    from experiments.command.cli import app

    commands = re.findall(r"^ {4}gnnlab (\w+)", README, flags=re.MULTILINE)
    assert len(commands) >= 6
    assert set(commands) <= set(app)
