"""Splitting bytes into words and numbering them: Numba kernels over a hash table's arrays.

All release the GIL, so that threads read text side by side; :mod:`w2v.data.reading.word_table`
owns the arrays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import w2v.backend.cpu  # noqa: F401  # first, as it tells what is wrong with Numba's settings

# isort: split
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.kernel_parts import part

# Kernels load eight bytes at a time: every buffer ends with as many that do not count.
PADDING = 8
SENTENCE_END = -1

# What a character is, to the kernel that cuts running text into words.
SEPARATOR, LETTER, ALONE, MARK, APOSTROPHE, NEWLINE = range(6)

# What four bytes of UTF-8 can say, whether or not it is a character.
CODES = 1 << 21

# What a byte may be to split_white().
PLAIN, SPACE, LINE, MAYBE_SPACE = range(4)

_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)
_HIGH_BITS = np.uint64(0x8080808080808080)
_S32 = np.uint64(32)
_S29 = np.uint64(29)
_ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW_32 = np.uint64(0xFFFFFFFF)
_ABOVE_SPACE = np.uint64(0x5F5F5F5F5F5F5F5F)

_kernel = kept_njit(nogil=True)


class HashTable(NamedTuple):
    """The arrays of a word table, which say how many words fit.

    Parameters
    ----------
    slots : (2 ** n, 2) uint64
        A key, and in one number the word's length and its id plus one; 0 where none is. The key
        of a word of up to eight bytes is these bytes, that of a longer one a hash of them.
    starts : int64 array
        Word i is ``arena[starts[i]:starts[i + 1]]``.
    arena : uint8 array
    size : (1,) int64
        How many words there are.
    first : int64 array
        Where each word stood first.
    """

    slots: NDArray[Any]
    starts: NDArray[Any]
    arena: NDArray[Any]
    size: NDArray[Any]
    first: NDArray[Any]


@intrinsic
def _load64(typingctx, buffer, index):
    """Load eight bytes at any address as one little-endian number."""

    def codegen(context, builder, signature, args):
        array = context.make_array(signature.args[0])(context, builder, args[0])
        address = builder.gep(array.data, [args[1]])
        word = builder.bitcast(address, ir.IntType(64).as_pointer())
        return builder.load(word, align=1)

    return types.uint64(buffer, types.int64), codegen


@intrinsic
def _trailing_zeros(typingctx, word):
    """Count the zero bits below the lowest set one."""

    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.IntType(1)(0))

    return types.uint64(types.uint64), codegen


@_kernel
def split_white(buffer, n, kinds, spans):
    """Find the words between white space and the ends of lines; return the number of spans."""
    i = filled = 0
    inside = False
    while i < n:
        if inside:
            # Bytes that are ASCII and above the space, up to eight at a time.
            word = _load64(buffer, i)
            other = (~((word & ~_HIGH_BITS) + _ABOVE_SPACE) | word) & _HIGH_BITS
            if other == np.uint64(0):
                i += 8
                continue
            i += np.int64(_trailing_zeros(other) >> np.uint64(3))
        kind = kinds[buffer[i]]
        length = 1
        if kind == MAYBE_SPACE:
            # White space beyond ASCII, or a word's character that begins as such.
            a, b, c = buffer[i], buffer[i + 1], buffer[i + 2]
            if a == 0xC2:
                length = 2 if b == 0x85 or b == 0xA0 else 0
            elif a == 0xE1:
                length = 3 if b == 0x9A and c == 0x80 else 0
            elif a == 0xE3:
                length = 3 if b == 0x80 and c == 0x80 else 0
            elif b == 0x80:
                length = 3 if c <= 0x8A or c == 0xA8 or c == 0xA9 or c == 0xAF else 0
            else:
                length = 3 if b == 0x81 and c == 0x9F else 0
            if length == 0:
                kind = PLAIN
                length = 1
        if kind == PLAIN:
            if not inside:
                spans[filled, 0] = i
                inside = True
        else:
            if inside:
                spans[filled, 1] = i
                filled += 1
                inside = False
            if kind == LINE and (filled == 0 or spans[filled - 1, 0] != SENTENCE_END):
                spans[filled, 0] = SENTENCE_END
                filled += 1
        i += length
    return filled


@part
def _code_point(buffer, i):
    """Decode the valid UTF-8 character that starts here: (code point, bytes)."""
    a = np.int64(buffer[i])
    if a < 0x80:
        return a, 1
    b = np.int64(buffer[i + 1]) & 0x3F
    if a < 0xE0:
        return (a & 0x1F) << 6 | b, 2
    c = np.int64(buffer[i + 2]) & 0x3F
    if a < 0xF0:
        return (a & 0x0F) << 12 | b << 6 | c, 3
    d = np.int64(buffer[i + 3]) & 0x3F
    return (a & 0x07) << 18 | b << 12 | c << 6 | d, 4


@part
def _word_end(buffer, i, n, kind, classes):
    """Return where the word ends whose first character, just before i, has this class."""
    letter_before = kind == LETTER
    while i < n:
        code, length = _code_point(buffer, i)
        inside = classes[code]
        if inside == LETTER:
            if kind == ALONE:
                return i
            letter_before = True
        elif inside == APOSTROPHE:
            if not letter_before or i + length >= n:
                return i
            following, _ = _code_point(buffer, i + length)
            if classes[following] != LETTER:
                return i
            letter_before = False
        elif inside != MARK:
            return i
        i += length
    return i


@_kernel
def split_words(buffer, n, classes, spans):
    """Find the words of running text, as :func:`split_white` does those between spaces."""
    i = filled = 0
    while i < n:
        start = i
        code, length = _code_point(buffer, i)
        kind = classes[code]
        i += length
        if kind == NEWLINE:
            if filled == 0 or spans[filled - 1, 0] != SENTENCE_END:
                spans[filled, 0] = SENTENCE_END
                filled += 1
        elif kind in (LETTER, ALONE):
            i = _word_end(buffer, i, n, kind, classes)
            spans[filled, 0] = start
            spans[filled, 1] = i
            filled += 1
    return filled


@part
def _place(key, length, last):
    """Return where in the table the search for a word begins."""
    h = (key ^ np.uint64(length)) * _MULTIPLY
    h = (h ^ (h >> _S32)) * _MULTIPLY
    return np.int64((h >> _S29) & np.uint64(last))


@_kernel
def number(buffer, spans, i, n, stamp, table, ids):
    """Give each word its id, a new one to a new word; stop early when the table is full.

    All in one body: handing arrays to another function costs Numba more than the search itself.

    Returns
    -------
    int
        How many words have their id; if not all, the table must grow first.
    """
    slots, starts, arena, size, first = table
    last = slots.shape[0] - 1
    known = size[0]
    while i < n:
        start = np.int64(spans[i, 0])
        if start == SENTENCE_END:
            ids[i] = SENTENCE_END
            i += 1
            continue
        length = np.int64(spans[i, 1]) - start
        if length <= 8:
            key = np.uint64(0)
            if length > 0:
                key = _load64(buffer, start) & (_ALL_BITS >> np.uint64(64 - 8 * length))
        else:
            key = np.uint64(0)
            for k in range(0, length - 8, 8):
                key = (key ^ _load64(buffer, start + k)) * _MULTIPLY
                key ^= key >> _S29
            # The last eight bytes overlap those before: none is left out, none lies outside.
            key = (key ^ _load64(buffer, start + length - 8)) * _MULTIPLY
        place = _place(key, length, last)
        word = np.int64(-1)
        while slots[place, 1] != np.uint64(0):
            if slots[place, 0] == key and np.int64(slots[place, 1] >> _S32) == length:
                word = np.int64(slots[place, 1] & _LOW_32) - 1
                begin = starts[word]
                k = 0
                while k < length and length > 8:
                    at = min(k, length - 8)
                    if _load64(arena, begin + at) != _load64(buffer, start + at):
                        word = np.int64(-1)
                        break
                    k += 8
                if word >= 0:
                    break
            place = (place + 1) & last
        if word < 0:
            word = known
            begin = starts[word]
            if (
                2 * (word + 1) > slots.shape[0]
                or word + 2 > starts.size
                or begin + length + PADDING > arena.size
            ):
                break
            slots[place, 0] = key
            slots[place, 1] = np.uint64(length) << _S32 | np.uint64(word + 1)
            for k in range(length):
                arena[begin + k] = buffer[start + k]
            starts[word + 1] = begin + length
            first[word] = stamp + i
            known += 1
        ids[i] = word
        i += 1
    size[0] = known
    return i


@_kernel
def count(ids, amounts, counts):
    """Add an amount to the count of every id that stands there (one, if none are given)."""
    for i in range(ids.size):
        if ids[i] != SENTENCE_END:
            counts[ids[i]] += amounts[i] if amounts.size else 1


@_kernel
def rehash(old, new):
    """Move all entries to a larger table."""
    last = new.shape[0] - 1
    for i in range(old.shape[0]):
        if old[i, 1] != np.uint64(0):
            place = _place(old[i, 0], np.int64(old[i, 1] >> _S32), last)
            while new[place, 1] != np.uint64(0):
                place = (place + 1) & last
            new[place, 0] = old[i, 0]
            new[place, 1] = old[i, 1]


@_kernel
def renumber(provisional, new_ids, in_sentence, limit, tokens, ends):
    """Replace provisional ids, drop words that have no new one, cut long sentences.

    ``in_sentence`` words of the first sentence stood in the block before. Returns (tokens
    written, sentence ends written); ends count tokens of this block.
    """
    n_tokens = n_ends = 0
    for word in provisional:
        if word == SENTENCE_END:
            ends[n_ends] = n_tokens
            n_ends += 1
            in_sentence = 0
            continue
        new = new_ids[word]
        if new >= 0:
            tokens[n_tokens] = new
            n_tokens += 1
        in_sentence += 1
        if in_sentence == limit:
            ends[n_ends] = n_tokens
            n_ends += 1
            in_sentence = 0
    return n_tokens, n_ends
