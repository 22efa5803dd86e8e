"""Data flows one way: who may import what, by folder. A new file falls under the walls of its folder by itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("seq", "gnnlab", "experiments")
FILES = [path.relative_to(ROOT) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
#: Rooms of experiments from the first to the last: each imports from itself and from those before it.
ROOMS = (
    "core",
    "records",
    "data",
    "training",
    "running",
    "reading",
    "lab",
    "comparison",
    "door",
    "reproductions",
    "command",
)
SLOW = ("torch", "torch_geometric", "seq", "gnnlab")
#: What no file of a package, or of a room, may import.
FORBIDDEN = {
    "seq": ("gnnlab", "experiments", "torch_geometric", "networkx", "matplotlib"),
    "gnnlab": ("seq", "experiments"),
    "experiments/core": (*SLOW, "numpy", "pandas", "matplotlib"),
    "experiments/reading": SLOW,
}
LAB = [path for path in FILES if path.parts[:2] == ("experiments", "lab")]


def imported(file):
    """Every module that a file names in an import, at its top or inside a function."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(name):
    return name.partition(".")[0]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_walls(file):
    for room, forbidden in FORBIDDEN.items():
        if file.as_posix().startswith(f"{room}/"):
            assert not {top(name) for name in imported(file)} & set(forbidden)


@pytest.mark.parametrize(
    "file", [f for f in FILES if f.parts[0] == "experiments" and len(f.parts) > 2], ids=str
)
def test_no_arrow_leads_from_a_room_to_one_after_it(file):
    here = ROOMS.index(file.parts[1])
    reached = {name.split(".")[1] for name in imported(file) if name.startswith("experiments.")}
    assert not {room for room in reached if room in ROOMS[here + 1 :]}
    assert reached <= set(ROOMS)


@pytest.mark.parametrize("file", LAB, ids=str)
def test_the_two_sides_of_an_experiment(file):
    """What a page shows stands in the folder report; it sees records and no torch, and nothing that trains sees it."""
    names = set(imported(file))
    if "report" in file.parts:
        assert not {top(name) for name in names} & set(SLOW)
    elif file.name != "pictures.py":  # pictures are drawn of data, for a page
        assert not {name for name in names if name.startswith("experiments.reading") or ".report" in name}


def test_there_is_no_cycle_of_imports():
    modules = {".".join(file.with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}
    arrows = {
        name: {n for n in imported(file) if n in modules and n != name} for name, file in modules.items()
    }
    # A package names what it re-exports; who imports it means one of those modules.
    arrows = {name: found for name, found in arrows.items() if modules[name].name != "__init__.py"}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path[path.index(name) :], name))
        if name in done or name not in arrows:
            return
        for other in arrows[name]:
            visit(other, (*path, name))
        done.add(name)

    for name in arrows:
        visit(name, ())


def test_files_and_folders_are_of_a_size_that_one_can_read():
    long = {str(f): n for f in FILES if (n := len((ROOT / f).read_text(encoding="utf-8").splitlines())) > 300}
    ours = [path for path in (ROOT / "experiments").rglob("*") if "__pycache__" not in path.parts]
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in [ROOT / "experiments", *(path for path in ours if path.is_dir())]
        if (count := sum(path.is_file() for path in folder.iterdir())) > 12
    }
    assert not {name for name in long if name.startswith("experiments")}
    assert not crowded
