import sys
from types import SimpleNamespace

import pytest
from tqdm import tqdm

from experiments.records import progress


@pytest.fixture
def kernel(monkeypatch):
    """This process takes itself for the kernel of a notebook."""
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_nothing_is_shown_where_nobody_looks(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert list(progress.bar(range(3))) == [0, 1, 2]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("kernel")
def test_a_notebook_without_widgets_gets_text_and_no_warning(capsys, monkeypatch):
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    shown = progress.bar(range(3), desc="runs")
    assert type(shown) is tqdm
    assert list(shown) == [0, 1, 2]
    assert "runs: 100%" in capsys.readouterr().err


@pytest.mark.usefixtures("kernel")
def test_a_notebook_can_be_told_to_show_none(capsys):
    assert list(progress.bar(range(3), show=False)) == [0, 1, 2]
    assert capsys.readouterr().err == ""
