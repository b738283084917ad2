"""The word explorer: one HTML page to wander through word vectors, needing nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from importlib import resources
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from w2v.files import atomic_path
from w2v.messages import quoted
from w2v.pictures.projection import Progress, project
from w2v.vectors import KeyedVectors
from w2v.vectors.given import given_table
from w2v.vectors.nearest import nearest
from w2v.vectors.similarity import cosines

_SCRIPTS = ("data.js", "map.js", "points.js", "labels.js", "page.js")
_TONES = 8
_ROUNDING = 5e-7  # of float32 cosines, whatever the order of the sum
_METHODS = {"pca": "principal components 1 and 2", "tsne": "t-SNE"}


def write_explorer(
    vectors: KeyedVectors | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    words: int = 50_000,
    neighbors: int = 10,
    method: Literal["pca", "tsne"] = "pca",
    title: str = "Word vectors",
    progress: Progress | None = None,
) -> int:
    """Write a page to pan, zoom and search a map of words and see their neighbours.

    The page is one file that loads nothing: words, positions and neighbours
    stand in it, about 80 bytes a word with 10 neighbours.

    Parameters
    ----------
    vectors : KeyedVectors or path
        The most frequent words first; these are labelled first.
    path : str or path
        The HTML file to write.
    words : int, default 50000
        Show the first so many words.
    neighbors : int, default 10
        Show so many of the nearest words of each, among the words shown: those
        of ``vectors.most_similar(word, neighbors, restrict_vocab=words)``.
    method : {"pca", "tsne"}, default "pca"
        Where words lie: principal components, or t-SNE, which needs
        scikit-learn and minutes for some thousand words.
    title : str, default "Word vectors"
        Of the page.
    progress : callable, optional
        ``progress(done, steps)``, now and then, of t-SNE's steps.

    Returns
    -------
    int
        How many words the page shows.

    Raises
    ------
    ValueError
        There are no words, a vector is not finite, or a parameter is out of
        its range.
    ImportError
        t-SNE is asked for and scikit-learn is not installed.
    """
    known: KeyedVectors = given_table(vectors, "vectors", KeyedVectors.load)
    for name, value in (("words", words), ("neighbors", neighbors)):
        if value < 1:
            raise ValueError(f"{name} is {value}, expected at least 1")
    if method not in _METHODS:
        raise ValueError(f"method is {quoted(method)}, expected 'pca' or 'tsne'")
    if len(known) == 0:
        raise ValueError("no words to explore")
    shown = list(map(str, known.index_to_key[:words]))
    table, _ = known.measured(slice(0, words))
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise ValueError(f"the vector of {quoted(shown[row])} is not finite")
    positions, tones, about = _lay_out(table, method, progress)
    data = {
        "words": shown,
        **_place(positions),
        "tones": _base64(tones, "<u1"),
        "toneCount": _TONES,
        **_neighbours(known, len(shown), neighbors),
    }
    page = _page(data, title, about)
    with atomic_path(path) as beside:
        beside.write_text(page, encoding="utf-8", newline="\n")
    return len(shown)


def _lay_out(
    table: npt.NDArray[np.float32], method: str, progress: Progress | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], str]:
    """Give each word a place and a tone, and say in a line what they mean."""
    spread = project(table, "pca", 3)
    positions = spread[:, :2] if method == "pca" else project(table, method, progress=progress)
    # Equally many words of each tone, whatever the shape of the cloud.
    tones = spread[:, 2].argsort(kind="stable").argsort(kind="stable") * _TONES // len(table)
    return positions, tones, f"position: {_METHODS[method]} · colour: principal component 3"


def _place(positions: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Bring the map to the unit square; a few words far out do not squeeze the others."""
    low, high = np.percentile(positions, [0.1, 99.9], axis=0)
    room = 0.15 * (high - low)
    low = np.maximum(low - room, positions.min(axis=0))
    high = np.minimum(high + room, positions.max(axis=0))
    half = (high - low) / 2
    size = float(half.max()) or 1.0
    return {
        "positions": _base64((positions - (low + high) / 2) / size, "<f4"),
        "extent": np.maximum(half / size, 0.05).tolist(),
    }


def _neighbours(vectors: KeyedVectors, n_words: int, n: int) -> dict[str, Any]:
    """Find the ``n`` nearest of each word as ``most_similar`` does, all in matrix products."""
    n = min(n, n_words - 1)
    table, norms = vectors.measured(slice(0, n_words))
    units = cosines(table.T.copy(), norms).T
    rows, found = nearest(units, table, norms, n + 1, np.arange(n_words)[:, None])
    # A product of matrices rounds otherwise than one of a matrix and a vector.
    # Where that could swap two words, most_similar itself is asked.
    for row in np.flatnonzero((found[:, :-1] - found[:, 1:] <= _ROUNDING).any(axis=1)):
        near = vectors.most_similar(vectors.index_to_key[row], topn=n, restrict_vocab=n_words)
        rows[row, :n] = [vectors.key_to_index[word] for word, _ in near]
        found[row, :n] = [cosine for _, cosine in near]
    return {
        "nearest": n,
        "neighbors": _base64(rows[:, :n], "<u2" if n_words <= 1 << 16 else "<u4"),
        "cosines": _base64(np.rint(np.clip(found[:, :n], -1, 1) * 32767), "<i2"),
    }


def _base64(values: npt.NDArray[Any], dtype: str) -> str:
    return base64.b64encode(values.astype(dtype).tobytes()).decode("ascii")


def _page(data: dict[str, Any], title: str, about: str) -> str:
    """Put style, script and data into the page."""
    style = _read("page.css")
    script = "".join(map(_read, _SCRIPTS))
    # Words may hold anything.  Escaped, none can end the element it stands in;
    # should one still become markup, the policy lets no script but ours run.
    encoded = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        encoded = encoded.replace(character, f"\\u{ord(character):04x}")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    count = f"{len(data['words']):,}"
    parts = {
        "policy": policy,
        "title": html.escape(title.encode("utf-8", "replace").decode()),
        "style": style,
        "script": script,
        "data": encoded,
        "count": count,
        "about": f"{count} words · {about}",
    }
    # In one pass, so that a word that looks like a placeholder stays a word.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _read("page.html"))


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
