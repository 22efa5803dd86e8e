"""Settings that all tests share."""

import gc
import importlib.util
import os
import shutil
import signal
from pathlib import Path

import hypothesis
import matplotlib
import pytest
import torch

if importlib.util.find_spec("triton") is not None and not torch.cuda.is_available():
    # Without a GPU kernels are interpreted. Triton looks at the variable when it is imported, which PyG does.
    with pytest.MonkeyPatch.context() as _patch:
        _patch.setenv("TRITON_INTERPRET", "1")
        import triton  # noqa: F401
matplotlib.use("Agg")
# A first call may load a library, so the time of one example says nothing; every run draws the same examples.
hypothesis.settings.register_profile("gnnlab", deadline=None, derandomize=True)
hypothesis.settings.load_profile("gnnlab")
# Under nohup the end of a terminal is ignored, and so it would be in every program that a test starts and ends by it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish():
    """Keep what is there by now out of collections of garbage, each of which would go through all of it."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish():
    """Give it back, so that it is taken down in order when the process ends."""
    gc.unfreeze()


@pytest.fixture
def public_data():
    """The folder of public data sets that ``GNNLAB_DATA`` names."""
    folder = os.environ.get("GNNLAB_DATA")
    if not folder or not (Path(folder) / "planetoid" / "Cora").is_dir():
        pytest.skip("GNNLAB_DATA names no folder with planetoid/Cora")
    return Path(folder)


@pytest.fixture
def heard_interrupts():
    """Programs that a test starts hear SIGINT, which a shell has all ignore that it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")  # not longer: its event loop would stand in the way of other tests
def browser():
    """A Chromium of this machine, without a screen."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as running:
        # Without a sandbox, because Chromium refuses to start as root with one; the page is our own.
        started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def make_run(tmp_path):
    """A function that writes the record of a run that never took place, and gives it back as read from disk."""
    from experiments.lab.sequences.settings import SequenceTraining
    from experiments.records.files import write_json
    from experiments.records.records import FORMAT, CurveWriter, read_run
    from tests.experiments.runs import sequence_run

    def make(
        model,
        length,
        seed,
        accuracy,
        *,
        experiment="palindrome",
        curve=((10, 0.5),),
        chance=0.1,
        stopped="success",
        **train,
    ):
        settings = sequence_run(model, length, seed, experiment=experiment, train=SequenceTraining(**train))
        folder = tmp_path / experiment / settings.folder
        folder.mkdir(parents=True)
        write_json(folder / "config.json", settings.to_dict())
        with CurveWriter(folder / "curve.csv") as on_row:
            for step, value in curve:
                on_row({"step": step, "train_accuracy": value, "validation_accuracy": value})
        result = {"format": FORMAT, "status": "failed", "reason": "DivergedError: the loss became nan"}
        if accuracy is not None:
            result = {
                "format": FORMAT,
                "status": "ok",
                "reason": "",
                "steps": curve[-1][0],
                "parameters": 7,
                "stopped": stopped,
            }
            result |= {
                "test_accuracy": accuracy,
                "validation_accuracy": accuracy,
                "chance": chance,
                "hidden": 3,
            }
            result |= {
                "ms_per_step": 1.0,
                "seconds_total": 1.0,
                "environment": {"torch": "2", "device": "cpu"},
            }
        write_json(folder / "result.json", result)
        return read_run(folder)

    return make
