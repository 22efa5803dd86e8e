import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.reading.looks.sizes import STYLES, restyle


def figure(panels=1, names=6):
    """Lines up and down to every corner, with a legend that would cover some of them."""
    drawn = Figure(figsize=(9, 4.6), layout="constrained")
    for ax in drawn.subplots(1, panels, squeeze=False).ravel():
        for number in range(names):
            ax.plot(
                [0, 1, 2],
                [number % 2, 1 - number % 2, number],
                lw=1.5,
                ms=6,
                marker="o",
                label=f"model-{number}",
            )
        ax.set(xlabel="length", ylabel="accuracy", title="a title")
        ax.legend(loc="upper left")
    return drawn


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("panels", [1, 2])
def test_text_has_the_points_of_the_style_and_everything_is_inside(style, panels):
    drawn = restyle(figure(panels), style)
    sizes = STYLES[style]
    width, height = drawn.get_size_inches()
    assert width == (sizes.wide if panels > 1 else sizes.width)
    assert sizes.height in (None, height)
    FigureCanvasAgg(drawn).draw()
    ax = drawn.axes[0]
    assert ax.xaxis.label.get_fontsize() == pytest.approx(sizes.font)
    assert ax.get_xticklabels()[0].get_fontsize() == pytest.approx(sizes.font)
    assert ax.lines[0].get_linewidth() == pytest.approx(1.5 * sizes.line)
    for text in (ax.xaxis.label, ax.yaxis.label, ax.title, *drawn.legends[0].get_texts()):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= drawn.bbox.width
        assert box.y1 <= drawn.bbox.height


@pytest.mark.parametrize("style", STYLES)
def test_one_legend_names_every_model_once_and_covers_no_panel(style):
    drawn = restyle(figure(2), style)
    FigureCanvasAgg(drawn).draw()
    (legend,) = drawn.legends
    assert [text.get_text() for text in legend.get_texts()] == [f"model-{number}" for number in range(6)]
    assert all(ax.get_legend() is None for ax in drawn.axes)
    box = legend.get_window_extent()
    assert not any(box.overlaps(ax.get_window_extent()) for ax in drawn.axes)


def test_settings_of_matplotlib_stay_as_they_are():
    before = dict(matplotlib.rcParams)
    drawn = restyle(figure().axes[0], "slides")
    assert dict(matplotlib.rcParams) == before
    assert np.allclose(drawn.get_size_inches(), (13.333, 7.5))


def test_an_unknown_style_is_named():
    with pytest.raises(ValueError, match="style: unknown 'papr', did you mean paper"):
        restyle(figure(), "papr")
