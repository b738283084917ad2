"""The errors of this room: text that cannot become a corpus."""


class CorpusError(ValueError):
    """Input that cannot be read as a corpus, or a stored corpus that cannot be trusted.

    The message is one line: what was got, what was expected and what to do.
    """


class NoWordsError(CorpusError):
    """Text without a word in it."""
