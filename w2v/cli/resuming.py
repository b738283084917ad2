"""Going on with a saved training: with its own settings, on its own text, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from w2v.messages import quoted, shortened

if TYPE_CHECKING:
    from w2v.data import EncodedCorpus
    from w2v.word2vec import Word2Vec

_TEXT = ("encoding", "errors", "column")  # how a file is written; the words may be the same
_WORDS = ("tokenizer", "lowercase")


def given(ctx: typer.Context, option: str) -> bool:
    """Tell whether an option stands on the command line or in the configuration file."""
    source = ctx.get_parameter_source(option)
    return source is not None and source.name != "DEFAULT"


def check_reading(ctx: typer.Context, reading: Iterable[str], corpus: Iterable[str]) -> None:
    """Refuse to read a prepared corpus in another way: it has been read.

    Raises
    ------
    ValueError
        Names the options.
    """
    from w2v.data.manifest import is_encoded

    options = [f"--{name}" for name in reading if given(ctx, name)]
    prepared = next(filter(is_encoded, corpus), None)
    if options and prepared is not None:
        raise ValueError(
            f"{prepared} is a prepared corpus, which {', '.join(options)} cannot change: leave "
            f"them out, or prepare the text anew with them"
        )


def resumed(
    ctx: typer.Context,
    folder: Path,
    hyper: Mapping[str, tuple[str, Any]],
    reading: Mapping[str, Any],
    corpus: list[str] | None,
    running: Mapping[str, Any],
) -> tuple[Word2Vec, list[str], dict[str, Any]]:
    """Load a training to go on with, and refuse options that contradict it.

    Parameters
    ----------
    ctx : typer.Context
        Of the command, which knows what was given.
    folder : Path
    hyper : mapping of option to (hyper-parameter, value)
    reading : mapping of option to value
        How text is to be read.
    corpus : list of str or None
        The names of the text.
    running : mapping
        What may differ: ``epochs``, which can be more, and where and how the training runs, as
        ``backend``, ``workers`` and ``verbose``.

    Returns
    -------
    word2vec : Word2Vec
    names : list of str
        Of the text, which may be left out only where they were at first.
    reading : dict
        As given, and for the rest as the text was read at first.

    Raises
    ------
    CheckpointError
        The folder is no saved training.
    ValueError
        An option contradicts it; all that do are named.  Or the text is not named; the message
        says what it was.
    """
    from w2v.data.manifest import is_encoded
    from w2v.data.reading.text_source import find_sources
    from w2v.word2vec import Word2Vec

    word2vec = Word2Vec.load(
        folder,
        backend=running["backend"] if given(ctx, "backend") else None,
        workers=running["workers"],
        verbose=running["verbose"],
    )
    before = saved_text(word2vec).get("reading", {})
    config = word2vec.config
    pairs = [(name, value, getattr(config, key)) for name, (key, value) in hyper.items()]
    pairs += [(name, reading[name], before.get(name, reading[name])) for name in _WORDS]
    contradictions = [
        f"--{name.replace('_', '-')} is {_told(name, value)}, was {_told(name, was)}"
        for name, value, was in pairs
        if given(ctx, name)
        and value != was
        and not (name == "alpha" and config.optimizer == "sgd" and value == config.learning_rate)
    ]
    if given(ctx, "epochs"):
        epochs = running["epochs"]
        if epochs < config.epochs:
            contradictions.append(f"--epochs is {epochs}, was {config.epochs}: it can be raised")
        else:
            word2vec.config = replace(config, epochs=epochs)
    if contradictions:
        raise ValueError(
            f"{shortened(folder)} was trained with other options: {'; '.join(contradictions)}; "
            "leave them out to go on with it, or train anew without --resume"
        )
    names = corpus or _names_at_first(saved_text(word2vec), folder)
    kept = {
        name: before[name] for name in (*_WORDS, *_TEXT) if name in before and not given(ctx, name)
    }
    if not any(
        each.kind != "text"
        for name in names
        if not is_encoded(name)
        for each in find_sources([name])
    ):
        kept.pop("column", None)  # the words may come from another kind of file now
    return word2vec, names, {**reading, **kept}


def _told(option: str, value: Any) -> str:
    return ("cbow", "sg")[value] if option == "model" else quoted(value)


def _names_at_first(text: Mapping[str, Any], folder: Path) -> list[str]:
    sources = [str(name) for name in text.get("sources", ())]
    if [Path(name).name.startswith("pydocs-") for name in sources] == [True]:
        return ["pydocs"]
    was = f" (it was {shortened(', '.join(sources))})" if sources else ""
    raise ValueError(
        f"name the text that {shortened(folder)} was trained on{was}, to go on with it"
    )


def read(word2vec: Word2Vec, names: list[str]) -> EncodedCorpus:
    """Read the text to train on, with all the words that a loaded training knows."""
    from w2v.word2vec.texts import ALL_WORDS

    text = word2vec.read(names)
    known = word2vec.vocab
    if known is None or known.words == text.vocab.words or names == ["-"]:
        return text
    # It has learnt words from other texts too, so that rare ones here may be known.
    return word2vec.read(names, **ALL_WORDS)


def read_anew(asked: bool, word2vec: Word2Vec, folder: Path) -> bool:
    """Return whether a text is read anew for every epoch, as it was at first.

    Raises
    ------
    ValueError
        It was read once, and its reading anew is asked for.
    """
    text = saved_text(word2vec)
    was = bool(text.get("reread"))
    if asked and text and not was:
        raise ValueError(
            f"{shortened(folder)} was trained without --reread: leave it out to go on with it, or "
            "train anew without --resume"
        )
    return asked or was


def saved_text(word2vec: Word2Vec) -> Mapping[str, Any]:
    """Return what a loaded training says about its text, nothing if it is of an older version."""
    text = word2vec.trained_on
    return text if text is not None else {}


def check_same_start(
    ctx: typer.Context, word2vec: Word2Vec, folder: Path, init: Path | None, freeze: str | None
) -> None:
    """Refuse to go on with a training as if its words had begun with other vectors.

    Raises
    ------
    ValueError
        It names the option.
    """
    from w2v.word2vec.pretrained import told_of_init

    was = told_of_init(word2vec.init)
    if given(ctx, "init") and str(init) != was:
        raise ValueError(
            f"{shortened(folder)} was begun {f'with --init {was}' if was else 'without --init'}, "
            f"not with {init}: leave it out to go on with it, or train anew without --resume"
        )
    if given(ctx, "freeze") and freeze != word2vec.freeze:
        raise ValueError(
            f"{shortened(folder)} was begun without --freeze: leave it out to go on with it, or "
            "train anew without --resume"
        )


def tell_of_start(word2vec: Word2Vec, say: Callable[[str], None]) -> None:
    """Say how many words begin with vectors from elsewhere, if any were asked for."""
    if word2vec.init is None or word2vec.vocab is None:
        return
    [*_, told] = (e for e in word2vec.lifecycle_events if e["event"] == "init")
    frozen = ", which stay as they are" if told["frozen"] else ""
    say(
        f"init: {told['known']:,} of {len(word2vec.vocab):,} words have a vector in "
        f"{word2vec.init}{frozen}"
    )
