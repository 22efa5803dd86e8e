"""The public names, and that they are imported when they are asked for."""

import importlib
import subprocess
import sys

import pytest

import gnnlab


def test_every_name_is_there_and_is_the_one_of_its_module():
    listed = {name: module for module, names in gnnlab._NAMES.items() for name in names}
    assert sorted(listed) == sorted(gnnlab.__all__)
    for name, module in listed.items():
        assert getattr(gnnlab, name) is getattr(importlib.import_module(module), name)
    assert set(gnnlab.__all__) <= set(dir(gnnlab))
    assert gnnlab.layers.gat.GATConv is gnnlab.GATConv


def test_a_name_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match="module 'gnnlab' has no attribute 'GCNconv'"):
        gnnlab.GCNconv  # noqa: B018
    with pytest.raises(ImportError, match="GCNconv"):
        exec("from gnnlab import GCNconv")


def test_importing_the_package_imports_nothing_slow():
    program = "import sys, gnnlab; gnnlab.words_of('a'); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "torch_geometric", "numpy", "scipy", "networkx", "matplotlib", "regex"} & set(found)


def test_a_path_is_drawn_without_torch(tmp_path):
    program = (
        "import sys; from gnnlab.drawing.drawn_graph import drawn_path, drawn_palindrome;"
        "from gnnlab.drawing.picture import draw_picture;"
        "draw_picture(drawn_path(5, skip=2)); draw_picture(drawn_palindrome('level', mirrored=True));"
        "print(*sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "torch_geometric", "scipy", "pandas", "matplotlib.pyplot"} & set(found)
