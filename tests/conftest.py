"""Settings that all tests share."""

import os
from pathlib import Path

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")
# A first call may load a library, so the time of one example says nothing; every run draws the same examples.
hypothesis.settings.register_profile("gnnlab", deadline=None, derandomize=True)
hypothesis.settings.load_profile("gnnlab")


@pytest.fixture
def public_data():
    """The folder of public data sets that ``GNNLAB_DATA`` names."""
    folder = os.environ.get("GNNLAB_DATA")
    if not folder or not (Path(folder) / "planetoid" / "Cora").is_dir():
        pytest.skip("GNNLAB_DATA names no folder with planetoid/Cora")
    return Path(folder)
