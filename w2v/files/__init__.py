"""Files: their names, what they hold, and how they are replaced as a whole."""

from w2v.files.checksums import checksum
from w2v.files.names import is_foreign, is_pickle, named
from w2v.files.replacing import atomic_path

__all__ = ["atomic_path", "checksum", "is_foreign", "is_pickle", "named"]
