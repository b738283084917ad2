"""The explorer's page, read as a file and used in a real browser."""

from __future__ import annotations

import base64
import importlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.support.browser import DOWN, ENTER, ESCAPE, Browser, missing
from w2v.cli.commands import app
from w2v.pictures.explorer import write_explorer
from w2v.vectors import KeyedVectors

N_WORDS = 20_000
# What a vocabulary may hold, and how it shall be read on the page.
HOSTILE = {
    "</script><script>window.hacked=1</script>": None,
    "<img src=x onerror=window.hacked=2>": None,
    "<!--<script>": None,
    "]]></textarea></title><svg onload=window.hacked=3>": None,
    "\"';window.hacked=4;//": None,
    "`${window.hacked=5}`": None,
    "javascript:window.hacked=6": None,
    "{{script}}": None,
    r"\u003cb\u003e\n\1": None,
    "&lt;b&gt;&#39;": None,
    "%3Cb%3E%": None,
    "#": None,
    "__proto__": None,
    "constructor": None,
    "שלום": None,
    "😀👩‍👩‍👧": None,
    "e\u0301": None,
    "two words": None,
    "\u2028window.hacked=7": "␤window.hacked=7",
    "new\nline": "new␊line",
    "tab\tbed": "tab␉bed",
    "nul\0": "nul␀",
    "\u202eright to left": "\ufffdright to left",
    "\ud800": "\ufffd",
    "": "(empty word)",
    "  ": "␣␣",
    "long" * 2000: None,
}


def clusters(n_words: int, size: int = 16) -> KeyedVectors:
    generator = np.random.default_rng(7)
    centres = generator.normal(size=(200, size))
    # The hostile are frequent, and neighbours of one another.
    cluster = np.r_[np.zeros(len(HOSTILE), int), generator.integers(1, 200, n_words - len(HOSTILE))]
    words = [*HOSTILE, *(f"word{i}" for i in range(len(HOSTILE), n_words))]
    return KeyedVectors(words, centres[cluster] + 0.4 * generator.normal(size=(n_words, size)))


def visible(word: str, limit: int) -> str:
    text = HOSTILE.get(word) or word
    return text if len(text) <= limit else text[: limit - 1] + "…"


def expected(vectors: KeyedVectors, word: str, among: int | None = None) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = vectors.most_similar(word, topn=10, restrict_vocab=among)
    return found


