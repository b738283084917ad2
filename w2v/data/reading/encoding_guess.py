"""Which encoding a text is in that is no UTF-8, and what to tell the reader of it."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable

from w2v.messages import quoted

_ENOUGH = 1 << 16  # bytes to judge by
# What a guess names, and what else it reads.
_ALSO = {
    "cp949": "EUC-KR too",
    "cp932": "Shift-JIS",
    "gb18030": "GBK and GB2312 too",
    "big5": "Big5",
    "cp1252": "Latin-1 of Windows; or latin-1",
    "utf-16-le": "UTF-16 without a byte order mark",
    "utf-16-be": "UTF-16 without a byte order mark",
}
_JAPANESE_BY_ESCAPES = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext")
_FEW_FAULTS = 0.01  # of all characters
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark of UTF-16 or UTF-32 names, if there is one."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def encoding_advice(sample: bytes) -> str:
    """Return the advice which encoding to name for bytes that are no UTF-8.

    Parameters
    ----------
    sample : bytes

    Returns
    -------
    str
        Without a full stop.
    """
    found = guess_encoding(sample[:_ENOUGH])
    if found is None and len(sample) > _ENOUGH:
        strange = b"\n".join(line for line in sample.split(b"\n") if not line.isascii())
        found = guess_encoding(strange[:_ENOUGH])
    if found is None:
        return (
            "if it is text in another encoding, name it, as encoding='cp949' (or 'utf-16', "
            "'latin-1', 'shift_jis', 'gb18030', 'big5', …)"
        )
    also = f" ({_ALSO[found]})" if found in _ALSO else ""
    return f"it looks like text in {found}{also}: try encoding={quoted(found)}"


def escaped_encoding(data: bytes) -> str | None:
    """Return the encoding that goes over to other letters by escape sequences, if one does."""
    # Terminals are sent other sequences than these.
    if b"\x1b$" not in data:
        return None
    faults = {}
    for name in ("iso2022_kr",) if b"\x1b$)C" in data else _JAPANESE_BY_ESCAPES:
        text = codecs.getincrementaldecoder(name)("replace").decode(data)
        faults[name] = text.count("\ufffd") / max(1, len(text))
    best = min(faults, key=lambda name: faults[name])
    return best if faults[best] < _FEW_FAULTS else None


def guess_encoding(sample: bytes) -> str | None:
    """Guess the encoding of text that is no UTF-8.

    Judged by what is frequent in the languages written in it: Hangul, kana, the commoner
    half of the Han characters, letters.

    Parameters
    ----------
    sample : bytes
        The longer, the surer.

    Returns
    -------
    str or None
    """
    if marked := marked_encoding(sample):
        return marked
    if 0 in sample:
        return wide_encoding(sample)
    text = sample.decode("utf-8", "replace")
    whole = sum(c >= "\x80" for c in text) - (wrong := text.count("\ufffd"))
    if not wrong or whole > wrong:
        return None  # it is UTF-8, with faults
    scores = {name: _share(sample, name, common) for name, common, _ in _MANY_BYTES}
    for name, _, least in _MANY_BYTES:
        if scores[name] >= least and not (name == "cp932" and scores["euc_jp"] > scores["cp932"]):
            return name
    return _one_byte(sample)


def _hangul(c: str) -> bool:
    return "\uac00" <= c <= "\ud7a3"


def _kana(c: str) -> bool:
    return "\u3041" <= c <= "\u30ff"


def _common_han(encoding: str, low: int, high: int) -> Callable[[str], bool]:
    """Return what tells by its place whether a character is of the half that is used often."""

    def common(c: str) -> bool:
        code = c.encode(encoding, "ignore")
        return len(code) == 2 and low <= code[0] <= high and (encoding == "big5" or code[1] > 0xA0)

    return common


# Which characters are common, and their least share among those beyond ASCII. In this order: text
# of an earlier one can look like a later one's.
_MANY_BYTES: tuple[tuple[str, Callable[[str], bool], float], ...] = (
    ("cp932", _kana, 0.2),
    ("euc_jp", _kana, 0.2),
    ("cp949", _hangul, 0.8),
    ("big5", _common_han("big5", 0xA4, 0xC6), 0.8),
    ("gb18030", _common_han("gb18030", 0xB0, 0xD7), 0.7),
)


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeError:
        return None


def _share(sample: bytes, encoding: str, common: Callable[[str], bool]) -> float:
    """Return the share of common letters among the letters beyond ASCII, 0 if it is not that."""
    letters = Counter(c for c in _decoded(sample, encoding) or "" if c >= "\x80" and c.isalpha())
    return sum(n for c, n in letters.items() if common(c)) / max(1, letters.total())


def wide_encoding(sample: bytes) -> str | None:
    """Return the encoding, of two or four bytes a character, that a sample without mark is in."""
    if sample.count(0) < len(sample) / 4 and _decoded(sample, "utf-8") is not None:
        return None  # UTF-8 with zeros in it
    best, most = None, 0
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = _decoded(sample, name)
        if text is None or sum(c.isprintable() or c.isspace() for c in text) < 0.95 * len(text):
            continue
        spaces = sum(text.count(c) for c in " \n\t") + sum("!" <= c <= "~" for c in text)
        if spaces > most:
            best, most = name, spaces
    return best


def _one_byte(sample: bytes) -> str | None:
    """Return an encoding of one byte a character, of Cyrillic or of Latin letters."""
    high = sum(b >= 0x80 for b in sample)
    if high > 0.4 * len(sample):
        cyrillic = {
            name: sum("а" <= c <= "я" for c in _decoded(sample, name) or "")
            for name in ("cp1251", "koi8-r")
        }
        name = max(cyrillic, key=lambda each: cyrillic[each])
        return name if cyrillic[name] > max(4, 0.8 * high) else None
    text = _decoded(sample, "cp1252")
    if text is None:
        return "latin-1" if not any(0x80 <= b < 0xA0 for b in sample) else None
    letters = sum(c >= "\x80" and c.isalpha() for c in text)
    return "cp1252" if letters > 0.5 * high else None
