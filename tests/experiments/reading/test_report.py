import re
from html.parser import HTMLParser

import pytest

from experiments.reading import standard
from experiments.reading.page import write_report
from experiments.reading.results import Results
from experiments.records.records import FolderError
from tests.experiments.runs import ENDED, TINY, sequence_run, sweep, written

CURVE = "step,validation_accuracy\n5,0.1\n9,0.2\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    sweep(out, "palindrome", ["lstm", "gcn-1", "gcn-2-mirrored"], [2, 5], [0, 1], **TINY, budget=3000)
    return out


def failed_run(out, reason):
    return written(out, sequence_run("rnn", seed=9), status="failed", reason=reason)


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
    assert len(page.ids) == len(set(page.ids))


def test_page_declares_what_each_model_is(results):
    text = write_report(results).read_text()
    head, *rows = cells(text, "models")
    rows = {row[0]: dict(zip(head, row)) for row in rows}
    assert rows["gcn-2-mirrored"]["mirrored"] == "yes"
    assert rows["gcn-1"]["mirrored"] == "no"
    assert rows["gcn-1"]["layers"] == "1"
    # What is the same in every model that has it stands below the table.
    assert not {"forget bias", "readout"} & set(head)
    part = text[text.index('id="models"') :]
    assert "<dt>forget bias</dt><dd>1</dd>" in part
    assert "<dt>readout</dt><dd>query</dd>" in part


def test_failed_runs_are_rows_and_their_text_is_escaped(tmp_path):
    failed_run(tmp_path, "<script>alert(1)</script> & more")
    recorded(tmp_path, "lstm", [0.5])
    text = write_report(tmp_path).read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text
    assert len(Page(text).scripts) == 3  # the page's own, and its data
    assert "<script>alert" not in text


@pytest.mark.parametrize("experiment", ["palindrome", "memory", "tree-neighbors"])
def test_report_of_failures_alone(tmp_path, experiment):
    run = sequence_run("rnn", seed=9, experiment=experiment)
    written(tmp_path, run, status="failed", reason="RuntimeError: out of memory")
    written(tmp_path, sequence_run("gcn-2", seed=9, experiment=experiment))
    text = write_report(tmp_path).read_text()
    assert "out of memory" in text
    assert "unfinished" in text
    Page(text)


def recorded(out, label, accuracies, **train):
    for seed, accuracy in enumerate(accuracies):
        written(out, sequence_run(label, seed=seed, **train), CURVE, **ENDED, test_accuracy=accuracy)


def cells(text, section):
    """The table below a heading, as rows of texts."""
    part = text[text.index(f'id="{section}"') :]
    rows = part[: part.index("</table>")].split("<tr>")[1:]
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_a_grid_of_settings_is_not_averaged_over(tmp_path):
    recorded(tmp_path, "lstm", [0.5, 0.75], learning_rate=0.01)
    recorded(tmp_path, "lstm", [0.125, 0.25], learning_rate=0.02)
    recorded(tmp_path, "rnn", [0.25, 0.5], learning_rate=0.02)
    text = write_report(tmp_path).read_text()
    head, *rows = cells(text, "summary")
    found = [dict(zip(head, row)) for row in rows]
    assert [(r["model"], r["learning rate"], r["test accuracy"], r["n"]) for r in found] == [
        ("rnn", "0.02", "0.375 ± 0.177", "2"),
        ("lstm", "0.01", "0.625 ± 0.177", "2"),
        ("lstm", "0.02", "0.188 ± 0.088", "2"),
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


def test_failures_beyond_those_listed_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(standard, "MOST_FAILURES", 2)
    for seed in range(3):
        written(tmp_path, sequence_run("rnn", seed=seed))
    text = write_report(tmp_path).read_text()
    assert len(cells(text, "failed")) == 1 + 2
    assert "The first 2 of 3" in text


def test_settings_beyond_those_drawn_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(standard, "MOST_PANELS", 2)
    for rate in (0.1, 0.2, 0.3):
        recorded(tmp_path, "lstm", [0.5], learning_rate=rate)
    *pictures, text = standard.curves(Results(tmp_path)).blocks
    assert [picture.title for picture in pictures] == [
        f"Training curves: learning rate {rate}" for rate in (0.1, 0.2)
    ]
    assert text.text.startswith("1 more combinations of settings")


def test_half_a_curve_of_a_failed_run_is_passed_over(tmp_path):
    (failed_run(tmp_path, "killed").path / "curve.csv").write_text("step,vali")
    assert Results(tmp_path).curves == {}
    recorded(tmp_path, "lstm", [0.5])
    next(tmp_path.glob("*lstm*/curve.csv")).write_text("step,vali")
    with pytest.raises(FolderError, match=r"curve\.csv"):
        _ = Results(tmp_path).curves


def test_report_needs_runs(tmp_path):
    with pytest.raises(FolderError, match="holds no runs"):
        write_report(tmp_path)
