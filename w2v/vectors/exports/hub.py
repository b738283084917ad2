"""Vectors on the Hugging Face Hub, as folders that its libraries load too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from w2v.files import temporary_folder
from w2v.optional import optional
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.exports.static_model import NEEDED, write_static_model
from w2v.vectors.formats.vector_data import VectorData


def push(
    data: VectorData,
    repo_id: str,
    *,
    private: bool,
    token: str | None,
    message: str,
    lowercase: bool,
) -> str:
    """Upload vectors; see :meth:`w2v.KeyedVectors.push_to_hub`."""
    api = _hub().HfApi(token=token)
    with temporary_folder() as folder:
        model = folder.path / "model"
        write_static_model(data, model, lowercase=lowercase, name=repo_id)
        api.create_repo(repo_id, private=private, exist_ok=True)
        done = api.upload_folder(repo_id=repo_id, folder_path=model, commit_message=message)
    return str(done.commit_url)


def fetch(repo_id: str, filename: str | None, revision: str | None, token: str | None) -> Path:
    """Download what holds vectors, or take it from the Hub's cache; return a file or folder."""
    hub = _hub()
    how: dict[str, Any] = {"revision": revision, "token": token}
    if filename is not None:
        return Path(hub.hf_hub_download(repo_id, filename, **how))
    folder = Path(hub.snapshot_download(repo_id, allow_patterns=list(NEEDED), **how))
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise VectorFormatError(
            f"{repo_id} holds no {', '.join(missing)}: name a file of vectors there, filename=…"
        )
    return folder


def _hub() -> Any:
    return optional("huggingface_hub", "hub")
