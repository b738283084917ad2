"""Negative words for negative sampling."""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, Backend, NoiseTable, RandomStream, backend_for, get_backend
from w2v.messages import quoted

SAMPLINGS = ("auto", "exact", "fast")


class UnigramSampler:
    """Sampler of words in proportion to their count in the corpus, raised to a power.

    Parameters
    ----------
    corpus : (N,) int array
        Word ids from 0 to V − 1, each of which occurs.
    power : float, default 0.75
        Exponent of the counts, gensim's ``ns_exponent``.
    sample_size : int, default 5
        Negatives a target, gensim's ``negative``.
    counts : (V,) array of numbers, optional
        Count of every word, in place of the corpus.
    sampling : {"auto", "exact", "fast"}, default "auto"
        *exact*: distinct words, never the target.  *fast*: with replacement, the
        target may be among them.  *auto*: exact on the CPU, fast on the GPU.
    seed : int, optional
        Seed of the random stream; by default drawn from the array library's global generator,
        so that two samplers draw different words and ``np.random.seed`` repeats them.
    backend : Backend or str, optional
        Where to sample; by default the backend in use.

    Attributes
    ----------
    vocab_size : int
    noise : NoiseTable
    stream : RandomStream
        Its counter says how much has been drawn.

    Raises
    ------
    ValueError
        An empty corpus, an id below 0, a word that never occurs, no second word, or
        ``sample_size`` below 1 or, in exact sampling, above V − 1.
    """

    def __init__(
        self,
        corpus: Array | None,
        power: float = 0.75,
        sample_size: int = 5,
        *,
        counts: Array | None = None,
        sampling: str = "auto",
        seed: int | None = None,
        backend: Backend | str | None = None,
    ) -> None:
        self.backend = get_backend(backend)
        if counts is None:
            counts = count_words(self.backend.asarray(corpus))
        if sampling not in SAMPLINGS:
            raise ValueError(
                f"sampling must be one of {', '.join(SAMPLINGS)}, got {quoted(sampling)}"
            )
        if sample_size < 1:
            raise ValueError(f"sample_size must be 1 or more, got {sample_size}")
        self.noise = NoiseTable(self.backend.to_numpy(counts), power, self.backend)
        self.exact = (self.backend.sampling if sampling == "auto" else sampling) == "exact"
        self.sample_size = sample_size
        self.vocab_size = self.noise.size
        self.stream = RandomStream(self.backend.fresh_seed() if seed is None else seed, stream=1)
        if self.exact:
            self.noise.check_distinct(sample_size)
        else:
            self.noise.check_two()

    @property
    def word_p(self) -> Array:
        """(V,) float64 array: how likely each word is drawn, without a target to leave out.

        Probabilities above zero that are assigned are drawn by from then on; single ones
        cannot be.
        """
        p = self.noise.p
        if hasattr(p.flags, "writeable"):
            p.flags.writeable = False
        return p

    @word_p.setter
    def word_p(self, p: Array) -> None:
        noise = NoiseTable(self.backend.to_numpy(p), 1.0, self.backend)
        if noise.size != self.vocab_size:
            raise ValueError(
                f"{self.vocab_size} words need as many probabilities, got {noise.size}"
            )
        self.noise = noise

    def get_negative_sample(self, target: Any) -> Array:
        """Draw the negatives of a batch.

        Parameters
        ----------
        target : (B,) or (B, C) int array
            Word ids that the drawn words stand against.

        Returns
        -------
        (B, k) or (B, C, k) int32 array

        Raises
        ------
        ValueError
            Ids that are no integers; in exact sampling, one below 0 or above V − 1.
        """
        target = self.backend.asarray(target)
        if target.dtype.kind not in "iu" and target.size:
            raise ValueError(f"word ids must be integers, got {target.dtype}")
        if self.exact:
            return self.backend.sample_exact(self.noise, target, self.sample_size, self.stream)
        shape = (*target.shape, self.sample_size)
        return self.backend.sample_fast(self.noise, shape, self.stream)


def count_words(corpus: Array, vocab_size: int = 0) -> Array:
    """Count the word ids of a corpus.

    Parameters
    ----------
    corpus : (N,) int array
    vocab_size : int, default 0
        Words to count at least, for ids that the corpus may lack.

    Returns
    -------
    (V,) int array
        V is the largest id + 1, or ``vocab_size`` if that is more.

    Raises
    ------
    ValueError
        The corpus is empty, not one-dimensional, not of integers, or has an id below 0.
    """
    if corpus.ndim != 1 or corpus.size == 0 or corpus.dtype.kind not in "iu":
        raise ValueError(
            f"the corpus must be a one-dimensional array of at least one word id, "
            f"got {corpus.size} values of type {corpus.dtype} in shape {corpus.shape}"
        )
    if corpus.dtype.kind == "i" and int(corpus.min()) < 0:
        raise ValueError(f"word ids start at 0, but the corpus has id {int(corpus.min())}")
    return backend_for(corpus).xp.bincount(corpus, minlength=vocab_size)
