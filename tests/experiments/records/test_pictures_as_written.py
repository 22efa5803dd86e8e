"""Text of users in a figure: a dollar sign is a dollar sign, and no formula, wherever it stands."""

import io

import pytest
from matplotlib.figure import Figure

from experiments.records.pictures import drawn
from tests.experiments import tiny
from tests.experiments.test_every_experiment import SERIAL, gnnlab

NAMES = ["$x_1$ and $5", "a $b", r"5$ \frac{"]


def picture(names, plain):
    """A figure that has names at every place where a name may stand."""
    figure = Figure(figsize=(6, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([1, 10, 100], [1, 2, 3], label=names[0])
    left.set(title=names[0], xlabel=names[1], ylabel=names[2], xscale="log")
    texts = [left.title, left.xaxis.label, left.yaxis.label, *left.legend().get_texts()]
    right.barh([0, 1, 2], [3, 2, 1])
    right.set_yticks([0, 1, 2], names)
    texts += [right.text(1, 1, names[2]), *(tick.label1 for tick in right.yaxis.get_major_ticks())]
    texts.append(figure.suptitle(names[1]))
    for text in texts if plain else ():
        text.set_parse_math(False)
    return figure


def test_names_are_drawn_letter_by_letter():
    found, due = io.BytesIO(), io.BytesIO()
    drawn(picture(NAMES, plain=False), found, format="png", dpi=80)
    picture(NAMES, plain=True).savefig(due, format="png", dpi=80)
    assert found.getvalue() == due.getvalue()


def test_powers_of_ten_stay_formulas():
    plain, found = io.BytesIO(), io.BytesIO()
    drawn(picture(["a", "b", "c"], plain=False), found, format="png", dpi=80)
    picture(["a", "b", "c"], plain=False).savefig(plain, format="png", dpi=80)
    assert found.getvalue() == plain.getvalue()


@pytest.mark.parametrize("label", ["$five$_a^", "$"])
def test_classes_with_dollar_signs_do_not_stop_a_page(label, tmp_path):
    words = tiny.arguments("documents", tmp_path)
    file = tmp_path / "pets.tsv"
    file.write_text(file.read_text().replace("animals", label), encoding="utf-8")
    out = tmp_path / "out"
    assert gnnlab("run", "documents", *words, "--seeds", "1", *SERIAL, "--out", out) == 0
    assert (out / "report.html").exists()
    assert gnnlab("report", out, "--figures", "pdf,png") == 0
