"""Folders and files of the user's that are called like our packages, and what a notebook sets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = "import sys\nfrom gnnlab_command import main\nif __name__ == '__main__':\n    sys.exit(main())\n"


@pytest.fixture
def theirs(tmp_path):
    """A user's folder that is found first, with packages of their own; the command as pip installs it, elsewhere."""
    folder = tmp_path / "work"
    for package in ("experiments", "seq", "gnnlab"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text("THEIRS = True\n")
    (folder / "my_lab.py").write_text(
        "from experiments import Task\nimport seq, gnnlab, experiments\n"
        "import torch\n"
        "class Parity(Task):\n"
        "    num_tokens, num_outputs, chance = 2, 2, 0.5\n"
        "    def examples(self, count, generator):\n"
        "        tokens = torch.randint(2, (count, self.length), generator=generator)\n"
        "        return tokens, tokens.sum(1) % 2\n"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gnnlab").write_text(SCRIPT)
    return folder


def run(folder, *command, paths=(), **variables):
    path = os.pathsep.join(map(str, [*paths, ROOT]))
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **variables}
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, env=environment, capture_output=True, text=True
    )


def gnnlab(folder, *arguments, **variables):
    """The command as it is installed, with the user's folder before everything else."""
    return run(folder, folder.parent / "bin" / "gnnlab", *arguments, paths=[folder], **variables)


@pytest.mark.parametrize("arguments", [["list"], ["draw", "path", "3", "--out", "x.png"], ["run", "--help"]])
def test_the_command_finds_its_own_packages(theirs, arguments):
    done = gnnlab(theirs, *arguments)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_and_files_of_the_users_find_them_too(theirs, workers):
    done = gnnlab(
        theirs, "run", "my_lab.py:Parity", "--models", "lstm,gcn-2", "--lengths", "5", "--seeds", "1", "--smoke",
        "--workers", workers, "--out", "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(list((theirs / "out").glob("*/result.json"))) == 2


def test_a_module_beside_the_script_says_which_is_which(tmp_path):
    (tmp_path / "seq.py").write_text("def mine(): pass\n")
    (tmp_path / "script.py").write_text("import seq\nseq.mine()\nfrom experiments import Task\n")
    done = run(tmp_path, "script.py")
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ImportError: experiments in ")
    assert f"needs the package seq beside it, but finds {tmp_path / 'seq.py'}" in said


def test_gnnlab_works_beside_modules_of_other_names(tmp_path):
    """The layers need neither of the other two packages."""
    (tmp_path / "seq.py").write_text("")
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "__init__.py").write_text("")
    (tmp_path / "script.py").write_text("from gnnlab import path_graph\nprint(path_graph(3).num_nodes)\n")
    done = run(tmp_path, "script.py")
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_our_packages_beside_a_python_that_has_met_the_users(theirs):
    program = (
        "import seq, experiments; assert seq.THEIRS and experiments.THEIRS\n"
        "import gnnlab_command, seq, experiments\n"
        "assert not hasattr(seq, 'THEIRS') and not hasattr(experiments, 'THEIRS')\n"
        "from seq import LSTM\n"
    )
    done = run(theirs, "-c", program, paths=[theirs])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "backend",
    ["module://matplotlib_inline.backend_inline", "module://no.such", "inline", "nonsense", "tkagg"],
)
@pytest.mark.parametrize("how", ["-m experiments", "-m gnnlab_command"])
def test_the_backend_of_a_notebook_stops_no_drawing(tmp_path, backend, how):
    done = run(tmp_path, *how.split(), "draw", "path", "3", "--out", "x.png", MPLBACKEND=backend)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("command", [["table"], ["report"], ["report", "--figures", "pdf"]])
def test_the_backend_of_a_notebook_stops_no_page(tmp_path, command):
    folder = tmp_path / "documents"

    shutil.copytree(ROOT / "tests" / "recorded" / "documents", folder)
    name, *options = command
    done = run(
        tmp_path,
        "-m",
        "experiments",
        name,
        folder,
        *options,
        MPLBACKEND="module://matplotlib_inline.backend_inline",
    )
    assert (done.returncode, done.stderr) == (0, "")
