"""Data flows one way: who may import what."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA_SIDE = {
    "settings",
    "model_specs",
    "naming",
    "tasks",
    "value_models",
    "models",
    "training",
    "device",
    "distance",
}
# A module of a folder below experiments is named with its folder, as in "documents.corpus". A folder holds one
# family of experiments, and its file names are still unique in the project, because tests lie flat.
DATA_SIDE |= {
    "citation_settings",
    "citation_data",
    "citation_models",
    "citation_training",
    "planetoid",
    "social",
}
DATA_SIDE |= {
    f"characters.{name}"
    for name in (
        *("character_specs", "character_settings", "public_texts", "character_text", "character_corpus"),
        *("character_windows", "character_graphs", "character_models", "character_processes"),
        *("character_evaluation", "character_training", "character_samples"),
    )
}
READING_SIDE = {"records", "statistics", "plots", "tables", "report", "page"}
READING_SIDE |= {"citation_tables", "citation_plots", "citation_report"}
READING_SIDE |= {f"characters.character_{name}" for name in ("tables", "plots", "report")}
READING_SIDE |= {
    "smoothing",
    "reproductions.verdicts",
    "reproductions.evidence",
    "reproductions.claim_figures",
}
READING_SIDE |= {f"reproductions.{kind}_measures" for kind in ("length", "step", "frequency", "set", "exact")}
READING_SIDE |= {"reproductions.claim_page"}
READING_SIDE |= {f"reproductions.character_{kind}" for kind in ("measures", "figures")}
PLAIN = {"settings", "citation_settings"}  # of the data side, but free of torch: both sides may read them
PLAIN |= {"characters.character_specs", "characters.character_settings"}


def imported(path):
    """Top-level names, and for this project's experiments the module, of everything a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            found = [source]
            if source.split(".")[0] == "experiments":  # what is imported may be a module
                found += [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        names |= {name if name.startswith("experiments.") else name.split(".")[0] for name in found}
    return names


def name_in(package, path):
    return ".".join(path.relative_to(ROOT / package).with_suffix("").parts)


def files(package, names=None):
    return [
        p for p in sorted((ROOT / package).rglob("*.py")) if names is None or name_in(package, p) in names
    ]


@pytest.mark.parametrize("path", files("seq"), ids=lambda p: p.stem)
def test_seq_needs_torch_and_numpy_alone(path):
    assert not imported(path) & {
        "gnnlab",
        "experiments",
        "torch_geometric",
        "networkx",
        "matplotlib",
        "scipy",
        "pandas",
    }


@pytest.mark.parametrize("path", files("gnnlab"), ids=lambda p: p.stem)
def test_gnnlab_knows_neither_sequences_nor_experiments(path):
    names = imported(path)
    assert "seq" not in names
    assert not any(name.startswith("experiments") for name in names)
    assert not names & {"pandas", "sklearn"}


@pytest.mark.parametrize("path", files("experiments", DATA_SIDE), ids=lambda p: p.stem)
def test_data_side_does_not_look_at_records(path):
    assert not imported(path) & {f"experiments.{name}" for name in READING_SIDE}


@pytest.mark.parametrize("path", files("experiments", READING_SIDE), ids=lambda p: p.stem)
def test_reading_side_needs_no_model(path):
    names = imported(path)
    assert not names & {"torch", "seq", "gnnlab", "torch_geometric"}
    assert not names & {f"experiments.{name}" for name in DATA_SIDE - PLAIN}


def test_every_name_of_a_side_is_a_file():
    there = {name_in("experiments", path) for path in files("experiments")}
    assert there >= DATA_SIDE | READING_SIDE | PLAIN


def test_every_test_file_has_a_source_file():
    whole_project = {"architecture", "readme"}
    stems = {p.stem for package in ("seq", "gnnlab", "experiments") for p in (ROOT / package).rglob("*.py")}
    stems |= {p.stem for p in (ROOT / "benchmarks").glob("*.py")}
    for test in (ROOT / "tests").glob("test_*.py"):
        assert test.stem.removeprefix("test_") in stems | whole_project, test.name
