"""``gnnlab reproduce``: the command."""

from __future__ import annotations

import sys
from pathlib import Path

from experiments.reproductions.claims.table import CLAIMS, find_claims

DEFAULT_PAGE = Path("docs/reproductions.md")


def reproduce(
    claim: str | None = None,
    /,
    *,
    quick: bool = False,
    out: Path = Path("runs"),
    page: Path | None = None,
    device: str = "auto",
    workers: int | None = None,
    threads: int = 1,
) -> int:
    """Look at what a report or a paper claims: run it again, and print claim, measurement and verdict side by side.

    Beside the verdict it says which settings differ from the source's, and why. Without a claim it lists them. Runs
    that are recorded already are skipped, so an interrupted command goes on when it is given again. The folder
    reproduce-CLAIM gets the figure and the verdict beside the runs.

    Parameters
    ----------
    claim
        Name of a claim, such as B1, or all.
    quick
        Cut to minutes on two cores, B1, C1, E1 and families to a quarter of an hour, D1 to half an hour, trees to an
        hour and a half; it prints what is cut and so cannot be shown.
    out
        Folder below which the folders reproduce-CLAIM (with -quick for quick runs) stand.
    page
        Markdown page to write about every claim that is recorded, figures beside it [docs/reproductions.md for all].
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    if claim is None:
        return _list()
    chosen = find_claims(claim)
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    if page is not None and page.suffix != ".md":
        raise ValueError(f"page: {page.name!r} should end in .md")
    if page is None and claim == "all":
        page = DEFAULT_PAGE

    from experiments.records.device import resolve_device
    from experiments.reproductions.evidence import folder_of
    from experiments.reproductions.page import text_of
    from experiments.reproductions.runs import do_runs, look_at

    where, failed = resolve_device(device), 0
    for number, each in enumerate(chosen, start=1):
        if len(chosen) > 1:
            print(f"[{number}/{len(chosen)}] {each.id}", flush=True)
        failed |= do_runs(each, quick, out, device=where, workers=workers, threads=threads)
        print(f"\n{text_of(*look_at(each, quick, out))}")
        print(f"\nfigure: {folder_of(each, quick, out) / 'figure.svg'}\n", flush=True)
    if page is not None:
        _write_page(page, quick, out)
    return failed


def _write_page(page: Path, quick: bool, out: Path) -> None:
    from experiments.records.records import FolderError
    from experiments.reproductions.page import write_page
    from experiments.reproductions.runs import look_at

    looked, absent = [], []
    for each in CLAIMS.values():
        try:
            looked.append(look_at(each, quick, out))
        except FolderError as error:
            print(f"gnnlab: not on the page: {error}", file=sys.stderr)
            absent.append(each)
    write_page(page, looked, absent, quick=quick, root=out)
    print(f"page: {page}")


def _list() -> int:
    print("Claims (gnnlab reproduce NAME, --quick for a cut of minutes; all for every one)")
    for claim in CLAIMS.values():
        print(f"  {claim.id}\n      {claim.title}\n      {claim.source}")
    return 0
