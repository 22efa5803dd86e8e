import pytest

from experiments.command.sweeps.sweep_file import SweepFile
from experiments.core.written.lists import parse_seeds

EXAMPLE = """\
# a comment
experiment: palindrome
lengths: 5:20:5         # plain YAML reads 19205
learning_rate: [1e-3, 0.003]
models:
  - lstm
  - gcn-2-mirrored
smoke: no
out: "runs/a folder"
"""


def read(tmp_path, text):
    path = tmp_path / "sweep.yaml"
    path.write_text(text)
    return SweepFile(path)


def test_values_are_taken_as_they_are_written(tmp_path):
    assert read(tmp_path, EXAMPLE).arguments({"smoke"}, set()) == [
        "--lengths=5:20:5",
        "--learning-rate=1e-3,0.003",
        "--models=lstm,gcn-2-mirrored",
        "--no-smoke",
        "--out=runs/a folder",
    ]


def test_the_command_line_comes_first(tmp_path):
    words = read(tmp_path, EXAMPLE).arguments({"smoke"}, {"lengths", "models", "smoke"})
    assert words == ["--learning-rate=1e-3,0.003", "--out=runs/a folder-smoke"]


def test_a_message_that_names_an_option_gets_its_line(tmp_path):
    said = read(tmp_path, EXAMPLE)
    at = f"{tmp_path}/sweep.yaml"
    assert said.place("learning_rate: x should be a number").startswith(f"{at}:4: learning_rate")
    assert said.place('Invalid value "x" for "--lengths".').startswith(f"{at}:3: Invalid")
    assert said.place("budget: 7 is too small") == "budget: 7 is too small"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("experiment: a\nmodels: {x: 1}\n", r":2: models: should be a value or a list"),
        ("experiment: a\nmodels: [[x]]\n", r":2: models: should be a value or a list"),
        ("experiment: a\n? [x]\n: 1\n", r":2: a key should be the name of an option"),
        ("experiment: a\nseeds: 1\nseeds: 2\n", r":3: seeds stands twice; first in line 2"),
        ("experiment: a\nclip_norm: 1\nclip-norm: 2\n", r":3: clip-norm stands twice"),
        ("experiment: a\nmodels: []\n", r":2: models: an empty list"),
        ("experiment: a\nmodels:\n", r":2: models: its value is missing"),
        ("experiment: a\nmodels: [a, ~]\n", r":2: models: its value is missing"),
        ("experiment: a\nmodels: ''\n", r":2: models: its value is missing"),
        ("- a\n", "should hold keys and values"),
        ("", "should hold keys and values"),
        ("experiment", "should hold keys and values"),
        ("experiment: [a\nmodels: b\n", r"sweep\.yaml:\d: not YAML"),
        ("experiment: a\n\tmodels: b\n", r"sweep\.yaml:2: not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("a: *b\n", "not YAML"),
        ("a: \x00\n", "not YAML"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text, words, tmp_path):
    with pytest.raises(ValueError, match=words) as error:
        read(tmp_path, text)
    assert "sweep.yaml" in str(error.value)


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 1000, "".join(f"{' ' * n}a:\n" for n in range(1000)), "- " * 1000]
)
def test_values_nested_deep(text, tmp_path):
    (tmp_path / "sweep.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"sweep.yaml: values are nested too deep"):
        SweepFile(tmp_path / "sweep.yaml")


def test_a_file_that_is_too_large_for_options(tmp_path):
    (tmp_path / "sweep.yaml").write_text("experiment: palindrome\n# " + "x" * 1_000_000)
    with pytest.raises(
        ValueError, match=r"sweep.yaml: has 1,000,025 bytes; a file of options should have at most"
    ):
        SweepFile(tmp_path / "sweep.yaml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_the_mark_of_its_encoding(encoding, tmp_path):
    (tmp_path / "sweep.yaml").write_bytes("experiment: palindrome\nout: é\n".encode(encoding))
    assert SweepFile(tmp_path / "sweep.yaml").entries["out"].value == "é"


def test_no_text(tmp_path):
    (tmp_path / "sweep.yaml").write_bytes(b"\xff\x00a")
    with pytest.raises(ValueError, match="UTF-8"):
        SweepFile(tmp_path / "sweep.yaml")


def test_the_nearest_key_is_named(tmp_path):
    said = read(tmp_path, "experiment: palindrome\nlerning_rate: 1\n")
    with pytest.raises(ValueError, match=r":2: unknown key 'lerning-rate', did you mean learning-rate\?"):
        said.check_keys("palindrome", ["learning-rate", "models"])


def test_the_experiment_has_to_be_there(tmp_path):
    with pytest.raises(ValueError, match="the key experiment is missing"):
        _ = read(tmp_path, "models: lstm\n").experiment


@pytest.mark.parametrize(
    ("written", "seeds"),
    [
        ("[7]", [7]),
        ("7", [0, 1, 2, 3, 4, 5, 6]),
        ("0:2", [0, 1, 2]),
        ("[0:2]", [0, 1, 2]),
        ("[1, 4]", [1, 4]),
    ],
)
def test_seeds_in_a_list_are_those_seeds(written, seeds, tmp_path):
    file = tmp_path / "sweep.yaml"
    file.write_text(f"experiment: palindrome\nseeds: {written}\n", encoding="utf-8")
    (word,) = SweepFile(file).arguments(set(), set())
    assert parse_seeds(word.removeprefix("--seeds=")) == seeds