class Scripts(HTMLParser):
    """What HTML's own rules find in the page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.found.append((self.tags[-1][1], data))


def read_data(page: Path) -> dict[str, Any]:
    [data] = [text for attrs, text in Scripts(page).found if attrs.get("id") == "data"]
    read: dict[str, Any] = json.loads(data)
    return read


def numbers(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[KeyedVectors, Path]:
    vectors = clusters(N_WORDS)
    page = tmp_path_factory.mktemp("large") / "a page #1 <é>.html"
    assert write_explorer(vectors, page) == N_WORDS
    return vectors, page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if reason := missing():
        pytest.skip(reason)
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


def is_open(browser: Browser) -> None:
    browser.wait("document.documentElement.dataset.ready === ''")


def card(browser: Browser) -> tuple[str, list[str], list[float]]:
    """Read what the panel shows: the word, its neighbours, their cosines."""
    word, names, cosines = browser.run(
        """const all = (css) => [...document.querySelectorAll(css)];
        return [document.getElementById("card").hidden ? null : all("#word")[0].textContent,
          all("#neighbors bdi").map((e) => e.textContent),
          all("#neighbors data").map((e) => Number(e.value))]"""
    )
    return word, names, cosines


def is_card_of(browser: Browser, vectors: KeyedVectors, word: str) -> None:
    shown, names, cosines = card(browser)
    near = expected(vectors, word)
    assert shown == visible(word, 200)
    assert names == [visible(other, 60) for other, _ in near]
    np.testing.assert_allclose(cosines, [cosine for _, cosine in near], atol=1e-4)


# -- the file --------------------------------------------------------------------


def test_the_file_is_small_and_whole(large: tuple[KeyedVectors, Path]) -> None:
    vectors, page = large
    assert page.stat().st_size < 300 * N_WORDS
    scripts = Scripts(page)
    assert len(scripts.found) == 2
    for tag, attributes in scripts.tags:
        assert "src" not in attributes
        assert tag != "link" or attributes["href"] == "data:,"
    assert read_data(page)["words"] == vectors.index_to_key
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(?<!xmlns=\")https?:", text)
    assert "{{" not in text.split("<script")[0]


@pytest.mark.parametrize(("n_words", "among"), [(3000, 3000), (3000, 700), (30, 50_000)])
def test_neighbours_are_those_of_most_similar(tmp_path: Path, n_words: int, among: int) -> None:
    vectors = clusters(n_words)
    vectors.vectors[40 % n_words] = 0
    n_shown = write_explorer(vectors, tmp_path / "a.html", words=among)
    assert n_shown == min(n_words, among)
    data = read_data(tmp_path / "a.html")
    rows = numbers(data["neighbors"], "<u2").reshape(n_shown, 10)
    cosines = numbers(data["cosines"], "<i2").reshape(n_shown, 10) / 32767
    for row in range(0, n_shown, 7):
        word = vectors.index_to_key[row]
        near = expected(vectors, word, among)
        assert [data["words"][i] for i in rows[row]] == [other for other, _ in near]
        np.testing.assert_allclose(cosines[row], [cosine for _, cosine in near], atol=2e-5)


def test_words_all_but_equally_near_stand_in_the_order_of_most_similar(tmp_path: Path) -> None:
    vectors = clusters(400)
    generator = np.random.default_rng(2)
    for first in range(100, 400, 30):
        noise = generator.normal(scale=1e-4, size=(30, vectors.vector_size))
        vectors.vectors[first : first + 30] = vectors.vectors[first] + noise
    vectors.vectors[30:40] = vectors.vectors[41]
    write_explorer(vectors, tmp_path / "a.html")
    rows = numbers(read_data(tmp_path / "a.html")["neighbors"], "<u2").reshape(400, 10)
    for row, word in enumerate(vectors.index_to_key):
        near = [vectors.index_to_key[i] for i in rows[row]]
        assert near == [other for other, _ in expected(vectors, word, 400)]


@pytest.mark.parametrize("n_words", [1, 2, 5])
def test_few_words_and_few_dimensions(tmp_path: Path, n_words: int, browser: Browser) -> None:
    vectors = KeyedVectors([f"w{i}" for i in range(n_words)], np.arange(1.0, n_words + 1)[:, None])
    write_explorer(vectors, tmp_path / "few.html")
    data = read_data(tmp_path / "few.html")
    assert data["nearest"] == n_words - 1
    assert np.isfinite(numbers(data["positions"], "<f4")).all()
    browser.open(tmp_path / "few.html", "#w0")
    is_open(browser)
    word, names, _ = card(browser)
    assert (word, sorted(names)) == ("w0", [f"w{i}" for i in range(1, n_words)])
    assert browser.console() == []


def test_the_same_vectors_give_the_same_page(tmp_path: Path) -> None:
    for name in "ab":
        write_explorer(clusters(200), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_map_shows_the_principal_components(tmp_path: Path) -> None:
    vectors = clusters(500)
    write_explorer(vectors, tmp_path / "a.html")
    table = vectors.get_normed_vectors().astype(np.float64)
    table -= table.mean(axis=0)
    first = np.linalg.svd(table)[2][:2]
    positions = numbers(read_data(tmp_path / "a.html")["positions"], "<f4").reshape(-1, 2)
    for axis in range(2):
        fit = np.corrcoef(positions[:, axis], table @ first[axis])[0, 1]
        assert abs(fit) == pytest.approx(1, abs=1e-6)


def test_what_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    vectors = clusters(50)
    page = tmp_path / "a.html"
    with pytest.raises(ValueError, match="words is 0"):
        write_explorer(vectors, page, words=0)
    with pytest.raises(ValueError, match="neighbors is 0"):
        write_explorer(vectors, page, neighbors=0)
    with pytest.raises(ValueError, match="'umap'"):
        write_explorer(vectors, page, method="umap")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no words"):
        write_explorer(KeyedVectors([], np.zeros((0, 3))), page)
    vectors.vectors[30, 1] = np.nan
    with pytest.raises(ValueError, match="'word30' is not finite"):
        write_explorer(vectors, page)
    assert not page.exists()


def test_tsne_where_scikit_learn_is(tmp_path: Path) -> None:
    try:
        importlib.import_module("sklearn.manifold")
    except ImportError:
        with pytest.raises(ImportError, match="scikit-learn"):
            write_explorer(clusters(100), tmp_path / "a.html", method="tsne")
        return
    write_explorer(clusters(100), tmp_path / "a.html", method="tsne")
    assert "t-SNE" in (tmp_path / "a.html").read_text()


def test_the_command(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(40)]
    KeyedVectors(words, clusters(40).vectors).save(tmp_path / "v&.bin")
    page = tmp_path / "map.html"
    done = CliRunner().invoke(
        app, ["explore", str(tmp_path / "v&.bin"), "-o", str(page), "-n", "9"]
    )
    assert done.exit_code == 0, done.output
    assert "9 words" in done.output
    assert read_data(page)["words"] == words[:9]
    assert "<title>v&amp;.bin" in page.read_text()
    for wrong in (["--method", "umap"], ["-n", "0"], ["-o", str(tmp_path / "none" / "a.html")]):
        assert CliRunner().invoke(app, ["explore", str(tmp_path / "v&.bin"), *wrong]).exit_code


# -- in the browser ------------------------------------------------------------------


def test_search_finds_a_word_and_shows_its_neighbours(
    large: tuple[KeyedVectors, Path], browser: Browser
) -> None:
    vectors, page = large
    browser.open(page)
    is_open(browser)
    browser.type("#query", "ORD1234")
    listed = "[...document.querySelectorAll('#suggestions li')].map((e) => e.textContent)"
    assert browser.run(f"return {listed}") == ["word1234", *(f"word1234{i}" for i in range(10))]
    browser.type("#query", DOWN + ENTER)
    is_card_of(browser, vectors, "word12340")
    assert browser.run("return location.hash") == "#word12340"
    near = expected(vectors, "word12340")[3][0]
    browser.run("document.querySelectorAll('#neighbors button')[3].click()")
    is_card_of(browser, vectors, near)
    browser.run("history.back()")
    browser.wait("location.hash === '#word12340'")
    browser.wait("document.getElementById('word').textContent === 'word12340'")
    browser.type("#query", "nothing of the kind" + ENTER)
    assert browser.run(f"return {listed}") == ["No such word"]
    is_card_of(browser, vectors, "word12340")
    browser.type("#query", ESCAPE)
    browser.type("#map", ESCAPE)
    assert card(browser)[0] is None
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.console() == []


def test_hostile_words_are_text(large: tuple[KeyedVectors, Path], browser: Browser) -> None:
    vectors, page = large
    addressed = [word for word in HOSTILE if word not in ("", "\ud800")]
    browser.open(page, "#" + quote(addressed[0], safe=""))
    is_open(browser)
    elements = browser.run("return document.querySelectorAll('script, img, svg').length")
    is_card_of(browser, vectors, addressed[0])
    for word in addressed[1:]:
        browser.run("location.hash = arguments[0]", "#" + quote(word, safe=""))
        browser.wait(
            "document.getElementById('word').textContent === arguments[0]", visible(word, 200)
        )
        is_card_of(browser, vectors, word)
    for typed in ("<img", "</SCRIPT>", "{{script}}", "window.hacked=7", "שלום"):
        browser.run("document.getElementById('query').value = ''")
        browser.type("#query", typed)
        assert browser.run("return document.querySelectorAll('#suggestions [data-row]').length")
    # Neither has an address; both are reached from their neighbours.
    for word in ("", "\ud800"):
        row = vectors.get_index(word)
        near = next(w for w in addressed if word in [other for other, _ in expected(vectors, w)])
        browser.run("location.hash = arguments[0]", "#" + quote(near, safe=""))
        browser.wait("document.querySelector(arguments[0])", f"#neighbors [data-row='{row}']")
        browser.run(
            "document.querySelector(arguments[0]).click()", f"#neighbors [data-row='{row}']"
        )
        browser.run("return new Promise((done) => setTimeout(done, 50))")
        assert card(browser)[0] == HOSTILE[word]
    assert browser.run("return window.hacked ?? null") is None
    assert browser.run("return document.querySelectorAll('script, img, svg').length") == elements
    assert browser.console() == []


def test_the_policy_lets_no_other_script_run(
    large: tuple[KeyedVectors, Path], browser: Browser
) -> None:
    browser.open(large[1])
    is_open(browser)
    browser.run(
        """const script = document.createElement("script");
        try { script.textContent = "window.hacked = 8"; } catch {}
        document.body.append(script);
        const image = "<img src=x onerror='window.hacked=9'>";
        try { document.body.insertAdjacentHTML("beforeend", image); } catch {}
        """
    )
    assert browser.run("return window.hacked ?? null") is None
    assert any("Content Security Policy" in line or "Trusted" in line for line in browser.console())


PICTURE = "document.getElementById('map').toDataURL()"


def at_rest(browser: Browser) -> str:
    """Give the picture once what was asked for is drawn."""
    browser.run("return new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")
    picture: str = browser.run(f"return {PICTURE}")
    return picture


def test_mouse_and_keys_move_the_map(tmp_path: Path, browser: Browser) -> None:
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    words = [f"w{i}" for i in range(8)]
    write_explorer(KeyedVectors(words, np.c_[np.cos(angles), np.sin(angles)]), tmp_path / "a.html")
    browser.open(tmp_path / "a.html")
    is_open(browser)
    pictures = [at_rest(browser)]
    down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}

    def move(x: int, y: int) -> dict[str, Any]:
        return {"type": "pointerMove", "x": x, "y": y, "duration": 0}

    browser.wheel(700, 300, -200)
    pictures.append(at_rest(browser))
    browser.pointer(move(700, 300), down, move(760, 330), move(800, 350), up)
    pictures.append(at_rest(browser))
    for keys in ("+", "\ue012", "\ue013", "-"):
        browser.type("#map", keys)
        pictures.append(at_rest(browser))
    assert card(browser)[0] is None
    assert len(set(pictures)) == len(pictures)
    # A word that was gone to lies in the middle of what the panel leaves free,
    # and stays there when the buttons zoom.
    browser.run("location.hash = '#w5'")
    browser.wait("document.getElementById('word').textContent === 'w5'")
    browser.run("document.getElementById('in').click()")
    x, y = browser.run(
        """const { right } = document.getElementById("card").getBoundingClientRect();
        return [Math.round((right + innerWidth) / 2), Math.round(innerHeight / 2)]"""
    )
    browser.type("#map", ESCAPE)
    assert card(browser)[0] is None
    browser.pointer(move(x + 2, y + 2), down, up)
    assert card(browser)[0] == "w5"
    browser.type("#map", ESCAPE + "0")
    browser.pointer(move(1, 1))
    assert at_rest(browser) == pictures[0]
    assert browser.console() == []


LAID_OUT = """
const map = document.documentElement.wordMap;
const boxes = ["search", "card", "zoom"].map((id) => document.getElementById(id))
  .map((panel) => panel.getBoundingClientRect()).filter((box) => box.width);
