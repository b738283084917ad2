"""The page for those who come from gensim: its table is what a comparison gives."""

from __future__ import annotations

import gensim
import pytest

from tests.support.gensim_names_table import DIFFERENT, PAGE, WITHOUT, rows, updated


def test_the_table_of_names_is_what_the_comparison_gives() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if f"of gensim {gensim.__version__} |" not in page:
        pytest.skip(f"the page was made with another gensim than {gensim.__version__}")
    assert updated(page) == page  # else: python -m tests.support.gensim_names_table


def test_every_name_is_explained_and_every_explanation_is_of_a_name() -> None:
    found = rows()
    assert [name for name, _, about in found if about == "?"] == []
    assert {*DIFFERENT, *WITHOUT} - {name for name, _, _ in found} == set()
