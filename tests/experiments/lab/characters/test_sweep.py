import pytest

from experiments.command.cli import main

TEXT = "she sells sea shells by the sea shore\n" * 30


@pytest.mark.parametrize(("model", "window"), [("gcn-2-w7", 7), ("gcn-1-w9", 7)])
def test_a_gcn_wider_than_the_window_is_refused_to_several_processes(
    model, window, tmp_path, monkeypatch, capsys
):
    (tmp_path / "tale.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORLD_SIZE", "2")  # as torchrun sets it; the refusal comes before processes meet
    with pytest.raises(SystemExit) as stop:
        main(["run", "characters", "--text", "tale.txt", "--models", model, "--window", str(window)])
    line = capsys.readouterr().err
    assert stop.value.code == 2
    assert line.startswith(f"gnnlab: models: {model} has edges from {model[-1]} characters before")
    assert f"take w{window - 1} or less, --window {int(model[-1]) + 1} or more" in line
    assert line.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tale.txt"]


@pytest.mark.parametrize(("processes", "model"), [("1", "gcn-2-w9"), ("2", "gcn-2-w6"), ("2", "gat-2-w9")])
def test_others_are_not(processes, model, tmp_path, monkeypatch, capsys):
    (tmp_path / "tale.txt").write_text("short")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORLD_SIZE", processes)
    with pytest.raises(SystemExit):
        main(["run", "characters", "--text", "tale.txt", "--models", model, "--window", "7"])
    assert "edges from" not in capsys.readouterr().err  # the text is too short, which is found later