const free = (left, top, right, bottom) => left >= 0 && top >= 0
  && right <= innerWidth && bottom <= innerHeight && !boxes.some((box) =>
    left < box.right && right > box.left && top < box.bottom && bottom > box.top);
const at = (row) => [map.screenX(row), map.screenY(row)];
const labels = map.labels.map(({ row, dx, dy, width }) =>
  [row, at(row)[0] + dx, at(row)[1] + dy, at(row)[0] + dx + width, at(row)[1] + dy + 17]);
const seen = labels.filter(([, x0, y0, x1, y1]) =>
  x1 > 0 && y1 > 0 && x0 < innerWidth && y0 < innerHeight);
return {
  hiddenPoints: map.near.filter((row) => !free(...at(row), ...at(row))).length,
  unlabelled: map.near.filter((row) => !labels.some(([one]) => one === row)).length,
  cut: seen.filter(([, ...box]) => !free(...box)).length,
  seen: seen.length,
};
"""


@pytest.mark.parametrize("size", [(1280, 720), (360, 740)])
def test_no_panel_covers_a_neighbour_and_no_label_is_cut(
    size: tuple[int, int], tmp_path: Path, browser: Browser
) -> None:
    generator = np.random.default_rng(5)
    words = [
        *(["internationalization", "안녕하세요", "الديمقراطية", "👩\u200d👩\u200d👧"]),
        *map(str, range(400)),
    ]
    vectors = KeyedVectors(words, generator.normal(size=(len(words), 8)))
    write_explorer(vectors, tmp_path / "page.html", neighbors=6)
    try:
        browser.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=size[0], height=size[1], deviceScaleFactor=1, mobile=size[0] < 600,
        )  # fmt: skip
        for word in ["", *words[:8]]:  # as all words lie about, neighbours are anywhere
            browser.open(tmp_path / "page.html", f"#{quote(word)}")
            is_open(browser)
            at_rest(browser)
            found = browser.run(LAID_OUT)
            assert found.pop("seen") > 10
            # Where points lie upon each other, a label may have no room.
            assert found.pop("unlabelled") <= 1
            assert found == {"hiddenPoints": 0, "cut": 0}, word
        browser.run("document.documentElement.wordMap.pan(37, 19)")
        # Labels are placed anew once the movement has ended.
        browser.wait("document.documentElement.wordMap.labelledView?.x === "
                     "document.documentElement.wordMap.view.x", seconds=2)  # fmt: skip
        assert browser.run(LAID_OUT)["cut"] == 0
    finally:
        browser.devtools("Emulation.clearDeviceMetricsOverride")


def test_on_a_phone_in_the_dark(large: tuple[KeyedVectors, Path], browser: Browser) -> None:
    _, page = large
    phone = {"width": 360, "height": 720, "deviceScaleFactor": 2, "mobile": True}
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    try:
        browser.devtools("Emulation.setDeviceMetricsOverride", **phone)
        browser.devtools("Emulation.setTouchEmulationEnabled", enabled=True)
        browser.devtools("Emulation.setEmulatedMedia", features=dark)
        browser.open(page, "#word100")
        is_open(browser)
        boxes = browser.run(
            """return ["search", "card", "zoom"].map((id) => {
              const box = document.getElementById(id).getBoundingClientRect();
              return [box.left, box.top, box.right, box.bottom]; })"""
        )
        for left, top, right, bottom in boxes:
            assert left >= 0 and top >= 0 and right <= 360 and bottom <= 720
        [_, search_bottom], [card_top, _] = boxes[0][1::2], boxes[1][1::2]
        assert search_bottom < card_top
        assert browser.run("return document.documentElement.scrollWidth") <= 360
        corner = "getContext('2d').getImageData(2, 300, 1, 1).data"
        before = at_rest(browser)
        assert sum(browser.run(f"return [...document.getElementById('map').{corner}]")[:3]) < 384
        touches = [[{"x": 150, "y": 200}, {"x": 210, "y": 200}]]
        touches.append([{"x": 100, "y": 200}, {"x": 260, "y": 200}])
        for kind, points in zip(("touchStart", "touchMove"), touches, strict=True):
            browser.devtools("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        browser.devtools("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        assert at_rest(browser) != before
        assert card(browser)[0] == "word100"
        assert browser.console() == []
    finally:
        browser.devtools("Emulation.setEmulatedMedia", features=[])
        browser.devtools("Emulation.setTouchEmulationEnabled", enabled=False)
        browser.devtools("Emulation.clearDeviceMetricsOverride")
