import dataclasses
import json
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from experiments.core.settings import (
    Settings,
    choice,
    digest_of,
    help_of,
    kind_of,
    nested,
    number,
    plain,
    whole,
)


@dataclass(frozen=True, kw_only=True)
class Soil(Settings):
    """What it stands in.

    Args:
        sand: Share of
            sand.
        kind: Which, as ``clay``.
    """

    sand: float = number(0.5, least=0, most=1)
    kind: str = choice("clay", ("clay", "loam"))


@dataclass(frozen=True, kw_only=True)
class Rose(Settings):
    """A rose.

    Args:
        thorns: How many.
    """

    family: ClassVar[str] = "rose"
    shown: ClassVar[dict[str, str]] = {"family": "family", "name": "title"}
    thorns: int = whole(3, least=0, most=9)

    @property
    def title(self):
        return f"rose {self.thorns}"


@dataclass(frozen=True, kw_only=True)
class Fern(Settings):
    """A fern.

    Args:
        fronds: How many.
    """

    family: ClassVar[str] = "fern"
    shown: ClassVar[dict[str, str]] = {"family": "family"}
    fronds: int = whole(5, least=1)


@dataclass(frozen=True, kw_only=True)
class Plant(Settings):
    """A plant.

    Args:
        soil: What it stands in.
        flower: Which.
        names: What it is called.
        water: Litres, above none.
        price: What it costs.
        shade: Whether it stands in the shade.
        owner: Who has it.
        pots: Left out where there are none.
    """

    dropped: ClassVar[tuple[str, ...]] = ("colour",)
    soil: Soil = field(default_factory=Soil)
    flower: Rose | Fern = plain()
    names: tuple[str, ...] = plain(())
    water: float = number(1.0, above=0)
    price: float = number(0.0, least=0, below=10)
    shade: bool = plain(False, added=True)
    owner: str = plain("", hashed=False)
    pots: int | None = whole(None, least=1)


PLANT = Plant(flower=Rose())


@pytest.mark.parametrize(
    "plant",
    [
        PLANT,
        Plant(flower=Fern(fronds=7), names=("a", "b"), soil=Soil(sand=0.25, kind="loam"), pots=2),
        Plant(flower=Rose(thorns=0), shade=True, owner="me", water=3),
    ],
)
def test_settings_survive_their_own_json(plant):
    read = Plant.from_dict(json.loads(json.dumps(plant.to_dict())))
    assert read == plant
    assert type(read.flower) is type(plant.flower)
    assert isinstance(read.names, tuple)
    assert read.identity == plant.identity


def test_a_record_shows_more_than_the_fields():
    assert PLANT.to_dict()["flower"] == {"family": "rose", "name": "rose 3", "thorns": 3}
    assert PLANT.to_dict()["names"] == []


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"water": 2}, True),
        ({"price": 1}, True),
        ({"names": ("a",)}, True),
        ({"soil": Soil(sand=0.25)}, True),
        ({"flower": Rose(thorns=4)}, True),
        ({"flower": Fern()}, True),
        ({"pots": 1}, True),
        ({"shade": True}, True),
        ({"owner": "me"}, False),
        ({"water": 1}, False),  # 1 and 1.0 are one setting
    ],
)
def test_the_identity_changes_with_what_can_change_a_result(change, differs):
    assert (dataclasses.replace(PLANT, **change).identity != PLANT.identity) == differs


def test_an_added_field_leaves_recorded_folders_their_names():
    values = PLANT.to_dict()
    for name in ("shade", "owner"):
        del values[name]
    assert PLANT.identity == digest_of(values)  # as the version before those fields had it
    assert Plant.from_dict(values) == PLANT
    assert dataclasses.replace(PLANT, shade=True).hashed()["shade"] is True


def test_added_fields_within_other_settings_are_left_out_too():
    @dataclass(frozen=True, kw_only=True)
    class Deep(Settings):
        new: int = whole(0, added=True)
        old: int = whole(1)

    @dataclass(frozen=True, kw_only=True)
    class Outer(Settings):
        deep: Settings = plain()

    assert Outer(deep=Deep()).identity == digest_of({"deep": {"old": 1}})
    assert Outer(deep=Deep(new=2)).identity == digest_of({"deep": {"old": 1, "new": 2}})


