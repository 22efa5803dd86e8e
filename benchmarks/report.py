"""Time and size of statistics and report over many recorded runs, and how long the page takes to open.

    python benchmarks/report.py                     # 10,000 made-up runs, under two minutes
    python benchmarks/report.py --runs 1000 --out runs/many --keep

The runs are records with made-up numbers: eight models, five lengths, ten seeds and a grid of learning rates and
norms of clipping; one run in a hundred failed. The page is opened in Chromium where there is one (and Playwright).
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from experiments.core.specs import parse_model
from experiments.lab.sequences.settings import SequenceRun, SequenceTraining

MODELS = ("rnn", "lstm", "gru", "gcn-2", "gcn-4", "gcn-9", "gat-4", "gcn-2-mirrored")
LENGTHS = (5, 10, 15, 20, 25)
SEEDS = 10
POINTS = 40  # lines of a curve.csv: 2000 steps, looked at every 50


def grid(count: int) -> Iterator[SequenceRun]:
    """That many different runs."""
    side = math.ceil(math.sqrt(count / (len(MODELS) * len(LENGTHS) * SEEDS)))
    models = [parse_model(label) for label in MODELS]
    made = 0
    for rate in np.geomspace(1e-4, 1e-2, side):
        for clip in np.linspace(0.5, 2.0, side):
            train = SequenceTraining(learning_rate=float(f"{rate:.3g}"), clip_norm=float(f"{clip:.3g}"))
            for model in models:
                for length in LENGTHS:
                    for seed in range(SEEDS):
                        if made == count:
                            return
                        made += 1
                        yield SequenceRun(
                            experiment="palindrome", length=length, model=model, seed=seed, train=train
                        )


def write_run(settings: SequenceRun, out: Path, rng: np.random.Generator) -> None:
    """The three files of a run, without the care for a sudden end that real runs take."""
    folder = out / settings.folder
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(settings.to_dict()))
    if rng.random() < 0.01:
        failed = {"format": 1, "status": "failed", "reason": "DivergedError: the loss became nan by step 50"}
        (folder / "result.json").write_text(json.dumps(failed))
        return
    end, speed = rng.uniform(0.1, 1.0), rng.uniform(2.0, 9.0)
    accuracy = 0.1 + (end - 0.1) * (1 - np.exp(-speed * np.arange(1, POINTS + 1) / POINTS))
    accuracy = np.clip(accuracy + rng.normal(0, 0.01, POINTS), 0, 1)
    loss = 2.3 * (1 - accuracy) + 0.01
    lines = ["step,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,gradient_norm"]
    lines += [
        f"{50 * (k + 1)},{loss[k]!r},{accuracy[k]!r},{loss[k] * 1.1!r},{accuracy[k]!r},0.003,{loss[k] / 3!r}"
        for k in range(POINTS)
    ]
    (folder / "curve.csv").write_text("\n".join(lines).replace("np.float64(", "").replace(")", "") + "\n")
    graph = {"hops": settings.length - 1, "in_reach": settings.length < 6, "answer_share": 0.02}
    result = {
        "format": 1,
        "status": "ok",
        "reason": "",
        "test_accuracy": round(float(end) * 2000) / 2000,
        "test_loss": float(loss[-1]),
        "validation_accuracy": float(accuracy[-1]),
        "validation_loss": float(loss[-1]),
        "steps": 2000,
        "selected_step": 50 * int(1 + np.argmax(accuracy)),
        "stopped": "budget",
        "parameters": 20000 + int(rng.integers(-500, 500)),
        "hidden": 61,
        "ms_per_step": float(rng.uniform(1, 9)),
        "seconds_training": 11.0,
        "chance": 0.1,
        "distance": settings.length - 1,
        "disjoint": True,
        **(graph if settings.model.family == "graph" else {}),
        "environment": {
            "python": platform.python_version(),
            "device": "cpu",
            "threads": 1,
            "commit": "made-up",
        },
        "seconds_total": float(rng.uniform(5, 20)),
    }
    (folder / "result.json").write_text(json.dumps(result))


def make_folder(out: Path, count: int) -> None:
    """A results folder of made-up runs, the same for the same count."""
    rng = np.random.default_rng(0)
    for settings in grid(count):
        write_run(settings, out, rng)


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do it, print a line of the table, and answer what it answered."""
    started = time.perf_counter()
    answer = work()
    print(f"| {name} | {time.perf_counter() - started:.1f} |", flush=True)
    return answer


def open_page(page_path: Path) -> dict[str, float]:
    """Seconds in a browser until the first rows are drawn, and of a sort, a filter and a first curve."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    seconds = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()

        def measure(name: str, act: Callable[[], Any]) -> None:
            started = time.perf_counter()
            act()
            # Two frames later everything that the act changed has been laid out and painted.
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            seconds[name] = time.perf_counter() - started

        measure("page opens, rows drawn", lambda: page.goto(page_path.resolve().as_uri(), wait_until="load"))
        measure("sort by test accuracy", page.locator("th[data-key=test_accuracy] button").click)
        measure("filter", lambda: page.fill("#runs-filter", "gcn-4 seed3"))
        measure("first curve", page.locator("#runs-table tbody button").first.click)
        assert page.locator("#runs-chart polyline").count() == 1
        browser.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--out", type=Path, help="folder for the made-up results [a temporary one]")
    parser.add_argument("--keep", action="store_true", help="leave the folder behind")
    options = parser.parse_args()
    out = options.out or Path(tempfile.mkdtemp()) / "many"

    from experiments.reading.folder_comparison import compare_folders
    from experiments.reading.page import write_report
    from experiments.reading.results import Results
    from experiments.records.records import read_runs, write_results

    print(f"| {options.runs:,} runs | seconds |\n|---|---|")
    try:
        if not out.exists():
            timed("(made up, not counted)", lambda: make_folder(out, options.runs))
        runs = timed("config.json and result.json read", lambda: read_runs(out))
        results = Results(out, runs)
        timed("table of runs", lambda: results.frame)
        timed("summary with intervals", results.summary)
        timed("paired differences with intervals", lambda: results.paired("lstm"))
        timed("two folders compared (this one with itself)", lambda: compare_folders(runs, runs))
        timed("curve.csv read", lambda: results.curves)
        timed("results.csv", lambda: write_results(out, runs))
        page = timed(
            "whole report from the folder, all of the above but two included", lambda: write_report(out)
        )
        if shutil.which("chromium") or shutil.which("google-chrome"):
            for name, value in open_page(page).items():
                print(f"| {name} | {value:.2f} |")
        print(f"\npage: {page.stat().st_size / 1e6:.1f} MB")
    finally:
        if not options.keep:
            shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
