"""Tiles of rows whose vectors are held in registers, for Numba kernels: products, steps, places."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from w2v.backend.cpu.vector_kernels import (
    FLOAT,
    INT64,
    INTS,
    LANES,
    constant,
    emit_add_changed,
    emit_call,
    emit_splat,
    tuple_of,
    unpack,
    vector,
)


@intrinsic
def zero_products(typing, xs, ys):
    """Accumulators for every pair of an x and a y."""
    n = xs.count * ys.count

    def generate(context, builder, signature, args):
        return context.make_tuple(builder, signature.return_type, [constant(0.0)] * n)

    return tuple_of(n)(xs, ys), generate


@intrinsic
def add_products(typing, xs, ys, sums):
    """``sums[i * len(ys) + j] += xs[i] * ys[j]``."""

    def generate(context, builder, signature, args):
        xs, ys, sums = unpack(builder, *args)
        pairs = [(x, y) for x in xs for y in ys]
        out = [emit_call(builder, "fma", *xy, s) for xy, s in zip(pairs, sums, strict=True)]
        return context.make_tuple(builder, signature.return_type, out)

    return sums(xs, ys, sums), generate


@intrinsic
def lane_sums(typing, rows):
    """Make a vector whose lane j is the sum of row j, 0 in lanes beyond.

    Halving: lanes of two rows are added and interleaved in one go, so that 16 sums
    cost 15 additions instead of 64.  Neighbours first, as rows that are not there cost nothing.
    """

    def generate(context, builder, signature, args):
        (rows,) = unpack(builder, args[0])
        nothing = constant(0.0)
        rows = rows + [nothing] * (LANES - len(rows))
        bit = 1
        while bit < LANES:
            own = [lane + LANES * bool(lane & bit) for lane in range(LANES)]
            other = [(lane ^ bit) + LANES * bool(lane & bit) for lane in range(LANES)]
            own, other = ir.Constant(INTS, own), ir.Constant(INTS, other)
            rows = [
                nothing
                if x is nothing
                else builder.fadd(
                    builder.shuffle_vector(x, y, own), builder.shuffle_vector(x, y, other)
                )
                for x, y in zip(rows[::2], rows[1::2], strict=True)
            ]
            bit *= 2
        return rows[0]

    return vector(rows), generate


@intrinsic
def splats(typing, place, like):
    """Load as many float32 numbers as ``like`` is long, each into all lanes of a vector."""

    def generate(context, builder, signature, args):
        place = builder.inttoptr(args[0], FLOAT.as_pointer())
        places = [builder.gep(place, [INT64(j)]) for j in range(like.count)]
        out = [emit_splat(builder, builder.load(each)) for each in places]
        return context.make_tuple(builder, signature.return_type, out)

    return tuple_of(like.count)(types.int64, like), generate


@intrinsic
def step_rows(typing, weights, x, start, ys, sums, factor):
    """``start + factor Σ weights[j] ys[j]`` and ``sums[j] + weights[j] x``.

    Two chains of additions, as one would wait for each of its links.  A factor of None is 1.
    """
    plain = isinstance(factor, types.NoneType)

    def generate(context, builder, signature, args):
        x, start = args[1:3]
        weights, ys, sums = unpack(builder, args[0], *args[3:5])
        chains, out = [start if plain else None, None], []
        for j, (w, y) in enumerate(zip(weights, ys, strict=True)):
            out.append(emit_call(builder, "fma", w, x, sums[j]))
            chain = chains[j % 2]
            chains[j % 2] = (
                builder.fmul(w, y) if chain is None else emit_call(builder, "fma", w, y, chain)
            )
        change = chains[0] if chains[1] is None else builder.fadd(*chains)
        if not plain:
            change = emit_add_changed(builder, start, change, args[5])
        out = context.make_tuple(builder, signature.return_type[1], out)
        return context.make_tuple(builder, signature.return_type, [change, out])

    kinds = weights, vector, vector, ys, sums, types.none if plain else vector
    return types.Tuple((vector, sums))(*kinds), generate


@intrinsic
def apart(typing, x, y, most):
    """1 where x and y differ, and by at most ``most``; 0 elsewhere."""

    def generate(context, builder, signature, args):
        x, y, most = args
        distance = emit_call(builder, "fabs", builder.fsub(x, y))
        near = builder.fcmp_ordered("<=", distance, most)
        other = builder.fcmp_ordered(">", distance, constant(0.0))
        return builder.select(builder.and_(near, other), constant(1.0), constant(0.0))

    return vector(vector, vector, vector), generate


@intrinsic
def below(typing, x, y):
    """1 where x < y, 0 elsewhere."""

    def generate(context, builder, signature, args):
        less = builder.fcmp_ordered("<", *args)
        return builder.select(less, constant(1.0), constant(0.0))

    return vector(vector, vector), generate
