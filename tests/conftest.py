"""Settings that all tests share."""

import hypothesis
import matplotlib

matplotlib.use("Agg")
# A first call may load a library, so the time of one example says nothing; every run draws the same examples.
hypothesis.settings.register_profile("gnnlab", deadline=None, derandomize=True)
hypothesis.settings.load_profile("gnnlab")
