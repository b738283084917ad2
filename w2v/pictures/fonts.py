"""Fonts that can draw the words of a picture, among those that are installed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from w2v.messages import quoted

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry
    from matplotlib.ft2font import FT2Font

_SHAPING = (3, 11)  # from this version on matplotlib joins letters and orders them
# What has no glyph of its own: blanks, joiners, marks of direction, choices between glyphs.
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f]")
# Of letters that change by their neighbours, or run from right to left.
_SHAPED = re.compile(r"[\u0590-\u0dff\u0e80-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]")
# Fonts whose glyphs stand for what they cannot draw, and those of colours, which stay blank.
_NO_LETTERS = re.compile(r"last\s*resort|blank|color|colour", re.IGNORECASE)
# Faces of one font for the same letters in another language's hand.
_HANDS = ((r"[\u3040-\u30ff]", "JP"), (r"[\u1100-\u11ff\uac00-\ud7af]", "KR"), ("", "SC"))
_OF_CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


class Fonts(NamedTuple):
    """Families that draw a text together, each what those before it cannot."""

    families: list[str]
    missing: str
    """Characters that no installed font has."""

    def can_draw(self, text: str) -> bool:
        """Tell whether no character of a text would be a box."""
        return not any(character in self.missing for character in text)

    def problem(self, words: Collection[str]) -> str:
        """Say in a line which words cannot be drawn and what to install; nothing if all can."""
        if not self.missing:
            return _problem_of_shaping(words)
        undrawn = [word for word in words if not self.can_draw(word)]
        script = unicodedata.name(self.missing[0], "UNKNOWN").split()[0]
        font = f"Noto Sans {'CJK' if script in _OF_CJK else script.title()}"
        if unicodedata.category(self.missing[0]) == "So":
            font = "Symbola or Noto Emoji, whose emoji have no colours: matplotlib draws none"
        return (
            f"{len(undrawn):,} of {len(words):,} words cannot be written, such as "
            f"{quoted(undrawn[0])}: "
            f"no installed font has {_listed(self.missing)}; install one, such as {font}"
        )


def fonts_for(words: Iterable[str]) -> Fonts:
    """Find the fonts for some words: the usual one, and installed ones for what it lacks."""
    import matplotlib as mpl

    text = "".join(words)
    missing = set(_UNSEEN.sub("", text))
    families = list(mpl.rcParams["font.family"])
    missing -= _drawn_by(_opened(_usual(), 0), missing)
    if missing:
        wanted = next(hand for letters, hand in _HANDS if re.search(letters, text))
        for entry in _installed(wanted):
            if drawn := _drawn_by(_opened(entry.fname, getattr(entry, "index", 0)), missing):
                families.append(entry.name)
                missing -= drawn
            if not missing:
                break
    return Fonts(families, "".join(sorted(missing)))


def _usual() -> str:
    from matplotlib.font_manager import FontProperties, findfont

    return str(findfont(FontProperties()))


def _there() -> list[FontEntry]:
    from matplotlib.font_manager import fontManager

    return fontManager.ttflist


def _installed(hand: str) -> list[FontEntry]:
    """Return upright fonts of usual weight, those most like the usual one first."""

    def strangeness(entry: FontEntry) -> tuple[bool, bool, bool, str]:
        words = entry.name.split()
        return "Sans" not in words, "Mono" in words, hand not in words, entry.name

    usual = [
        entry for entry in _there()
        if entry.style == "normal" and entry.weight in (400, "normal", "regular")
        and not _NO_LETTERS.search(entry.name)
    ]  # fmt: skip
    return sorted(usual, key=strangeness)


def _opened(path: str, face: int) -> FT2Font | None:
    """Open a font; None if it is none, or one of pixels, which has one size alone."""
    from matplotlib.ft2font import FT2Font

    try:
        try:
            font = FT2Font(path, face_index=face)
        except TypeError:  # of an earlier matplotlib, which knows the first face alone
            font = FT2Font(path)
    except (OSError, RuntimeError):
        return None
    return font if font.scalable else None


def _drawn_by(font: FT2Font | None, characters: Iterable[str]) -> set[str]:
    if font is None:
        return set()
    return {character for character in characters if font.get_char_index(ord(character))}


def _problem_of_shaping(words: Iterable[str]) -> str:
    import matplotlib as mpl

    if mpl.__version_info__[:2] >= _SHAPING or not any(map(_SHAPED.search, words)):
        return ""
    return (
        "letters that are joined or run from right to left are drawn one by one from the left by "
        f"matplotlib {mpl.__version__}: pip install --upgrade 'matplotlib>=3.11'"
    )


def _listed(characters: str) -> str:
    shown = " ".join(characters[:5])
    return shown + (f" and {len(characters) - 5:,} more characters" if characters[5:] else "")
