import pytest

from experiments.command.cli import main
from experiments.reading.files.figures import FigureFiles
from tests.experiments.runs import TINY, sweep


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    sweep(out, "palindrome", ["lstm", "gcn-2"], [5], [0, 1], **TINY, hidden=4)
    return out


def report(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["report", *map(str, arguments)])
    return stop.value.code


class Drawing:
    """Stands for a figure without texts: writes which format it was asked for."""

    axes = ()

    def findobj(self, kind):
        return []

    def savefig(self, path, *, format, **_):
        path.write_text(format)


def test_each_figure_of_the_page_is_a_file_in_each_format(results, capsys):
    assert report(results, "--figures", "pdf,svg,png") == 0
    page, *told = capsys.readouterr().out.split()
    files = sorted((results / "figures").iterdir())
    assert sorted(told) == sorted(map(str, files))
    begins = {".pdf": b"%PDF", ".png": b"\x89PNG", ".svg": b"<?xml"}
    assert all(path.read_bytes().startswith(begins[path.suffix]) for path in files)
    text = (results / "report.html").read_text()
    drawn = text.count("<figure>") - len(list((results / "pictures").glob("*.svg")))
    assert drawn >= 3
    assert len(files) == 3 * drawn
    assert page.endswith("report.html")


def test_the_same_report_gives_the_same_bytes(results):
    assert report(results, "--figures", "pdf") == 0
    first = {path.name: path.read_bytes() for path in (results / "figures").glob("*.pdf")}
    assert report(results, "--figures", "pdf") == 0
    assert first == {path.name: path.read_bytes() for path in (results / "figures").glob("*.pdf")}


def test_files_have_the_size_of_the_style_and_the_page_has_its_own(results, capsys):
    assert report(results) == 0
    page = len((results / "report.html").read_text())
    assert report(results, "--figures", "svg", "--style", "paper") == 0
    assert (
        len((results / "report.html").read_text()) == page
    )  # but for names of paths, which are drawn by chance
    texts = [path.read_text() for path in (results / "figures").glob("*.svg")]
    assert texts
    assert all(f'width="{72 * 3.4:g}pt"' in text for text in texts)
    assert report(results, "--style", "paper") == 2
    assert "style: there are no files to give it to" in capsys.readouterr().err


def test_figures_of_one_title_have_files_of_their_own(tmp_path):
    files = FigureFiles(tmp_path, ["svg"])
    for title in ("Left & right", "Left / right", "left-right-2", "数"):
        files.add(Drawing(), title)
    assert [path.name for path in files.written] == [
        "left-right.svg",
        "left-right-2.svg",
        "left-right-2-2.svg",
        "figure.svg",
    ]
    assert all(path.read_text() == "svg" for path in files.written)


def test_without_a_figure_there_is_no_folder(tmp_path):
    assert not FigureFiles(tmp_path / "figures", ["pdf"]).written
    assert not (tmp_path / "figures").exists()


@pytest.mark.parametrize("text", ["gif", "pdf,gif", "", "pdf;png"])
def test_other_formats_are_refused_before_anything_is_read(tmp_path, capsys, text):
    assert report(tmp_path, "--figures", text) == 2
    line = capsys.readouterr().err
    assert line.startswith("gnnlab: figures: ")
    assert "pdf, svg, png" in line
    assert line.count("\n") == 1


def test_a_folder_that_cannot_be_written(results, capsys):
    (results / "figures").rename(results / "kept")
    (results / "figures").write_text("in the way")
    assert report(results, "--figures", "pdf") == 2
    assert "figures: " in capsys.readouterr().err
    (results / "figures").unlink()
