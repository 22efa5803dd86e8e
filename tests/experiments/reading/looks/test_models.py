import itertools

import numpy as np
import pytest

from experiments.core.catalogue import find_experiment
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS
from experiments.reading.looks.models import HUES, model_styles

#: What eyes without one kind of cone see, of linear red, green and blue. (Machado, Oliveira & Fernandes, "A
#: physiologically-based model for simulation of color vision deficiency", 2009, severity 1.)
EYES = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color, eye):
    """CIE L*a*b* of a colour as an eye sees it."""
    parts = np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ np.clip(np.array(eye) @ linear, 0, 1) / [0.9505, 1, 1.089]
    f = [np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", EYES)
def test_hues_are_told_apart_by_every_eye(eye):
    for one, other in itertools.combinations(HUES, 2):
        # A difference of 2.3 is just seen where two fields touch.
        distance = np.linalg.norm(lab(HUES[one], EYES[eye]) - lab(HUES[other], EYES[eye]))
        assert distance > 10, (one, other)


def test_no_two_models_of_a_page_look_alike_without_colour():
    labels = [f"{part}-{n}" for part in ("gcn", "lstm", "gat") for n in range(4)]
    styles = model_styles(labels)
    assert len({style["marker"] for style in styles.values()}) == 12
    for part in ("gcn", "lstm", "gat"):
        assert len({str(styles[f"{part}-{n}"]["linestyle"]) for n in range(4)}) == 4


def test_a_part_of_the_lab_has_the_same_hue_on_every_page():
    for part in (*CELLS, *ATTENTION, *CONVOLUTIONS):
        alone = model_styles([part])[part]["color"]
        assert alone in HUES.values()
        assert model_styles(["mine", "other", part])[part]["color"] == alone


def test_models_of_ones_own_have_hues_that_no_other_has_here():
    styles = model_styles(["lstm", "gcn-4", "mine", "yours"])
    assert len({style["color"] for style in styles.values()}) == 4
    assert styles["mine"]["color"] in HUES.values()


@pytest.mark.parametrize("experiment", ["citation", "forecast"])
def test_what_networks_are_measured_by_is_grey(experiment):
    """Of every default model that is no cell and no convolution."""
    found = find_experiment(experiment)
    styles = model_styles(found.models)
    plain = [name for name in found.models if name.split("-")[0] not in {**CELLS, **CONVOLUTIONS}]
    assert plain
    for name in plain:
        red, green, blue = (styles[name]["color"][place : place + 2] for place in (1, 3, 5))
        assert red == green == blue
