"""Datasets are fetched once, believed only with the right checksum, and explained when absent."""

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from w2v.data import CorpusError, ptb, pydocs, read_corpus
from w2v.data.datasets import registry
from w2v.data.datasets.cache import cache_folder
from w2v.data.datasets.download import RemoteFile

TRAIN = b" no it was n't black monday \n but while the <unk> was black \n"
VALID = b" it was <unk> \n"


class Server:
    """Files over HTTP, from memory; `requests` are the paths asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut = False
        self.requests: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                data = outer.files.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write((data or b"")[: -10 if outer.cut else None])

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setenv("W2V_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name, data in {"train": TRAIN, "valid": VALID}.items():
        server.files[f"/ptb.{name}.txt"] = data
        file = RemoteFile(
            f"ptb.{name}.txt", hashlib.sha256(data).hexdigest(), "http://nowhere", "W2V_PTB_URL"
        )
        monkeypatch.setitem(registry.PTB, name, file)
    monkeypatch.setenv("W2V_PTB_URL", server.url)
    yield server
    server.close()


@pytest.mark.parametrize("address", ["foo", "file:///nope", "http://", "ftp://x/"])
def test_an_address_that_is_none_is_told_by_its_variable(
    server: Server, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("W2V_PTB_URL", address)
    with pytest.raises(CorpusError, match=f"^W2V_PTB_URL is '{address}', which is no address"):
        ptb.load_data("train")


def test_a_folder_for_data_that_cannot_be_one_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("W2V_DATA", "/dev/null")
    with pytest.raises(OSError, match=r"^\[Errno \d+\] W2V_DATA is '/dev/null', which cannot be"):
        cache_folder()


def test_ptb_is_what_the_course_loads(server: Server) -> None:
    corpus, word_to_id, id_to_word = ptb.load_data("train")
    words = TRAIN.decode().replace("\n", "<eos>").split()
    assert [id_to_word[i] for i in corpus] == words
    assert list(word_to_id) == list(dict.fromkeys(words))
    assert list(word_to_id.values()) == list(range(len(word_to_id)))
    assert isinstance(corpus, np.ndarray)
    valid, same_ids, _ = ptb.load_data("valid")
    assert [id_to_word[i] for i in valid] == ["it", "was", "<unk>", "<eos>"]
    assert same_ids == word_to_id
    assert server.requests == ["/ptb.train.txt", "/ptb.valid.txt"]
    assert read_corpus("ptb", min_count=1).total_words == len(words) - 2
    with pytest.raises(ValueError, match="train, valid, test, got 'dev'"):
        ptb.load_data("dev")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("cut", "cannot download|gave another file"),
        ("corrupted", "gave another file than expected"),
        ("404", r"cannot download ptb.train.txt \(HTTP 404\): download http://127"),
        ("no network", r"\(no connection\): download .*and put it at .*ptb.train.txt"),
    ],
)
def test_what_does_not_arrive_whole_is_one_line_and_is_not_kept(
    server: Server, fault: str, message: str, tmp_path: Path
) -> None:
    server.cut = fault == "cut"
    if fault == "corrupted":
        server.files["/ptb.train.txt"] = TRAIN.replace(b"black", b"white")
    elif fault == "404":
        server.files.clear()
    elif fault == "no network":
        server.close()
    with pytest.raises((CorpusError, OSError), match=message) as caught:
        ptb.load_data("train")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_file_put_in_the_cache_by_hand_needs_no_network(server: Server, tmp_path: Path) -> None:
    server.close()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "ptb.train.txt").write_bytes(TRAIN)
    assert len(ptb.load_data("train")[0]) == len(TRAIN.decode().replace("\n", "<eos>").split())


def test_archives_are_unpacked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("text8", b" anarchism originated as a term")
    server.files["/text8.zip"] = packed.getvalue()
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    file = RemoteFile("text8.zip", digest, server.url, "W2V_TEXT8_URL")
    monkeypatch.setitem(registry._ARCHIVES, "text8", (file, "text8"))
    for _ in range(2):
        assert read_corpus("text8", min_count=1).total_words == 5
    assert server.requests == ["/text8.zip"]
    # Cut off, or as long but with other bytes, as after a crash: it is unpacked anew.
    [path] = registry.dataset("text8")
    whole = path.read_bytes()
    for left in (whole[:9], b"", bytes(len(whole))):
        path.write_bytes(left)
        assert registry.dataset("text8")[0].read_bytes() == whole
    assert [p.name for p in path.parent.iterdir()] == ["text8"]


def test_pydocs_is_english_and_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("W2V_DATA", str(tmp_path))
    text = pydocs().read_text("utf-8")
    words = text.split()
    assert len(words) > 300_000
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz' \n")
    assert all(len(line.split()) >= 3 for line in text.splitlines())
    assert "return a copy of the string" in text
    made = [path.stat().st_mtime_ns for path in tmp_path.iterdir()]
    assert [pydocs().stat().st_mtime_ns] == made
