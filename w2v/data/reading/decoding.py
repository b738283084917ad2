"""Text in other encodings than UTF-8, decoded on the way."""

from __future__ import annotations

import codecs
import threading

from w2v.data.errors import CorpusError
from w2v.data.reading.encoding_guess import marked_encoding, wide_encoding
from w2v.messages import quoted

UTF8 = "utf-8"
_REPLACE = "w2v.replace"


def checked_encoding(name: str) -> str:
    """Return the name that Python has for an encoding, ``"utf-8"`` with or without a mark.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        A name by which Python knows no encoding of text.
    """
    try:
        codec = codecs.lookup(name)
        if getattr(codec, "_is_text_encoding", True):  # idna and punycode fail at once
            codecs.getincrementaldecoder(name)(_REPLACE).decode(b"")
    except (LookupError, TypeError, ValueError):
        codec = None
    if codec is None or not getattr(codec, "_is_text_encoding", True):
        raise ValueError(
            f"encoding must be one that Python knows and reads in pieces, such as 'utf-8', "
            f"'utf-16', 'latin-1', 'cp949', 'shift_jis' or 'gb18030', got {quoted(name)}"
        )
    return UTF8 if codec.name in ("utf-8", "utf-8-sig") else codec.name


class Decoder:
    """A decoder of bytes in an encoding to UTF-8, piece by piece.

    Parameters
    ----------
    encoding : str
    strict : bool
        Whether bytes that are no text are an error; U+FFFD takes their place otherwise.
    name : str
        The source, for messages.
    head : bytes
        How the bytes begin.

    Attributes
    ----------
    replaced : int
        Sequences of bytes that U+FFFD took the place of.
    """

    def __init__(self, encoding: str, strict: bool, name: str, head: bytes) -> None:
        if encoding in ("utf-16", "utf-32") and marked_encoding(head) != encoding:
            encoding = wide_encoding(head) or f"{encoding}-le"  # Python asks for a mark
        self.encoding, self._name = encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)("strict" if strict else _REPLACE)
        self._fed = self.replaced = 0
        self._first = True

    def decoded(self, data: bytes, *, final: bool) -> bytes:
        """Decode a piece; what is cut off at its end comes with the next.

        Parameters
        ----------
        data : bytes
        final : bool
            Whether it is the last.

        Returns
        -------
        bytes

        Raises
        ------
        CorpusError
            Bytes that are no text, if strict; it names the first and its place.
        """
        _replacements.count = 0
        try:
            text = self._decoder.decode(data, final)
            if self._first and text:
                self._first, text = False, text.removeprefix("\ufeff")
            encoded = text.encode()
        except UnicodeDecodeError as error:
            place = self._fed + len(data) - len(error.object) + error.start
            raise CorpusError(
                f"{self._name} has byte 0x{error.object[error.start]:02x} at {place}, which is no "
                f"{self.encoding}; name its encoding or use errors='replace'"
            ) from error
        except UnicodeError as error:
            raise CorpusError(f"{self._name} is no {self.encoding}: {error}") from error
        self._fed += len(data)
        self.replaced += _replacements.count
        return encoded


class _Replacements(threading.local):
    count = 0


_replacements = _Replacements()


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _replacements.count += 1
    return "\ufffd", error.end


codecs.register_error(_REPLACE, _replace)
