"""Vectors that go to the Hugging Face Hub and come back, by a stand-in for its HTTP API."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from w2v import KeyedVectors

VECTORS = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
KV = KeyedVectors(["sea", "ship", "a b"], VECTORS, [3, 2, 1])
REVISION = "0" * 40


class Hub(BaseHTTPRequestHandler):
    """What the Hub answers to making a repository, to uploads and to downloads."""

    files: dict[str, bytes]
    asked: list[str]

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self, value: Any = None, code: int = 200, **headers: str) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(code)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_POST(self) -> None:
        self.asked.append(f"POST {self.path} {self.headers.get('Authorization')}")
        body = self._body()
        if self.path.endswith("/repos/create"):
            self._answer({"url": f"http://{self.headers['Host']}/me/vectors", "name": "me/vectors"})
        elif self.path.endswith("/preupload/main"):
            asked = json.loads(body)["files"]
            modes = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in asked
            ]
            self._answer({"files": modes})
        elif "/commit/main" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    value = line["value"]
                    self.files[value["path"]] = base64.b64decode(value["content"])
            url = f"http://{self.headers['Host']}/me/vectors/commit/{REVISION}"
            done = {"commitUrl": url, "commitOid": REVISION}
            self._answer({**done, "success": True, "pullRequestUrl": None})
        elif "/paths-info/" in self.path:
            names = [unquote(text) for text in re.findall(r"paths=([^&]+)", body.decode())]
            names = names or json.loads(body).get("paths", [])
            self._answer([entry for entry in self._entries() if entry["path"] in names])
        else:
            self._answer({}, 200 if "validate" in self.path else 404)

    def _entries(self) -> list[dict[str, Any]]:
        return [
            {"type": "file", "path": n, "size": len(d), "oid": hashlib.sha1(d).hexdigest()}
            for n, d in self.files.items()
        ]

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
        if "/resolve/" in self.path:
            name = self.path.split("/resolve/")[1].split("/", 1)[1].partition("?")[0]
            if name not in self.files:
                self._answer({"error": "none"}, 404, X_Error_Code="EntryNotFound")
                return
            tag = f'"{hashlib.sha1(self.files[name]).hexdigest()}"'
            self._answer(self.files[name], ETag=tag, X_Repo_Commit=REVISION)
        elif "/tree/" in self.path:
            self._answer(self._entries())
        elif self.path.startswith("/api/models/me/vectors"):
            siblings = [{"rfilename": name} for name in self.files]
            about = {"id": "me/vectors", "modelId": "me/vectors", "sha": REVISION}
            self._answer({**about, "siblings": siblings, "private": False, "tags": []})
        else:
            self._answer({"error": "none"}, 404, X_Error_Code="RepoNotFound")

    do_HEAD = do_GET  # noqa: N815


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Any]:
    handler = type("Handler", (Hub,), {"files": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    # Where the Hub is, is read when the library is imported.
    address = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HUB_DISABLE_XET": "1"}

    def run(program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", f"from w2v import KeyedVectors\n{program}"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, **address, "HF_HOME": str(tmp_path / "cache")},
        )  # fmt: skip

    yield handler, run
    server.shutdown()
    server.server_close()
    thread.join()


def test_vectors_go_to_a_repository_and_come_back(hub: Any, tmp_path: Path) -> None:
    handler, run = hub
    KV.save(tmp_path / "v.safetensors")
    KeyedVectors(["x"], [[1.0]]).save(tmp_path / "v.vec")
    handler.files["v.vec"] = (tmp_path / "v.vec").read_bytes()
    done = run(
        "wv = KeyedVectors.load('v.safetensors')\n"
        "print(wv.push_to_hub('me/vectors', token='secret'))\n"
        "KeyedVectors.from_hub('me/vectors', token='secret').save('back.safetensors')\n"
        "print(KeyedVectors.from_hub('me/vectors', 'v.vec')['x'].tolist())\n"
    )
    assert done.returncode == 0, done.stderr
    where, vector = done.stdout.split()
    assert where.endswith(f"/me/vectors/commit/{REVISION}")
    assert vector == "[1.0]"
    expected = {"model.safetensors", "tokenizer.json", "config.json", "modules.json", "README.md"}
    assert expected <= set(handler.files)
    assert b"# me/vectors" in handler.files["README.md"]
    assert all(each.endswith("Bearer secret") for each in handler.asked if "POST" in each)
    back = KeyedVectors.load(tmp_path / "back.safetensors")
    assert back.index_to_key == KV.index_to_key
    assert (back.vectors == VECTORS).all()
    assert back.counts is not None


def test_files_of_a_repository_have_urls(hub: Any, tmp_path: Path) -> None:
    handler, run = hub
    KV.save(tmp_path / "v.safetensors")
    done = run(
        "wv = KeyedVectors.load('v.safetensors')\n"
        "wv.save('hf://me/vectors/deep/v.parquet', storage_options={'token': 'secret'})\n"
        "print(KeyedVectors.load('hf://me/vectors/deep/v.parquet').index_to_key)\n"
        "KeyedVectors.load('hf://me/vectors/none.bin')\n"
    )
    assert done.stdout == "['sea', 'ship', 'a b']\n", done.stderr
    assert "hf://me/vectors/none.bin: no such file or folder" in done.stderr.splitlines()[-1]
    assert [*handler.files] == ["deep/v.parquet"]
    assert all(
        each.endswith("Bearer secret")
        for each in handler.asked
        if "POST" in each and "commit" in each
    )


def test_what_is_not_there_is_an_error_that_says_so(hub: Any) -> None:
    _, run = hub
    for program, said in (
        ("KeyedVectors.from_hub('me/vectors', 'v.vec')", "v.vec"),
        ("KeyedVectors.from_hub('me/vectors')", "holds no config.json, tokenizer.json"),
        ("KeyedVectors.from_hub('me/others')", "others"),
    ):
        done = run(program)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
