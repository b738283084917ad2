"""Vectors that have URLs: in stores, on the web, on this machine."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from w2v import KeyedVectors, Word2Vec
from w2v.vectors import VectorFormatError
from w2v.word2vec.pretrained import told_of_init

KV = KeyedVectors(["sea", "ship", "king"], np.eye(3, 4), [3, 2, 1])


@pytest.fixture(autouse=True)
def store() -> Iterator[MemoryFileSystem]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def assert_same(found: KeyedVectors, *, counts: bool) -> None:
    assert found.index_to_key == KV.index_to_key
    np.testing.assert_array_equal(found.vectors, KV.vectors)
    assert (found.counts is not None and list(found.counts) == [3, 2, 1]) == counts


@pytest.mark.parametrize(
    "name", ["v.bin", "v.vec.gz", "v.safetensors", "v.parquet", "v.npz", "v.npy", "v"]
)
def test_every_format_goes_to_a_store_and_comes_back(
    name: str, store: MemoryFileSystem, tmp_path: Path
) -> None:
    for url in (f"memory://deep/{name}", f"file://{tmp_path}/{name}"):
        KV.save(url)
        assert_same(KeyedVectors.load(url), counts=name not in ("v.bin", "v.vec.gz", "v.npy"))
        assert KeyedVectors.load(url, limit=2).index_to_key == ["sea", "ship"]
    assert {path.rpartition("/")[2] for path in store.store} == {
        path.name for path in tmp_path.iterdir()
    }
    KV.to_sentence_transformers(tmp_path / "model")
    store.put(f"{tmp_path}/model", "/model", recursive=True)
    assert_same(KeyedVectors.load("memory://model"), counts=True)
    KV.to_parquet("memory://t.parquet")
    KV.save_word2vec_format("memory://t.txt")
    assert_same(KeyedVectors.load_word2vec_format("memory://t.txt"), counts=False)
    small: dict[str, Any] = {"vector_size": 4, "min_count": 1, "negative": 1, "sample": 0}
    model = Word2Vec([["sea", "ship"]] * 9, init="memory://t.txt", **small)
    assert model.wv.index_to_key == ["sea", "ship"]
    # A saved model keeps its name, without what nobody else is to know.
    assert told_of_init("s3://key:secret@b/v.bin?token=secret") == "s3://b/v.bin"


class Failing(MemoryFileSystem):
    """Breaks off in the middle of a file."""

    protocol = "failing"
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012
    left, short = 0, 0

    def put_file(self, lpath: str, rpath: str, **more: Any) -> None:
        Failing.left -= 1
        data = Path(lpath).read_bytes()
        self.pipe_file(rpath, data[: len(data) // 2] if Failing.left < 0 else data[self.short :])
        if Failing.left < 0:
            raise Exception("connection lost")


def test_what_stood_there_stays_until_all_of_the_new_is_there() -> None:
    fsspec.register_implementation("failing", Failing, clobber=True)
    Failing.left = 1
    KV.save("failing://d/v.bin")
    other = KeyedVectors(["a"], np.ones((1, 4)))
    with pytest.raises(OSError, match=r"cannot write failing://d/v\.bin: connection lost"):
        other.save("failing://d/v.bin")
    assert_same(KeyedVectors.load("failing://d/v.bin"), counts=False)
    assert [path.rpartition("/")[2] for path in Failing.store] == ["v.bin"]
    Failing.left, Failing.short = 1, 1
    with pytest.raises(OSError, match=r"/d/v\.bin: \d+ bytes of \d+ are there: write it anew"):
        other.save("failing://d/v.bin")
    with pytest.raises(VectorFormatError, match=r"^cannot write memory://d/v\.bin: the word 'a b'"):
        KeyedVectors(["a b"], np.ones((1, 4))).save("memory://d/v.bin")


ODD = ["q/a?b.bin", "q/a#b.bin", "q/a@b.vec", "a:b@c.npz", "q/*[1].npy", "d[1]*/v?.vec.gz"]


@pytest.mark.parametrize("name", ODD)
def test_a_name_of_a_store_is_taken_as_it_is(
    name: str, store: MemoryFileSystem, tmp_path: Path
) -> None:
    first = name.partition("?")[0]
    store.pipe(f"/{first}", b"another's")
    for url in (f"memory://{name}", f"file://{tmp_path}/{name}"):
        if url.startswith("file"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
        KV.save(url)
        assert_same(KeyedVectors.load(url), counts=name.endswith("npz"))
    written = {f"/{name}", f"/{name}".replace(".npy", ".words.txt")}
    assert store.store.keys() == written | {f"/{first}"}
    assert first == name or store.cat_file(f"/{first}") == b"another's"


def test_a_folder_in_a_store_may_have_a_name_like_a_pattern(
    store: MemoryFileSystem, tmp_path: Path
) -> None:
    KV.to_sentence_transformers(tmp_path / "model")
    store.put(f"{tmp_path}/model", "/[1]*", recursive=True)
    assert_same(KeyedVectors.load("memory://[1]*"), counts=True)


def test_what_cannot_be_a_file_is_refused_before_anything_is_sent(
    store: MemoryFileSystem, tmp_path: Path
) -> None:
    store.pipe({"/e/x.txt": b"x", "/f.bin": b"f"})
    (tmp_path / "pre").write_text("old")
    before = store.store.copy()
    for url, reason in (
        *((f"{kind}://{end}", "names no file") for kind in ("memory", "file") for end in ("", "/")),
        ("memory://d/..", "names no file"),
        ("memory://e", "^memory://e is a folder: name a file"),
        ("memory://f.bin/v.bin", "cannot write memory://f.bin/v.bin: a file is in the way: /f.bin"),
        ("memory://f.bin/d/v.bin", "a file is in the way: /f.bin"),
        (f"file://{tmp_path}/pre::b.bin", "'::' stands between URLs"),
        (f"file://{tmp_path}/pre::memory://b.bin", "'::' stands between URLs"),
        ("memory://e/pre::b.bin", "'::' stands between URLs"),
        ("simplecache::b.bin", "'::' stands between URLs"),
        ("pre::b.bin", "a file with it in its name is named as a path"),
        ("simplecache::memory://v.bin", "are read only; save to one without it"),
        (f"zip://v.bin::file://{tmp_path}/v.zip", "are read only"),
    ):
        with pytest.raises((OSError, ValueError), match=reason):
            KV.save(url)
        if ("names" in reason and ".." not in url) or "stands" in reason:
            with pytest.raises(ValueError, match=reason):
                KeyedVectors.load(url)
    assert store.store == before
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("pre", "old")]


def test_chains_are_read(tmp_path: Path) -> None:
    KV.save("memory://v.bin")
    KV.save(tmp_path / "v.bin")
    with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
        archive.write(tmp_path / "v.bin", "v.bin")
    inner = f"zip://v.bin::file://{tmp_path}/v.zip"
    for url in ("simplecache::memory://v.bin", inner, f"simplecache::{inner}"):
        assert_same(KeyedVectors.load(url), counts=False)


class Stubborn(MemoryFileSystem):
    """Renames as some systems do, not onto what is there; and not at all for a while."""

    protocol = "stubborn"
    store: dict[str, Any] = {}  # noqa: RUF012
    pseudo_dirs = [""]  # noqa: RUF012
    broken = False

    def mv(self, path1: str, path2: str, **more: Any) -> None:
        if self.exists(path2):
            raise FileExistsError(path2)
        if Stubborn.broken and ".w2v-" not in path2 and self.size(path1) < 40:
            raise Exception("connection lost")
        self.store[path2] = self.store.pop(path1)


def test_a_renaming_that_fails_leaves_what_was_there_and_nothing_else() -> None:
    fsspec.register_implementation("stubborn", Stubborn, clobber=True)
    other = KeyedVectors(["a"], np.ones((1, 4)))
    for _ in range(2):
        other.save("stubborn://v.bin")
        KV.save("stubborn://v.bin")
    Stubborn.broken = True
    with pytest.raises(OSError, match=r"cannot write stubborn://v\.bin: connection lost"):
        other.save("stubborn://v.bin")
    assert_same(KeyedVectors.load("stubborn://v.bin"), counts=False)
    assert [place.rpartition("/")[2] for place in Stubborn.store] == ["v.bin"]


@pytest.mark.parametrize("options", [5, "x", [1], {1: 2}])
def test_options_are_a_dictionary(options: Any, tmp_path: Path) -> None:
    KV.save(tmp_path / "v.bin")
    for name in (tmp_path / "v.bin", f"file://{tmp_path}/v.bin", "memory://v.bin"):
        for call in (KV.save, KeyedVectors.load):
            with pytest.raises(ValueError, match=r"^storage_options must be a dictionary.*, got "):
                call(name, storage_options=options)
    with pytest.raises(ValueError, match=r"^storage_options must be a dictionary.*, got "):
        Word2Vec(storage_options=options)


def test_files_of_the_web_are_read_and_not_written(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    for name in ("v.safetensors", "v.npy"):
        KV.save(tmp_path / name)
    (tmp_path / "broken.vec").write_text("3 4\nsea 1 0 0\n")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            if "locked" in self.path:
                self.send_error(403, "Forbidden")
            else:
                super().do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        root = f"http://127.0.0.1:{server.server_port}"
        assert_same(KeyedVectors.load(f"{root}/v.safetensors?token=secret"), counts=True)
        assert_same(KeyedVectors.load(f"{root}/v.npy"), counts=False)
        with pytest.raises(VectorFormatError, match=rf"^{root}/broken\.vec: the header says"):
            KeyedVectors.load(f"{root}/broken.vec")
        with pytest.raises(FileNotFoundError, match=rf"^{root}/none\.bin: no such file") as none:
            KeyedVectors.load(f"{root}/none.bin?token=secret")
        assert "secret" not in str(none.value)
        with pytest.raises(OSError, match=rf"^cannot read {root}/locked\.bin: 403 Forbidden$"):
            KeyedVectors.load(f"{root}/locked.bin?token=secret")
        with pytest.raises(OSError, match=r"unexpected keyword.*'nonsense': look at storage_opt"):
            KeyedVectors.load(f"{root}/v.npy", storage_options={"nonsense": 1})
        with pytest.raises(OSError, match="the web is read only"):
            KV.save(f"{root}/new.bin")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_has_to_be_on_a_disk_says_so(tmp_path: Path) -> None:
    KV.save("memory://v.bin")
    calls: list[Any] = [
        KV.to_tensorboard, KV.to_sentence_transformers, KV.evaluate_word_pairs,
        Word2Vec([["a", "b"]] * 9, min_count=1, negative=1, sample=0, vector_size=4).save,
        Word2Vec.load,
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ValueError, match="'memory://v' is a URL: name a file or folder on"):
            call("memory://v")
    assert not [*tmp_path.iterdir()] and not Path("memory:").exists()
    with pytest.raises(ValueError, match="Protocol not known: nobody"):
        KeyedVectors.load("nobody://v.bin")
