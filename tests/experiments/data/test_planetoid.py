import functools
import hashlib
import http.server
import threading

import pytest

from experiments.data import planetoid
from experiments.data.planetoid import fetch, files_of, load_planetoid, raw_folder

CONTENT = {file: f"content of {file}".encode() for file in files_of("cora")}


@pytest.fixture
def published(monkeypatch):
    """Checksums of small made-up files in place of the published ones."""
    sums = {
        file.removeprefix("ind.cora."): hashlib.sha256(text).hexdigest() for file, text in CONTENT.items()
    }
    monkeypatch.setitem(planetoid.CHECKSUMS, "cora", sums)


@pytest.fixture
def server(tmp_path):
    """A web server on this machine; yields its folder, its address and what was asked of it."""
    folder, asked = tmp_path / "site", []
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{site.server_port}", asked
        site.shutdown()
        thread.join()


def write(folder, content=CONTENT):
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in content.items():
        (folder / file).write_bytes(text)


def test_missing_files_are_downloaded_once(tmp_path, server, published):
    site, address, asked = server
    write(site)
    raw = raw_folder("cora", tmp_path)
    fetch("cora", raw, url=address)
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == CONTENT
    assert len(asked) == 8
    (raw / "ind.cora.x").unlink()
    fetch("cora", raw, url=address)
    fetch("cora", raw, url=address)
    assert len(asked) == 9
    assert asked[-1] == "/ind.cora.x"


def test_other_content_is_refused_and_not_kept(tmp_path, server, published):
    site, address, _ = server
    write(site, CONTENT | {"ind.cora.ty": b"something else"})
    raw = raw_folder("cora", tmp_path)
    with pytest.raises(ValueError, match=r"ind\.cora\.ty cannot be fetched .*SHA-256 differs"):
        fetch("cora", raw, url=address)
    assert not (raw / "ind.cora.ty").exists()


def test_a_file_that_is_not_there_is_named(tmp_path, server, published):
    site, address, _ = server
    write(site)
    (site / "ind.cora.graph").unlink()
    with pytest.raises(ValueError, match=r"ind\.cora\.graph cannot be fetched .*\{graph,test"):
        fetch("cora", raw_folder("cora", tmp_path), url=address)


def test_a_server_that_never_answers_is_given_up(tmp_path):
    with pytest.raises(ValueError, match="timed out"), _silent() as address:
        fetch("cora", raw_folder("cora", tmp_path), url=address, timeout=0.2)


class _silent:  # noqa: N801  (used like a function)
    """A socket that takes connections and says nothing."""

    def __enter__(self):
        import socket

        self.socket = socket.create_server(("127.0.0.1", 0))
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.close()


def test_offline_message_says_what_goes_where(tmp_path):
    raw = raw_folder("cora", tmp_path)
    write(raw, {"ind.cora.x": b"", "ind.cora.y": b""})
    with pytest.raises(ValueError, match="dataset: cora is not here") as caught:
        fetch("cora", raw, url="http://127.0.0.1:9")  # a port that nothing listens on
    message = str(caught.value)
    assert "ind.cora.{allx,ally,graph,test.index,tx,ty}" in message
    assert str(raw) in message
    assert "GNNLAB_DATA" in message
    assert "\n" not in message


def test_a_file_with_other_content_is_never_read(tmp_path, published):
    raw = raw_folder("cora", tmp_path)
    write(raw, CONTENT | {"ind.cora.allx": b"a pickle could run code"})
    with pytest.raises(ValueError, match=r"allx is not the published file"):
        load_planetoid("cora", tmp_path)


@pytest.mark.data
def test_a_folder_of_data_may_be_read_only(public_data, tmp_path, capfd):
    source, copy = raw_folder("cora", public_data), raw_folder("cora", tmp_path)
    write(copy, {file: (source / file).read_bytes() for file in files_of("cora")})
    before = sorted(tmp_path.rglob("*"))
    for folder in (copy, copy.parent, copy.parent.parent, tmp_path):
        folder.chmod(0o555)
    try:
        data = load_planetoid("cora", tmp_path)
    finally:
        for folder in (tmp_path, copy.parent.parent, copy.parent, copy):
            folder.chmod(0o755)
    assert sorted(tmp_path.rglob("*")) == before
    assert capfd.readouterr() == ("", "")
    # The sizes of Cora in the papers, and of its public split.
    assert (data.num_nodes, data.num_edges // 2, data.num_node_features) == (2708, 5278, 1433)
    assert [int(mask.sum()) for mask in (data.train_mask, data.val_mask, data.test_mask)] == [140, 500, 1000]
