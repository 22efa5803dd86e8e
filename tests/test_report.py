import dataclasses
import re
from html.parser import HTMLParser

import pytest

from experiments.files import write_json
from experiments.model_specs import parse_model
from experiments.records import FolderError
from experiments.report import write_report
from experiments.settings import TrainSettings
from experiments.sweep import expand, run_sweep

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


def test_report_needs_runs(tmp_path):
    with pytest.raises(FolderError, match="holds no runs"):
        write_report(tmp_path)


@pytest.mark.parametrize("decay_every", [0, 5])
def test_the_learning_rate_is_drawn_where_it_decays(tmp_path, decay_every):
    train = dataclasses.replace(TINY, decay=0.5, decay_every=decay_every)
    run_sweep(expand("palindrome", [parse_model("rnn")], [2], [0], train), tmp_path)
    page = write_report(tmp_path).read_text()
    assert ("Step size of the optimiser" in page) == bool(decay_every)
