"""Every setting of a claim's runs: what the source says, and ours under the full and the quick settings.

Ours is read from the runs themselves, so that it cannot differ from what is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import Field, dataclass
from typing import Any

from experiments.core.labels import Spec, has_word
from experiments.core.run import Run
from experiments.core.settings import Settings, fields_of
from experiments.reproductions.claims.claim import NOT_STATED, Claim, Plan

#: Where a run computes and what it is called: no settings of a comparison.
BOOKKEEPING = frozenset(
    {"experiment", "device", "threads", "deterministic", "audit", "tuned", "smoke", "code", "train.processes"}
    | {"seeds_together"}
    | {"corpus.sha256", "corpus.characters"}
)
SEEDS = "seeds"
OTHERS, SAME, CUT = "all others", "the same", "cut to fit a small machine"
_MOST_GROUPS = 3  # more different values than this are listed without saying which runs have which
Row = dict[str, str]
_Values = list[tuple[Run, Any]]
_Way = Callable[[Run], str]


def settings_rows(claim: Claim) -> list[Row]:
    """The table: ``setting``, ``source``, ``ours in full``, ours ``--quick``, and ``why they differ``.

    A setting has a row where the source says something of it, or where some run does not have its default. The last row
    has all others. What a label says of its model stands under models.
    """
    full, quick = settings_of(claim.full), settings_of(claim.quick)
    names = dict.fromkeys([*full, *quick, *claim.stated])
    leaves = [leaf for run in _runs(claim.full, claim.quick) for leaf in leaves_of(run)]
    special = {leaf.name for leaf in leaves if leaf.value != leaf.default and not leaf.labelled}
    plain = {leaf.name for leaf in leaves if not leaf.labelled} - special - claim.stated.keys()
    labelled = {leaf.name for leaf in leaves if leaf.labelled} - special - plain - claim.stated.keys()
    rows = [_row(claim, name, full, quick) for name in names if name not in plain | labelled]
    if plain:
        others = ", ".join(f"{name} {_unlabelled(leaves, name)}" for name in names if name in plain)
        rows.append(_named(OTHERS, NOT_STATED, others, SAME, ""))
    return rows


def settings_of(plan: Plan) -> dict[str, str]:
    """Every setting of a plan's runs, and of what it computes, with its value or values in words."""
    found: dict[str, str] = {}
    runs = _runs(plan)
    if runs:
        found["models"] = ", ".join(dict.fromkeys(run.model.label for run in runs))
        values: dict[str, _Values] = {}
        for run in runs:
            for leaf in leaves_of(run):
                values.setdefault(leaf.name, []).append((run, leaf.value))
        found |= {name: _in_words(known, name) for name, known in values.items()}
    computed = "computed: " if runs else ""
    return found | {f"{computed}{name}": _text(value) for name, value in plan.options.items()}


def _runs(*plans: Plan) -> list[Run]:
    return [run for plan in plans for part in plan.runs for run in part.runs()]


def _row(claim: Claim, name: str, full: dict[str, str], quick: dict[str, str]) -> Row:
    stated = claim.stated.get(name)
    ours, cut = full.get(name, "-"), quick.get(name, "-")
    why = [stated.why] if stated is not None and stated.why else []
    why += [CUT] if cut != ours else []
    return _named(
        name,
        NOT_STATED if stated is None else stated.value,
        ours,
        SAME if cut == ours else cut,
        "; ".join(why),
    )


def _named(setting: str, source: str, full: str, quick: str, why: str) -> Row:
    names = ("setting", "source", "ours in full", "ours under --quick", "why they differ")
    return dict(zip(names, (setting, source, full, quick, why)))


@dataclass(frozen=True)
class Leaf:
    """A setting of a run.

    Args:
        name: Of its field; ``seeds`` for the seed.
        value: Of this run.
        default: Of its field.
        labelled: Whether the label of the model says it.
    """

    name: str
    value: Any
    default: Any
    labelled: bool


