"""``common/util.py``: text to ids, counts to vectors, and questions to vectors.

What loops over words there is array code here, on NumPy and CuPy alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from w2v import data
from w2v.backend import Array, backend_for, to_cpu, to_gpu
from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too
from w2v.data import convert_one_hot, preprocess
from w2v.training import clip_grads, remove_duplicate
from w2v.vectors import KeyedVectors

if TYPE_CHECKING:
    from w2v.course.np import GPU, np


__all__ = [
    "GPU",
    "analogy",
    "clip_grads",
    "convert_one_hot",
    "cos_similarity",
    "create_co_matrix",
    "create_contexts_target",
    "keyed_vectors",
    "most_similar",
    "normalize",
    "np",
    "ppmi",
    "preprocess",
    "remove_duplicate",
    "to_cpu",
    "to_gpu",
]


def create_contexts_target(corpus: Array, window_size: int = 1) -> tuple[Array, Array]:
    """Pair every word with the words around it, in arrays of their own.

    Parameters
    ----------
    corpus, window_size
        See :func:`w2v.data.create_contexts_target`, which gives views where it can.
    """
    contexts, target = data.create_contexts_target(corpus, window_size)
    return contexts.copy(), target.copy()


def create_co_matrix(corpus: Array, vocab_size: int, window_size: int = 1) -> Array:
    """Count how often words stand near each other.

    Parameters
    ----------
    corpus : (T,) int array
        Word ids in reading order.
    vocab_size : int
        V.
    window_size : int, default 1
        Words looked at on each side.

    Returns
    -------
    (V, V) int32 array
        Symmetric, on the backend of the corpus.

    Raises
    ------
    ValueError
        The corpus is not one row of integers, an id lies outside 0 … V − 1, or the window is
        below 1.
    """
    backend = backend_for(corpus)
    corpus = backend.asarray(corpus)
    if corpus.ndim != 1 or (corpus.size and corpus.dtype.kind not in "iu"):
        raise ValueError(
            f"corpus must be a one-dimensional array of word ids, "
            f"got shape {corpus.shape} of {corpus.dtype}"
        )
    if window_size < 1:
        raise ValueError(f"window_size must be 1 or more, got {window_size}")
    if corpus.size and not 0 <= int(corpus.min()) <= int(corpus.max()) < vocab_size:
        bad = int(corpus.min()) if int(corpus.min()) < 0 else int(corpus.max())
        raise ValueError(f"word id {bad} lies outside 0..{vocab_size - 1}")
    xp = backend.xp
    counts = xp.zeros(vocab_size * vocab_size, dtype="int32")
    corpus = corpus.astype("int64", copy=False)
    for distance in range(1, min(window_size, len(corpus) - 1) + 1):
        left, right = corpus[:-distance], corpus[distance:]
        pairs = xp.concatenate((left * vocab_size + right, right * vocab_size + left))
        found, often = xp.unique(pairs, return_counts=True)
        counts[found] += often.astype("int32")
    return counts.reshape(vocab_size, vocab_size)


def ppmi(C: Array, verbose: bool = False, eps: float = 1e-8) -> Array:
    """Return positive pointwise mutual information, ``max(0, log₂(C N / (S Sᵀ) + eps))``.

    Parameters
    ----------
    C : (V, V) array
        Counts of pairs; N is their sum and S are the sums of the columns.
    verbose : bool, default False
        Print how far it is, about a hundred times.
    eps : float, default 1e-8

    Returns
    -------
    (V, V) float32 array
        Words that never occur have zeros.
    """
    xp = backend_for(C).xp
    if C.ndim != 2 or C.shape[0] != C.shape[1]:
        raise ValueError(f"C must be a square matrix of counts, got shape {C.shape}")
    sums = C.sum(axis=0).astype("float64")
    total, size = sums.sum(), len(C)
    result = xp.empty(C.shape, dtype="float32")
    rows = -(-size // 100)  # at a time, so that what lies between takes little memory
    for start in range(0, size, rows or 1):
        counts = C[start : start + rows].astype("float64")
        expected = sums[start : start + rows, None] * sums
        expected[counts == 0] = 1  # no pair, no information, whether or not its words occur
        result[start : start + rows] = xp.maximum(0, xp.log2(counts * total / expected + eps))
        if verbose:
            print(f"{100 * min(start + rows, size) / size:.1f}% done")
    return result


def cos_similarity(x: Array, y: Array, eps: float = 1e-8) -> Array:
    """Return the cosine of the angle between two vectors, a 0-d float array.

    Parameters
    ----------
    x, y : (H,) arrays
    eps : float, default 1e-8
        Added to the lengths, so that a vector of zeros has similarity 0.
    """
    return _cosines(_floats(x), _floats(y), eps)


def most_similar(
    query: str,
    word_to_id: Mapping[str, int],
    id_to_word: Any,
    word_matrix: Array,
    top: int = 5,
) -> None:
    """Print the words whose vectors point most nearly where a word's does.

    Parameters
    ----------
    query : str
        A word that is not known is said to be so.
    word_to_id : mapping of str to int
    id_to_word : mapping of int to str, or list
    word_matrix : (V, D) array
        Vectors, or counts.
    top : int, default 5
    """
    if not _known(word_to_id, query):
        return
    print(f"\n[query] {query}")
    matrix = _floats(word_matrix[: len(id_to_word)])
    asked = word_to_id[query]
    similarity = to_cpu(_cosines(matrix, matrix[asked])).astype("float64")
    for i in _best(similarity, top, {asked}):
        print(f" {id_to_word[i]}: {similarity[i]}")


def analogy(
    a: str,
    b: str,
    c: str,
    word_to_id: Mapping[str, int],
    id_to_word: Any,
    word_matrix: Array,
    top: int = 5,
    answer: str | None = None,
) -> None:
    """Print the words that are to c what b is to a, by the products with ``b − a + c``.

    Parameters
    ----------
    a, b, c : str
        A word that is not known is said to be so.
    word_to_id : mapping of str to int
    id_to_word : mapping of int to str, or list
    word_matrix : (V, D) array
        Vectors.
    top : int, default 5
    answer : str, optional
        The right word, whose product is printed too.
    """
    words = (a, b, c) if answer is None else (a, b, c, answer)
    if not _known(word_to_id, *words):
        return
    print(f"\n[analogy] {a}:{b} = {c}:?")
    matrix = _floats(word_matrix[: len(id_to_word)])
    ids = [word_to_id[word] for word in (a, b, c)]
    similarity = to_cpu(matrix @ normalize(matrix[ids[1]] - matrix[ids[0]] + matrix[ids[2]]))
    if answer is not None:
        print(f"==>{answer}:{similarity[word_to_id[answer]]}")
    for i in _best(similarity, top, set(ids)):
        print(f" {id_to_word[i]}: {similarity[i]}")


def keyed_vectors(params: Mapping[str, Any]) -> KeyedVectors:
    """Return the vectors of the dictionary that the course pickles.

    Parameters
    ----------
    params : mapping
        With ``word_vecs``, a (V, H) array of any floating-point type, and ``word_to_id`` or
        ``id_to_word``.

    Raises
    ------
    ValueError
        Something is missing, or words and vectors do not belong together.
    """
    known = {"word_vecs", "word_to_id", "id_to_word"} & set(params)
    if "word_vecs" not in known or len(known) < 2:
        raise ValueError(
            f"a dictionary with word_vecs and word_to_id or id_to_word is needed, got one with "
            f"{', '.join(map(str, params)) or 'nothing'}"
        )
    vectors = to_cpu(params["word_vecs"])
    names: Any = params.get("id_to_word")
    names = dict(enumerate(names)) if isinstance(names, list | tuple) else names
    ids = params.get("word_to_id") or {word: i for i, word in names.items()}
    words = sorted(ids, key=ids.__getitem__)
    if vectors.ndim != 2 or [int(ids[word]) for word in words] != list(range(len(vectors))):
        raise ValueError(
            f"each of {len(words)} words needs a vector, its id's row: got an array of shape "
            f"{vectors.shape}"
        )
    return KeyedVectors(words, vectors.astype("float32"))


def normalize(x: Array) -> Array:
    """Give a vector, or every row of a matrix, length 1, in place.

    Parameters
    ----------
    x : (H,) or (V, H) float array
        Vectors of zeros stay zeros.

    Returns
    -------
    x

    Raises
    ------
    ValueError
        Not floats, which could not hold the result.
    """
    if x.dtype.kind != "f":
        raise ValueError(f"normalize works in place on floats, got {x.dtype}: pass x.astype('f')")
    length = _lengths(x)[..., None]
    length[length == 0] = 1
    x /= length
    return x


def _floats(x: Array) -> Array:
    """Return x in a type that sums of its squares neither overflow nor round away."""
    if x.dtype.kind != "f":
        return x.astype("float64")
    return x.astype("float32") if x.dtype.itemsize < 4 else x


def _lengths(x: Array) -> Array:
    xp, x = backend_for(x).xp, _floats(x)
    return xp.sqrt(xp.einsum("...i,...i->...", x, x))


def _cosines(x: Array, y: Array, eps: float = 1e-8) -> Array:
    """Return the cosines between the rows of x, or x itself, and the vector y."""
    return x @ y / ((_lengths(x) + eps) * (_lengths(y) + eps))


def _known(word_to_id: Mapping[str, int], *words: str) -> bool:
    """Say whether all words are known, and print the first that is not."""
    for word in words:
        if word not in word_to_id:
            print(f"{word} is not found")
            return False
    return True


def _best(scores: Any, top: int, without: set[int]) -> list[int]:
    """Return the ids of the highest scores, best first."""
    order = (-scores).argsort(kind="stable")
    kept = [int(i) for i in order[: top + len(without)] if int(i) not in without]
    return [i for i in kept[:top] if scores[i] == scores[i]]  # not what is no number
