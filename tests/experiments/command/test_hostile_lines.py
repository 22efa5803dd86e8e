"""Command lines and files that nobody should write: one line on stderr, exit code 2 or 1, and nothing written.

The lines come from the signatures of the commands, so that a new option falls under them by itself. What is drawn is
the same every time.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.command.cli import app, main
from experiments.core.catalogue import find_experiment
from experiments.running.dry_run import Timing
from experiments.running.plan import kinds_of

pytestmark = pytest.mark.slow

RECORDED = Path(__file__).parents[2] / "recorded"
LINES = 300
TRIALS = 3  # damaged files with a command that reads them, of each kind
PATIENCE = 60  # seconds after which a command counts as one without an end
#: Positional arguments that are right, by command; what is in braces is the folder of the test.
BASES = {
    "run": ["nonsense"],
    "sweep": ["sweep.yaml"],
    "tune": ["palindrome", "--dry-run"],
    "report": ["palindrome"],
    "redo": ["palindrome/T4_lstm_seed0_6f428495"],
    "compare": ["palindrome", "memory"],
    "table": ["palindrome"],
    "rank": ["palindrome"],
    "tensorboard": ["palindrome"],
    "predict": ["documents/pets_lstm_share100_seed0_f8b2a8fc", "a cat"],
    "reproduce": ["nonsense"],
    "check": ["nonsense"],
    "sample": ["characters/tale_lstm-1_seed0_726c4ffc"],
    "draw": ["edges.csv", "--out", "x.png"],
    "draw graph": ["karate", "--out", "x.png"],
    "draw palindrome": ["121", "--out", "x.png"],
    "draw path": ["5", "--out", "x.png"],
    "draw words": ["a b a", "--out", "x.png"],
    "draw adjacency": ["karate", "--out", "x.png"],
    "draw field": ["path-5", "2", "--out", "x.png"],
    "draw social": ["karate", "--out", "x.png"],
    "draw neighbourhood": ["karate", "--out", "x.png"],
    "draw attention": ["palindrome/T4_gat-2_seed0_7256078b", "--out", "x.png"],
    "draw gates": ["palindrome/T4_lstm_seed0_6f428495", "--out", "x.png"],
    "list": [],
    "completion": ["bash"],
}
HOSTILE = [
    "",
    " ",
    ",",
    "no such thing",
    "none/below/none.x",
    "x" * 300,
    "pipe",
    "/dev/zero",
    "two\nlines",
    "nul\0byte",
    "caf\udce9",
    "\u202e💥",
    "$x^2$ {} %s",
    "../..",
    "palindrome",
    "binary",
    "empty",
    "1:99999999",
    "9" * 25,
    "-1",
    "nan",
    "1e999",
    "[" * 500,
    "x=1,2 y",
]
NO_NUMBER = ["", "x", "nan", "1e999", "9" * 400, "--", "two\nlines", "0x", "inf,", "१२x"]
NO_TRUTH = ["maybe", "2", ""]


def commands(level=app, words=()):
    """Every command with the arguments that it takes."""
    for name in level:
        if not name.startswith("-"):
            command = level[name]
            yield " ".join((*words, name)), list(command.assemble_argument_collection())
            yield from commands(command, (*words, name))


def kind_of_option(name, argument):
    """What an option holds: the settings of an experiment are lists in the text of one."""
    if name.startswith("run ") and str in (argument.hint, *getattr(argument.hint, "__args__", ())):
        experiment = find_experiment(name.removeprefix("run "))
        return kinds_of(experiment).get(argument.name.removeprefix("--").replace("-", "_"), str)
    return next(
        (
            kind
            for kind in (bool, int, float)
            if kind in (argument.hint, *getattr(argument.hint, "__args__", ()))
        ),
        str,
    )


def lines():
    """Command lines with one bad value each, and whether the value cannot be right."""
    draws = random.Random(21)
    options = [
        (name, argument)
        for name, arguments in commands()
        for argument in arguments
        if argument.name.startswith("--")
    ]
    few = [pair for pair in options if not pair[0].startswith("run ")]
    many = [pair for pair in options if pair[0].startswith("run ")]
    for name, argument in [*few, *draws.sample(many, LINES - len(few) - 20)]:
        kind = kind_of_option(name, argument)
        bad = {bool: NO_TRUTH, int: NO_NUMBER, float: NO_NUMBER}.get(kind, HOSTILE)
        base = ["--dry-run"] if name.startswith("run ") else BASES[name]
        yield [*name.split(), *base, f"{argument.name}={draws.choice(bad)}"], kind is not str
    for name in draws.choices([name for name in BASES if BASES[name]], k=20):
        base = BASES[name]
        yield [*name.split(), draws.choice(HOSTILE), *base[1:]], False


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with recorded results of every experiment, and files that are none."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(RECORDED, folder, dirs_exist_ok=True)
    (folder / "sweep.yaml").write_text("experiment: palindrome\ndry_run: true\n")
    (folder / "edges.csv").write_text("a,b\n")
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "empty").write_bytes(b"")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.fixture(autouse=True)
def ends(monkeypatch):
    """A command without an end is a failure; how long steps take is not what is asked here."""

    def give_up(number, frame):
        pytest.fail(f"no end after {PATIENCE} s")

    monkeypatch.setattr("experiments.running.dry_run.time_run", lambda run: Timing(1, 1.0, 1.0))
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def gnnlab(words, capsys):
    """Exit code and stderr; any other error of Python goes through."""
    with pytest.raises(SystemExit) as stop:
        main(words)
    return stop.value.code, capsys.readouterr().err


def contents(folder):
    """Every file with its size and time."""
    found = {}
    for path in folder.rglob("*"):
        there = path.lstat()
        found[path] = (there.st_size, there.st_mtime_ns if path.is_file() else 0)
    return found


def check(code, err):
    assert code in (1, 2)
    assert err.startswith("gnnlab: ")
    assert err.count("\n") == 1
    assert len(err) < 2000


def test_every_command_has_a_line_that_is_right():
    assert {name for name, _ in commands() if not name.startswith("run ")} == set(BASES)


@pytest.mark.parametrize(("words", "surely"), list(lines()), ids=lambda value: ascii(value)[:90])
def test_a_bad_value_is_one_line(words, surely, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    before = contents(place)
    code, err = gnnlab(words, capsys)
    if surely or code:
        check(code, err)
        assert contents(place) == before
    assert code != 0 or "Traceback" not in err


def test_the_same_in_processes_of_their_own(place):
    """What only a process has: its streams, its exit, a working directory."""
    for words, _ in random.Random(7).sample(
        [line for line in lines() if line[1] and "\0" not in str(line[0])], 5
    ):
        done = subprocess.run(
            [sys.executable, "-m", "experiments", *words],
            capture_output=True,
            text=True,
            cwd=place,
            timeout=PATIENCE,
            check=False,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        )
        check(done.returncode, done.stderr)


TRAINED = {
    "documents": "run documents --smoke --models tfidf-lr,lstm --shares 100 --seeds 1 --epochs 1 --workers 1",
    "characters": "run characters --smoke --models lstm --steps 4 --seeds 1 --workers 1",
    "palindrome": "run palindrome --smoke --models lstm,gat-2 --lengths 4 --steps 2 --seeds 1 --workers 1",
    "tuned": "tune palindrome --smoke --models rnn --lengths 4 --steps 2 --seeds 1 --trials 2 --tuning-seeds 1 "
    "--workers 1",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folders of tiny runs that have their weights, by name."""
    folder = tmp_path_factory.mktemp("trained")
    for name, words in TRAINED.items():
        with pytest.raises(SystemExit) as stop:
            main([*words.split(), "--out", str(folder / name)])
        assert not stop.value.code
    return folder


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def numbers_gone(path):
    """Every digit is a letter."""
    path.write_bytes(path.read_bytes().translate(bytes.maketrans(b"0123456789", b"abcdefghij")))