def leaves_of(settings: Settings, prefix: str = "") -> Iterator[Leaf]:
    """Every setting of a run, of its training, its model and other settings inside it."""
    for item in fields_of(type(settings)):
        value, path = getattr(settings, item.name), f"{prefix}{item.name}"
        if path in BOOKKEEPING or _means_nothing(settings, item):
            continue
        if isinstance(value, Settings):
            yield from leaves_of(value, f"{path}.")
        else:
            name = SEEDS if path == "seed" else item.name
            yield Leaf(name, value, item.default, _in_label(settings, item, value))


def _means_nothing(owner: Settings, item: Field[Any]) -> bool:
    """Whether a cell or convolution has no such setting, as a forget gate that is not there has no bias."""
    return isinstance(owner, Spec) and "word" in item.metadata and not has_word(item, owner.part)


def _in_label(owner: Settings, item: Field[Any], value: Any) -> bool:
    """Whether a label says this of its model: its first field, and in words what is not at its default."""
    if not isinstance(owner, Spec):
        return False
    if item.name == fields_of(type(owner))[0].name:
        return True
    if "word" not in item.metadata:
        return False
    return bool(value != item.default or item.metadata["always"])


def _unlabelled(leaves: Sequence[Leaf], name: str) -> str:
    return _listed(
        list(dict.fromkeys(leaf.value for leaf in leaves if leaf.name == name and not leaf.labelled))
    )


def _in_words(values: _Values, name: str) -> str:
    """The values of a setting, and which runs have which: by experiment, by length, or by model.

    Of seeds it says how many there are.
    """
    told = _count if name == SEEDS else _listed
    ways: list[_Way] = [lambda run: "", lambda run: run.experiment, _length, lambda run: run.model.label]
    if name == "length":
        ways.remove(_length)
    for way in ways:
        groups = _groups(values, way)
        if name != SEEDS and all(len(found) == 1 for found in groups.values()):
            return _by_groups(groups, told)
    for way in ways:
        groups = _groups(values, way)
        if 1 < len({frozenset(found) for found in groups.values()}) <= _MOST_GROUPS:
            return _by_groups(groups, told)
    return told(_groups(values, ways[0])[""])


def _length(run: Run) -> str:
    length = getattr(run, "length", None)
    return "" if length is None else f"{length}"


def _groups(values: _Values, way: _Way) -> dict[str, list[Any]]:
    """The different values of the runs of each group."""
    groups: dict[str, dict[Any, None]] = {}
    for run, value in values:
        groups.setdefault(way(run), {})[value] = None
    return {key: list(found) for key, found in groups.items()}


def _by_groups(groups: dict[str, list[Any]], told: Callable[[list[Any]], str]) -> str:
    """Each value, or each list of values, with the groups that have it."""
    who: dict[str, list[str]] = {}
    for key, found in groups.items():
        who.setdefault(told(found), []).append(key)
    if len(who) == 1:
        return next(iter(who))
    return "; ".join(f"{value} ({_keys(keys)})" for value, keys in who.items())


def _keys(keys: list[str]) -> str:
    if not all(key.isdigit() for key in keys):
        return ", ".join(keys)
    return f"T = {_listed([int(key) for key in keys])}"


def _count(values: list[Any]) -> str:
    return f"{len(values)}"


def _listed(values: list[Any]) -> str:
    """Values with commas between; whole numbers in steps of one size from the first to the last.

    Example:
        >>> _listed([5, 6, 7, 8, 9]), _listed([9, 5, 7, 11, 13]), _listed([4, 16, 64]), _listed(["adam"])
        ('5 to 9', '5, 7, ..., 13', '4, 16, 64', 'adam')
    """
    if all(type(value) is int for value in values):
        values = sorted(values)
        step = values[1] - values[0] if len(values) > 1 else 0
        if len(values) > 4 and values == list(range(values[0], values[-1] + 1, step)):
            return (
                f"{values[0]} to {values[-1]}"
                if step == 1
                else f"{values[0]}, {values[1]}, ..., {values[-1]}"
            )
    return ", ".join(map(_text, values))


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else f"{value}"
