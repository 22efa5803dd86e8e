"""What a page says of a user's own models."""

from types import SimpleNamespace

import pandas as pd
import pytest

from experiments.core.own.code import Code
from experiments.lab.sequences.report.own_code import own_code


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        (0, "Small declares a fixed size: 1,000 parameters, 2 times the budget of the others."),
        (16, "Small declares a fixed size: 1,000 parameters."),  # there is no budget
    ],
)
def test_a_fixed_size_is_compared_with_a_budget_that_the_others_have(hidden, said):
    row = {"model.name": "Small", "fixed": True, "no_sensitivity": None, "parameters": 1000}
    results = SimpleNamespace(
        runs=[SimpleNamespace(settings=SimpleNamespace(code=(Code(kind="model", name="Small"),)))],
        models=["Small"],
        ended=pd.DataFrame([row | {"train.budget": 500, "train.hidden": hidden}]),
    )
    assert own_code(results).blocks[0].items == [said]
