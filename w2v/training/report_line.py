"""The trainer's line, in the language of whoever reads it."""

from __future__ import annotations

import locale
import os
import re
import sys

_WORDS = {
    "english": ("epoch", "iter", "time", "loss"),
    "korean": ("에폭", "반복", "시간", "손실"),
    "japanese": ("エポック", "反復", "時間", "損失"),
}
# Names of locales begin with a language's code, or on Windows with its name.
_LANGUAGES = {"ko": "korean", "kor": "korean", "ja": "japanese", "jpn": "japanese"}


def report_line(epoch: int, iteration: int, iterations: int, seconds: float, loss: float) -> str:
    """Return the line that tells how far training is and what the loss is.

    It is Korean or Japanese where the locale is and standard output can show it, else English.

    Parameters
    ----------
    epoch, iteration : int
        The ones that are going on, counted from 1.
    iterations : int
        Of an epoch.
    seconds : float
        Since the training began.
    loss : float
    """
    numbers = (epoch, iteration, iterations, seconds, loss)
    line = _line(_WORDS[_language()], *numbers)
    try:
        line.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return _line(_WORDS["english"], *numbers)
    return line


def _line(
    words: tuple[str, str, str, str],
    epoch: int,
    iteration: int,
    iterations: int,
    seconds: float,
    loss: float,
) -> str:
    epochs, iters, time, losses = words
    return (
        f"| {epochs} {epoch} |  {iters} {iteration} / {iterations} "
        f"| {time} {int(seconds)}[s] | {losses} {loss:.2f}"
    )


def _language() -> str:
    name = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None)
    if name is None:
        try:
            # Windows has no locale of messages: there the one of characters is the user's.
            name = locale.getlocale(getattr(locale, "LC_MESSAGES", locale.LC_CTYPE))[0]
        except ValueError:  # a name that Python does not know
            name = None
    code = re.split(r"[_.@-]", name or "")[0].lower()
    language = _LANGUAGES.get(code, code)
    return language if language in _WORDS else "english"
