"""scikit-learn's transformer: documents to means of word vectors that are trained on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from w2v.items import Item, are_integers, checked_items
from w2v.messages import quoted
from w2v.optional import optional
from w2v.vectors import KeyedVectors
from w2v.vectors.shared_words import shared_rows
from w2v.word2vec import Word2Vec

optional("sklearn", "sklearn", "scikit-learn")  # or one line that says what to install

from scipy.sparse import csr_array  # noqa: E402
from sklearn.base import (  # noqa: E402
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted  # noqa: E402


class W2VTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Documents to the means of their words' vectors, which are trained on the documents.

    A document is a list of words, or a string, whose words are what white space separates.

    Parameters
    ----------
    vector_size, window, min_count, sg, hs, negative, sample, epochs, alpha, share_negatives, \
    workers, seed, backend
        See :class:`w2v.config.TrainConfig`.  Skip-gram is the default here.
    init, freeze
        See :class:`w2v.Word2Vec`.
    idf : bool, default False
        Weigh words in a document by ``log((1 + n) / (1 + df)) + 1``, of the n documents
        that it was fitted to and the df of them that have the word.

    Attributes
    ----------
    model_ : Word2Vec
    wv_ : KeyedVectors
        Its vectors.
    idf_ : (n_words,) float32 array or None
        The words' weights.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> texts = ["a calm sea", "a rough sea", "red wine", "white wine"] * 9
    >>> pipe = make_pipeline(W2VTransformer(vector_size=8), LogisticRegression())
    >>> pipe.fit(texts, [0, 0, 1, 1] * 9).predict(["rough sea"]).shape
    (1,)
    """

    def __init__(
        self,
        vector_size: int = 100,
        *,
        window: int = 5,
        min_count: int = 5,
        sg: int = 1,
        hs: int = 0,
        negative: int = 5,
        sample: float = 1e-3,
        epochs: int = 5,
        alpha: float | None = None,
        share_negatives: int = 1,
        workers: int | None = None,
        seed: int = 1,
        backend: str = "auto",
        init: Any = None,
        freeze: Any = None,
        idf: bool = False,
    ) -> None:
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count
        self.sg = sg
        self.hs = hs
        self.negative = negative
        self.sample = sample
        self.epochs = epochs
        self.alpha = alpha
        self.share_negatives = share_negatives
        self.workers = workers
        self.seed = seed
        self.backend = backend
        self.init = init
        self.freeze = freeze
        self.idf = idf

    @property
    def wv_(self) -> KeyedVectors:  # noqa: D102
        return self.model_.wv

    @property
    def _n_features_out(self) -> int:
        return self.wv_.vector_size

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = True, False
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(self, X: Iterable[Any], y: Any = None, sample_weight: Any = None) -> Self:
        """Train word vectors on documents.

        Parameters
        ----------
        X : iterable of list of str, or of str
        y
            Taken for scikit-learn's sake.
        sample_weight : (n_documents,) array, optional
            See :meth:`w2v.Word2Vec.train`.

        Returns
        -------
        W2VTransformer
            This object.

        Raises
        ------
        ValueError
            No documents, none with a frequent word, or a parameter out of its range.
        """
        documents = _documents(X)
        named = self.get_params(deep=False)
        use_idf = named.pop("idf")
        self.model_ = Word2Vec(**named).fit(documents, sample_weight=sample_weight)
        self.idf_ = _idf(self._rows(documents)) if use_idf else None
        return self

    def transform(self, X: Iterable[Any]) -> npt.NDArray[np.float32]:
        """Return the mean vector of each document's words.

        Parameters
        ----------
        X : iterable of list of str, or of str

        Returns
        -------
        (n_documents, vector_size) float32 array
            Unknown words count nothing; zeros for a document without any that is known.

        Raises
        ------
        NotFittedError
            :meth:`fit` has not been called.
        ValueError
            Something else than documents, or words that are none; integers, where the words of
            the documents before were strings.
        """
        check_is_fitted(self, "model_")
        rows = self._rows(_documents(X))
        if self.idf_ is not None:
            if len(self.idf_) != len(self.wv_):
                raise ValueError(
                    f"idf_ has weights of {len(self.idf_):,} words, and wv_ has {len(self.wv_):,}: "
                    "fit again"
                )
            rows = rows.multiply(self.idf_[None]).tocsr()
        totals = np.asarray(rows.sum(axis=1), np.float32).reshape(-1, 1)
        sums: npt.NDArray[np.float32] = np.asarray(rows @ self.wv_.vectors, np.float32)
        sums /= np.where(totals > 0, totals, 1)
        return sums

    def _words(self, documents: list[Sequence[Any]]) -> list[Item]:
        """Return the documents' words, all of the kind that the model's are."""
        try:
            words = checked_items(chain.from_iterable(documents))
        except TypeError as error:
            raise ValueError(f"documents are of words: {error}") from None
        known = self.wv_.index_to_key
        if words and are_integers(words) != are_integers(known):
            raise ValueError(
                f"the documents have words such as {quoted(words[0])}, and the model those such as "
                f"{quoted(known[0])}: give words of one kind"
            )
        return words

    def _rows(self, documents: list[Sequence[Any]]) -> Any:
        """Return how often documents have the words: a sparse matrix."""
        words = self._words(documents)
        places, rows = shared_rows(words, self.wv_)
        ends = np.searchsorted(places, np.cumsum([0, *map(len, documents)]))
        shape = (len(documents), len(self.wv_))
        return csr_array((np.ones(len(rows), np.float32), rows, ends), shape=shape)


def _documents(X: Any) -> list[Sequence[Any]]:
    """Return documents as lists of words."""
    if isinstance(X, str | bytes) or not isinstance(X, Iterable) or hasattr(X, "columns"):
        raise ValueError(
            f"documents are given as a list of lists of words, or of strings, got a "
            f"{type(X).__name__}" + (": choose a column" if hasattr(X, "columns") else "")
        )
    documents = [each.split() if isinstance(each, str) else each for each in X]
    for i, document in enumerate(documents):
        if not isinstance(document, Iterable) or isinstance(document, bytes):
            raise ValueError(f"document {i} is {quoted(document)}: expected a string or a list")
    return [d if isinstance(d, list | tuple) else list(d) for d in documents]


def _idf(rows: Any) -> npt.NDArray[np.float32]:
    rows = rows.copy()
    rows.sum_duplicates()
    documents = np.bincount(rows.indices, minlength=rows.shape[1])
    weights: npt.NDArray[np.float32] = (np.log((1 + rows.shape[0]) / (1 + documents)) + 1).astype(
        np.float32
    )
    return weights
