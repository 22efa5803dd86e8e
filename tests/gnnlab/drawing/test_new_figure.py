import sys
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import pytest

from gnnlab.drawing.new_figure import new_axes

INLINE = "module://matplotlib_inline.backend_inline"


@pytest.mark.parametrize(
    ("shell", "backend", "held"),
    [
        (None, INLINE, 0),  # a process that a notebook started
        (SimpleNamespace(), INLINE, 0),  # IPython in a terminal
        (SimpleNamespace(kernel=object()), "agg", 0),  # a notebook that shows no figures
        (SimpleNamespace(kernel=object()), INLINE, 1),
    ],
)
def test_pyplot_knows_of_a_figure_in_a_notebook_alone(monkeypatch, shell, backend, held):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(matplotlib, "get_backend", lambda: backend)
    monkeypatch.setattr(plt, "install_repl_displayhook", lambda: None)
    ax = new_axes(3, 2)
    try:
        assert len(plt.get_fignums()) == held
        assert ax.figure.get_size_inches().tolist() == [3, 2]
    finally:
        plt.close("all")
