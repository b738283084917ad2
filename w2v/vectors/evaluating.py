"""Evaluating a table by human judgements, under gensim's names."""

from __future__ import annotations

import os

from w2v.vectors.table import VectorTable
from w2v.vectors.word_analogies import AnalogiesResult, solve_analogies
from w2v.vectors.word_pairs import PairsResult, score_pairs


class EvaluationMixin(VectorTable):
    """What measures how good vectors are.

    Of the table it needs its words' rows, and the vectors with their norms:
    :attr:`index_to_key`, :attr:`key_to_index`, :meth:`measured`.
    """

    def evaluate_word_pairs(
        self,
        pairs: str | os.PathLike[str],
        delimiter: str | None = None,
        encoding: str = "utf-8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> PairsResult:
        """Correlate cosines with human scores of word pairs.

        Parameters
        ----------
        pairs : str or path
            Lines of two words and a score; lines with ``#`` first and lines of
            another form are passed over.
        delimiter : str, optional
            A tab if the line has one, otherwise spaces, by default.
        encoding : str, default "utf-8"
        restrict_vocab : int or None, default 300000
            Know only the first so many words.
        case_insensitive : bool, default True
            Compare words in upper case; the first of several counts.
        dummy4unknown : bool, default False
            Count pairs with unknown words as of similarity 0 instead of
            passing over them.

        Returns
        -------
        PairsResult
            ``(pearson, spearman, oov_ratio)``; the correlations are
            ``(statistic, pvalue)``, the ratio is in percent.

        Raises
        ------
        ValueError
            No pair that can be scored.
        """
        return score_pairs(
            self, pairs, delimiter, encoding, restrict_vocab, case_insensitive, dummy4unknown
        )

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> AnalogiesResult:
        """Answer "a is to b as c is to ?" by 3CosAdd, all questions in batches.

        Parameters
        ----------
        analogies : str or path
            Lines ``: name`` that open a section, then lines of four words.
        restrict_vocab : int or None, default 300000
            Know, and answer with, only the first so many words.
        case_insensitive : bool, default True
            Compare words in upper case; the first of several counts.
        dummy4unknown : bool, default False
            Count questions with unknown words as wrong instead of passing over
            them.
        similarity_function : {"most_similar"}
            No other is supported.

        Returns
        -------
        AnalogiesResult
            ``(accuracy, sections)``; the accuracy is 0 to 1, the last section
            sums up all.

        Raises
        ------
        ValueError
            No question, one before the first section, or another ``similarity_function``.
        """
        if similarity_function != "most_similar":
            raise ValueError(
                f"similarity_function must be 'most_similar', got {similarity_function!r}"
            )
        return solve_analogies(self, analogies, restrict_vocab, case_insensitive, dummy4unknown)
