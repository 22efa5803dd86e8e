"""What README and documentation show: their programs print what they say, their commands are ones that exist."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from cyclopts import CycloptsError, MissingArgumentError

from experiments.core import own

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "_build" not in path.parts
}
PROGRAMS = [
    pytest.param(program, id=f"{page}-{number}")
    for page, text in PAGES.items()
    for number, program in enumerate(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    if re.search(r"print\(.*\)\s*# ", program)  # the others are parts of programs
]
COMMANDS = {
    (page, command)
    for page, text in PAGES.items()
    for command in re.findall(r"^ {4}(?:nohup )?gnnlab (.*)", text, flags=re.MULTILINE)
    if not re.match(r"\S+:|\S*\.\.\.", command)  # a line that the command prints
} | {
    (page, command)
    for page, text in PAGES.items()
    for command in re.findall(r"`gnnlab ([^`]*)`", text)
    if not re.search(r"\.\.\.|COMMAND|EXPERIMENT|NAME|CLAIM", command)
}
INLINE = {command for text in PAGES.values() for command in re.findall(r"`gnnlab ([^`]*)`", text)}


def promised(program):
    """What the comments at the end of, or below, each print say."""
    return re.findall(r"print\(.*\)\s*# (.*)", program)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_promise(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr("os.cpu_count", lambda: 1)  # runs are done in this process
    own.forget()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program, "README.md", "exec"), {})
    assert output.getvalue().split("\n")[:-1] == promised(program)


def test_the_readme_is_short():
    assert len(PAGES["README.md"].split()) <= 900


@pytest.mark.parametrize(("page", "command"), sorted(COMMANDS))
def test_commands_are_ones_that_exist(page, command):
    from experiments.command.cli import app

    words = shlex.split(command.partition(" > ")[0].partition(" && ")[0], comments=True)
    if words[:1] == ["run"] and "." in "".join(words[1:2]):
        words[1] = "own"  # a file of the reader's
    if words[0] in ("sweep", "tune") or "--config" in words:
        assert words[0] in app
        return
    try:
        app.parse_args(words, exit_on_error=False, print_error=False)
    except MissingArgumentError:
        assert command in INLINE  # in a sentence that speaks of a command
    except CycloptsError as error:
        pytest.fail(f"{page}: gnnlab {command}: {error}")
