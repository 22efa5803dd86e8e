import re

import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence, folder_of
from experiments.reproductions.page import anchor, heading, page_text, text_of, write_page
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
    assert "Cut" not in text_of(*looked("B1", True, quick=False))


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
        *CLAIMS["B1"].quick.describe(),
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
