import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata

import pytest

from experiments.command.cli import main
from experiments.records.files import write_json
from tests.experiments.runs import sequence_run


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


BAD = {
    "unknown command": ["rum"],
    "unknown experiment": ["run", "palindrom"],
    "no experiment": ["run"],
    "unknown option": ["run", "palindrome", "--stepps", "3"],
    "unknown model": ["run", "palindrome", "--models", "lstn"],
    "no model": ["run", "palindrome", "--models", ""],
    "unknown model option": ["run", "palindrome", "--models", "gcn-4-miror"],
    "length under 2": ["run", "palindrome", "--lengths", "1"],
    "length no number": ["run", "palindrome", "--lengths", "five"],
    "zero seeds": ["run", "palindrome", "--seeds", "0"],
    "negative seeds": ["run", "palindrome", "--seeds=-1"],
    "zero steps": ["run", "palindrome", "--steps", "0"],
    "steps no number": ["run", "palindrome", "--steps", "many"],
    "zero batch": ["run", "palindrome", "--batch-size", "0"],
    "learning rate NaN": ["run", "palindrome", "--learning-rate", "nan"],
    "zero workers": ["run", "palindrome", "--workers", "0"],
    "too many threads": ["run", "palindrome", "--threads", "100000"],
    "contradicting model": ["run", "palindrome", "--models", "lstm-2-3"],
    "unknown optimizer": ["run", "palindrome", "--optimizer", "adm"],
    "decay of zero": ["run", "palindrome", "--decay", "0"],
    "symbols encoded where there are numbers": ["run", "adding", "--models", "lstm-onehot"],
    "mirrored without a middle": ["run", "baum-sweet", "--models", "gcn-2-mirrored"],
    "zero threads": ["run", "palindrome", "--threads", "0"],
    "unknown device": ["run", "palindrome", "--device", "tpu"],
    "device number": ["run", "palindrome", "--device", "cuda:x"],
    "no such device": ["run", "palindrome", "--device", "cuda:99"],
    "impossible budget": ["run", "palindrome", "--budget", "7"],
    "draw nothing known": ["draw", "tree", "121", "--out", "x.png"],
    "draw no palindrome": ["draw", "palindrome", "123", "--out", "x.png"],
    "draw no word that is one": ["draw", "palindrome", "abca", "--out", "x.png"],
    "draw one digit": ["draw", "palindrome", "1", "--out", "x.png"],
    "draw unknown format": ["draw", "palindrome", "121", "--out", "x.doc"],
    "draw into no folder": ["draw", "palindrome", "121", "--out", "none/x.png"],
    "draw without out": ["draw", "palindrome", "121"],
    "draw negative skip": ["draw", "palindrome", "121", "--skip=-2", "--out", "x.png"],
    "draw an unknown graph": ["draw", "adjacency", "karat", "--out", "x.png"],
    "draw a path of none": ["draw", "path", "0", "--out", "x.png"],
    "draw a path of words": ["draw", "path", "five", "--out", "x.png"],
    "draw a graph option": ["draw", "field", "path-5-miror", "0", "--out", "x.png"],
    "draw a node out of range": ["draw", "field", "path-5", "5", "--out", "x.png"],
    "draw negative layers": ["draw", "field", "path-5", "0", "--layers=-1", "--out", "x.png"],
    "draw no powers": ["draw", "adjacency", "path-5", "--powers", "a", "--out", "x.png"],
    "draw a negative power": ["draw", "adjacency", "path-5", "--powers=-1", "--out", "x.png"],
    "draw an unknown kind": ["draw", "adjacency", "path-5", "--kind", "big", "--out", "x.png"],
    "draw a matrix too large": ["draw", "adjacency", "path-999", "--out", "x.png"],
    "draw an unknown social graph": ["draw", "social", "cora", "--out", "x.png"],
    "draw one node": ["draw", "neighbourhood", "karate", "--most", "1", "--out", "x.png"],
    "draw the attention of nothing": ["draw", "attention", "nowhere", "--out", "x.png"],
    "draw a third layer": ["draw", "attention", "nowhere", "--layer", "3", "--out", "x.png"],
    "citation data set": ["run", "citation", "--dataset", "kora"],
    "citation no data set": ["run", "citation", "--dataset", ","],
    "citation model": ["run", "citation", "--models", "lstm"],
    "citation seeds": ["run", "citation", "--seeds", "0"],
    "citation epochs": ["run", "citation", "--epochs", "0"],
    "citation workers": ["run", "citation", "--workers", "0"],
    "citation threads": ["run", "citation", "--threads", "0"],
    "citation device": ["run", "citation", "--device", "tpu"],
    "citation has no lengths": ["run", "citation", "--lengths", "5"],
    "citation after its options": ["run", "--smoke", "citation"],
    "steps in a bad range": ["run", "palindrome", "--steps", "20:10:5"],
    "steps in too long a range": ["run", "palindrome", "--steps", "1:9999999"],
    "one bad rate of two": ["run", "palindrome", "--learning-rate", "0.1,fast"],
    "one negative rate of two": ["run", "palindrome", "--learning-rate", "0.1,-0.1"],
    "two commas": ["run", "palindrome", "--learning-rate", "0.1,,0.2"],
    "half a step": ["run", "palindrome", "--steps", "20,30.5"],
    "one unknown optimizer of two": ["run", "palindrome", "--optimizer", "adam,adan"],
    "too many combinations": ["run", "palindrome", "--steps", "1:9000", "--hidden", "1:9"],
    "too many runs": ["run", "palindrome", "--steps", "1:9000", "--seeds", "9000"],
    "unknown engine": ["run", "palindrome", "--engine", "lokal"],
    "Ray without an address": ["run", "palindrome", "--engine", "ray://"],
    "a Ray share without Ray": ["run", "palindrome", "--cpus-per-run", "1"],
    "no CPU at all": ["run", "palindrome", "--engine", "ray", "--cpus-per-run", "0"],
    "a negative GPU share": ["run", "palindrome", "--engine", "ray", "--gpus-per-run=-1"],
    "a numbered GPU of a cluster": ["run", "palindrome", "--engine", "ray", "--device", "cuda:0"],
    "negative time": ["run", "palindrome", "--checkpoint-seconds=-1"],
    "time that is no number": ["run", "palindrome", "--checkpoint-seconds", "nan"],
    "dry run of a bad model": ["run", "palindrome", "--dry-run", "--models", "lstn"],
    "dry run of a budget that does not fit": ["run", "palindrome", "--dry-run", "--budget", "7"],
    "sweep of no file": ["sweep"],
    "sweep of a file that is not there": ["sweep", "nowhere.yaml"],
    "report of nothing": ["report", "nowhere"],
    "redo of nothing": ["redo", "nowhere"],
    "report of nothing against a baseline": ["report", "nowhere", "--baseline", "lstm"],
    "table of nothing": ["table", "nowhere"],
    "table without a folder": ["table"],
    "table in no format": ["table", "nowhere", "--format", "latx"],
    "table into no folder": ["table", "nowhere", "--out", "none/table.csv"],
    "compare nothing": ["compare", "nowhere", "elsewhere"],
    "compare with nothing": ["compare", "nowhere"],
    "compare in no format": ["compare", "nowhere", "elsewhere", "--format", "html"],
    "compare into no folder": ["compare", "nowhere", "elsewhere", "--out", "none/x.csv"],
    "report of too long a name": ["report", "x" * 300],
    "out of too long a name": ["run", "palindrome", "--smoke", "--out", "x" * 300],
    "tensorboard of nothing": ["tensorboard", "nowhere"],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_writes_nothing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("gnnlab: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "characters", "--text", "pipe"],
        ["run", "documents", "--documents", "pipe"],
        ["run", "forecast", "--series", "pipe", "--edge-list", "pipe"],
        ["sweep", "pipe"],
        ["sweep", "/dev/zero"],
    ],
)
def test_a_pipe_or_a_device_is_no_input(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")  # nobody writes into it, so that reading would never end
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "is a pipe or a device; it should be a file" in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


# Each with what the line says besides the file, and the line of the file where it can be told.
BAD_YAML = {
    "empty": ("", "should hold keys and values"),
    "list": ("- palindrome", "should hold keys and values"),
    "not YAML": ("experiment: [palindrome", "not YAML"),
    "tab": ("experiment: palindrome\n\tseeds: 1", ":2: not YAML"),
    "no experiment": ("models: lstm", "experiment is missing"),
    "mistyped experiment key": ("experimnet: palindrome", "which is not experimnet"),
    "unknown experiment": (
        "experiment: palindrom",
        ":1: experiment: unknown 'palindrom', did you mean palindrome",
    ),
    "experiment is a switch": ("experiment: --help", "experiment"),
    "two experiments": ("experiment: [palindrome, adding]", ":1: experiment"),
    "unknown key": (
        "experiment: palindrome\nlerning_rate: 1",
        ":2: unknown key 'lerning-rate', did you mean learning-rate",
    ),
    "key of another experiment": ("experiment: palindrome\nepochs: 1", ":2: unknown key 'epochs'"),
    "nested": ("experiment: palindrome\ntrain: {steps: 3}", ":2: train"),
    "twice": ("experiment: palindrome\nseeds: 1\nseeds: 2", ":3: seeds stands twice"),
    "no value": ("experiment: palindrome\nseeds:", ":2: seeds: its value is missing"),
    "empty list": ("experiment: palindrome\nmodels: []", ":2: models: an empty list"),
    "unknown model": ("experiment: palindrome\nseeds: 1\nmodels: [lstm, lstn]", ":3: models: "),
    "bad length": ("experiment: palindrome\nlengths: [5, one]", ":2: lengths: "),
    "bad range": ("experiment: palindrome\nlengths: 9:5", ":2: lengths: "),
    "negative seed": ("experiment: palindrome\nseeds: [-1, 2]", ":2: seeds: "),
    "bad rate": (
        "experiment: palindrome\nlearning_rate: [0.1, fast]",
        ":2: learning_rate: 'fast' should be a number",
    ),
    "rate of zero": ("experiment: palindrome\nlearning_rate: 0", ":2: learning_rate: 0 should be"),
    "steps true": ("experiment: palindrome\nsteps: true", ":2: steps: 'true' should be a whole number"),
    "unknown optimizer": (
        "experiment: palindrome\noptimizer: adm",
        ":2: optimizer: unknown 'adm', did you mean adam",
    ),
    "workers a list": ("experiment: palindrome\nworkers: [1, 2]", ":2: "),
    "half a worker": (
        "experiment: palindrome\nworkers: 1.5",
        ":2: Invalid value for --workers: '1.5' should be a whole number",
    ),
    "out a list": ("experiment: palindrome\nout: [a, b]", ":2: out: it takes one value, and no list"),
    "device a list": ("experiment: citation\ndevice: [cpu, cpu]", ":2: device: it takes one value"),
    "a prompt of two": ("experiment: characters\nprompt: [a, b]", ":2: prompt: it takes one value"),
    "one unknown optimizer of two": (
        "experiment: characters\noptimizer: [adam, adan]",
        ":2: optimizer: unknown 'adan', did you mean adam",
    ),
    "smoke a list": ("experiment: palindrome\nsmoke: [true]", ":2: smoke: it takes one value"),
    "zero workers": ("experiment: palindrome\nworkers: 0", ":2: workers: 0 should be 1 or more"),
    "threads a word": ("experiment: palindrome\nthreads: two", ":2: "),
    "smoke a number": ("experiment: palindrome\nsmoke: 3", ":2: smoke: '3' should be true or false"),
    "unknown engine": ("experiment: palindrome\nengine: rai", ":2: engine: unknown 'rai', did you mean ray"),
    "unknown device": ("experiment: palindrome\ndevice: tpu", ":2: device: "),
    "budget too small": ("experiment: palindrome\nbudget: 7", ":2: budget: "),
    "citation data set": ("experiment: citation\ndataset: kora", ":2: dataset: "),
    "citation has no lengths": ("experiment: citation\nlengths: 5", ":2: unknown key 'lengths'"),
    "a key with a dash before it": ("experiment: palindrome\n--seeds: 1", ":2: unknown key"),
}


@pytest.mark.parametrize(("text", "words"), BAD_YAML.values(), ids=BAD_YAML)
def test_a_bad_file_is_one_line_that_says_where(text, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text(text + "\n")
    code, out, err = run(capsys, "sweep", "sweep.yaml")
    assert code == 2
    assert out == ""
    assert err.startswith("gnnlab: sweep.yaml")
    assert words in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.yaml"]


SWEEP = """
experiment: palindrome
models: [rnn, gcn-2]
lengths: [3, 5]
seeds: 2
hidden: 8
learning_rate: [1e-3, 0.003]
steps: 20
batch_size: 8
evaluate_every: 10
validation_size: 20
test_size: 20
"""


def test_a_file_is_the_same_sweep_as_its_options(tmp_path, capsys):
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    options = ["--models", "rnn,gcn-2", "--lengths", "3,5", "--seeds", "2", "--hidden", "8", "--steps", "20"]
    options += ["--learning-rate", "0.001,3e-3", "--batch-size", "8", "--evaluate-every", "10"]
    options += ["--validation-size", "20", "--test-size", "20", "--workers", "1", "--out", tmp_path / "out"]
    code, _, _ = run(capsys, "sweep", tmp_path / "sweep.yaml", "--workers", "1", "--out", tmp_path / "out")
    assert code == 0
    assert len(list((tmp_path / "out").glob("*/result.json"))) == 16
    code, again, _ = run(capsys, "run", "palindrome", *options)
    assert code == 0
    assert "16 runs were there already, 0 are new" in again


def test_a_dry_run_counts_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    code, out, err = run(capsys, "sweep", "sweep.yaml", "--dry-run", "--workers", "2")
    assert code == 0
    assert err.startswith("gnnlab: timing ")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["model", "learning_rate", "length"]
    assert len([line for line in lines if line.split()[:1] == ["rnn"]]) == 4
    assert "16 runs, of which 0 are there already: 16 to do" in out
    assert "with 2 workers" in out
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.yaml"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_experiments_and_options(shell, capsys):
    code, out, _ = run(capsys, "completion", shell)
    assert code == 0
    for word in ("palindrome", "learning-rate", "neighbourhood"):
        assert word in out


def test_tab_completes_a_command(tmp_path, capsys):
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    (tmp_path / "completion").write_text(run(capsys, "completion", "bash")[1])
    begin = "source $1; COMP_WORDS=(gnnlab run palindrome --learn) COMP_CWORD=3"
    program = f"{begin}; _gnnlab; echo ${{COMPREPLY[@]}}"
    words = ["bash", "-c", program, "bash", str(tmp_path / "completion")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "--learning-rate\n"


def test_the_version_is_that_of_the_distribution(monkeypatch, capsys):
    monkeypatch.setattr(metadata, "version", {"gnnlab": "7.11.13"}.__getitem__)
    assert run(capsys, "--version")[:2] == (0, "7.11.13\n")

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert run(capsys, "--version")[:2] == (0, "not installed\n")


@pytest.mark.parametrize("option", ["--batch-size", "--batch_size"])
def test_an_option_comes_before_the_file_however_it_is_written(option, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    # The error, which ends it before anything is timed, shows whose value was taken.
    code, _, err = run(capsys, "sweep", "sweep.yaml", option, "0")
    assert code == 2
    assert "batch_size: 0 should be 1 or more" in err


def test_failed_runs_are_not_done_again_unless_asked(tmp_path, capsys):
    arguments = ["run", "palindrome", "--smoke", "--workers", "1", "--models", "gcn-2", "--lengths", "3"]
    arguments += ["--seeds", "1", "--learning-rate", "1e30", "--clip-norm", "0", "--out", tmp_path]
    assert run(capsys, *arguments)[0] == 1
    mark = next(tmp_path.glob("*/result.json")).stat().st_mtime_ns
    code, _, err = run(capsys, *arguments)
    assert code == 1
    assert "DivergedError" in err
    assert "--retry-failed" in err
    assert next(tmp_path.glob("*/result.json")).stat().st_mtime_ns == mark
    assert run(capsys, *arguments, "--retry-failed")[0] == 1
    assert next(tmp_path.glob("*/result.json")).stat().st_mtime_ns != mark


@pytest.mark.parametrize(
    ("name", "words"), [("adding", "holds runs of 'adding'"), ("novels", "experiment: unknown 'novels'")]
)
def test_folder_of_another_experiment_is_left_alone(name, words, tmp_path, capsys):
    (tmp_path / "x").mkdir()
    write_json(
        tmp_path / "x" / "config.json",
        sequence_run("lstm", experiment="adding").to_dict() | {"experiment": name},
    )
    before = sorted(tmp_path.rglob("*"))
    code, _, err = run(capsys, "run", "palindrome", "--smoke", "--out", tmp_path)
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_cannot_be_written(tmp_path, capsys):
    tmp_path.chmod(0o500)
    code, _, err = run(capsys, "run", "palindrome", "--smoke", "--out", tmp_path / "x")
    assert code == 2
    assert "cannot be written" in err


@pytest.mark.parametrize(
    ("experiment", "model", "words"),
    [
        ("adding", "lstm-scalar", "lstm-scalar encodes symbols as scalar, but the inputs here are numbers"),
        ("palindrome", "gat-2-heads4", "heads must divide hidden_channels"),
    ],
)
def test_models_of_a_set_size_are_tried_before_anything_is_written(
    experiment, model, words, tmp_path, capsys
):
    arguments = ("run", experiment, "--smoke", "--models", f"rnn,{model}", "--hidden", "7")
    code, _, err = run(capsys, *arguments, "--out", tmp_path / "x")
    assert code == 2
    assert words in err
    assert not (tmp_path / "x").exists()


def test_a_home_that_cannot_be_written_is_no_news(tmp_path):
    recorded = sequence_run("lstm")
    (tmp_path / recorded.folder).mkdir()
    write_json(tmp_path / recorded.folder / "config.json", recorded.to_dict())
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "experiments", "table", str(tmp_path)],
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path / "file" / "below"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_path_that_may_not_be_opened_is_named_to_its_end(tmp_path, capsys, monkeypatch):
    path = tmp_path / ("deep" * 20) / "weights.pt"

    def refuse(folder):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("experiments.records.records.read_runs", refuse)
    code, _, err = run(capsys, "report", tmp_path)
    assert code == 2
    assert err == f"gnnlab: Permission denied: {path}; give another path\n"


def test_out_below_a_file(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "run", "palindrome", "--smoke", "--out", tmp_path / "file" / "x")
    assert code == 2
    assert err.count("\n") == 1


def test_list_names_what_there_is(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    for word in ("palindrome", "lstm", "gcn", "mirrored"):
        assert word in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["run", "citation", "--help"],
        ["run", "tree-neighbors", "--help"],
        ["draw", "--help"],
        ["draw", "field", "--help"],
        ["compare", "--help"],
        ["table", "--help"],
        ["tensorboard", "--help"],
        ["reproduce", "--help"],
        ["predict", "--help"],
        [],
    ],
)
def test_help_teaches_and_imports_nothing_slow(arguments):
    program = (
        "import sys\nfrom experiments.command.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n"
        "    print(sorted({'torch', 'pandas', 'matplotlib', 'torch_geometric'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Usage: gnnlab" in done.stdout
    assert "[ARGS]" not in done.stdout  # what is expected has a name
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("experiment", ["palindrome", "memory", "documents"])
def test_help_of_an_experiment_says_how_to_try_that_one(experiment, capsys):
    _, out, _ = run(capsys, "run", experiment, "--help")
    assert out.rstrip().endswith(f"Start with: gnnlab run {experiment} --smoke")


@pytest.mark.parametrize("command", ["reproduce", "draw path"])
def test_help_of_a_command_that_needs_no_results_says_how_to_try_that_one(command, capsys):
    _, out, _ = run(capsys, *command.split(), "--help")
    assert out.rstrip().splitlines()[-1].startswith(f"Start with: gnnlab {command.split()[0]} ")


def test_smoke_run_from_end_to_end(tmp_path, capsys):
    out = tmp_path / "results"
    code, table, err = run(
        capsys, "run", "palindrome", "--smoke", "--seeds", "1", "--workers", "1", "--out", out
    )
    assert code == 0
    assert [line.split()[1] for line in err.splitlines()] == [f"{n}/10" for n in range(1, 11)]  # and no bars
    assert table.startswith("model ")
    assert (out / "report.html").stat().st_size > 10_000
    results = sorted(out.glob("*_gcn-2_*/result.json")) + sorted(out.glob("*[!-]*/result.json"))
    results = list(dict.fromkeys(results))
    assert len(results) == 10
    assert (out / "results.csv").read_text().count("\n") == 11
    assert {path.name for path in results[0].parent.iterdir()} == {
        "config.json",
        "curve.csv",
        "result.json",
        "sensitivity.csv",
        "losses.csv",
        "weights.pt",
    }

    code, again, _ = run(
        capsys, "run", "palindrome", "--smoke", "--seeds", "1", "--workers", "1", "--out", out
    )
    assert code == 0
    assert "10 runs were there already, 0 are new" in again

    code, line, _ = run(capsys, "redo", results[0].parent)
    assert code == 0
    assert "the same, bit for bit" in line

    (out / "report.html").unlink()
    code, _, _ = run(capsys, "report", out)
    assert code == 0
    assert (out / "report.html").exists()


def test_failed_runs_give_exit_code_1(tmp_path, capsys):
    arguments = [
        "--models",
        "gcn-2",
        "--lengths",
        "3",
        "--seeds",
        "1",
        "--learning-rate",
        "1e30",
        "--clip-norm",
        "0",
    ]
    code, table, err = run(
        capsys, "run", "palindrome", "--smoke", "--workers", "1", *arguments, "--out", tmp_path
    )
    assert code == 1
    assert "1 failed" in table
    assert "DivergedError" in err
    assert "DivergedError" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("name", ["x.png", "x.svg", "x.pdf"])
def test_draw_writes_the_format_of_the_ending(name, tmp_path, capsys):
    path = tmp_path / name
    code, _, _ = run(capsys, "draw", "palindrome", "12321", "--mirrored", "--adjacency", "--out", path)
    assert code == 0
    begin = {"x.png": b"\x89PNG", "x.svg": b"<?xml", "x.pdf": b"%PDF"}[name]
    assert path.read_bytes().startswith(begin)


@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupted_sweep_says_so_and_leaves_its_table(number, tmp_path):
    command = [sys.executable, "-m", "experiments", "run", "palindrome", "--models", "rnn", "--lengths", "90"]
    command += ["--seeds", "3", "--workers", "2", "--patience", "0", "--out", str(tmp_path)]
    sweep = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("*/curve.csv")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        sweep.send_signal(number)
        _, error = sweep.communicate(timeout=60)
    finally:
        sweep.kill()
    assert sweep.returncode == 130
    assert error.strip() == "gnnlab: interrupted; the same command goes on with what is missing"
    assert "unfinished" in (tmp_path / "results.csv").read_text()


def test_a_reader_that_leaves_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m experiments list | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_smoke_runs_of_a_file_do_not_go_where_its_own_runs_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text(
        "experiment: palindrome\nmodels: lstm\nlengths: 4\nseeds: 1\nout: mine\n"
    )
    assert "in mine-smoke" in run(capsys, "sweep", "sweep.yaml", "--smoke", "--dry-run")[1]
    assert "in mine-smoke" not in run(capsys, "sweep", "sweep.yaml", "--dry-run")[1]


def test_a_switch_of_a_file_is_checked_though_the_command_line_comes_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweep.yaml").write_text("experiment: palindrome\nsmoke: maybe\n")
    code, _, err = run(capsys, "sweep", "sweep.yaml", "--smoke", "--dry-run")
    assert (code, err) == (2, "gnnlab: sweep.yaml:2: smoke: 'maybe' should be true or false\n")


def test_a_number_beyond_what_torch_takes_is_refused_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "run", "palindrome", "--smoke", "--batch-size", "9" * 20)
    assert code == 2
    assert f"batch_size: {'9' * 20} should be at most 2,147,483,647" in err
    assert not list(tmp_path.iterdir())
