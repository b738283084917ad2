"""Files: their names, what they hold, and how they are replaced as a whole."""

from w2v.files.checksums import checksum
from w2v.files.leftovers import clear_leftovers, recovered, standing, temporary_folder
from w2v.files.names import files_beside, is_foreign, is_pickle, named
from w2v.files.own_folder import abandon
from w2v.files.replaced import read_as_one
from w2v.files.replacing import atomic_path, atomic_paths, check_replaceable

__all__ = [
    "abandon",
    "atomic_path",
    "atomic_paths",
    "check_replaceable",
    "checksum",
    "clear_leftovers",
    "files_beside",
    "is_foreign",
    "is_pickle",
    "named",
    "read_as_one",
    "recovered",
    "standing",
    "temporary_folder",
]
