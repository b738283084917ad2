"""NVIDIA's run-time compiler, which needs no GPU, and what it reports about kernels."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_PACKAGES = ("nvidia.cuda_nvrtc", "nvidia.cu13")


class Kernel(NamedTuple):
    """What ptxas says of a kernel."""

    registers: int
    stack_bytes: int
    spilled_bytes: int


@lru_cache
def compiler() -> ctypes.CDLL | None:
    """Return NVRTC, from its wheel or the system, if there is one."""
    found = [str(library) for name in _PACKAGES for library in _libraries(name)]
    system = ctypes.util.find_library("nvrtc")
    for path in [*found, *([system] if system else [])]:
        try:
            return ctypes.CDLL(path)
        except OSError:
            continue
    return None


def _libraries(package: str) -> list[Path]:
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return []
    folders = (spec.submodule_search_locations or []) if spec else []
    pattern = re.compile(r"(libnvrtc\.so\.\d+|nvrtc64_\d+_0\.dll)")
    files = (file for folder in folders for file in Path(folder).rglob("*nvrtc*"))
    return [file for file in files if pattern.fullmatch(file.name)]


@lru_cache
def architectures() -> list[int]:
    """List what the compiler can compile for: 90 for sm_90."""
    nvrtc = compiler()
    if nvrtc is None:
        return []
    count = ctypes.c_int()
    nvrtc.nvrtcGetNumSupportedArchs(ctypes.byref(count))
    numbers = (ctypes.c_int * count.value)()
    nvrtc.nvrtcGetSupportedArchs(numbers)
    return list(numbers)


def compile_cuda(
    source: str, options: tuple[str, ...], architecture: int
) -> tuple[dict[str, Kernel], str]:
    """Compile to machine code.

    Returns
    -------
    kernels : dict
        What ptxas says of every kernel.
    ptx : str
        The code before ptxas.

    Raises
    ------
    AssertionError
        It does not compile; the compiler's messages.
    """
    kernels, ptx, _ = machine_code(source, options, architecture)
    return kernels, ptx


def machine_code(
    source: str, options: tuple[str, ...], architecture: int
) -> tuple[dict[str, Kernel], str, bytes]:
    """Compile, and return the machine code too, as a disassembler takes it."""
    nvrtc, program = compiler(), ctypes.c_void_p()
    assert nvrtc is not None
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None)
    try:
        adds = ("-ftz=true", "--device-as-default-execution-space")  # to all that CuPy compiles
        flags = (f"--gpu-architecture=sm_{architecture}", "--ptxas-options=-v", *adds, *options)
        array = (ctypes.c_char_p * len(flags))(*(flag.encode() for flag in flags))
        status = nvrtc.nvrtcCompileProgram(program, len(flags), array)
        log = _text(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program)
        assert status == 0, log
        ptx = _text(nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX, program)
        code = _bytes(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program)
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return {match["name"]: _kernel(match) for match in _REPORT.finditer(log)}, ptx, code


_REPORT = re.compile(
    r"Compiling entry function '(?P<name>\w+)'.*?(?P<stack>\d+) bytes stack frame, "
    r"(?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers",
    re.DOTALL,
)


def _kernel(report: re.Match[str]) -> Kernel:
    spilled = int(report["stores"]) + int(report["loads"])
    return Kernel(int(report["registers"]), int(report["stack"]), spilled)


def _text(size: Any, get: Any, program: object) -> str:
    return _bytes(size, get, program).decode().rstrip("\0")


def _bytes(size: Any, get: Any, program: object) -> bytes:
    length = ctypes.c_size_t()
    size(program, ctypes.byref(length))
    buffer = ctypes.create_string_buffer(length.value)
    get(program, buffer)
    return buffer.raw
