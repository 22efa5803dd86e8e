import csv

import pytest

from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.records.files import write_json
from experiments.records.records import FORMAT, CurveWriter, read_run
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.figures import characters as character_figures
from experiments.reproductions.measures import characters as character_measures
from experiments.reproductions.measures.characters import variety

LOOP = ("the king and " * 12)[:120]
VARIED = "".join(chr(97 + (i * i + i // 7) % 26) for i in range(120))
HALF = VARIED[:80] + VARIED[:40]


def made(
    tmp_path, *, accuracy, loss=1.5, texts=None, seed=0, prompt="", model="lstm-2", steps=(1, 2, 3), rate=2e-3
):
    """A run that never took place: accuracy by step, and one text of 120 characters for each temperature."""
    train = CharacterTraining(prompt=prompt)
    run = CharacterRun(
        experiment="characters",
        corpus=CorpusSettings(text=("grimm",)),
        model=parse_character_model(model),
        seed=seed,
        train=train,
    )
    folder = tmp_path / run.folder
    folder.mkdir()
    write_json(folder / "config.json", run.to_dict())
    with CurveWriter(folder / "curve.csv") as on_row:
        for place, (step, value) in enumerate(accuracy.items()):
            now = loss - 0.1 * place
            row = {"step": step, "train_loss": now, "train_bits": now / 0.6931, "train_accuracy_100": value}
            row |= {"validation_loss": now, "validation_bits": 3.0, "validation_accuracy": value - 0.01}
            on_row(row | {"learning_rate": rate if place else 2e-3})
    texts = texts or {0.0: LOOP, 0.5: HALF, 1.0: HALF, 2.0: VARIED}
    with (folder / "samples.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "temperature", "length", "prompt", "text"])
        for step in steps:
            for temperature, text in texts.items():
                for length in (20, 30, 50, 120):
                    writer.writerow([step, temperature, length, prompt or "T", text[:length]])
    result = {
        "format": FORMAT,
        "status": "ok",
        "reason": "",
        "steps": 1,
        "parameters": 7,
        "test_accuracy": 0.5,
        "test_bits": 2.0,
    }
    write_json(folder / "result.json", result)
    return read_run(folder)


def look(name, *runs, quick=False, numbers=None):
    evidence = Evidence(CLAIMS[name], quick, list(runs), numbers or {})
    return getattr(character_measures, f"measure_{name.lower()}")(evidence)


def answers(measurement):
    return [check.holds for check in measurement.checks]


UP = {500: 0.46, 1000: 0.51, 1500: 0.54, 2000: 0.56, 5000: 0.64, 5200: 0.64}


def test_variety_is_the_share_of_different_sequences():
    assert variety("abcde") == 1
    assert variety("aaaaaaa") == 1 / 4
    assert variety(LOOP) < 0.5 < variety(VARIED)


def seeds(tmp_path, accuracy, count=6, **more):
    """Runs that differ a little."""
    return [
        made(tmp_path, accuracy={k: v + 0.001 * (n % 3) for k, v in accuracy.items()}, seed=n, **more)
        for n in range(count)
    ]


def test_a3(tmp_path):
    found = look("A3", *seeds(tmp_path, UP))
    assert answers(found) == [True] * 3
    assert found.seeds == 6
    assert "step 1: “Tthe king and" in found.note


def test_a3_cut_falling_and_with_one_seed(tmp_path):
    short = {step: value for step, value in UP.items() if step <= 2000}
    found = look("A3", *seeds(tmp_path, short, texts={0.0: VARIED}), quick=True)
    assert answers(found) == [True, None, False]
    assert found.checks[1].measured == "cut"
    assert answers(look("A3", made(tmp_path, accuracy=UP, seed=9))) == [None] * 3
    assert answers(look("A3")) == [None] * 3


def test_a3_falling(tmp_path):
    falling = {500: 0.5, 1000: 0.4, 1500: 0.6, 5000: 0.5}
    assert answers(look("A3", *seeds(tmp_path, falling))) == [False, False, True]


def test_e2(tmp_path):
    full = CLAIMS["E2"].most_steps
    assert answers(look("E2", *seeds(tmp_path, {**UP, full: 0.64}, loss=2.0))) == [False] * 6
    cut = look("E2", *seeds(tmp_path, {500: 0.6}, model="gru-2"), quick=True)
    assert answers(cut) == [True, None, None, None, None, None]
    assert "On validation, at the same steps: 0.591." in cut.note
    assert {row["temperature"] for row in cut.table} == {"", "0", "0.5", "1", "2"}


def test_e2_reached(tmp_path):
    reached = {500: 0.55, 1000: 0.6, 1500: 0.62, 2000: 0.619, CLAIMS["E2"].most_steps: 0.7}
    runs = [
        made(tmp_path, accuracy={k: v + n / 1000 for k, v in reached.items()}, loss=1.31 + n / 1000, seed=n)
        for n in range(3)
    ]
    assert answers(look("E2", *runs)) == [True] * 6


def test_b3(tmp_path):
    prompt = "The sleeping beauty is"
    runs = [
        made(tmp_path, accuracy={20_000: 0.69 + n / 1000}, loss=1.05 + n / 1000, prompt=prompt, seed=n)
        for n in range(4)
    ]
    found = look("B3", *runs)
    assert answers(found) == [True, True, None]
    assert f"“{prompt}{HALF[:30]}”" in found.note
    assert answers(look("B3", *runs, quick=True)) == [None, None, None]
    assert answers(look("B3", *seeds(tmp_path, {20_000: 0.6}, loss=1.2, model="gru-2"))) == [
        False,
        False,
        None,
    ]


def graded(n):
    """Texts of which each is more varied than the one before, a little differently for each seed."""
    return {t: VARIED[:k] + LOOP[k:] for t, k in zip((0.0, 0.5, 1.0, 2.0), (0, 30 + n, 60 + n % 2, 110 + n))}


def test_c2(tmp_path):
    runs = [
        made(tmp_path, accuracy=UP, prompt=p, texts=graded(n), seed=n)
        for p in ("I have the", "May the")
        for n in range(4)
    ]
    found = look("C2", *runs)
    assert answers(found) == [True, None]
    assert found.seeds == 4
    assert "“I have the" in found.note
    assert "“May the" in found.note
    assert answers(look("C2", runs[0])) == [None, None]
    backwards = [
        made(
            tmp_path,
            accuracy=UP,
            texts=dict(zip(graded(n), reversed(graded(n).values()))),
            seed=n,
            model="gru-2",
        )
        for n in range(4)
    ]
    assert answers(look("C2", *backwards)) == [False, None]


def test_d2(tmp_path):
    runs = [
        made(
            tmp_path,
            accuracy={k: v + n / 1000 for k, v in UP.items()},
            loss=1.5 + n / 100,
            texts=graded(n),
            seed=n,
            rate=1e-3,
        )
        for n in range(4)
    ]
    assert answers(look("D2", *runs)) == [True] * 4
    assert answers(look("D2", *runs, quick=True)) == [True, True, True, None]
    worse = seeds(
        tmp_path, {1: 0.5, 2: 0.4}, 4, texts={0.0: VARIED, 0.5: HALF, 1.0: HALF, 2.0: LOOP}, model="gru-2"
    )
    assert answers(look("D2", *worse)) == [False, True, False, False]


def test_a4():
    good = {
        "sharpness": [0.5, 1.0, 2.0],
        "top": [0.1, 0.3, 0.6],
        "entropy": [6, 4, 2],
        "difference": [0.0, 0.0, 1e-17],
    }
    assert answers(look("A4", numbers=good)) == [True] * 3
    bad = {
        "sharpness": [0.5, 1.0, 2.0],
        "top": [0.1, 0.3, 0.3],
        "entropy": [6, 4, 5],
        "difference": [0.0, 0.0, 0.1],
    }
    assert answers(look("A4", numbers=bad)) == [False] * 3


@pytest.mark.parametrize("name", ["A3", "E2"])
def test_figures_have_the_curves_and_for_e2_the_reported_stars(tmp_path, name):
    runs = [made(tmp_path, accuracy=UP, seed=seed) for seed in (0, 1)]
    figure = character_figures.draw_training(Evidence(CLAIMS[name], False, runs))
    accuracy, loss, rate = figure.axes
    stars = [line for line in accuracy.lines if line.get_marker() == "*"]
    assert [list(line.get_ydata()) for line in stars] == (
        [[0.556, 0.596, 0.615, 0.628]] if name == "E2" else []
    )
    assert sum(len(lines.get_segments()) for lines in loss.collections) == 4
    drawn = [segment for lines in rate.collections for segment in lines.get_segments()]
    assert [segment[:, 0].tolist() for segment in drawn] == [list(UP)] * 2


def test_figure_of_sharpness():
    numbers = {"sharpness": [0.5, 1.0], "top": [0.25, 0.5], "entropy": [3.0, 2.0]}
    figure = character_figures.draw_sharpness(Evidence(CLAIMS["A4"], False, numbers=numbers))
    heights = [[bar.get_height() for bar in ax.patches] for ax in figure.axes]
    assert heights == [[0.25, 0.5], [3.0, 2.0]]
