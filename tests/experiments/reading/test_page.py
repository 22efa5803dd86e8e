"""Pages as a browser shows them: a real Chromium, without a screen."""

import json
import re
import shlex

import pytest
from markupsafe import Markup

from experiments.reading import page as reading
from experiments.reading.looks.models import HUES
from experiments.reading.page import write_report
from experiments.reading.results import Results
from experiments.records.files import write_json
from tests.experiments.reading.browsing import opened_offline
from tests.experiments.runs import sequence_run, written

pytestmark = pytest.mark.browser
EVIL = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><b>bold</b>"
ACCURACIES = {"lstm": [0.75, 0.5, 0.25], "gcn-2": [0.1, 0.9, 0.4], "gcn-10": [0.3, 0.2, 0.6]}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Nine runs, one that failed with a reason full of markup, in a folder whose name is markup too."""
    out = tmp_path_factory.mktemp("results") / "<b>bold's <b>"
    for label, values in ACCURACIES.items():
        for seed, accuracy in enumerate(values):
            environment = {"commit": EVIL, "python": "3"}
            result = {
                "status": "ok",
                "test_accuracy": accuracy,
                "steps": 20,
                "selected_step": 10,
                "parameters": 11,
            }
            result |= {"stopped": "budget", "environment": environment, "hidden": 3, "chance": 0.1}
            curve = "step,validation_accuracy,validation_loss\n"
            curve += "".join(f"{step},{y},{1 - y}\n" for step, y in ((10, accuracy / 2), (20, accuracy)))
            written(out, sequence_run(label, seed=seed, test_size=20), curve, **result)
    written(out, sequence_run("rnn"), status="failed", reason=EVIL)
    (out / "pictures").mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.hacked = 1</script><circle r="5"/></svg>'
    (out / "pictures" / "x.svg").write_text(svg)
    write_json(out / "pictures" / "index.json", [{"file": "x.svg", "title": EVIL, "text": EVIL}])
    return write_report(out)


@pytest.fixture
def page(browser, results):
    """The report, opened; at the end of a test nothing of the data has been run."""
    with opened_offline(browser, results) as (opened, complaints):
        yield opened
        # The one complaint is that the script inside the picture was not run.
        assert all("Content Security Policy" in text for text in complaints), complaints
        assert opened.evaluate("window.hacked") is None


def column(page, key):
    """Cells of a column of the table of runs, as shown."""
    at = page.locator("#runs-table th").evaluate_all(
        f"heads => heads.findIndex(h => h.dataset.key === '{key}')"
    )
    return page.locator(f"#runs-table tbody td:nth-child({at + 1})").all_text_contents()


def head(page, key):
    return page.locator(f'#runs-table th[data-key="{key}"]')


def test_every_run_is_a_row_and_pictures_are_seen(page):
    assert len(column(page, "run")) == 10
    assert page.locator("#runs-count").text_content() == "10 of 10 runs"
    boxes = page.locator("figure svg").evaluate_all(
        "all => all.map(svg => svg.getBoundingClientRect().height)"
    )
    assert len(boxes) == 3
    assert all(height > 100 for height in boxes[:2])


def test_a_heading_sorts_up_and_down_and_missing_numbers_come_last(page):
    accuracies = sorted(value for values in ACCURACIES.values() for value in values)
    head(page, "test_accuracy").locator("button").click()
    assert column(page, "test_accuracy") == [*(f"{value:.4f}" for value in accuracies), "-"]
    assert head(page, "test_accuracy").get_attribute("aria-sort") == "ascending"
    head(page, "test_accuracy").locator("button").click()
    assert column(page, "test_accuracy") == [*(f"{value:.4f}" for value in accuracies[::-1]), "-"]
    assert head(page, "test_accuracy").get_attribute("aria-sort") == "descending"
    assert head(page, "run").get_attribute("aria-sort") == "none"


def test_sorting_works_from_the_keyboard_and_knows_that_2_is_before_10(page):
    head(page, "model").locator("button").focus()
    page.keyboard.press("Enter")
    assert list(dict.fromkeys(column(page, "model"))) == ["gcn-2", "gcn-10", "lstm", "rnn"]


def test_filter_keeps_rows_with_all_words(page):
    page.fill("#runs-filter", "GCN-2 seed1")
    assert column(page, "test_accuracy") == ["0.9000"]
    assert page.locator("#runs-count").text_content() == "1 of 10 runs"
    page.fill("#runs-filter", "")
    page.select_option("#runs-model", "gcn-10")
    assert column(page, "seed") == ["0", "1", "2"]
    page.select_option("#runs-model", "")
    page.select_option("#runs-status", "failed")
    assert column(page, "model") == ["rnn"]
    page.fill("#runs-filter", "nothing like this")
    assert column(page, "run") == []


def points(page):
    """Heights of each drawn curve's points, from the picture."""
    drawn = page.locator("#runs-chart polyline").evaluate_all(
        "all => all.map(line => line.getAttribute('points'))"
    )
    return [[float(pair.split(",")[1]) for pair in line.split()] for line in drawn]


