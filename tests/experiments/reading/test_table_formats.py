import csv
import io
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.reading.table_formats import (
    FORMATS,
    check_format,
    comma_separated,
    escape_latex,
    latex,
    markdown,
)

AWKWARD = "50 % of a_b & $x^2$ #1 {~} \\ <b> | ± − ≥ [0.1, 0.2]"
cells = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


def test_csv_reads_back():
    rows = [{"model": 'a "b", c', "n": "3"}, {"model": "x\ny", "n": ""}]
    assert list(csv.DictReader(io.StringIO(comma_separated(rows)))) == rows


@given(st.lists(cells, min_size=1, max_size=5))
def test_markdown_keeps_its_columns_whatever_the_cells(values):
    lines = markdown([{f"c{i}": value for i, value in enumerate(values)}]).split("\n")
    bars = [len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) for line in lines]
    assert bars[0] == bars[1] == len(values) + 1
    assert len(lines) == 3


@given(cells)
def test_latex_leaves_no_special_character_bare(text):
    escaped = escape_latex(text)
    for command in (
        r"\textbackslash{}",
        r"\textasciitilde{}",
        r"\textasciicircum{}",
        "$<$",
        "$>$",
        "$|$",
        "{[}",
        "{]}",
    ):
        escaped = escaped.replace(command, "")
    assert not re.search(r"(?<!\\)[&%$#_{}~^<>|\[\]]", escaped)
    assert not re.search(r"\\(?![&%$#_{}])", escaped)


def test_latex_has_a_cell_for_every_column():
    lines = latex([{"model": "a_b", "n": "3"}, {"model": "c"}]).split("\n")
    assert lines[0] == r"\begin{tabular}{lr}"
    assert [line for line in lines if "&" in line] == [r"model & n \\", r"a\_b & 3 \\", r"c &  \\"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles_without_packages(tmp_path):
    table = latex([{"model": AWKWARD, "[n]": "3"}, {"model": "[begins with a bracket]", "[n]": "1 ± 2"}])
    text = "\\documentclass{article}\\begin{document}\n" + table + "\n\\end{document}\n"
    (tmp_path / "table.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-800:]
    assert (tmp_path / "table.pdf").stat().st_size > 1000


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_everything(name):
    text = FORMATS[name]([{"model": "lstm", "n": "17"}])
    assert all(word in text for word in ("model", "lstm", "n", "17"))


def test_unknown_format_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="format: unknown 'latx', did you mean latex"):
        check_format("latx")
