"""How pairs of words are scored: two built-in functions, and functions of one's own."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.messages import quoted

Scorer = Callable[..., Any]

PARAMETERS = (
    "worda_count", "wordb_count", "bigram_count", "len_vocab", "min_count", "corpus_word_count",
)  # fmt: skip
# Estimates differ from scores by the rounding of a logarithm at most.
_ROUNDING = 1e-9


def original_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Score a pair by ``(bigram_count − min_count) · len_vocab / (worda_count · wordb_count)``.

    Equation 6 of Mikolov et al., "Distributed Representations of Words and Phrases and their
    Compositionality", 2013, scaled by the size of the vocabulary.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count : int
        How often the first word, the last and the pair occur.
    len_vocab : int
        Distinct words and pairs.
    min_count : number
    corpus_word_count : int
        Words of the text; without effect here.

    Returns
    -------
    float
        Minus infinity where a word does not occur.
    """
    chance = float(worda_count * wordb_count)
    return (bigram_count - min_count) / chance * len_vocab if chance else -math.inf


def npmi_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Score a pair by normalised pointwise mutual information, −1 to 1.

    Bouma, "Normalized (Pointwise) Mutual Information in Collocation Extraction", 2009.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count
        As :func:`original_scorer` takes them; ``len_vocab`` is without effect here.

    Returns
    -------
    float
        Minus infinity for a pair that occurs less often than ``min_count``, or where there is
        nothing to compare.
    """
    if bigram_count < min_count:
        return -math.inf
    total = float(corpus_word_count)
    try:
        p = bigram_count / total
        chance = (worda_count / total) * (wordb_count / total)
        return math.log(p / chance) / -math.log(p)
    except (ValueError, ZeroDivisionError):
        return -math.inf


BUILT_IN: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}
_NAMES = {function: name for name, function in BUILT_IN.items()}


def named_scorer(scoring: Any) -> Scorer:
    """Return the scoring function of a name, or a function itself.

    Parameters
    ----------
    scoring : str or callable

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        Another name, or a function that asks for something that pairs do not have.
    """
    if callable(scoring):
        taken(scoring)
        return scoring
    if isinstance(scoring, str) and scoring in BUILT_IN:
        return BUILT_IN[scoring]
    raise ValueError(
        f"scoring must be one of {', '.join(BUILT_IN)}, or a function of {', '.join(PARAMETERS)} "
        f"or some of these, got {quoted(scoring)}"
    )


def name_of(scorer: Scorer) -> str | None:
    """Return the name of a built-in scoring function, None for another."""
    return _NAMES.get(scorer)


def taken(scorer: Scorer) -> tuple[str, ...]:
    """Return the parameters that a scoring function takes, of those that there are.

    Raises
    ------
    ValueError
        A function that needs others, or whose parameters cannot be told.
    """
    try:
        parameters = inspect.signature(scorer).parameters.values()
    except (TypeError, ValueError):
        raise ValueError(
            f"the parameters of scoring={quoted(scorer)} cannot be told; give a function of "
            f"{', '.join(PARAMETERS)}, or some of these"
        ) from None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return PARAMETERS
    others = [
        p.name
        for p in parameters
        if p.default is p.empty
        and p.kind is not p.VAR_POSITIONAL
        and (p.name not in PARAMETERS or p.kind is p.POSITIONAL_ONLY)
    ]
    if others:
        raise ValueError(
            f"the scoring function asks for {quoted(others[0])}; it is given, by name, "
            f"those that it takes of {', '.join(PARAMETERS)}"
        )
    names = tuple(p.name for p in parameters if p.name in PARAMETERS)
    if not names:
        raise ValueError(
            f"the scoring function takes none of {', '.join(PARAMETERS)}, by which pairs differ"
        )
    return names


def check_number(name: str, value: Any) -> None:
    """Refuse what is no finite number, or for min_count none above 0, by a ValueError."""
    number = isinstance(value, Real | np.number) and math.isfinite(float(value))
    if name == "min_count" and not (number and value > 0):
        raise ValueError(f"min_count must be 1 or more, got {quoted(value)}")
    if not number:
        raise ValueError(f"threshold must be a number, got {quoted(value)}")


@dataclass(frozen=True)
class Scoring:
    """A scoring function with what it is told of the text, and the threshold.

    Parameters
    ----------
    scorer : callable
    min_count, threshold : number
    len_vocab, corpus_word_count : int

    Raises
    ------
    ValueError
        A threshold that would find everything, or that no score can exceed.
    """

    scorer: Scorer
    min_count: float
    threshold: float
    len_vocab: int
    corpus_word_count: int

    def __post_init__(self) -> None:
        if self.scorer is npmi_scorer and not -1 <= self.threshold <= 1:
            raise ValueError(f"threshold must be -1 to 1 for npmi scoring, got {self.threshold}")
        if self.scorer is original_scorer and self.threshold <= 0:
            raise ValueError(
                f"threshold must be a number above 0 for default scoring, got {self.threshold}"
            )
        names = taken(self.scorer)
        told = {name: getattr(self, name) for name in names if name in self.__dataclass_fields__}
        object.__setattr__(self, "_told", told)
        object.__setattr__(self, "_counts", [name for name in PARAMETERS[:3] if name in names])

    @property
    def least_count(self) -> float:
        """How often a pair must occur for any score above the threshold."""
        return self.min_count if self.scorer in _NAMES else 0

    def score(self, worda_count: int, wordb_count: int, bigram_count: int) -> Any:
        """Return a pair's score, None if it is not above the threshold."""
        given = {
            "worda_count": worda_count, "wordb_count": wordb_count, "bigram_count": bigram_count,
        }  # fmt: skip
        score = self.scorer(**{name: given[name] for name in self._counts}, **self._told)  # type: ignore[attr-defined]
        return score if score > self.threshold else None

    def may_pass(
        self, first: NDArray[np.int64], second: NDArray[np.int64], together: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the numbers of the pairs whose score may be above the threshold.

        Parameters
        ----------
        first, second, together : (N,) int64
            The counts of the pairs' words and of the pairs.

        Returns
        -------
        (M,) int64
            All that are above; next to none that are not, if the function is a built-in one.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.scorer is original_scorer:
                chance = first * second.astype(np.float64)
                scores = (together - self.min_count) / chance * self.len_vocab
            elif self.scorer is npmi_scorer:
                total = float(self.corpus_word_count)
                p = together / total
                scores = np.log(p / ((first / total) * (second / total))) / -np.log(p)
                scores[together < self.min_count] = -np.inf
            else:
                return np.arange(len(together))
            least = self.threshold - _ROUNDING * (1 + abs(self.threshold))
            return np.flatnonzero(~(scores < least))
