"""From what a user chose to the runs of a sweep: every combination, with the defaults of experiment and model."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.core.catalogue import code_of
from experiments.core.experiment import Experiment, load, loaded
from experiments.core.run import Run
from experiments.core.settings import Settings, fields_of, hints_of, kind_of, names_of, nested
from experiments.core.written.tuning import Tuning, parse_tuning

MOST_RUNS = 1_000_000  # a typing error should not fill the memory


def plan(
    experiment: Experiment,
    models: Iterable[str],
    seeds: Iterable[int],
    given: Mapping[str, Sequence[Any]],
    *,
    device: str = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    audit: bool = False,
    smoke: bool = False,
) -> list[Run]:
    """Every combination of model, settings and seed, once each, long runs first.

    Long ones first keep all workers busy to the end; the order changes no result.

    Args:
        experiment: Which one.
        models: Labels.
        seeds: Seeds.
        given: Values that the user gave, by name of the setting; a setting of the run, of its training, of its model,
            or of other settings inside the run.
        device: Where to compute.
        threads: CPU threads inside a run.
        deterministic: Keep to kernels that give the same bits each time.
        audit: Look at the test part along training too.
        smoke: Tiny sizes in place of the defaults.

    Raises:
        ValueError: A label is not known, a value makes no sense, or there are too many runs.
    """
    kind: type[Run] = load(experiment.run)
    defaults = {**experiment.values, **(experiment.smoke if smoke else {})}
    listed = {
        name: _as_list(value)
        for name, value in {**defaults, **given}.items()
        if name not in ("models", "seeds")
    }
    numbers = list(seeds)
    labels = list(models)
    count = len(labels) * len(numbers)
    for values in listed.values():
        count *= len(values)
    if count > MOST_RUNS:
        raise ValueError(f"these are {count} runs; a sweep should have at most {MOST_RUNS}")
    fixed = {
        "experiment": experiment.base or experiment.name,
        "device": device,
        "threads": threads,
        "deterministic": deterministic,
        "audit": audit,
        "smoke": smoke,
    }
    runs: list[Run] = []
    for combination in itertools.product(*listed.values()):
        chosen = dict(zip(listed, combination))
        for label in labels:
            run = _one(
                experiment, kind, label, chosen, set(given) | set(experiment.smoke if smoke else ()), fixed
            )
            runs += [dataclasses.replace(run, seed=seed) for seed in numbers] if run is not None else []
    return sorted(dict.fromkeys(runs), key=lambda run: -run.cost)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _one(
    experiment: Experiment,
    kind: type[Run],
    label: str,
    chosen: dict[str, Any],
    given: set[str],
    fixed: dict[str, Any],
) -> Run | None:
    """One run with seed 0; None for a combination that the experiment leaves out."""
    parts: dict[str, Settings] = {}
    if experiment.settle:
        settled = load(experiment.settle)(label, chosen)
        if settled is None:
            return None
        parts["model"], parts["train"] = settled
        chosen = {name: v for name, v in chosen.items() if name in given or not _is_inside(parts, name)}
    else:
        parts["model"] = load(experiment.parse)(label)
    own: dict[str, Any] = {}
    for item in fields_of(kind):
        name, inside = item.name, kind_of(kind, item.name)
        if name in chosen:
            own[name] = chosen[name]
        elif name not in parts and isinstance(inside, type) and issubclass(inside, Settings):
            parts[name] = inside()
    for name, part in parts.items():
        open_to_all = {
            item.name for item in fields_of(type(part)) if name != "model" or item.metadata.get("option")
        }
        values = {key: value for key, value in chosen.items() if key in open_to_all and key not in own}
        own[name] = dataclasses.replace(part, **values) if values else part  # type: ignore[type-var]
    codes = (*code_of(experiment), *getattr(parts["model"], "codes", ()))
    return kind(seed=0, code=codes, **fixed, **own)


def _is_inside(parts: Mapping[str, Settings], name: str) -> bool:
    return any(name in names_of(type(part)) for part in parts.values())


def with_values(run: Run, values: Mapping[str, Any]) -> Run:
    """A run with other values of some settings, wherever in it they stand; what it does not have is passed over."""
    own = {name: value for name, value in values.items() if name in names_of(type(run))}
    for name in names_of(type(run)):
        part = getattr(run, name)
        if isinstance(part, Settings) and name not in own:
            inside = {key: value for key, value in values.items() if key in names_of(type(part))}
            own |= {name: dataclasses.replace(part, **inside)} if inside else {}  # type: ignore[type-var]
    return dataclasses.replace(run, **own) if own else run


def value_of(run: Run, name: str) -> Any:
    """The value of a setting, wherever in the run it stands; None where the run has no such setting."""
    for part in (run, *(getattr(run, item.name) for item in fields_of(type(run)))):
        if isinstance(part, Settings) and name in names_of(type(part)):
            return getattr(part, name)
    return None


def prepared(experiment: Experiment, runs: list[Run], out: Any, options: dict[str, Any]) -> list[Run]:
    """The runs after the experiment has looked at its data and at the size of every model.

    Raises:
        ValueError: Something cannot be met.
    """
    found: list[Run] = loaded(experiment.prepare)(runs, out, options)
    return found


def kinds_of(experiment: Experiment) -> dict[str, type]:
    """What each setting that an option gives holds, by name of the setting."""
    run: type[Run] = load(experiment.run)
    return {path[-1]: kind_of(cls, path[-1]) for path, cls, _ in nested(run) if issubclass(cls, Settings)}


def is_tuple(experiment: Experiment, setting: str) -> bool:
    """Whether a setting is itself a list of values, as the texts of a corpus are."""
    run: type[Run] = load(experiment.run)
    found = {path[-1]: hints_of(cls)[path[-1]] for path, cls, _ in nested(run)}
    return getattr(found.get(setting), "__origin__", None) is tuple


def read_tuning(
    experiment: Experiment,
    space: str | Mapping[str, Any] | None,
    seeds: Iterable[int],
    given: Mapping[str, Sequence[Any]],
    *,
    trials: int | None = None,
    tuning_seeds: Sequence[int] | None = None,
    halving: bool = False,
) -> Tuning | None:
    """How a comparison tunes its models; None for not at all.

    Args:
        experiment: Which one.
        space: What to go through, as a text or as lists by name.
        seeds: Those that are reported.
        given: Values that the user gave.
        trials, tuning_seeds, halving: Of ``Tuning``.

    Raises:
        ValueError: It makes no sense, or there is something about trials and nothing to try.
    """
    if space is None:
        for name, value in (("trials", trials), ("tuning_seeds", tuning_seeds), ("halving", halving or None)):
            if value is not None:
                raise ValueError(
                    f"{name}: there is nothing to tune; say what, as in --tune {experiment.space}"
                )
        return None
    if not isinstance(space, str | Mapping):
        raise ValueError(
            f"tune: {space!r} should be settings with their values, such as {{'learning_rate': [1e-3, 3e-3]}}"
        )
    if isinstance(space, Mapping):
        space = " ".join(f"{name}={_listed_values(values)}" for name, values in space.items())
    kinds = kinds_of(experiment)
    found = parse_tuning(space, kinds, experiment.tunable, trials=trials, seeds=tuning_seeds, halving=halving)
    found.check(list(seeds), given)
    return found


def _listed_values(values: Any) -> str:
    return values if isinstance(values, str) else ",".join(map(str, _as_list(values)))
