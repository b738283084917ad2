"""The class of every character, for cutting running text into words."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

# Characters that are words by themselves, as no space stands between words of these scripts:
# ideographs with their iteration marks, and Hiragana (Unicode Standard Annex 29 does the same).
_ALONE = (
    (0x3005, 0x3007),
    (0x3041, 0x3096),
    (0x309D, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)
_APOSTROPHES = "'\u2019"
_JOINERS = "\u200c\u200d"


@cache
def character_classes() -> NDArray[np.uint8]:
    """Return each code point's class, as the word kernel knows them.

    Letters and digits make words; marks and joiners stay with the character before them; an
    apostrophe stays inside a word, between letters; ideographs and Hiragana stand alone;
    everything else, the underscore and the hyphen included, separates.

    Returns
    -------
    (CODES,) uint8
        Separators beyond the last code point.
    """
    from w2v.data.reading.text_kernels import (
        ALONE,
        APOSTROPHE,
        CODES,
        LETTER,
        MARK,
        NEWLINE,
        SEPARATOR,
    )

    by_category = {"L": LETTER, "N": LETTER, "M": MARK}
    classes = np.full(CODES, SEPARATOR, np.uint8)
    classes[: sys.maxunicode + 1] = np.fromiter(
        (
            by_category.get(unicodedata.category(chr(code))[0], SEPARATOR)
            for code in range(sys.maxunicode + 1)
        ),
        dtype=np.uint8,
        count=sys.maxunicode + 1,
    )
    for low, high in _ALONE:
        span = classes[low : high + 1]
        span[span == LETTER] = ALONE
    classes[[ord(c) for c in _JOINERS]] = MARK
    classes[[ord(c) for c in _APOSTROPHES]] = APOSTROPHE
    classes[ord("\n")] = NEWLINE
    return classes