def test_keys_that_mean_nothing_any_more_are_passed_over():
    assert Plant.from_dict(PLANT.to_dict() | {"colour": "red"}) == PLANT


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wather": 1}, "wather"),
        ({"soil": {"sand": 0.5, "stones": 1}}, "stones"),
        ({"flower": {"family": "moss"}}, "moss"),
        ({"flower": None}, "not the settings of a run"),
        ({"soil": 3}, "not the settings of a run"),
        ({"soil": {"sand": 2}}, "sand: 2 should be 0 to 1"),
    ],
)
def test_what_is_no_record_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        Plant.from_dict(PLANT.to_dict() | change)


def test_a_missing_key_without_a_default_is_refused():
    with pytest.raises(ValueError, match="flower"):
        Plant.from_dict({"water": 1})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Rose(thorns=-1), "thorns: -1 should be 0 to 9"),
        (lambda: Rose(thorns=10), "thorns: 10 should be 0 to 9"),
        (lambda: Rose(thorns=1.0), "thorns: 1.0 should be a whole number"),
        (lambda: Rose(thorns=True), "thorns: True should be a whole number"),
        (lambda: Rose(thorns="3"), "thorns: '3' should be a whole number"),
        (lambda: Fern(fronds=0), "fronds: 0 should be 1 or more"),
        (lambda: Soil(sand=1.5), "sand: 1.5 should be 0 to 1"),
        (lambda: Soil(sand="a"), "sand: 'a' should be a number"),
        (lambda: Soil(sand=True), "sand: True should be a number"),
        (lambda: Soil(sand=float("nan")), "sand: nan should be 0 to 1"),
        (lambda: Soil(kind="lome"), "kind: unknown 'lome', did you mean loam[?] Known: clay, loam"),
        (lambda: dataclasses.replace(PLANT, water=0), "water: 0 should be a finite number above 0"),
        (
            lambda: dataclasses.replace(PLANT, water=float("inf")),
            "water: inf should be a finite number above 0",
        ),
        (lambda: dataclasses.replace(PLANT, price=10), "price: 10 should be 0 or more and below 10"),
        (lambda: dataclasses.replace(PLANT, price=-1), "price: -1 should be 0 or more"),
        (lambda: dataclasses.replace(PLANT, shade=1), "shade: 1 should be true or false"),
        (lambda: dataclasses.replace(PLANT, pots=0), "pots: 0 should be 1 or more"),
    ],
)
def test_values_out_of_bounds_are_named(make, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        make()


def test_settings_that_do_not_fit_together():
    @dataclass(frozen=True, kw_only=True)
    class Pair(Settings):
        low: int = whole(1)
        high: int = whole(2)

        def check(self):
            if self.low > self.high:
                raise ValueError(f"low: {self.low} should be at most {self.high}")

    assert Pair(low=2).high == 2
    with pytest.raises(ValueError, match="low: 3 should be at most 2"):
        Pair(low=3)


def test_help_comes_from_the_docstrings():
    assert help_of(Plant)["water"] == "Litres, above none."
    assert help_of(Soil) == {"sand": "Share of sand.", "kind": "Which, as ``clay``."}

    @dataclass(frozen=True, kw_only=True)
    class Cactus(Plant):
        """A cactus.

        Args:
            water: Hardly any.
            spines: How many.
        """

        spines: int = whole(0)

    assert (help_of(Cactus)["water"], help_of(Cactus)["spines"]) == ("Hardly any.", "How many.")
    assert help_of(Cactus)["price"] == "What it costs."


def test_kinds_and_paths_of_the_fields():
    kinds = {name: kind_of(Plant, name) for name in ("soil", "names", "water", "shade", "pots")}
    assert kinds == {"soil": Soil, "names": tuple, "water": float, "shade": bool, "pots": int}
    paths = [path for path, _, _ in nested(Plant)]
    assert ("soil", "sand") in paths
    assert ("water",) in paths
    assert ("soil",) not in paths


@pytest.mark.parametrize(
    ("declare", "words"),
    [(whole(3, option="pots"), {"least": 0, "option": "pots"}), (plain(1, hashed=False), {"hashed": False})],
)
def test_what_a_field_says_of_itself(declare, words):
    assert words.items() <= dict(declare.metadata).items()
