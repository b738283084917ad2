"""The errors of this room: text that cannot become a corpus."""


class CorpusError(ValueError):
    """Input that cannot be read as a corpus, or a stored corpus that cannot be trusted.

    The message is one line: what was got, what was expected and what to do.
    """


class NothingKnownError(CorpusError):
    """A text in which a vocabulary has nothing to train on.

    Parameters
    ----------
    message : str
    known : int
        Its words that are in the vocabulary.
    words : int
        All its words.
    """

    def __init__(self, message: str, known: int, words: int) -> None:
        super().__init__(message)
        self.known, self.words = known, words


class NoWordsError(CorpusError, RuntimeError):
    """Text without a word in it, or none frequent enough; a RuntimeError, as gensim's is."""

    known = words = 0


class NoCorpusError(CorpusError, TypeError):
    """Something that is no corpus, or a name under which nothing is there.

    It is a TypeError, as gensim's is.
    """
