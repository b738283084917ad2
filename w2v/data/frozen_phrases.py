"""Phrases that were found, without the counts that they were found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from w2v.data.phrase_analysis import PhraseAnalysis
from w2v.data.phrase_scoring import Scorer
from w2v.data.phrases_file import scorer_to_file
from w2v.gensim_names import FROZEN_PHRASES


class FrozenPhrases(PhraseAnalysis):
    """The phrases of a model and their scores: smaller and faster, but no text can be added.

    Parameters
    ----------
    phrases_model : Phrases
        Or gensim's, whose phrases are taken.

    Attributes
    ----------
    phrasegrams : dict of str to float
        The phrases and their scores; what is added or taken out counts at once.
    threshold : float
        Of the phrases those are joined whose score is above.
    delimiter, connector_words
        As in :class:`~w2v.data.Phrases`.
    min_count, scoring
        By which the phrases were found; read-only.
    """

    _KIND = "FrozenPhrases"
    _instead: ClassVar[Mapping[str, str]] = FROZEN_PHRASES
    _computed: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("min_count", "scoring"),
        "these phrases were found by it; set it on the model and freeze() that again",
    )

    def __init__(self, phrases_model: Any) -> None:
        self.threshold = phrases_model.threshold
        self.delimiter: str = phrases_model.delimiter
        self.connector_words = frozenset(phrases_model.connector_words)
        self.phrasegrams: dict[str, Any] = phrases_model.export_phrases()
        self._found_by: tuple[Any, Any] = phrases_model.min_count, phrases_model.scoring
        self._settled = True

    @property
    def min_count(self) -> float:
        """What the pairs occurred more often than."""
        return self._found_by[0]

    @property
    def scoring(self) -> Any:
        """The function that the scores are from; None if a file named one that is not there."""
        return self._found_by[1]

    def score_candidate(
        self, word_a: str, word_b: str, in_between: Sequence[str]
    ) -> tuple[str, Any] | tuple[None, None]:
        """Return the phrase that a pair makes and its score, or twice None.

        Parameters
        ----------
        word_a, word_b : str
        in_between : list of str
            The connectors between.
        """
        phrase = self.delimiter.join((word_a, *in_between, word_b))
        score = self.phrasegrams.get(phrase)
        return (None, None) if score is None or not score > self.threshold else (phrase, score)

    def __len__(self) -> int:
        return len(self.phrasegrams)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    __repr__ = __str__

    def _content(self) -> dict[str, Any]:
        return {
            "min_count": self.min_count,
            "threshold": self.threshold,
            "scoring": scorer_to_file(self.scoring),
            "delimiter": self.delimiter,
            "connector_words": sorted(self.connector_words),
            "phrasegrams": {name: float(score) for name, score in self.phrasegrams.items()},
        }

    def _restore(self, content: Mapping[str, Any], scorer: Scorer | None) -> None:
        for name in ("threshold", "delimiter", "phrasegrams"):
            setattr(self, name, content[name])
        self.connector_words = frozenset(content["connector_words"])
        self._found_by = content["min_count"], scorer
        self._settled = True
