import pytest

from experiments.core.execution import Execution


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "locale"}, "engine: unknown 'locale', did you mean local"),
        ({"engine": "ray:/x"}, "engine: unknown"),
        ({"engine": "ray://"}, "engine: unknown"),
        ({"engine": "local://x"}, "engine: unknown"),
        ({"engine": ""}, "engine: unknown"),
        ({"checkpoint_seconds": -1}, "checkpoint_seconds: -1 should be 0 or more"),
        ({"checkpoint_seconds": float("nan")}, "checkpoint_seconds: nan"),
        ({"cpus_per_run": 1}, "cpus_per_run: only a Ray cluster"),
        ({"engine": "ray", "cpus_per_run": 0}, "cpus_per_run: 0 should be above 0"),
        ({"engine": "ray", "gpus_per_run": -1}, "gpus_per_run: -1 should be 0 or more"),
        ({"engine": "ray", "gpus_per_run": float("inf")}, "gpus_per_run: inf"),
    ],
)
def test_options_that_make_no_sense(options, words):
    with pytest.raises(ValueError, match=words):
        Execution(**options).check()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"engine": "serial", "checkpoint_seconds": 0},
        {"engine": "ray", "cpus_per_run": 0.5, "gpus_per_run": 0},
        {"engine": "ray://head:10001", "gpus_per_run": 0.25},
    ],
)
def test_options_that_do(options):
    Execution(**options).check()
    assert Execution(**options).on_ray == options.get("engine", "").startswith("ray")
