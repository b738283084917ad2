"""Vectors of float32 held in registers, for Numba kernels.

LLVM vectorises simple loops by itself, but does not keep a tile of accumulators
in registers; these intrinsics say so explicitly.  They are LLVM vectors, so the
same code compiles to AVX-512, AVX2 or NEON.  An address is an int64; a tuple of
n addresses or vectors stands for n rows, and its length is known to the compiler.
"""

from __future__ import annotations

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

from w2v.backend.cpu.prefetch import emit_prefetch


def _has_avx512() -> bool:
    """Ask what Numba compiles for: this machine, unless its settings name another."""
    name, features = getattr(config, "CPU_NAME", None), getattr(config, "CPU_FEATURES", None)
    if features is not None:
        return "+avx512f" in features
    host = llvmlite.binding.get_host_cpu_name()
    return name in (None, host) and bool(
        llvmlite.binding.get_host_cpu_features().get("avx512f", False)
    )


# Lanes of a vector, and how many rows of accumulators fit beside as many rows of operands.
WIDE = _has_avx512()
LANES = 16 if WIDE else 8
MAX_TILE = 14 if WIDE else 6

FLOAT, _I32, INT64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
_VEC, INTS = ir.VectorType(FLOAT, LANES), ir.VectorType(_I32, LANES)

# 2**f on [-0.5, 0.5]: Chebyshev interpolation of degree 5, relative error 3e-7.
_EXP2 = (1.0000001192, 0.6931471825, 0.2402210683, 0.0555032715, 0.0096760374, 0.0013400433)

# log(1 + x) / x on [0, 1], likewise of degree 6, to 8e-7.
_LOG1P = (
    0.9999985737,
    -0.4998589943,
    0.3309752583,
    -0.2345452005,
    0.1482941343,
    -0.0655903064,
    0.0138744845,
)


class VectorType(types.Type):
    """LANES float32 numbers in a register."""

    def __init__(self):
        super().__init__(name=f"float32x{LANES}")


vector = VectorType()


@register_model(VectorType)
class VectorModel(models.PrimitiveModel):
    """How LLVM sees it."""

    def __init__(self, manager, fe_type):
        super().__init__(manager, fe_type, _VEC)


# -- what intrinsics are made of, here and in other files ----------------------------


def emit_call(builder, name, *args):
    kind = ir.FunctionType(_VEC, [_VEC] * len(args))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32")
    return builder.call(function, args)


def constant(value, kind=_VEC):
    return ir.Constant(kind, [value] * LANES)


def emit_splat(builder, scalar):
    undefined = ir.Constant(_VEC, ir.Undefined)
    first = builder.insert_element(undefined, scalar, _I32(0))
    return builder.shuffle_vector(first, undefined, constant(0, INTS))


def _load(builder, address):
    return builder.load(builder.inttoptr(address, _VEC.as_pointer()), align=4)


def _store(builder, address, value):
    builder.store(value, builder.inttoptr(address, _VEC.as_pointer()), align=4)


def unpack(builder, *tuples):
    return [cgutils.unpack_tuple(builder, each) for each in tuples]


def tuple_of(n, kind=vector):
    return types.UniTuple(kind, n)


# -- memory --------------------------------------------------------------------------


@intrinsic
def load(typing, address):
    def generate(context, builder, signature, args):
        return _load(builder, args[0])

    return vector(types.int64), generate


@intrinsic
def store(typing, address, value):
    def generate(context, builder, signature, args):
        _store(builder, *args)
        return context.get_dummy_value()

    return types.void(types.int64, vector), generate


@intrinsic
def load_rows(typing, rows, offset):
    """Load a vector at each row's address + offset."""

    def generate(context, builder, signature, args):
        (rows,) = unpack(builder, args[0])
        out = [_load(builder, builder.add(row, args[1])) for row in rows]
        return context.make_tuple(builder, signature.return_type, out)

    return tuple_of(rows.count)(rows, types.int64), generate


@intrinsic
def store_rows(typing, rows, offset, values):
    def generate(context, builder, signature, args):
        rows, values = unpack(builder, args[0], args[2])
        for row, value in zip(rows, values, strict=True):
            _store(builder, builder.add(row, args[1]), value)
        return context.get_dummy_value()

    return types.void(rows, types.int64, values), generate


@intrinsic
def load_address(typing, place):
    def generate(context, builder, signature, args):
        return builder.load(builder.inttoptr(args[0], INT64.as_pointer()))

    return types.int64(types.int64), generate


@intrinsic
def addresses(typing, place, stride, like):
    """Load as many int64 numbers as ``like`` is long, ``stride`` bytes apart."""

    def generate(context, builder, signature, args):
        place, out = args[0], []
        for _ in range(like.count):
            out.append(builder.load(builder.inttoptr(place, INT64.as_pointer())))
            place = builder.add(place, args[1])
        return context.make_tuple(builder, signature.return_type, out)

    return tuple_of(like.count, types.int64)(types.int64, types.int64, like), generate


