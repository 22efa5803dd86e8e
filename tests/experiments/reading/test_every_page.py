"""Every kind of page in a real Chromium: its table of runs, on the results of a smoke run."""

import base64
import hashlib
import json
import re
import shutil

import pytest

from experiments.command.cli import main
from experiments.reading.page import write_report
from experiments.records.files import write_json
from tests.experiments.reading.browsing import opened_offline

pytestmark = pytest.mark.browser
# Experiment: options that make its smoke run shorter, what its runs are judged by, and the curve shown first.
KINDS = {
    "palindrome": (["--models", "lstm,gcn-2"], "test_accuracy", "validation accuracy"),
    "citation": (["--seeds", "2"], "test_accuracy", "validation accuracy"),
    "documents": (["--models", "textgcn,lstm,tfidf-lr"], "test_accuracy", "validation accuracy"),
    "characters": (["--models", "lstm-1,gcn-2-w3"], "test_bits", "validation bits"),
    "forecast": (["--models", "lstm,gcn-2-lstm,last"], "test_error", "validation error"),
    "memory": (["--models", "rnn,gcn-2"], "test_accuracy", "validation accuracy"),
    "tree-neighbors": ([], "test_accuracy", "validation accuracy"),
}


# Runs of these take longest.
LONG = ("citation", "documents", "characters")


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.slow if kind in LONG else ()) for kind in KINDS],
)
def results(request, tmp_path_factory):
    """Folder of a smoke run, what its runs are judged by, and its first curve."""
    options, measure, metric = KINDS[request.param]
    out = tmp_path_factory.mktemp(request.param)
    with pytest.raises(SystemExit) as stop:
        main(["run", request.param, "--smoke", *options, "--workers", "1", "--out", str(out)])
    assert stop.value.code == 0
    return out, measure, metric


@pytest.fixture
def page(browser, results):
    """The report, opened; at the end of a test nothing has been complained about."""
    with opened_offline(browser, results[0] / "report.html") as (opened, complaints):
        yield opened
        assert complaints == []


@pytest.fixture
def broken(results, tmp_path):
    """The page of the same runs, had all of them failed, or been cut off, before their first look at validation."""
    out = tmp_path / "broken"
    shutil.copytree(results[0], out)
    for number, path in enumerate(sorted(out.glob("*/result.json"))):
        for name in ("curve.csv", "result.json", "sensitivity.csv", "depth.csv"):
            (path.parent / name).unlink(missing_ok=True)
        if number % 2 == 0:
            write_json(path, {"format": 1, "status": "failed", "reason": "OSError: no space <left>"})
    return write_report(out)


def cells(page, key):
    keys = page.locator("#runs-table th").evaluate_all("heads => heads.map(head => head.dataset.key)")
    return page.locator(f"#runs-table tbody td:nth-child({keys.index(key) + 1})").all_text_contents()


def records(out):
    """By name of the run: its settings and its result, as they stand on disk."""
    found = {}
    for path in out.glob("*/result.json"):
        config = json.loads((path.parent / "config.json").read_text())
        found[path.parent.name] = (config, json.loads(path.read_text()))
    return found


def test_runs_are_sorted_by_what_they_are_judged_by(results, page):
    out, measure, _ = results
    expected = {name: result[measure] for name, (_, result) in records(out).items()}
    assert set(cells(page, "run")) == set(expected)
    heading = page.locator(f'#runs-table th[data-key="{measure}"] button')
    for descending in (False, True):
        heading.click()
        shown = [float(text) for text in cells(page, measure)]
        assert shown == sorted(shown, reverse=descending)
        # Four digits after the point are shown of a share, five digits of an error: under 0.1 % of these.
        for name, value in zip(cells(page, "run"), shown):
            assert value == pytest.approx(expected[name], rel=1e-3, abs=1e-4)


def test_runs_are_filtered_by_model_and_by_words(results, page):
    models = {
        name: config["model"].get("label", config["model"]["name"])
        for name, (config, _) in records(results[0]).items()
    }
    assert dict(zip(cells(page, "run"), cells(page, "model"))) == models
    assert len(set(models.values())) > 1
    chosen = sorted(models.values())[0]
    page.select_option("#runs-model", chosen)
    assert set(cells(page, "run")) == {name for name, model in models.items() if model == chosen}
    page.select_option("#runs-model", "")
    name = sorted(models)[-1]
    page.fill("#runs-filter", name.upper())
    assert cells(page, "run") == [name]


def test_every_run_has_a_curve_its_settings_and_its_command(results, page):
    out, _, metric = results
    for name, (config, _) in records(out).items():
        page.locator("#runs-table tbody button", has_text=name).click()
        assert page.locator("#runs-chart polyline").count() == 1
        points = page.locator("#runs-chart polyline").get_attribute("points").split()
        assert len(points) > 1 or page.locator("#runs-chart circle").count() == 1
        assert page.locator("#runs-metric option").first.text_content() == metric
        assert f"gnnlab redo {out}/{name}" in page.locator("#runs-chosen code").all_text_contents()
        page.locator("#runs-chosen summary").first.click()
        settings = page.locator("#runs-chosen details").first.inner_text().split()
        assert config["experiment"] in settings
        page.get_by_role("button", name="Clear").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone(scheme, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    page.locator("#runs-table tbody button").first.click()
    for summary in page.locator("summary").all():
        if summary.evaluate("element => !element.parentElement.open"):
            summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ink, back = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    brightness = [sum(map(int, re.findall(r"\d+", color)[:3])) for color in (ink, back)]
    assert (brightness[0] > brightness[1]) == (scheme == "dark")


def test_no_script_may_run_but_the_one_whose_hash_the_page_names(results, page):
    (policy,) = re.findall(
        r'http-equiv="Content-Security-Policy" content="([^"]+)"', (results[0] / "report.html").read_text()
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    (script,) = page.locator("script:not([type])").all_text_contents()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert page.locator("[onload], [onclick], [onerror], iframe, object, embed, link").count() == 0


def test_a_page_of_runs_that_all_broke_off(broken, page):
    page.route(
        "**", lambda route: route.abort()
    )  # the page under test is put in by hand: it may fetch nothing
    page.set_content(broken.read_text())
    assert set(cells(page, "status")) <= {"failed", "unfinished"}
    assert page.locator("#failed + div tbody tr").count() == len(cells(page, "run"))
    page.locator("#runs-table tbody button").first.click()
    assert "OSError: no space <left>" in page.locator("#runs-chosen").text_content()
    assert "No curve is recorded" in page.locator("#runs-chart").text_content()
