"""A terminal that cannot show a character gets a question mark in its place, and the command goes on."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
@pytest.mark.parametrize(
    "words",
    [["table", "tests/recorded/palindrome", "--baseline", "lstm"], ["list"], ["reproduce"], ["run", "Ω→"]],
    ids=lambda words: words[0],
)
def test_every_encoding_ends_a_command_as_usual(words, encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "experiments", *words]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == (2 if words[0] == "run" else 0), done.stderr
    assert b"Traceback" not in done.stderr
    done.stdout.decode(encoding)
