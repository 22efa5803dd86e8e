"""The programs and the notebook of examples/ run from any empty folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
#: Runs that each program records at smoke size.
RECORDS = {"own_model.py": 12, "own_task.py": 6, "pyg_layers.py": 12, "own_graphs.py": 6}
FAST = "own_task.py"


def started(folder, *command):
    """A command in a folder, as a user gives it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_every_program_is_known_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_programs_are_short(name):
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) <= 25


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == FAST else pytest.mark.slow) for n in RECORDS]
)
def test_programs_run_from_an_empty_folder(tmp_path, name):
    done = started(tmp_path, EXAMPLES / name, "--smoke")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("model")
    found = [json.loads(path.read_text()) for path in tmp_path.glob("runs/*/*/result.json")]
    assert [result["status"] for result in found] == ["ok"] * RECORDS[name]
    assert list(tmp_path.glob("runs/*/report.html"))
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


@pytest.mark.slow
def test_the_notebook_shows_each_picture_once_and_the_results_as_a_table(tmp_path, monkeypatch):
    for module in ("ipykernel", "ipywidgets", "nbclient"):
        pytest.importorskip(module)
    nbformat = pytest.importorskip("nbformat")
    # In a process of its own, because what nbclient imports warns.
    monkeypatch.chdir(tmp_path)
    program = (
        "import nbformat, sys\nfrom nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], 4)\nNotebookClient(notebook, timeout=240).execute()\n"
        "nbformat.write(notebook, 'done.ipynb')\n"
    )
    done = started(tmp_path, "-c", program, EXAMPLES / "comparison.ipynb")
    assert done.returncode == 0, done.stderr
    cells = [c for c in nbformat.read("done.ipynb", 4).cells if c.cell_type == "code"]
    for cell in cells:
        pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        assert pictures == int(
            any(word in cell.source for word in ("draw_graph(", "draw_adjacency(", ".plot_"))
        )
        said = "".join(output.get("text", "") for output in cell.outputs)
        assert "Warning" not in said
        assert "Traceback" not in said
    training = next(cell for cell in cells if "compare(\n" in cell.source)
    html = [
        output["data"]["text/html"] for output in training.outputs if "text/html" in output.get("data", {})
    ]
    assert len(html) == 1
    assert "<table" in html[0]
    assert html[0].count("data:image/png;base64,") == 1
    kinds = {kind for output in training.outputs for kind in output.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "in this process, because Backwards has no file" in str(training.outputs)


def test_the_notebook_is_kept_without_output():
    cells = json.loads((EXAMPLES / "comparison.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
