"""The embedded corpus: what the running Python's standard library says about itself.

Docstrings, comments and the language reference that ``help`` prints: real English, there
wherever Python is, so that a first training needs no download.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from w2v.data.datasets.cache import cache_folder
from w2v.files import atomic_path

# Bumped when the rules below change, so that a text of older rules is not reused.
_EDITION = 1

_SKIPPED_FOLDERS = {"site-packages", "dist-packages", "__pycache__", "data"}
# Tables of character names, and files that are the input of parsers' tests.
_SKIPPED_FILES = re.compile(r"^encodings/|lib2to3/tests/data/|badsyntax_|/bad_|pydoc_data/")

# Modules written in C worth reading, beside those built into the interpreter; a fixed list,
# because importing just any module may have effects.
_C_MODULES = re.findall(
    r"\w+",
    """
    _asyncio _bisect _contextvars _csv _ctypes _datetime _decimal _elementtree _hashlib
    _heapq _json _lzma _pickle _queue _random _socket _sqlite3 _ssl
    _statistics _struct _zoneinfo array math mmap select unicodedata zlib
    """,
)

# Strings are matched only so that a hash sign inside one is not taken for a comment.
_LEXEMES = re.compile(
    r"""
      (?P<comment>(?:^[ \t]*\#[^\n]*\n)+)
    | \#(?P<remark>[^\n]*)
    | (?P<prefix>\b[rRuUbBfF]{1,2})?
      (?: \"\"\"(?P<double>[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*)\"\"\"
        | '''(?P<single>[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*)'''
        | "(?:[^"\\\n]|\\.)*"
        | '(?:[^'\\\n]|\\.)*'
      )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_DOCSTRING_FOLLOWS = re.compile(r"(?:^|:)[ \t]*(?:\#[^\n]*)?\s*$")
_LICENCE = re.compile(
    r"copyright|licen[cs]e|warrant|redistribut|permission|all rights|liabilit|damages|merchantab",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"^\s*(?:[-*+•]|\(?\d{1,2}[.)])\s+")
# Two columns, or a character that prose has no use for at a line's end or start.
_TABLE = re.compile(r"\S {3,}\S|\t\S|^\s*[|+]|[|\\{\[(,=]\s*$|^\s*[-=~^*#+_.]{3,}\s*$")
_CODE = re.compile(
    r"^\s*(?:>>>|\.\.\.|@|\$|%|def\s|class\s|import\s|from\s+\S+\s+import|return\b|print\(|"
    r"raise\s|assert\b|self\.|if\s.*:\s*$|elif\s|else:|for\s.*:\s*$|try:|except\b|while\s.*:\s*$|"
    r"with\s.*:\s*$|[\w.]+\(.*\)\s*(?:#.*|->.*)?$|[\w.\[\]]+\s*[-+*/|&]?=[^=])"
)
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[)\"'`]*\s+|\s--+\s")
# Names such as os.path.join and max_size are read as their words; the rest here is no language.
_CODE_WORD = re.compile(
    r":\w+:(?=`)|https?://\S+|\S+@\S+|<[^<>]*>|(?<=\w)\([^()\s]*\)|\S*[=\\{}\[\]#%$&|^~]\S*|\S*\d\w\S*"
)
_PLAIN = re.compile(r"[A-Za-z ,.;:!?'\"-]*")
_WORD = re.compile(r"(?<![^\W_])[a-z]+(?:'[a-z]+)?")
_FEWEST_WORDS = 3


def pydocs(*, rebuild: bool = False) -> Path:
    """Return the file of the embedded corpus, making it on first use.

    Parameters
    ----------
    rebuild : bool, default False
        Make it again even where the cache has it.

    Returns
    -------
    Path
        A text file in the cache folder: one sentence a line, lower case, words of letters.
        The same Python always gives the same text.
    """
    version = ".".join(map(str, sys.version_info[:3]))
    path = cache_folder() / f"pydocs-{_EDITION}-python{version}.txt"
    if rebuild or not path.exists():
        text = "".join(f"{sentence}\n" for sentence in sentences())
        with atomic_path(path) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
    return path


def sentences() -> Iterator[str]:
    """Yield the sentences, file after file in the order of their names.

    Yields
    ------
    str
        Lower-case words joined by single spaces; no sentence twice.
    """
    seen: set[str] = set()
    for text in _texts():
        for sentence in _prose(text):
            if sentence not in seen:
                seen.add(sentence)
                yield sentence


def _texts() -> Iterator[str]:
    """Yield docstrings, runs of comments and help topics, as they stand."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in _files(library):
        yield from _docstrings_and_comments(path.read_text("utf-8-sig", errors="replace"))
    from pydoc_data.topics import topics

    yield from (text for _, text in sorted(topics.items()))
    for name in sorted({*sys.builtin_module_names, *_C_MODULES}):
        yield from _docstrings_of_c_module(name)


def _files(library: Path) -> list[Path]:
    found = []
    for folder, below, names in os.walk(library):
        below[:] = [name for name in below if name not in _SKIPPED_FOLDERS]
        found += [Path(folder, name) for name in names if name.endswith(".py")]
    names_in_order = {path.relative_to(library).as_posix(): path for path in found}
    return [names_in_order[n] for n in sorted(names_in_order) if not _SKIPPED_FILES.search(n)]


def _docstrings_of_c_module(name: str) -> Iterator[str]:
    try:
        module = importlib.import_module(name)
    except ImportError:  # a module this Python was built without
        return
    for member in [module, *vars(module).values()]:
        owned = list(vars(member).values()) if inspect.isclass(member) else []
        for documented in [member, *owned]:
            text = getattr(documented, "__doc__", None)
            if isinstance(text, str):
                yield inspect.cleandoc(text)


def _docstrings_and_comments(source: str) -> Iterator[str]:
    for match in _LEXEMES.finditer(source):
        if comment := match["comment"]:
            yield re.sub(r"(?m)^[ \t]*#+:?!? ?", "", comment)
        elif (remark := match["remark"]) and remark.count(" ") >= _FEWEST_WORDS:
            yield remark
        elif (body := match["double"] or match["single"]) and (match["prefix"] or "r") in "rRuU":
            start = match.start()
            if _DOCSTRING_FOLLOWS.search(source, max(0, start - 200), start):
                yield inspect.cleandoc(body)


def _prose(text: str) -> Iterator[str]:
    """Yield the sentences of those paragraphs that are neither code, tables nor licences."""
    for paragraph in _paragraphs(text):
        if _LICENCE.search(paragraph):
            continue
        for part in _SENTENCE_END.split(paragraph):
            plain = part if _PLAIN.fullmatch(part) else _CODE_WORD.sub(" ", part)
            words = _WORD.findall(plain.lower())
            letters = sum(map(len, words))
            if len(words) >= _FEWEST_WORDS and letters >= 0.7 * len(part.replace(" ", "")):
                yield " ".join(words)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield lines that belong together, joined; lines of code end a paragraph and are left out."""
    lines: list[str] = []
    in_example = False
    for line in text.split("\n"):
        if not line.strip():
            in_example = False
        elif line.lstrip().startswith(">>>"):
            in_example = True
        starts_anew = _LIST_ITEM.match(line)
        is_prose = line.strip() and not in_example and not _CODE.match(line)
        if is_prose and not _TABLE.search(line):
            if starts_anew and lines:
                yield " ".join(lines)
                lines = []
            lines.append(_LIST_ITEM.sub("", line).strip())
        elif lines:
            yield " ".join(lines)
            lines = []
    if lines:
        yield " ".join(lines)