def huge(path):
    """Every number has a hundred digits more."""
    path.write_bytes(path.read_bytes().replace(b"1", b"9" * 100))


def piped(path):
    path.unlink()
    os.mkfifo(path)


def foldered(path):
    path.unlink()
    path.mkdir()


DAMAGES = {
    "halved": halved,
    "empty": lambda path: path.write_bytes(b""),
    "null": lambda path: path.write_text("null"),
    "list": lambda path: path.write_text("[]"),
    "mapping": lambda path: path.write_text("{}"),
    "text": lambda path: path.write_text('"text"'),
    "number": lambda path: path.write_text("7"),
    "NaN": lambda path: path.write_bytes(path.read_bytes().replace(b"0.", b"NaN")),
    "nested": lambda path: path.write_text("[" * 100_000),
    "binary": lambda path: path.write_bytes(random.Random(3).randbytes(500)),
    "zeros": lambda path: path.write_bytes(bytes(500)),
    "no numbers": numbers_gone,
    "huge": huge,
    "pipe": piped,
    "folder": foldered,
}
#: The commands that read the records of an experiment; {} is the folder of results, {run} the damaged run.
READERS = {
    "documents": ["predict {run} a", TRAINED["documents"]],
    "characters": ["sample {run} --prompt a --length 2", TRAINED["characters"]],
    "tuned": ["report {}", TRAINED["tuned"]],
    "palindrome": [
        "report {}",
        "table {}",
        "table {} --selection",
        "compare {} other",
        "rank {}",
        "redo {run} --out again",
        "tensorboard {}",
        "draw attention {run} --out x.png",
        "draw gates {run} --input 1210 --out x.png",
        TRAINED["palindrome"],
    ],
}


def damaged_files(folder):
    """One file of each name, in the folder of results or in a run, but for those that people read."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".csv", ".pt", ".bin", ".tsv"):
            name = "choices" if path.name.startswith("choices") else path.name
            found.setdefault(name, path)
    return list(found.values())


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_one_line(name, damage, trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(trained / "palindrome", "other")
    failures = []
    pairs = [(file, words) for file in damaged_files(trained / name) for words in READERS[name]]
    for file, words in random.Random(damage + name).sample(pairs, min(TRIALS, len(pairs))):
        shutil.rmtree("damaged", ignore_errors=True)
        shutil.copytree(trained / name, "damaged")
        path = Path("damaged") / file.relative_to(trained / name)
        DAMAGES[damage](path)
        run = path.parent if (path.parent / "curve.csv").exists() or path.name == "curve.csv" else None
        run = run or next(found.parent for found in Path("damaged").glob("*/result.json"))
        line = words.replace("{run}", str(run)).replace("{}", "damaged")
        before = contents(Path("damaged"))
        out = ["--out", "damaged"] if line in TRAINED.values() else []
        signal.alarm(PATIENCE)
        try:
            code, err = gnnlab([*line.split(), *out], capsys)
            if code and out:  # what was done before it stands above
                check(code, err.splitlines(keepends=True)[-1])
            elif code:
                check(code, err)
                assert contents(Path("damaged")) == before
            assert "Traceback" not in err
        except (Exception, pytest.fail.Exception) as error:
            failures.append(f"{path} {line}: {type(error).__name__} {str(error)[:200]!r}")
        shutil.rmtree("again", ignore_errors=True)
    assert not failures, "\n".join(failures)
