"""Parts of kernels: functions that kernels are put together from, and that nothing else calls.

Numba makes machine code of all that it compiles, optimises it once more wherever it is linked
into something else, and wraps it for Python.  Parts are spared this: they are left as LLVM's
code, which the kernel that they end in optimises as a whole.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering, NopythonRewrites
from numba.extending import intrinsic


class _Unfinished(JITCodeLibrary):
    """LLVM's code of a part and of the parts in it, linked and neither optimised nor compiled."""

    def finalize(self) -> None:
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True


class _NotForPython(dict[Any, Any]):
    def __missing__(self, key: Any) -> None:
        raise TypeError("this is a part of kernels, for them alone to call")


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    """Lowering that ends where LLVM's code stands."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _Unfinished(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)

        # What Numba knows a function by and would call from Python is one that is built in.
        part = _NotForPython().__getitem__
        state.targetctx.insert_user_function(part, state.cr.fndesc, [state.library])
        state.reload_init.extend(state.library._reload_init)
        state.cr = state.cr._replace(cfunc=part)
        return True


class _PartCompiler(CompilerBase):
    """Numba's compiler, up to the lowering."""

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        # Parts have no array expressions, which are what is rewritten.
        passes.passes = [
            (_PartLowering if each is NativeLowering else each, text)
            for each, text in passes.passes
            if each is not NopythonRewrites
        ]
        passes._finalized = False
        passes.finalize()
        return [passes]


_how: dict[str, Any] = {"nogil": True, "error_model": "numpy", "pipeline_class": _PartCompiler}
_how |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function: Any) -> Any:
    """Compile a function as a part of kernels; a decorator."""
    return numba.njit(**_how)(function)


def inlined(function: Any) -> Any:
    """Compile a part that has no call left in the kernel, however large it is; a decorator."""
    return numba.njit(forceinline=True, **_how)(function)


def _choose(sign: str) -> Any:
    def choose(typing: Any, a: Any, b: Any) -> Any:
        kind = a if a == b and isinstance(a, types.Integer) else types.int64

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.select(builder.icmp_signed(sign, *args), *args)

        return kind(kind, kind), generate

    return choose


# Of two whole numbers with a sign, as min and max say, which Numba compiles anew for each type.
lesser, greater = intrinsic(_choose("<")), intrinsic(_choose(">"))
