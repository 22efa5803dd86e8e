"""Data flows one way: who may import what, by folder."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("seq", "gnnlab", "experiments")
FILES = [path.relative_to(ROOT) for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
FORBIDDEN = {
    "seq": ("gnnlab", "experiments", "torch_geometric", "networkx", "matplotlib"),
    "gnnlab": ("seq", "experiments"),
    "experiments": (),
}


def imported(file):
    """Every module that a file names in an import, at its top or inside a function."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_packages_meet_through_tensors_only(file):
    packages = {name.partition(".")[0] for name in imported(file)}
    assert not packages & set(FORBIDDEN[file.parts[0]])
