"""Taking over models that gensim has trained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import numpy as np

from w2v.config import TrainConfig
from w2v.data import Vocabulary
from w2v.files import temporary_folder
from w2v.vectors import KeyedVectors
from w2v.word2vec.saving import Saving
from w2v.word2vec.weights import PlainWeights

# Its hyper-parameters that are not left to this machine.
_TAKEN = (
    *("vector_size", "window", "sg", "hs", "negative", "ns_exponent", "cbow_mean", "sample"),
    *("min_count", "max_vocab_size", "max_final_vocab", "epochs", "alpha", "min_alpha", "seed"),
    "shrink_windows",
)
_CONVERT = """
import sys
from gensim.models import Word2Vec as Theirs
from w2v import Word2Vec
Word2Vec.from_gensim(Theirs.load(sys.argv[1])).save(sys.argv[2])
"""


class Converting(Saving):
    """Models of gensim as :class:`w2v.Word2Vec`."""

    @classmethod
    def from_gensim(cls, model: Any) -> Self:
        """Take over a model of gensim's, to use or to train on.

        Parameters
        ----------
        model : gensim.models.Word2Vec, str or path
            A path is that of a file that gensim's ``save`` wrote.  It is a pickle, which can run
            any code when it is read, so name only files that you trust.  It is read by gensim, in
            a process of its own.

        Returns
        -------
        Word2Vec

        Raises
        ------
        ValueError
            A model with ``hs=1``, whose tree is another, or a file that gensim cannot read.
        TypeError
            Something that is no such model.
        """
        if isinstance(model, str | os.PathLike):
            with temporary_folder() as folder:
                _convert(Path(model), folder.path / "model")
                return cls.load(folder.path / "model")
        vectors = KeyedVectors.from_gensim(model)
        if not hasattr(model, "wv"):
            raise TypeError(
                f"got a {type(model).__name__}, expected gensim's Word2Vec: vectors alone are "
                "taken over by KeyedVectors.from_gensim"
            )
        if getattr(model, "hs", 0):
            raise ValueError(
                "a model with hs=1 has another tree in gensim, whose nodes' vectors cannot be "
                "taken over: take the words' alone, KeyedVectors.from_gensim(model)"
            )
        given = {name: getattr(model, name) for name in _TAKEN if hasattr(model, name)}
        made = cls._made(TrainConfig(**given))
        counts = np.ones(len(vectors)) if vectors.counts is None else vectors.counts
        vocab = Vocabulary(vectors.index_to_key, counts)
        made._weights.restore(PlainWeights(vocab, (vectors.vectors, model.syn1neg), 0, None))
        made._texts.forget(model.corpus_count, int(getattr(model, "corpus_total_words", 0)))
        made.comment = getattr(model, "comment", None)
        return made


def _convert(path: Path, folder: Path) -> None:
    """Have gensim read a file in a process of its own, which saves it as a model of ours."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file")
    where = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", _CONVERT, str(path), str(folder)]
    done = subprocess.run(command, env=where, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise ValueError(f"gensim could not read {path}: {why}")
