import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from experiments.reading.ranking.drawing import figures
from experiments.reading.ranking.drawing.diagram import critical_difference_diagram
from experiments.reading.ranking.ranking import rank
from tests.experiments.reading.ranking.drawn import ACCURACY, ERROR, scores_of

SHIFTS = {"lstm": 3, "a-model-with-a-rather-long-name": 2.9, "gcn-10": 1, "rnn": 0}
DRAWINGS = (
    figures.score_matrix,
    figures.interquartile_means,
    figures.performance_profiles,
    critical_difference_diagram,
)


def ranking(metric=ACCURACY, tasks=8, models=SHIFTS):
    rng = np.random.default_rng(0)
    return rank(scores_of({m: rng.normal(size=(tasks, 3)) + s for m, s in models.items()}, metric))


def texts(figure):
    """All that is drawn: ticks outside the view have labels too."""
    unseen = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            unseen |= {
                label for t in ticks if not low <= t.get_loc() <= high for label in (t.label1, t.label2)
            }
        if not ax.axison:
            unseen |= {label for axis in (ax.xaxis, ax.yaxis) for label in axis.get_ticklabels()}
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible() and t not in unseen]


@pytest.mark.parametrize("metric", [ACCURACY, ERROR])
@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_text_is_legible_and_inside(draw, metric):
    figure = draw(ranking(metric))
    FigureCanvasAgg(figure).draw()
    edge = figure.bbox
    shown = texts(figure)
    assert min(text.get_fontsize() for text in shown) >= 9
    for text in shown:
        box = text.get_window_extent()
        assert edge.x0 - 1 <= box.x0
        assert box.x1 <= edge.x1 + 1
    assert set(SHIFTS) <= {text.get_text().split("  ")[0] for text in shown}


def test_the_matrix_has_every_number_and_the_best_model_on_top():
    found = ranking()
    ax = figures.score_matrix(found).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == found.scores.ranked
    numbers = [float(text.get_text()) for text in ax.texts]
    rows = [found.scores.models.index(model) for model in found.scores.ranked]
    assert numbers == pytest.approx(found.scores.means[rows].ravel(), abs=6e-4)


def test_a_bar_joins_the_models_that_are_not_told_apart():
    found = ranking()
    ax = critical_difference_diagram(found).axes[0]
    bars = [line.get_xdata() for line in ax.lines if line.get_gid() == "bar"]
    at = dict(zip(found.scores.models, found.scores.mean_ranks))
    groups = found.differences.groups
    assert 0 < len(groups) == len(bars)
    for group, (low, high) in zip(groups, bars):
        inside = {model for model in SHIFTS if low <= at[model] <= high}
        assert inside == set(group)


def test_without_a_difference_one_bar_joins_all_and_the_title_says_so():
    found = ranking(tasks=2)
    ax = critical_difference_diagram(found).axes[0]
    assert sum(line.get_gid() == "bar" for line in ax.lines) == 1
    assert any("no difference is shown" in text.get_text() for text in texts(ax.figure))


def test_of_a_single_task_there_is_no_diagram():
    with pytest.raises(ValueError, match="single task"):
        critical_difference_diagram(ranking(tasks=1))


def test_many_tasks_and_models_are_drawn():
    many = ranking(tasks=20, models={f"m{k}": k / 5 for k in range(25)})
    for draw in DRAWINGS:
        FigureCanvasAgg(draw(many)).draw()
