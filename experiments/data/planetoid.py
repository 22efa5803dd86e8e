"""The citation graphs of Yang et al. 2016 through PyG's ``Planetoid``: found, downloaded once, checked, read."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import io
import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from torch_geometric.data import Data
from torch_geometric.datasets import Planetoid

from experiments.data.cache import cache_folder
from experiments.data.downloads import download

URL = Planetoid.url
TIMEOUT = 10.0  # seconds without an answer after which a download is given up
#: Folder by data set.
NAMES = {"cora": "Cora", "citeseer": "CiteSeer", "pubmed": "PubMed"}
#: SHA-256 of the files of github.com/kimiyoung/planetoid. They are pickles, which can run code when they are read,
#: so nothing else is read.
CHECKSUMS = {
    "cora": {
        "allx": "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543",
        "ally": "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71",
        "graph": "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d",
        "test.index": "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875",
        "tx": "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a",
        "ty": "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad",
        "x": "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab",
        "y": "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1",
    },
    "citeseer": {
        "allx": "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668",
        "ally": "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95",
        "graph": "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7",
        "test.index": "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4",
        "tx": "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21",
        "ty": "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce",
        "x": "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6",
        "y": "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924",
    },
    "pubmed": {
        "allx": "508e538e2abdccdd54c4d3e9f49d638b4af7107d85845f66ddea5a5152658b7e",
        "ally": "0c37bbe3b5014ec365e9d393cf4791925e5ed94fb194305d74f064a8d7b50f0e",
        "graph": "5b89f0036ca22909471f1e6558eb42fa06e0c730a577bde5b058b40638f81dc9",
        "test.index": "b101d421688bbaecbd82e8a18f1e282378d6830f3a37666f28ebc47f844341b5",
        "tx": "4eb5f5d0f30f26497eb0ac6ac9719d09c67e284f1ed0385c93f3ef27a671da3d",
        "ty": "ee2e0d4819d9fbcc403689c3bf2e49face401b605932f093bc58ab6461130fdd",
        "x": "fbe9cb5c47200d1b7769a26e579be3b7130b556831f9d850e77c4c74f2599b33",
        "y": "e6c807633307a07ed659249006536a147c7999c797f11a2560752990181b41b3",
    },
}


def load_planetoid(name: str, folder: Path | None = None) -> Data:
    """A citation graph with its public split.

    Files are looked for in ``FOLDER/planetoid/NAME/raw``; those missing are downloaded into it. PyG writes what it
    makes of them beside them: that happens in a temporary copy, so a folder of data may be read-only, and
    several processes may read it at once.

    Args:
        name: ``cora``, ``citeseer`` or ``pubmed``.
        folder: In place of ``cache_folder()``.

    Returns:
        Data with x (N, F), edge_index (2, E), y (N,) and the masks train_mask, val_mask, test_mask (N,).

    Raises:
        ValueError: Files are missing and cannot be downloaded, or are not the published ones; the message says which
            files belong where.
    """
    raw = raw_folder(name, folder)
    fetch(name, raw)
    with tempfile.TemporaryDirectory() as root:
        copy = Path(root) / NAMES[name] / "raw"
        copy.mkdir(parents=True)
        for file in files_of(name):
            shutil.copyfile(raw / file, copy / file)
        with contextlib.redirect_stderr(io.StringIO()):  # it says "Processing..." and "Done!"
            return Planetoid(root, NAMES[name])[0]


def raw_folder(name: str, folder: Path | None = None) -> Path:
    """Where the published files of a data set lie."""
    return (folder or cache_folder()) / "planetoid" / NAMES[name] / "raw"


def files_of(name: str) -> dict[str, str]:
    """Checksum by file name."""
    return {f"ind.{name}.{part}": checksum for part, checksum in CHECKSUMS[name].items()}


def fetch(name: str, raw: Path, *, url: str | None = None, timeout: float = TIMEOUT) -> None:
    """Download what is missing of a data set, and check all of it.

    Args:
        name: ``cora``, ``citeseer`` or ``pubmed``.
        raw: Folder of its files.
        url: Where they are published, in place of ``URL``.
        timeout: Seconds without an answer after which a download is given up.

    Raises:
        ValueError: See ``load_planetoid``.
    """
    checksums = files_of(name)
    missing = [file for file in checksums if not (raw / file).exists()]
    for file in missing:
        try:
            download(f"{url or URL}/{file}", raw / file, checksums[file], timeout)
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            missing = [file for file in checksums if not (raw / file).exists()]
            raise ValueError(_missing(name, raw, file, missing, url or URL, reason)) from error
    for file in [file for file in checksums if file not in missing]:
        if hashlib.sha256((raw / file).read_bytes()).hexdigest() != checksums[file]:
            raise ValueError(
                f"dataset: {raw / file} is not the published file (its SHA-256 differs); remove it, and it is "
                f"downloaded again from {url or URL}"
            )


def _missing(name: str, raw: Path, file: str, missing: list[str], url: str, reason: object) -> str:
    parts = ",".join(part.removeprefix(f"ind.{name}.") for part in missing)
    return (
        f"dataset: {name} is not here and {file} cannot be fetched ({reason}); put the files ind.{name}.{{{parts}}} of "
        f"{url} into {raw}, or name another folder of data with GNNLAB_DATA"
    )
