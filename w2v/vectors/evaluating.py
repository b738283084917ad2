"""Evaluating a table by human judgements, under gensim's names."""

from __future__ import annotations

import logging
import os

from w2v.messages import quoted
from w2v.vectors.table import VectorTable
from w2v.vectors.word_analogies import AnalogiesResult, Section, solve_analogies
from w2v.vectors.word_pairs import PairsResult, score_pairs

_log = logging.getLogger("w2v")


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
        result, _ = score_pairs(
            self,
            pairs,
            restrict_vocab,
            delimiter=delimiter,
            encoding=encoding,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )
        self.log_evaluate_word_pairs(*result, pairs)
        return result

    def evaluate_word_analogies(
        self,
        analogies: str | os.PathLike[str],
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> AnalogiesResult:
        """Answer "a is to b as c is to ?" by 3CosAdd in batches, or by 3CosMul.

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
        similarity_function : {"most_similar", "most_similar_cosmul"}
            What answers: 3CosAdd, or 3CosMul.  In gensim it has no effect.

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
        if similarity_function not in ("most_similar", "most_similar_cosmul"):
            raise ValueError(
                "similarity_function must be 'most_similar' or 'most_similar_cosmul', got "
                f"{quoted(similarity_function)}"
            )
        result = solve_analogies(
            self,
            analogies,
            restrict_vocab,
            case_insensitive,
            dummy4unknown,
            multiply=similarity_function == "most_similar_cosmul",
        )
        for section in result.sections:
            self.log_accuracy(section)
        return result

    @staticmethod
    def log_accuracy(section: Section) -> None:
        """Log, at level INFO, how many questions of a section were answered rightly."""
        right, wrong = len(section["correct"]), len(section["incorrect"])
        if right + wrong:
            share = 100.0 * right / (right + wrong)
            _log.info("%s: %.1f%% (%i/%i)", section["section"], share, right, right + wrong)

    @staticmethod
    def log_evaluate_word_pairs(
        pearson: tuple[float, float],
        spearman: tuple[float, float],
        oov: float,
        pairs: str | os.PathLike[str],
    ) -> None:
        """Log, at level INFO, how well cosines agree with human scores."""
        _log.info("%s: Pearson correlation %.4f", pairs, pearson[0])
        _log.info("%s: Spearman correlation %.4f", pairs, spearman[0])
        _log.info("%s: %.1f%% of the pairs with unknown words", pairs, oov)