def test_pressing_a_run_draws_its_curve_with_settings_and_command(page, results):
    button = page.locator("#runs-table tbody button", has_text="T5_lstm_seed0")
    assert button.get_attribute("aria-pressed") == "false"
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    ((low, high),) = points(page)
    texts = page.locator("#runs-chart text[text-anchor=end]").evaluate_all(
        "all => all.map(t => [t.textContent, +t.getAttribute('y')])"
    )
    ticks = {text: y - 4 for text, y in texts}  # labels stand four below their line
    zero, one = ticks["0"], ticks["1"]
    assert [(zero - y) / (zero - one) for y in (low, high)] == pytest.approx([0.375, 0.75], abs=0.001)
    name = button.text_content()
    command = page.locator("#runs-chosen code").text_content()
    assert shlex.split(command) == ["gnnlab", "redo", str(results.parent / name)]
    page.locator("#runs-chosen summary").first.click()
    assert "train.learning_rate" in page.locator("#runs-chosen dt").all_text_contents()
    page.locator("#runs-table tbody button", has_text="T5_gcn-2_seed1").click()
    assert len(points(page)) == 2
    page.select_option("#runs-metric", "validation_loss")
    assert points(page)[0][0] < points(page)[0][1]  # a loss that falls, drawn downwards
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#runs-chosen").is_hidden()
    assert page.locator("tr.chosen").count() == 0


def test_text_of_the_records_is_shown_and_inert(page):
    page.locator("#runs-table tbody button", has_text="T5_rnn_seed0").click()
    assert EVIL in page.locator("#runs-chosen").text_content()
    assert EVIL in page.locator("#failed + div").text_content()
    assert page.locator("h3", has_text="window.hacked").text_content() == EVIL
    assert page.locator("img, b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_page_is_never_wider_than_the_screen_and_text_stands_out(scheme, width, page):
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme=scheme)
    for button in page.locator("#runs-table tbody button").all()[:3]:
        button.click()
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".soft", "#runs-table tbody button", "dt"):
        shades = page.locator(selector).first.evaluate("e => getComputedStyle(e).color")
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert contrast(shades, back) >= 4.5, selector  # WCAG 2, level AA


def contrast(first, second):
    """Ratio of the luminances of two colours as WCAG 2 defines it."""

    def luminance(color):
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_many_rows_come_in_parts(browser, tmp_path, monkeypatch):
    columns = [
        {
            "key": key,
            "label": key,
            "text": key != "test_accuracy",
            "digits": 4 if key == "test_accuracy" else None,
        }
        for key in ("run", "model", "status", "test_accuracy", "selected_step", "reason")
    ]
    rows = [[f"r{i}", "lstm", "ok", (i * 37 % 501) / 501, 1, ""] for i in range(501)]
    nothing = {"shared": {}, "sets": [{}], "index": [0] * 501}
    data = {
        "folder": "x",
        "colors": {},
        "columns": columns,
        "rows": rows,
        "settings": nothing,
        "environment": nothing,
    }
    curves = {"metrics": [], "steps": [], "runs": [None] * 501}
    made = {"data": Markup(json.dumps(data)), "curves": Markup(json.dumps(curves)), "note": ""}
    monkeypatch.setattr(reading, "explorer", lambda results: made)
    monkeypatch.setattr(reading, "sections_of", lambda results: [])
    results = Results(tmp_path, [written(tmp_path, sequence_run("lstm"))])
    (tmp_path / "page.html").write_text(reading.render(results))
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("#runs-count").text_content() == "501 of 501 runs, the first 200 shown"
    head(page, "test_accuracy").locator("button").click()
    shown = column(page, "test_accuracy")
    assert shown == [f"{k / 501:.4f}" for k in range(200)]
    more = page.locator("#runs-more")
    assert more.text_content() == "Show 200 more"
    more.click()
    more.click()
    assert len(column(page, "run")) == 501
    assert more.is_hidden()
    page.close()


def test_a_number_of_runs_leads_to_them_and_a_filter_back_to_all(page):
    page.locator("#summary ~ .scroll tr", has_text="gcn-10").locator("a").click()
    assert set(column(page, "model")) == {"gcn-10"}
    assert len(column(page, "run")) == 3
    page.locator("#runs-all").click()
    assert len(column(page, "run")) == 10
    assert page.locator("#runs-all").is_hidden()


def test_a_chosen_run_leads_to_its_folder_and_has_the_colour_of_its_model(page, results):
    page.locator("#runs-table tbody button", has_text="T5_gcn-2_seed1").click()
    link = page.locator("#runs-chosen li a")
    assert (results.parent / link.get_attribute("href")).is_dir()
    assert page.locator("#runs-chart polyline").get_attribute("stroke") == HUES["gcn"]


@pytest.mark.parametrize(("width", "side"), [(1280, True), (390, False)])
def test_contents_stand_at_the_side_or_in_a_list_to_open(page, width, side):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.locator("nav.side").is_visible() == side
    assert page.locator("details.contents").is_visible() != side
    links = page.locator("nav.side a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links[0] == "#finding"
    assert all(page.locator(link).count() == 1 for link in links)


def test_the_scores_of_the_summary_are_seen_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    at = page.locator("#summary ~ .scroll th").evaluate_all(
        "all => all.findIndex(h => h.textContent === 'test accuracy')"
    )
    box = page.locator("#summary ~ .scroll tbody tr").first.locator("td").nth(at).bounding_box()
    assert box["x"] + box["width"] <= 390
