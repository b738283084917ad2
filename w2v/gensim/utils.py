"""What scripts for word2vec take from gensim.utils."""

import re
import unicodedata
from typing import Any

from w2v.data import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP

__all__ = ["RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP", "deaccent", "simple_preprocess"]

_WORD = re.compile(r"[^\W\d]+")


def deaccent(text: str) -> str:
    """Return a text without accents and other marks on its letters."""
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return unicodedata.normalize("NFC", bare)


def simple_preprocess(
    doc: Any, deacc: bool = False, min_len: int = 2, max_len: int = 15
) -> list[str]:
    """Return a text's words in lower case, without digits, punctuation and words of odd length.

    Parameters
    ----------
    doc : str or bytes
        Bytes are UTF-8; what is none is left out.
    deacc : bool, default False
        Take accents off letters.
    min_len, max_len : int
        Of the words that are kept.

    Returns
    -------
    list of str
    """
    text = doc if isinstance(doc, str) else doc.decode("utf-8", "ignore")
    text = deaccent(text.lower()) if deacc else text.lower()
    words = _WORD.findall(text)
    return [word for word in words if min_len <= len(word) <= max_len and word[0] != "_"]
