"""Compiled kernels, kept on disk from one process to the next.

Numba's own cache tells kernels apart by the file that they stand in.  Ours are put together
from several, so what is kept is named after all that machine code follows from: the sources
of the backend and of all kernels, the compilers, the processor and the arguments' types.
Processes may then compile at once, as none writes what another would take for something
else.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import IndexDataCacheFile
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime.nrt import rtsys
from numba.misc.appdirs import AppDirs

from w2v.backend.compiling import tell_of_compiling
from w2v.files import atomic_path
from w2v.files.caches import VARIABLE, chosen, in_home, in_temporary, is_trusted, is_usable

_HERE = Path(__file__).resolve().parent
_PACKAGES = _HERE / "__pycache__"
_BACKEND, _LIBRARY = _HERE.parent, _HERE.parents[1]
_OBJECTS = 50_000  # from one look for garbage to the next, while kernels are compiled
_PYTHON = f"py{sys.version_info[0]}{sys.version_info[1]}{getattr(sys, 'abiflags', '')}"


def _name_of(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:20]


def _origin() -> str | None:
    """Name what kernels are compiled from and by; None where there are no sources."""
    sources = sorted({*_BACKEND.rglob("*.py"), *_LIBRARY.rglob("*_kernels.py")})
    versions = numba.__version__, llvmlite.__version__, np.__version__
    parts = [
        part
        for path in sources
        for part in (path.relative_to(_LIBRARY).as_posix().encode(), path.read_bytes())
    ]
    return _name_of(*map(str.encode, versions), *parts) if sources else None


# Found at once: a process that goes on while its files are replaced must not keep what it
# compiles from the old ones under the name of the new ones.
_ORIGIN = _origin()


@cache
def _folders() -> list[Path]:
    """Return where kernels may be kept, the best place first.

    They are machine code: what others could write to is none, but for the package itself.
    """
    name = f"w2v-{_name_of(os.fsencode(_HERE))}"
    numbas = getattr(config, "CACHE_DIR", "")  # Numba's settings have no types
    asked = [folder / name for folder in (chosen(), numbas and Path(numbas).absolute()) if folder]
    for folder in asked:
        if is_usable(folder):
            return [folder]
    users = in_home(AppDirs(appname="numba", appauthor=False).user_cache_dir)
    temporary = in_temporary()
    return [*asked, _PACKAGES, *(folder / name for folder in (users, temporary) if folder)]


def _is_trusted(folder: Path) -> bool:
    return folder == _PACKAGES or is_trusted(folder)


def _is_usable(folder: Path) -> bool:
    if folder != _PACKAGES:
        return is_usable(folder)
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    return os.access(folder, os.W_OK | os.X_OK)


@cache
def _tell_that_nothing_is_kept() -> None:
    warnings.warn(
        f"kernels are compiled in memory, for this process alone, as no folder for them can be "
        f"written to: set {VARIABLE} to one that can",
        stacklevel=2,
    )


class _Files(IndexDataCacheFile):
    """Numba's two files of a kernel, of which a process that is killed leaves nothing."""

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[IO[bytes]]:
        with atomic_path(filepath) as beside, beside.open("wb") as file:
            yield file


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage seldom: compiling makes objects that stay, an eighth of it went that way."""
    with global_compiler_lock:
        before = gc.get_threshold()
        gc.set_threshold(max(_OBJECTS, before[0]) if before[0] else 0, *before[1:])
        try:
            yield
        finally:
            gc.set_threshold(*before)


class _KernelCache:
    """What Numba asks for a kernel that was compiled before, and tells of a new one."""

    def __init__(self, function: Any) -> None:
        self._name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"

    @property
    def cache_path(self) -> str:
        """Where kernels are kept, for Numba's statistics."""
        return str(_folders()[0])

    def _file(self, folder: Path, key: tuple[Any, ...]) -> _Files:
        # A file a key: two processes that add to one index could swap what it leads to.
        name = f"{self._name}-{_ORIGIN}.{_PYTHON}.{_name_of(repr(key).encode())}"
        return _Files(str(folder), name, _ORIGIN)

    def load_overload(self, types: Any, context: Any) -> Any:
        """Return what was compiled for arguments of these types, or None."""
        # All that machine code needs of Numba; what compiles, and what its `refresh` would import,
        # takes longer than a small text.
        rtsys.initialize(context)
        key = types, context.codegen().magic_tuple()
        for folder in filter(_is_trusted, _folders()) if _ORIGIN else ():
            # Unreadable or damaged, whatever it raises: it is compiled anew.
            with suppress(Exception):
                found = self._file(folder, key).load(key)
                if found is not None:
                    return CompileResult._rebuild(context, *found)
        tell_of_compiling()
        return None

    def save_overload(self, types: Any, result: Any) -> None:
        """Keep what was compiled, in the first folder that takes it, or not at all."""
        if _ORIGIN is None or result.library.has_dynamic_globals:
            return
        try:
            content = result._reduce()
        except RuntimeError as error:
            # There is no machine code to keep: a Ctrl-C while LLVM called back was lost there.
            raise KeyboardInterrupt from error
        key = types, result.library.codegen.magic_tuple()
        for folder in filter(_is_usable, _folders()):
            with suppress(OSError):
                file = self._file(folder, key)
                file.flush()  # an index that is damaged would be read first
                file.save(key, content)
                self._remove_outdated(folder)
                return
        _tell_that_nothing_is_kept()

    def _remove_outdated(self, folder: Path) -> None:
        """Remove what this Python compiled of this kernel from other sources, or by others."""
        for path in folder.glob(f"{self._name}-*.{_PYTHON}.*"):
            if not path.name.startswith(f"{self._name}-{_ORIGIN}."):
                with suppress(OSError):
                    path.unlink()


def kept_njit(**options: Any) -> Callable[[Any], Any]:
    """Return a decorator as `numba.njit` does, whose kernels are kept on disk.

    Parameters
    ----------
    **options
        Those of `numba.njit`, but for ``cache``.
    """
    # Nothing but Python calls them: what C would call is not made.
    how: dict[str, Any] = {"no_cfunc_wrapper": True, **options}
    compiled = numba.njit(**how)

    def decorate(function: Any) -> Any:
        kernel = compiled(function)
        kernel._cache = _KernelCache(function)
        compile_kernel = kernel.compile

        def compile_with_less_garbage_collected(types: Any) -> Any:
            with _rare_collections():
                return compile_kernel(types)

        kernel.compile = compile_with_less_garbage_collected
        return kernel

    return decorate
