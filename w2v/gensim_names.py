"""gensim's names that have no counterpart here, and what to do instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from w2v.messages import quoted

# Parameters that are taken or refused by their value alone: gensim's default, and why no other.
REFUSED: dict[str, tuple[Any, str]] = {
    "null_word": (0, "there is no null word, as vectors of contexts are never put side by side"),
    "sorted_vocab": (1, "the vocabulary is always sorted by count"),
}
# Parameters by names that gensim had before version 4, that other libraries have, or that are
# near: the name here.
_RENAMED = {
    **dict.fromkeys(("size", "embedding_size", "embedding_dim", "dim"), "vector_size"),
    **dict.fromkeys(("iter", "n_epochs", "num_epochs", "iterations"), "epochs"),
    **dict.fromkeys(("learning_rate", "lr"), "alpha"),
    **dict.fromkeys(("n_jobs", "num_workers", "threads"), "workers"),
    **dict.fromkeys(("sentences", "corpus", "corpus_iterable", "texts"), "sentences"),
    **{"window_size": "window", "skip_gram": "sg", "num_negative": "negative"},
    **{"min_word_count": "min_count", "total_sentences": "total_examples", "subsample": "sample"},
    "common_terms": "connector_words",
}

_ONE_STEP = "build_vocab() counts the words and makes the weights"
WORD2VEC: dict[str, str] = {
    "syn1": "it is there with hs=1; with negative sampling alone use syn1neg",
    "syn1neg": "it is there with negative sampling; with hs=1 alone use syn1",
    "cum_table": "negatives are drawn from model.model.loss_layer.sampler",
    "make_cum_table": "negatives are drawn from alias tables that build_vocab() makes",
    "create_binary_tree": "the tree is model.model.loss_layer.output, which build_vocab() makes",
    "add_null_word": "there is no null word",
    "init_weights": f"use reset_from(model) to begin anew; {_ONE_STEP}",
    "update_weights": "use build_vocab(text, update=True)",
    "seeded_vector": "vectors begin by seed and row: write others, model.wv[word] = vector",
    "random": "random numbers are hashes of the seed alone",
    "hashfxn": "random numbers are hashes of the seed alone",
    "trim_rule": "give it to build_vocab()",
    "iter": "use epochs",
    "size": "use vector_size",
    "window_size": "use window",
    "vocabulary": "use wv.key_to_index, or vocab, which has counts",
    "trainables": "use syn1neg, or syn1 with hs=1",
    "accuracy": "use wv.evaluate_word_analogies(path)",
    "save_word2vec_format": "use wv.save_word2vec_format(path)",
    "delete_temporary_training_data": "leave it out, or go on with model.wv alone",
    "clear_sims": "leave it out: lengths are kept up to date",
}
# Names that a model computes: what setting them in gensim is for, and how it is done here.
COMPUTED: dict[str, str] = {
    "words_per_second": "it is measured while training",
    "layer1_size": "it is vector_size",
    "raw_vocab": "scan_vocab() counts words",
    "effective_min_count": "set min_count or max_final_vocab",
    "sorted_vocab": REFUSED["sorted_vocab"][1],
    "null_word": REFUSED["null_word"][1],
}
_ONLY_VECTORS = "nothing is kept but words, vectors, counts and other attributes of words"
KEYED_VECTORS: dict[str, str] = {
    "index2word": "use index_to_key",
    "index2entity": "use index_to_key",
    "vocab": "use key_to_index, or get_vecattr(word, 'count') for a count",
    "syn0": "use vectors",
    "syn0norm": "use get_normed_vectors()",
    "syn0_lockf": "use vectors_lockf",
    "syn1": "it belongs to the model: model.syn1",
    "syn1neg": "it belongs to the model: model.syn1neg",
    "vectors_norm": "use get_normed_vectors()",
    "wv": "these are the vectors themselves; leave .wv out",
    "accuracy": "use evaluate_word_analogies(path)",
    "get_keras_embedding": "give vectors to the layer: Embedding(*kv.vectors.shape, weights="
    "[kv.vectors])",
    "get_embedding_layer": "give vectors to the layer: Embedding(*kv.vectors.shape, weights="
    "[kv.vectors])",
    "add": "use add_vectors(keys, weights)",
    "similarity_unseen_docs": "it belongs to Doc2Vec, which is not here; see n_similarity()",
    "similarity_matrix": "use vectors @ vectors.T of get_normed_vectors()",
    "train": "vectors alone cannot be trained: keep the model, Word2Vec.load(folder).train(...)",
    "mapfile_path": "load(path) maps what can be mapped",
    "lifecycle_events": _ONLY_VECTORS,
    "add_lifecycle_event": _ONLY_VECTORS,
}
_NO_EVENTS = "nothing is kept but settings, words and pairs"
_ALL_PHRASES = {
    "common_terms": "use connector_words",
    "lifecycle_events": _NO_EVENTS,
    "add_lifecycle_event": _NO_EVENTS,
}
PHRASES: dict[str, str] = {
    **_ALL_PHRASES,
    "phrasegrams": "freeze() has them, and export_phrases() returns them",
}
FROZEN_PHRASES: dict[str, str] = {
    **_ALL_PHRASES,
    "vocab": "the counts are with the Phrases that were frozen",
    "add_vocab": "add text to the Phrases that were frozen, and freeze() them again",
}


_LONGEST_NAME = 100  # of ours; longer ones are close to none


def close_to(name: str, names: Iterable[str]) -> str:
    """Return the one of some names that another was meant to be, or nothing."""
    close = get_close_matches(name, names, 1) if len(name) < _LONGEST_NAME else []
    return close[0] if close else ""


class GensimNames:
    """What is asked for or set under a name that is not there is answered with what to do.

    A name of gensim's gets the advice for it.  Other new names can be set on objects of a
    subclass alone: on ours they would be typing errors that change nothing.
    """

    _instead: ClassVar[Mapping[str, str]] = {}
    _computed: ClassVar[Mapping[str, str]] = {}

    if not TYPE_CHECKING:  # type checkers shall still find names that nobody has

        def __getattr__(self, name: str) -> Any:
            kind = type(self).__name__
            advice = f": {self._instead[name]}" if name in self._instead else self._close_to(name)
            raise AttributeError(
                f"{kind} has no attribute {quoted(name)}{advice}", name=name, obj=self
            )

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        there = getattr(kind, name, None)
        if isinstance(there, property):
            if there.fset is None:
                advice = self._computed.get(name, "it follows from the rest")
                raise AttributeError(f"{kind.__name__}.{name} cannot be set: {advice}")
        elif name in self._instead:
            raise AttributeError(f"{kind.__name__} has no {name!r} to set: {self._instead[name]}")
        elif (
            there is None
            and not name.startswith("_")
            and "_settled" in self.__dict__
            and name not in self.__dict__
            and kind.__module__.partition(".")[0] == __package__
        ):
            raise AttributeError(
                f"{kind.__name__} has no attribute {quoted(name)} to set{self._close_to(name)}"
                "; a subclass may have attributes of its own"
            )
        object.__setattr__(self, name, value)

    def _close_to(self, name: str) -> str:
        """Name an attribute that is spelled alike, for a message; private names are not meant."""
        if name.startswith("_"):
            return ""
        close = close_to(name, [n for n in dir(self) if not n.startswith("_")])
        return f"; close to it: {close!r}" if close else ""


def check_unsupported(
    what: str,
    given: Mapping[str, Any],
    known: Mapping[str, tuple[Any, str]] = MappingProxyType({}),
    names: Iterable[str] = (),
) -> None:
    """Refuse what cannot be done instead of ignoring it.

    Parameters
    ----------
    what : str
        Class or method, for the message.
    given : dict
        Parameters that it does not know.
    known : dict of str to (default, advice)
        Those of gensim's that are taken with their default alone.
    names : iterable of str
        Those that it knows: an old name of one, or one that is close, is answered with it.

    Raises
    ------
    ValueError
        A parameter of gensim's that is not supported, with another value than its default.
    TypeError
        A parameter that gensim does not know either.
    """
    for name, value in given.items():
        if name in known:
            default, advice = known[name]
            if value is not None and value != default:
                raise ValueError(f"gensim's {name}={quoted(value)} is not supported: {advice}")
            continue
        names = [*names]
        now = _RENAMED.get(name, "")
        if now == "sentences" and now not in names:
            now = "corpus_iterable"
        close = "" if now in names else close_to(name, names)
        advice = f": use {now}" if now in names else f": did you mean {close}?" if close else ""
        raise TypeError(f"{what} has no parameter {quoted(name)}{advice}")


def parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters, or of a class's constructor's."""
    known = inspect.signature(function).parameters.values()
    return [each.name for each in known if each.name != "self" and each.kind != each.VAR_KEYWORD]
