import pytest

from experiments.core.written.lists import parse_choices, parse_seeds


def test_ranges_include_their_end():
    assert parse_choices("lengths", "5:25:5", int) == [5, 10, 15, 20, 25]
    assert parse_choices("lengths", "5:8", int) == [5, 6, 7, 8]
    assert parse_choices("lengths", "10,5:6,10", int) == [10, 5, 6]


@pytest.mark.parametrize("text", ["", "a", "5:1", "5:9:0", "5:9:-1", "1:2:3:4", "5,,6", "2:9999999", "5.5"])
def test_bad_lengths(text):
    with pytest.raises(ValueError, match="lengths: "):
        parse_choices("lengths", text, int)


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "a", "1,-2", "1.5", ",", "20000", "1,99999999999", "4:2", "a:2", "0:99999999", "-2:1"],
)
def test_bad_seeds(text):
    with pytest.raises(ValueError, match="seeds: "):
        parse_seeds(text)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("2", [0, 1]), ("7,", [7]), ("0:4", [0, 1, 2, 3, 4]), ("5:9:2,7,30", [5, 7, 9, 30]), ("3:3", [3])],
)
def test_seeds_are_a_number_or_themselves(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("0.001,3e-3", float, [0.001, 0.003]),
        ("1,1.0", float, [1.0]),
        ("2:8:3, 9", int, [2, 5, 8, 9]),
        ("adam, sgd", str, ["adam", "sgd"]),
        ("0:0", int, [0]),
    ],
)
def test_choices(text, kind, values):
    assert parse_choices("x", text, kind) == values


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", int), (",", float), ("1,", int), ("a", float), ("1.5", int), ("0.1:0.5:0.1", float), ("3:1", int),
        ("1:5:0", int), ("1:2:3:4", int), ("1:", int), ("0:10000", int),
    ],
)  # fmt: skip
def test_bad_choices(text, kind):
    with pytest.raises(ValueError, match="x: "):
        parse_choices("x", text, kind)
