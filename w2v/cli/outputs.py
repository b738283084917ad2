"""What commands write: tried before hours are spent on it, and never lost after."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from w2v.cli.common import CommandLineError
from w2v.files import check_replaceable, named
from w2v.files.room import free_at, most_in_a_file, size_text
from w2v.files.urls import is_url, was_url

if TYPE_CHECKING:
    from w2v.vectors import KeyedVectors
    from w2v.word2vec import Word2Vec

_FAILURES = (OSError, MemoryError, ValueError)


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[Path | str]) -> None:
    """Refuse to write two things into one file, or one over what it is made from."""
    read = {os.path.realpath(named(name)): name for name in inputs if not is_url(name)}
    written: dict[str, Path] = {}
    for path in filter(None, outputs):
        place = os.path.realpath(path)
        if place in read:
            raise ValueError(f"{path} would be written over, and is read: name another output")
        if place in written:
            raise ValueError(f"{path} is named for two outputs: each needs a name of its own")
        written[place] = path


def check_outside(folder: Path, outputs: Iterable[Path | None]) -> None:
    """Refuse to write into the folder of a saved training, which is replaced as a whole."""
    place = os.path.realpath(folder)
    for path in filter(None, outputs):
        if os.path.realpath(path).startswith(place + os.sep):
            raise ValueError(
                f"{path} would be in {folder}, the folder of the training, which is replaced as a "
                "whole: name another place"
            )


def check_place(path: Path | None, *, folder: bool = False) -> None:
    """Refuse a place that cannot be written to, before hours are spent on what goes there.

    Parameters
    ----------
    path : Path or None
    folder : bool, default False
        Whether a folder is to be made, and those around it where they are missing.

    Raises
    ------
    OSError
        It says why not.
    """
    if path is None:
        return
    if path == Path() and not folder:  # which an empty name is too
        raise CommandLineError("an output's name is empty, or the current folder: name another")
    if was_url(path):
        raise CommandLineError(
            f"{path} is a URL, and this is written to a disk: name a path; w2v convert copies "
            "vectors from there to a URL"
        )
    place = Path(os.path.realpath(named(path)))
    try:
        with suppress(FileNotFoundError):
            place.stat()  # a name that cannot be, such as one that is too long
        if place.is_dir() and not folder:
            raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file")
        if place.exists() and not (place.is_file() or place.is_dir()):  # a device or a pipe
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return
        check_replaceable(place)
        around = place.parent
        while folder and not around.exists():
            around = around.parent
        if not around.is_dir():
            missing = path.parent if not path.parent.is_dir() else place.parent  # of a link
            raise FileNotFoundError(errno.ENOENT, f"the folder {missing} does not exist")
        try:
            tempfile.TemporaryFile(dir=around).close()
        except OSError as error:
            raise OSError(error.errno, f"the folder {around}: {error.strerror}") from error
    except OSError as error:
        raise OSError(error.errno, f"cannot write {path}: {error.strerror}") from error


def check_room(
    word2vec: Word2Vec,
    output: Path,
    checkpoint: Path | None,
    warn: Callable[[str], None],
    keep: int = 1,
) -> None:
    """Compare what a training will write with the room there is.

    Parameters
    ----------
    word2vec : Word2Vec
        With its vocabulary.
    output : Path
        Of the vectors.
    checkpoint : Path or None
    keep : int, default 1
        Checkpoints.
    warn : callable
        Is told where there is too little now: some may become free meanwhile.

    Raises
    ------
    OSError
        A file that would be larger than any of this process may be.
    """
    from w2v.training.memory import bytes_of_model
    from w2v.training.older_checkpoints import older_folders

    assert word2vec.vocab is not None
    config, words = word2vec.config, len(word2vec.vocab)
    model = bytes_of_model(words, config)
    # As word2vec's binary format has them, the smallest of those that are not compressed.
    spelled = len("".join(map(str, word2vec.vocab.words)).encode(errors="replace"))
    head = len(f"+{words} {config.vector_size}\n")
    vectors = head + words * (4 * config.vector_size + 1) + spelled
    parts = [(output, "vectors need", vectors)]
    if checkpoint is not None:
        # The last of those to keep stays until the new one is whole.
        there = sum(path.exists() for path in (checkpoint, *older_folders(checkpoint, keep)))
        new = max(1, keep + 1 - there) if config.epochs > 1 else 1
        what = "a checkpoint needs" if new == 1 else f"{new} checkpoints need"
        parts.append((checkpoint, what, new * model))
    lower = "lower --vector-size, raise --min-count or bound the vocabulary by --max-vocab"
    most = most_in_a_file()
    largest = vectors if checkpoint is None else 2 * vectors - 4 * config.vector_size
    if most is not None and _is_file(output) and largest > most:
        raise OSError(
            errno.EFBIG,
            f"{words:,} words of {config.vector_size:,} dimensions make a file of "
            f"{size_text(largest)}, and files may have {size_text(most)} (ulimit -f): {lower}",
        )
    rooms: dict[Path, list[tuple[str, int]]] = {}
    free: dict[Path, int] = {}
    for path, what, size in parts:
        with suppress(OSError):
            left, mount = free_at(path)
            rooms.setdefault(mount, []).append((what, size))
            free[mount] = left
    for mount, sizes in rooms.items():
        needed = sum(size for _, size in sizes)
        if needed > free[mount]:
            sums = " and ".join(f"{what} {size_text(size)}" for what, size in sizes)
            warn(
                f"warning: {sums}, {size_text(free[mount])} are free on {mount}: free some, name "
                f"another place, {lower}"
            )


def _is_file(path: Path) -> bool:
    """Tell whether a file is made there; one that is compressed is hardly smaller than binary."""
    place = Path(os.path.realpath(path))
    return place.is_file() or not place.exists()


def save_or_rescue(vectors: KeyedVectors, path: Path) -> None:
    """Save vectors, somewhere else if they cannot stand where they should.

    Raises
    ------
    OSError
        In that case, with the place of either.
    """
    try:
        vectors.save(path)
    except _FAILURES as error:
        for place in _elsewhere(path):
            try:
                vectors.save(place)
            except _FAILURES:
                shutil.rmtree(place.parent, ignore_errors=True)
                continue
            raise OSError(
                f"cannot write {path} ({reason(error)}); the vectors are in {place}"
            ) from error
        raise OSError(
            f"cannot write {path} ({reason(error)}), nor anywhere else: the vectors are lost"
        ) from error


def reason(error: BaseException) -> str:
    """Return why something failed, in a few words."""
    if isinstance(error, MemoryError):
        return str(error) or "there is not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _elsewhere(path: Path) -> Iterator[Path]:
    """Yield places in new folders where a file may be kept, the most likely to do first."""
    # Text takes more room than numbers, and not every format has a place for every word.
    stem = path.name.split(".")[0] or "vectors"
    names = dict.fromkeys((path.name, f"{stem}.safetensors", f"{stem}.bin"))
    folders: list[Path] = []
    with suppress(OSError):
        folders.append(Path(tempfile.gettempdir()))
    with suppress(RuntimeError):
        folders.append(Path.home())
    folders += [path.absolute().parent, Path("/var/tmp"), Path("/dev/shm")]
    for folder in dict.fromkeys(folders):
        for name in names:
            with suppress(OSError):
                yield Path(tempfile.mkdtemp(prefix="w2v-", dir=folder)) / name
