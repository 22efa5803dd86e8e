import dataclasses
import re
from html.parser import HTMLParser

import pytest

from experiments.core.model_specs import parse_model
from experiments.core.settings import TrainSettings
from experiments.reading import report, run_section
from experiments.reading.report import write_report
from experiments.reading.run_section import read_curves
from experiments.records.files import write_json
from experiments.records.records import FolderError, read_runs
from experiments.running.sweep import expand, run_sweep

TINY = TrainSettings(
    steps=10,
    batch_size=8,
    evaluate_every=5,
    validation_size=20,
    test_size=20,
    budget=3000,
    success=2,
    patience=0,
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    models = [parse_model(label) for label in ("lstm", "gcn-1", "gcn-2-mirrored")]
    run_sweep(expand("palindrome", models, [2, 5], [0, 1], TINY), out)
    return out


def failed_run(out, reason):
    settings = expand("palindrome", [parse_model("rnn")], [5], [9], TINY)[0]
    folder = out / settings.folder
    folder.mkdir(exist_ok=True)
    write_json(folder / "config.json", settings.to_dict())
    write_json(folder / "result.json", {"format": 1, "status": "failed", "reason": reason})


class Page(HTMLParser):
    """Balance of tags, ids, and everything a browser would fetch."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self, text):
        super().__init__()
        self.stack, self.ids, self.fetched, self.tags, self.scripts = [], [], [], [], []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if tag == "script":
            self.scripts.append((values.get("type"), values.get("id")))
        if tag not in self.VOID:
            self.stack.append(tag)
        if "id" in values and "svg" not in self.stack:
            self.ids.append(values["id"])
        for name in ("src", "href", "xlink:href"):
            if name in values and not values[name].startswith("#"):
                self.fetched += [values[name]] * (not values[name].startswith("data:"))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


def test_page_is_whole_and_fetches_nothing(results):
    text = write_report(results).read_text()
    page = Page(text)
    assert page.fetched == []
    assert page.scripts == [
        ("application/json", "runs-data"),
        ("application/json", "runs-curves"),
        (None, None),
    ]
    assert not re.search(r"url\((?!['\"]?#)|@import", text)
    assert page.tags.count("svg") >= 4
    assert {"summary", "figures", "reach", "failed", "models", "settings", "runs"} <= set(page.ids)


def test_page_tells_out_of_reach_from_in_reach(results):
    text = write_report(results).read_text()
    rows = re.findall(
        r"<tr><td>(gcn[^<]*)</td><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>.*?class=\"text\">([^<]*)<", text
    )
    verdicts = {
        (model, int(length)): (int(hops), int(layers), verdict)
        for model, length, hops, layers, verdict in rows
    }
    assert verdicts["gcn-1", 5] == (4, 1, "out of reach (under-reaching)")
    assert verdicts["gcn-2-mirrored", 5][:2] == (1, 2)
    assert "under-reaching" not in verdicts["gcn-2-mirrored", 5][2]


def test_page_declares_what_each_model_is(results):
    text = write_report(results).read_text()
    table = text[text.index('id="models"') : text.index('id="settings"')]
    headings = re.findall(r"<th>([^<]*)</th>", table)
    rows = {
        row[0]: dict(zip(headings, row))
        for row in (re.findall(r"<td>([^<]*)</td>", r) for r in table.split("<tr>")[2:])
    }
    assert rows["gcn-2-mirrored"]["mirrored"] == "yes"
    assert rows["gcn-1"]["mirrored"] == "no"
    assert rows["gcn-1"]["layers"] == "1"
    assert rows["lstm"]["forget bias"] == "1"
    assert rows["lstm"]["readout"] == "-"


def test_page_says_where_splits_overlap(results):
    assert "Splits overlap at T = 2." in write_report(results).read_text()


def test_failed_runs_are_rows_and_their_text_is_escaped(results):
    failed_run(results, "<script>alert(1)</script> & more")
    text = write_report(results).read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text
    assert len(Page(text).scripts) == 3  # the page's own, and its data
    assert "<script>alert" not in text


def test_report_of_failures_alone(tmp_path):
    failed_run(tmp_path, "RuntimeError: out of memory")
    text = write_report(tmp_path).read_text()
    assert "out of memory" in text
    Page(text)


def recorded(out, label, accuracies, **train):
    for seed, accuracy in enumerate(accuracies):
        settings = expand("palindrome", [parse_model(label)], [5], [seed], TrainSettings(**train))[0]
        folder = out / settings.folder
        folder.mkdir()
        write_json(folder / "config.json", settings.to_dict())
        result = {"format": 1, "status": "ok", "test_accuracy": accuracy, "steps": 9, "parameters": 3}
        write_json(folder / "result.json", result)
        (folder / "curve.csv").write_text("step,validation_accuracy\n5,0.1\n9,0.2\n")


def cells(text, section):
    """The table below a heading, as rows of texts."""
    part = text[text.index(f'id="{section}"') :]
    rows = part[: part.index("</table>")].split("<tr>")[1:]
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]


def test_a_grid_of_settings_is_not_averaged_over(tmp_path):
    recorded(tmp_path, "lstm", [0.5, 0.75], learning_rate=0.01)
    recorded(tmp_path, "lstm", [0.125, 0.25], learning_rate=0.02)
    recorded(tmp_path, "rnn", [0.25, 0.5], learning_rate=0.02)
    text = write_report(tmp_path).read_text()
    head, *rows = cells(text, "summary")
    found = [dict(zip(head, row)) for row in rows]
    assert [(r["model"], r["learning rate"], r["accuracy"], r["n"]) for r in found] == [
        ("lstm", "0.01", "0.625 ± 0.177", "2"),
        ("lstm", "0.02", "0.188 ± 0.088", "2"),
        ("rnn", "0.02", "0.375 ± 0.177", "2"),
    ]
    head, *rows = cells(text, "paired")
    assert [dict(zip(head, row))["difference"] for row in rows] == ["+0.188"]
    assert "learning rate 0.01" in text  # the title of a panel, as a comment beside its outlines


def test_baseline_is_the_model_to_compare_with(tmp_path):
    recorded(tmp_path, "lstm", [0.5, 0.75])
    recorded(tmp_path, "rnn", [0.25, 0.25])
    assert "Paired differences against lstm" in write_report(tmp_path).read_text()
    text = write_report(tmp_path, "rnn").read_text()
    assert "Paired differences against rnn" in text
    assert cells(text, "paired")[1][:3] == ["lstm", "5", "+0.375"]
    with pytest.raises(ValueError, match="baseline: no runs of 'rmn', did you mean rnn"):
        write_report(tmp_path, "rmn")


def test_a_report_that_compares_with_no_model_says_so(tmp_path, monkeypatch):
    recorded(tmp_path, "lstm", [0.5])
    monkeypatch.setattr(report, "load", lambda name: lambda runs, out: "page")
    with pytest.raises(ValueError, match="the report of palindrome compares with no model"):
        write_report(tmp_path, "lstm")
    assert write_report(tmp_path).read_text() == "page"


def test_failures_beyond_those_listed_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(run_section, "MOST_FAILURES", 2)
    failures = expand("palindrome", [parse_model("rnn")], [5], range(3), TINY)
    for settings in failures:
        (tmp_path / settings.folder).mkdir()
        write_json(tmp_path / settings.folder / "config.json", settings.to_dict())
    text = write_report(tmp_path).read_text()
    assert len(cells(text, "failed")) == 1 + 2
    assert "The first 2 of 3" in text


def test_half_a_curve_of_a_failed_run_is_passed_over(tmp_path):
    failed_run(tmp_path, "killed")
    (folder,) = tmp_path.iterdir()
    (folder / "curve.csv").write_text("step,vali")
    assert read_curves(read_runs(tmp_path)) == {}
    recorded(tmp_path, "lstm", [0.5])
    next(tmp_path.glob("*lstm*/curve.csv")).write_text("step,vali")
    with pytest.raises(FolderError, match=r"curve\.csv"):
        read_curves(read_runs(tmp_path))


def test_report_needs_runs(tmp_path):
    with pytest.raises(FolderError, match="holds no runs"):
        write_report(tmp_path)


@pytest.mark.parametrize("decay_every", [0, 5])
def test_the_learning_rate_is_drawn_where_it_decays(tmp_path, decay_every):
    train = dataclasses.replace(TINY, decay=0.5, decay_every=decay_every)
    run_sweep(expand("palindrome", [parse_model("rnn")], [2], [0], train), tmp_path)
    page = write_report(tmp_path).read_text()
    assert ("Step size of the optimiser" in page) == bool(decay_every)
