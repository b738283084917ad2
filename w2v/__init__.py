"""Train word2vec fast, on a CPU or an NVIDIA GPU, from one code base."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes a while to import, in which Ctrl-C would not be heard
if TYPE_CHECKING:
    from typing import Any

    from w2v.config import TrainConfig
    from w2v.training import DivergedError
    from w2v.vectors import KeyedVectors
    from w2v.word2vec import Word2Vec

__version__ = "0.1.0"
__all__ = ["DivergedError", "KeyedVectors", "TrainConfig", "Word2Vec", "__version__"]

_HOMES = {
    "DivergedError": "w2v.training",
    "KeyedVectors": "w2v.vectors",
    "TrainConfig": "w2v.config",
    "Word2Vec": "w2v.word2vec",
}


def __getattr__(name: str) -> Any:
    # Imported when first used, so that `import w2v` and `w2v --help` answer at once.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'w2v' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
