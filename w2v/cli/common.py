"""What the commands share: how they speak, refuse and end."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from w2v.cli.option_names import in_options
from w2v.cli.terminal import echo
from w2v.messages import loss_text, quoted

if TYPE_CHECKING:
    from w2v import Word2Vec
    from w2v.data import EncodedCorpus


# Less than half of it is touched.
_TO_TRAIN = 700_000_000  # Arrow, Numba with LLVM, linear algebra
TO_WRITE = 250_000_000  # Arrow
_STEPS_TOLD_EVERY = 5  # seconds


class CommandLineError(ValueError):
    """What a command is asked for cannot be, whatever stands in the files that it names."""


@contextmanager
def command_line(option: str = "") -> Iterator[None]:
    """Take a ValueError of the block for one of the command line, as its exit status tells.

    Parameters
    ----------
    option : str, optional
        Whose value it is; named before the message.

    Raises
    ------
    CommandLineError
        With its message.
    """
    try:
        yield
    except ValueError as error:
        named = f"{option}: " if option else ""
        raise CommandLineError(f"{named}{error}") from error


def require_addresses(needed: int = _TO_TRAIN) -> None:
    """Refuse to begin where a limit of addresses (``ulimit -v``) is below what libraries take.

    Some of them end the process there, or wait for ever.

    Parameters
    ----------
    needed : int, default what it takes to train
        Bytes.

    Raises
    ------
    MemoryError
        It says how much it is.
    """
    from w2v.backend.host_memory import left_of_limit

    left = left_of_limit()
    if left is not None and left < needed:
        raise MemoryError(
            f"not enough memory to begin: libraries take up to {needed / 1e6:.0f} MB of "
            f"addresses, and this process may have {max(0, left) / 1e6:.0f} MB more: raise its "
            "limit (ulimit -v)"
        )


def teller(quiet: bool) -> Callable[[str], None]:
    """Return what tells a person how things go: on standard error, or not at all.

    The library's warnings go the same way, a line each.
    """
    say: Callable[[str], None] = (
        (lambda text: None) if quiet else (lambda text: echo(text, err=True))
    )
    warnings.showwarning = lambda message, *_, **__: say(f"warning: {in_options(str(message))}")
    return say


def teller_of_steps(say: Callable[[str], None], what: str) -> Callable[[int, int], None]:
    """Return what tells every few seconds how far something is that goes by steps."""
    begin = told = time.monotonic()

    def tell(done: int, steps: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _STEPS_TOLD_EVERY:
            told = now
            left = (now - begin) / done * (steps - done)
            say(f"{what}: {done:,} of {steps:,} steps, {left:.0f} s left")

    return tell


def totals_of(corpus: EncodedCorpus) -> dict[str, int]:
    """Give a corpus's size, for JSON."""
    return {
        "words": corpus.total_words,
        "sentences": len(corpus),
        "vocab": len(corpus.vocab),
    }


def describe(corpus: EncodedCorpus) -> str:
    """Say in one line what was read."""
    replaced = corpus.info.get("replaced", 0)
    return (
        f"{corpus.total_words:,} words in {len(corpus):,} sentences, "
        f"{len(corpus.vocab):,} in the vocabulary"
        + (f", {replaced:,} invalid characters replaced" if replaced else "")
    )


def told_of_training(word2vec: Word2Vec, begun_at: int, *, stopped: bool) -> str:
    """Say in one line what a command has trained since so many words of the run."""
    loss = f", loss {loss_text(word2vec.losses[-1], 3)}" if word2vec.losses else ""
    words = word2vec.trained_words - begun_at
    epochs = word2vec.epochs_done
    if not words and not stopped and epochs >= word2vec.config.epochs:
        more = f"--epochs {epochs + 1} goes on from there"
        return f"nothing left to train: all {epochs} epochs were done before{loss}; {more}"
    return (
        f"{'stopped' if stopped else 'trained'}: {words:,} words in "
        f"{word2vec.train_seconds:.1f} s, {word2vec.words_per_second:,.0f} words/s{loss}"
    )


def choice(option: str, given: str, choices: Collection[str]) -> str:
    """Return what an option is given, if it is one of a few words."""
    if given not in choices:
        raise typer.BadParameter(
            f"{quoted(given)} is not one of {', '.join(choices)}", param_hint=option
        )
    return given
