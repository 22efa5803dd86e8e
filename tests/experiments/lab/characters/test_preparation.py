import pytest

from experiments.command.cli import main
from experiments.lab.characters.preparation import again, prepare
from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import open_corpus

TEXT = "she sells sea shells by the sea shore\n" * 30


def run_of(path, device="cpu", **train):
    return CharacterRun(
        experiment="characters",
        corpus=CorpusSettings(text=(str(path),)),
        model=parse_character_model("lstm-1"),
        seed=0,
        train=CharacterTraining(**train),
        device=device,
    )


@pytest.fixture
def tale(tmp_path):
    path = tmp_path / "tale.txt"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(("model", "window"), [("gcn-2-w7", 7), ("gcn-1-w9", 7)])
def test_a_gcn_wider_than_the_window_is_refused_to_several_processes(
    model, window, tale, monkeypatch, capsys
):
    monkeypatch.chdir(tale.parent)
    monkeypatch.setenv("WORLD_SIZE", "2")  # as torchrun sets it; the refusal comes before processes meet
    with pytest.raises(SystemExit) as stop:
        main(["run", "characters", "--text", "tale.txt", "--models", model, "--window", str(window)])
    line = capsys.readouterr().err
    assert stop.value.code == 2
    assert line.startswith(f"gnnlab: models: {model} has edges from {model[-1]} characters before")
    assert f"take w{window - 1} or less, --window {int(model[-1]) + 1} or more" in line
    assert line.count("\n") == 1
    assert [path.name for path in tale.parent.iterdir()] == ["tale.txt"]


@pytest.mark.parametrize(("processes", "model"), [("1", "gcn-2-w9"), ("2", "gcn-2-w6"), ("2", "gat-2-w9")])
def test_others_are_not(processes, model, tale, monkeypatch, capsys):
    tale.write_text("short")
    monkeypatch.chdir(tale.parent)
    monkeypatch.setenv("WORLD_SIZE", processes)
    with pytest.raises(SystemExit):
        main(["run", "characters", "--text", "tale.txt", "--models", model, "--window", "7"])
    assert "edges from" not in capsys.readouterr().err  # the text is too short, which is found later


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_short_floats_are_for_gpus(tale, tmp_path, precision):
    with pytest.raises(ValueError, match=f"precision: {precision} needs a GPU"):
        prepare([run_of(tale, precision=precision)], tmp_path, {})
    (run,) = prepare([run_of(tale, "cuda:0", precision=precision)], tmp_path, {})
    assert run.train.precision == precision


def test_every_text_and_size_of_a_sweep_is_looked_at(tale, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(TEXT[:500])
    found = prepare([run_of(tale), run_of(other, window=20)], tmp_path, {})
    assert [run.corpus.characters for run in found] == [len(TEXT), 500]
    assert len({run.corpus.sha256 for run in found}) == 2
    with pytest.raises(ValueError, match="validation part has 25 characters, fewer than a window of 30"):
        prepare([run_of(tale), run_of(other)], tmp_path, {})
    with pytest.raises(ValueError, match="prompt: the text has no 'Ü'"):
        prepare([run_of(tale), run_of(tale, prompt="Ü")], tmp_path, {})


def test_redoing_needs_the_tokens_or_the_text(tale, tmp_path):
    (run,) = prepare([run_of(tale)], tmp_path, {})
    again(run, tmp_path / "results", tmp_path / "none")  # nothing is kept there: the text itself is read
    assert not (tmp_path / "none").exists()
    before = open_corpus(run.corpus, tmp_path / "results" / "corpus")
    tale.unlink()
    for _ in range(2):
        again(run, tmp_path / "results", tmp_path / "out")
        assert open_corpus(run.corpus, tmp_path / "out" / "corpus").tokens.tolist() == before.tokens.tolist()
    (tokens,) = (tmp_path / "results").rglob("tokens.bin")
    tokens.write_bytes(tokens.read_bytes()[::-1])
    with pytest.raises(ValueError, match=r"results.* were changed after they were written"):
        again(run, tmp_path / "results", tmp_path / "new")
