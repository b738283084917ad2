"""KeyedVectors: the questions people ask of word vectors, under gensim's names."""

from __future__ import annotations

from w2v.vectors.aligning import AligningMixin
from w2v.vectors.comparing import ComparisonMixin
from w2v.vectors.editing import EditingMixin
from w2v.vectors.evaluating import EvaluationMixin
from w2v.vectors.exporting import ExportMixin
from w2v.vectors.lookup import LookupMixin
from w2v.vectors.searching import SearchMixin
from w2v.vectors.storing import StorageMixin


class KeyedVectors(
    LookupMixin,
    ComparisonMixin,
    SearchMixin,
    EditingMixin,
    StorageMixin,
    ExportMixin,
    AligningMixin,
    EvaluationMixin,
):
    """Word vectors to look up, compare, search, evaluate, save and load.

    Methods bear gensim's names and mean the same.  All similarities are cosines;
    a vector of zeros has similarity 0 to everything.

    It is a table of words and vectors with what can be asked of it: mixins side by side, none of
    which knows another.

    Parameters
    ----------
    words : sequence of str
        Each once; usually the most frequent first.
    vectors : (n_words, vector_size) array
        Row i belongs to word i.  A float32 array is kept without a copy.
    counts : (n_words,) int array, optional
        How often each word occurred.

    Examples
    --------
    >>> wv = KeyedVectors(["cat", "dog", "sky"], [[1, 0.2], [1, 0.3], [0, 1]])
    >>> wv.most_similar("cat", topn=1)[0][0]
    'dog'
    """
