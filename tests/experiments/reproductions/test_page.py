import re

import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence, folder_of
from experiments.reproductions.page import anchor, heading, page_text, text_of, write_page
from experiments.reproductions.settings_table import settings_rows
from experiments.reproductions.verdicts import Check, Measurement

PLACE = {
    "torch": "2.13",
    "cores": 2,
    "device": "cpu",
    "platform": "Linux-name-of-a-machine",
    "processor": "x",
}


def looked(name, *answers, quick=True, **rest):
    checks = tuple(Check(f"part {i} | of it", f"measured {i}", answer) for i, answer in enumerate(answers))
    return Evidence(CLAIMS[name], quick, environments=[PLACE]), Measurement(checks, 3, **rest)


def test_the_terminal_shows_claim_measurement_cut_and_verdict():
    text = text_of(*looked("B1", True, False, None, table=({"T": "5", "accuracy": "1.0"},), note="A note."))
    for words in (CLAIMS["B1"].statement, CLAIMS["B1"].cut, "n = 3 seeds", "A note.", "B1: in part"):
        assert words in text
    assert re.search(r"^  part 0 \| of it  yes +measured 0$", text, re.MULTILINE)
    assert re.search(r"^  part 2 \| of it  not shown  measured 2$", text, re.MULTILINE)
    assert re.search(r"^  T  accuracy\n  5  1\.0$", text, re.MULTILINE)


def test_a_full_run_says_nothing_of_cuts():
    assert "Cut by" not in text_of(*looked("B1", True, quick=False))


def test_what_differs_from_the_source_and_what_is_left_out_is_said():
    text = text_of(*looked("D1", True))
    assert (
        "  length: source 5 to 40; 5, 7, ..., 23 over ten seeds; ours 5, 7, ..., 39, with --quick 9, 11, 19"
        in text
    )
    assert "hidden: source" not in text  # the same in all three
    for name in ("C2", "E2"):
        assert CLAIMS[name].left_out in text_of(*looked(name, True))
        page = page_text([looked(name, True)], [], quick=True, pictures="x")
        assert f"**What is not done again.** {CLAIMS[name].left_out}" in page


def test_the_page_has_every_part():
    page = page_text(
        [looked("B1", True), looked("A5", False)], [CLAIMS["D1"]], quick=True, pictures="pictures/x"
    )
    for words in (
        "**confirmed**",
        "**not confirmed**",
        "| D1 |",
        "not run",
        CLAIMS["B1"].statement,
        CLAIMS["B1"].cut,
        "![" + CLAIMS["B1"].title + "](pictures/x/B1.png)",
        "    gnnlab reproduce B1 --quick",
        "part 0 \\| of it",
        "- torch 2.13, device cpu, cores 2",
        *(f"| {row['setting']} | {row['source']} |" for row in settings_rows(CLAIMS["B1"])),
    ):
        assert words in page
    assert "name-of-a-machine" not in page
    headings = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    for target in re.findall(r"\]\(#(.*?)\)", page):
        assert target in {anchor(text) for text in headings}
    assert heading(CLAIMS["B1"]) in headings


def test_the_page_and_its_pictures_are_written(tmp_path):
    evidence, measurement = looked("B1", True)
    folder = folder_of(CLAIMS["B1"], True, tmp_path)
    folder.mkdir()
    (folder / "figure.png").write_bytes(b"picture")
    page = tmp_path / "docs" / "claims.md"
    write_page(page, [(evidence, measurement)], [], quick=True, root=tmp_path)
    assert (tmp_path / "docs" / "pictures" / "claims" / "B1.png").read_bytes() == b"picture"
    assert "pictures/claims/B1.png" in page.read_text()


def test_a_page_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "docs").write_text("")
    with pytest.raises(ValueError, match=r"page: .* cannot be written"):
        write_page(tmp_path / "docs" / "page.md", [], [], quick=True, root=tmp_path)
