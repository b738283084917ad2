"""Word vectors brought to the few dimensions of a picture."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from w2v.messages import quoted
from w2v.optional import optional

FloatArray = npt.NDArray[np.float64]
Progress: TypeAlias = Callable[[int, int], None]
_STEPS = 1000  # of scikit-learn's t-SNE, unless it rests earlier


def project(
    vectors: npt.NDArray[np.floating],
    method: str = "pca",
    components: int = 2,
    progress: Progress | None = None,
) -> FloatArray:
    """Bring vectors, scaled to length 1 first, to a few dimensions.

    Parameters
    ----------
    vectors : (n_words, vector_size) array
        A vector of zeros stays one.
    method : {"pca", "tsne"}, default "pca"
        Principal components, exact, or t-SNE, which needs scikit-learn.
    components : int, default 2
        How many dimensions.
    progress : callable, optional
        ``progress(done, steps)``, now and then, where there are steps: of t-SNE.

    Returns
    -------
    (n_words, components) float64 array
        The same for the same vectors.  Components that the vectors do not have
        are 0.

    Raises
    ------
    ValueError
        The method is not known, or there are too few words for t-SNE.
    ImportError
        t-SNE is asked for and scikit-learn is not installed.
    """
    table = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    table = table / np.where(lengths > 0, lengths, 1.0)
    if method == "tsne":
        return _tsne(table, components, progress)
    if method != "pca":
        raise ValueError(f"method is {quoted(method)}, expected 'pca' or 'tsne'")
    return _pca(table, components)


def _pca(table: FloatArray, components: int) -> FloatArray:
    table -= table.mean(axis=0)
    # R of table = QR has the principal axes of the table, and is small where words are many.
    axes = np.linalg.svd(np.linalg.qr(table, mode="r"), full_matrices=False)[2][:components]
    # The sign of a component is free; fixed, the same vectors give the same map.
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    positions = np.zeros((len(table), components))
    positions[:, : len(axes)] = table @ axes.T
    return positions


def _tsne(table: FloatArray, components: int, progress: Progress | None) -> FloatArray:
    TSNE = optional("sklearn.manifold", "sklearn", "scikit-learn").TSNE
    if len(table) < 4:
        raise ValueError(f"t-SNE needs at least 4 words, got {len(table)}: use PCA")
    perplexity = min(30.0, (len(table) - 1) / 3)
    tsne = TSNE(
        n_components=components,
        perplexity=perplexity,
        init="pca",
        random_state=0,
        verbose=0 if progress is None else 2,
    )
    # What it says of its steps it prints.
    with nullcontext() if progress is None else redirect_stdout(_Printed(progress)):
        positions: FloatArray = np.asarray(tsne.fit_transform(table), np.float64)
    return positions


class _Printed(io.TextIOBase):
    """What is printed while t-SNE steps, as progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def write(self, text: str) -> int:
        for step in re.findall(r"Iteration (\d+)", text):
            self._progress(int(step), _STEPS)
        return len(text)
