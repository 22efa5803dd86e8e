"""Data flows one way: who may import what."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A module of a folder below experiments is named with its folder, as in "documents.corpus". A folder holds one
# family of experiments, and its file names are still unique in the project, because tests lie flat.
# A module of a folder below experiments is named with its folder, as in "documents.corpus". A folder holds one
# family of experiments, and its file names are still unique in the project, because tests lie flat.
DATA_SIDE = {
    "budget",
    "checkpoints",
    "citation_data",
    "citation_models",
    "citation_settings",
    "citation_training",
    "device",
    "distance",
    "model_specs",
    "models",
    "naming",
    "planetoid",
    "settings",
    "social",
    "stopping",
    "tasks",
    "training",
    "value_models",
}
DATA_SIDE |= {
    f"characters.{name}"
    for name in (
        "character_corpus",
        "character_evaluation",
        "character_graphs",
        "character_models",
        "character_processes",
        "character_samples",
        "character_settings",
        "character_specs",
        "character_text",
        "character_training",
        "character_windows",
        "public_texts",
    )
}
DATA_SIDE |= {
    f"documents.{name}"
    for name in (
        "classifier_kinds",
        "corpus_graph_classifier",
        "corpus_graphs",
        "docstring_corpus",
        "document_classifiers",
        "document_corpus",
        "document_models",
        "document_settings",
        "document_sources",
        "document_splits",
        "document_training",
        "document_words",
        "linear_classifier",
        "nearest_words",
        "reader_classifier",
        "smoothed_reader",
        "word_vocabulary",
    )
}
DATA_SIDE |= {
    f"forecasting.{name}"
    for name in (
        "epidemic",
        "forecast_data",
        "forecast_models",
        "forecast_settings",
        "forecast_training",
        "series_files",
    )
}
DATA_SIDE |= {
    f"memory.{name}"
    for name in (
        "depth_profile",
        "input_sensitivity",
        "memory_settings",
    )
}
DATA_SIDE |= {"characters.character_vocabulary"}
DATA_SIDE |= {f"trees.{name}" for name in ("tree_task",)}
READING_SIDE = {
    "citation_plots",
    "citation_report",
    "citation_tables",
    "figure_files",
    "folder_comparison",
    "page",
    "plots",
    "records",
    "report",
    "run_explorer",
    "smoothing",
    "statistics",
    "table_formats",
    "tables",
    "tensorboard_events",
}
READING_SIDE |= {
    f"characters.{name}"
    for name in (
        "character_plots",
        "character_report",
        "character_tables",
    )
}
READING_SIDE |= {
    f"documents.{name}"
    for name in (
        "document_plots",
        "document_report",
        "document_tables",
        "document_verdicts",
    )
}
READING_SIDE |= {
    f"forecasting.{name}"
    for name in (
        "forecast_plots",
        "forecast_report",
        "forecast_tables",
    )
}
READING_SIDE |= {
    f"memory.{name}"
    for name in (
        "decay",
        "memory_figures",
        "memory_page",
        "memory_plots",
        "memory_records",
        "memory_tables",
    )
}
READING_SIDE |= {
    f"reproductions.{name}"
    for name in (
        "character_figures",
        "character_measures",
        "claim_figures",
        "claim_page",
        "evidence",
        "exact_measures",
        "frequency_measures",
        "length_measures",
        "set_measures",
        "step_measures",
        "tree_measures",
        "verdicts",
    )
}
READING_SIDE |= {
    f"trees.{name}"
    for name in (
        "tree_page",
        "tree_tables",
    )
}
READING_SIDE |= {"run_section"}
# Of the data side, but free of torch: both sides may read them.
PLAIN = {
    "citation_settings",
    "model_specs",
    "naming",
    "settings",
}
PLAIN |= {
    f"characters.{name}"
    for name in (
        "character_settings",
        "character_specs",
    )
}
PLAIN |= {f"documents.{name}" for name in ("document_settings",)}
PLAIN |= {f"forecasting.{name}" for name in ("forecast_settings",)}
PLAIN |= {f"memory.{name}" for name in ("memory_settings",)}


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
    whole_project |= {"kill_sweep"}
    stems = {p.stem for package in ("seq", "gnnlab", "experiments") for p in (ROOT / package).rglob("*.py")}
    stems |= {p.stem for p in (ROOT / "benchmarks").glob("*.py")}
    for test in (ROOT / "tests").glob("test_*.py"):
        assert test.stem.removeprefix("test_") in stems | whole_project, test.name
