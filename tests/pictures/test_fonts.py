"""Fonts for words: found among those installed, or told which is missing."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry

from w2v.pictures import fonts
from w2v.pictures.fonts import fonts_for
from w2v.pictures.word_map import plot_words

# matplotlib brings fonts of its own: one lacks what another has.
FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
NARROW, WIDE = FOLDER / "cmr10.ttf", FOLDER / "DejaVuSans.ttf"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[FontEntry]:
    """Have the narrow font as the usual one, and others as installed as are put into a list."""
    usual = FontEntry(str(NARROW), name="Narrow", weight=400)
    found = [usual]
    monkeypatch.setattr(fonts, "_there", lambda: found)
    monkeypatch.setattr(fonts, "_usual", lambda: str(NARROW))
    return found


def test_an_installed_font_is_found_for_what_the_usual_one_lacks(
    installed: list[FontEntry],
) -> None:
    words = ["sea", "море", "بحر"]
    usual = list(mpl.rcParams["font.family"])
    assert fonts_for(["sea"]) == (usual, "")
    assert set(fonts_for(words).missing) == set("мореبحر")
    # They draw anything, as boxes or blanks.
    installed += [FontEntry(str(WIDE), name=x, weight=400) for x in ("Last Resort HE", "Colour")]
    installed.append(FontEntry(str(FOLDER / "nowhere.ttf"), name="Gone Sans", weight=400))
    assert set(fonts_for(words).missing) == set("мореبحر")
    installed.append(FontEntry(str(WIDE), name="Wide", weight=400))
    assert fonts_for(words) == ([*usual, "Wide"], "")
    assert fonts_for(["se\u200da\ufe0f \u202e"]) == (usual, "")  # nothing of it is seen


def test_faces_for_han_follow_the_language_of_the_words(installed: list[FontEntry]) -> None:
    installed += [FontEntry(str(WIDE), name=f"Sans {x}", weight=400) for x in ("JP", "KR", "SC")]
    for words, hand in ((["ёж"], "SC"), (["ё", "ふ"], "JP"), (["ё", "한"], "KR")):
        assert fonts_for(words).families[-1] == f"Sans {hand}"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("word", "font"),
    [("한국", "Noto Sans CJK"), ("หมู", "Noto Sans Thai"), ("😀", "Symbola or Noto Emoji")],
)
def test_a_map_leaves_out_what_no_font_has_and_says_so(
    tmp_path: Path, drawn: list[Figure], word: str, font: str
) -> None:
    with pytest.warns(UserWarning, match=f"^1 of 2 words cannot be written.*{word}.*{font}"):
        assert plot_words(np.eye(2), ["sea", word], tmp_path / "map.png") == 1
    axes = drawn[0].axes[0]
    assert [text.get_text() for text in axes.texts] == ["sea"]
    assert len(np.asarray(axes.lines[0].get_xdata())) == 2


def test_an_older_matplotlib_is_told_where_letters_are_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert fonts_for(["بحر"]).problem(["بحر"]) == ""
    monkeypatch.setattr(fonts, "_SHAPING", (99,))
    assert "pip install --upgrade 'matplotlib>=3.11'" in fonts_for(["بحر"]).problem(["بحر"])
    assert fonts_for(["sea"]).problem(["sea"]) == ""