@intrinsic
def prefetch(typing, address):
    """Fetch a cache line that is going to be written."""

    def generate(context, builder, signature, args):
        line = builder.inttoptr(args[0], ir.IntType(8).as_pointer())
        emit_prefetch(builder, line, closeness=3, for_writing=True)
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def offset(typing, address, distance):
    """Return an address beyond another, None beyond None."""
    if isinstance(address, types.NoneType):
        return types.none(types.none, types.int64), _nothing

    def generate(context, builder, signature, args):
        return builder.add(*args)

    return types.int64(types.int64, types.int64), generate


@intrinsic
def load_factor(typing, address):
    """Load a float32 number into all lanes; None of no address."""
    if isinstance(address, types.NoneType):
        return types.none(types.none), _nothing

    def generate(context, builder, signature, args):
        return emit_splat(builder, builder.load(builder.inttoptr(args[0], FLOAT.as_pointer())))

    return vector(types.int64), generate


def _nothing(context, builder, signature, args):
    return context.get_dummy_value()


# -- arithmetic ----------------------------------------------------------------------


@intrinsic
def splat(typing, scalar):
    def generate(context, builder, signature, args):
        return emit_splat(builder, args[0])

    return vector(types.float32), generate


@intrinsic
def add(typing, x, y):
    def generate(context, builder, signature, args):
        return builder.fadd(*args)

    return vector(vector, vector), generate


def emit_add_changed(builder, x, change, factor):
    """X + factor * change, and x to the bit where the factor is 0."""
    fixed = builder.fcmp_ordered("==", factor, constant(0.0))
    return builder.select(fixed, x, emit_call(builder, "fma", change, factor, x))


@intrinsic
def add_changed(typing, x, change, factor):
    """``x + factor * change``; a factor of None is 1."""
    plain = isinstance(factor, types.NoneType)

    def generate(context, builder, signature, args):
        return builder.fadd(*args[:2]) if plain else emit_add_changed(builder, *args)

    return vector(vector, vector, types.none if plain else vector), generate


@intrinsic
def subtract(typing, x, y):
    def generate(context, builder, signature, args):
        return builder.fsub(*args)

    return vector(vector, vector), generate


@intrinsic
def multiply(typing, x, y):
    def generate(context, builder, signature, args):
        return builder.fmul(*args)

    return vector(vector, vector), generate


@intrinsic
def multiply_add(typing, x, y, z):
    def generate(context, builder, signature, args):
        return emit_call(builder, "fma", *args)

    return vector(vector, vector, vector), generate


@intrinsic
def positive_part(typing, x):
    """max(0, x), and NaN where x is NaN: a loss must tell of it."""

    def generate(context, builder, signature, args):
        negative = builder.fcmp_ordered("<", args[0], constant(0.0))
        return builder.select(negative, constant(0.0), args[0])

    return vector(vector), generate


@intrinsic
def sigmoid(typing, x):
    """σ(x), and exp(−|x|) by the way."""

    def generate(context, builder, signature, args):
        (x,) = args
        y = builder.fmul(emit_call(builder, "fabs", x), constant(-1.4426950408889634))
        y = emit_call(builder, "maxnum", y, constant(-126.0))
        whole = emit_call(builder, "rint", y)
        f = builder.fsub(y, whole)
        power = constant(_EXP2[-1])
        for coefficient in _EXP2[-2::-1]:
            power = emit_call(builder, "fma", power, f, constant(coefficient))
        exponent = builder.shl(builder.fptosi(whole, INTS), constant(23, INTS))
        tail = builder.bitcast(builder.add(builder.bitcast(power, INTS), exponent), _VEC)
        larger = builder.fdiv(constant(1.0), builder.fadd(tail, constant(1.0)))
        negative = builder.fcmp_ordered("<", x, constant(0.0))
        result = builder.select(negative, builder.fmul(tail, larger), larger)
        return context.make_tuple(builder, signature.return_type, [result, tail])

    return tuple_of(2)(vector), generate


@intrinsic
def log_of_one_and(typing, x):
    """log(1 + x) of x in [0, 1]."""

    def generate(context, builder, signature, args):
        (x,) = args
        ratio = constant(_LOG1P[-1])
        for coefficient in _LOG1P[-2::-1]:
            ratio = emit_call(builder, "fma", ratio, x, constant(coefficient))
        return builder.fmul(ratio, x)

    return vector(vector), generate


@intrinsic
def split_exponent(typing, x):
    """Split positive x = m · 2**e into m in [1, 2) and whole e."""

    def generate(context, builder, signature, args):
        bits = builder.bitcast(args[0], INTS)
        e = builder.sub(builder.lshr(bits, constant(23, INTS)), constant(127, INTS))
        mantissa = builder.and_(bits, constant(0x007FFFFF, INTS))
        mantissa = builder.or_(mantissa, constant(0x3F800000, INTS))
        parts = [builder.bitcast(mantissa, _VEC), builder.sitofp(e, _VEC)]
        return context.make_tuple(builder, signature.return_type, parts)

    return tuple_of(2)(vector), generate
