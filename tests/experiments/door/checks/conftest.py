import pytest

from experiments.core import own


@pytest.fixture(autouse=True)
def _no_code_of_other_tests():
    """Each test begins without a user's code, as a new process does."""
    own.forget()
    yield
    own.forget()
