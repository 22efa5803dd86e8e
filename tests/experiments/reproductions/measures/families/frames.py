"""Tables of runs that never took place."""

import numpy as np
import pandas as pd


def runs(scores, **columns):
    """One row per run, from test accuracies by model; None is a run that failed.

    Args:
        scores: By label, a list with one accuracy a seed.
        **columns: Further columns, ``train__hidden`` for ``train.hidden``.
    """
    rows = [
        {
            "model.name": label,
            "seed": seed,
            "status": "ok" if score is not None else "failed",
            "test_accuracy": np.nan if score is None else score,
            "train.test_size": 1000,
            "parameters": 7,
            **{name.replace("__", "."): value for name, value in columns.items()},
        }
        for label, values in scores.items()
        for seed, score in enumerate(values)
    ]
    return pd.DataFrame(rows[::-1])  # in no order of seeds


def shares(depth, edges, **columns):
    """What layers and edges keep, a row per run: by model, a list with one share a seed."""
    rows = [
        {"model": label, "seed": seed, "depth": d, "edges": e, "resistance": 2.0, **columns}
        for label in depth
        for seed, (d, e) in enumerate(zip(depth[label], edges[label]))
    ]
    return pd.DataFrame(rows[::-1])


def one_distribution(rng):
    """A function that draws accuracies of some seeds, from one distribution for all models: a bump, or two kinds."""
    if rng.random() < 0.5:
        middle, spread = rng.uniform(0.3, 0.9), rng.uniform(0.005, 0.08)
        return lambda n=4: list(np.clip(rng.normal(middle, spread, n), 0, 1))
    rate = rng.uniform(0.2, 0.8)
    return lambda n=4: list(np.where(rng.random(n) < rate, 1.0, rng.normal(0.25, 0.01, n)))
