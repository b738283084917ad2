"""The trainer's line speaks the language of the locale."""

from __future__ import annotations

import io
import locale
import sys
from typing import Any

import pytest

from w2v.training.report_line import report_line

ENGLISH = "| epoch 1 |  iter 1 / 9295 | time 0[s] | loss 41.59"
KOREAN = "| 에폭 1 |  반복 1 / 9295 | 시간 0[s] | 손실 41.59"
JAPANESE = "| エポック 1 |  反復 1 / 9295 | 時間 0[s] | 損失 41.59"
NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def _nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(locale, "getlocale", lambda category: (None, None))
    monkeypatch.setattr(sys, "stdout", io.StringIO())


def line() -> str:
    return report_line(1, 1, 9295, 0.7, 41.5888)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ko_KR.UTF-8", KOREAN),
        ("ko", KOREAN),
        ("ko-KR", KOREAN),
        ("ko_KR.eucKR@x", KOREAN),
        ("Korean_Korea.949", KOREAN),
        ("ja_JP.UTF-8", JAPANESE),
        ("Japanese_Japan.932", JAPANESE),
        ("en_US.UTF-8", ENGLISH),
        ("C", ENGLISH),
        ("C.UTF-8", ENGLISH),
        ("POSIX", ENGLISH),
        ("kok_IN", ENGLISH),
        ("jam_JM", ENGLISH),
        ("de_DE", ENGLISH),
    ],
)
def test_every_name_of_a_locale_has_its_language(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    monkeypatch.setenv("LANG", name)
    assert line() == expected
    monkeypatch.delenv("LANG")
    assert line() == ENGLISH
    monkeypatch.setattr(locale, "getlocale", lambda category: (name, None))
    assert line() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("C", "ko_KR", "ko_KR"), ENGLISH),
        (("ko_KR", "C", "ja_JP"), KOREAN),
        (("", "ja_JP", "ko_KR"), JAPANESE),
        (("", "", "ko_KR"), KOREAN),
        (("", "", ""), JAPANESE),
    ],
)
def test_the_first_that_says_something_counts(
    monkeypatch: pytest.MonkeyPatch, values: tuple[str, str, str], expected: str
) -> None:
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(locale, "getlocale", lambda category: ("ja_JP", "UTF-8"))
    assert line() == expected


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", KOREAN),
        ("cp949", KOREAN),
        ("ascii", ENGLISH),
        ("latin-1", ENGLISH),
        ("cp932", ENGLISH),
        (None, KOREAN),
        ("no such encoding", ENGLISH),
    ],
)
def test_an_output_that_cannot_show_it_gets_english(
    monkeypatch: pytest.MonkeyPatch, encoding: str | None, expected: str
) -> None:
    class Output(io.StringIO):
        pass

    Output.encoding = encoding  # type: ignore[assignment]
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    monkeypatch.setattr(sys, "stdout", Output())
    assert line() == expected


def test_no_output_and_an_unknown_locale_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(category: Any) -> Any:
        raise ValueError("unknown locale: UTF-8")

    monkeypatch.setattr(locale, "getlocale", fail)
    monkeypatch.setattr(sys, "stdout", None)
    assert line() == ENGLISH
    monkeypatch.delattr(locale, "LC_MESSAGES", raising=False)
    assert line() == ENGLISH
