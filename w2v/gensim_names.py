"""gensim's names that have no counterpart here, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

from w2v.messages import quoted

# Name, gensim's default, what to do instead.
_UNSUPPORTED: dict[str, tuple[Any, str]] = {
    "hashfxn": (None, "random numbers are hashes of the seed alone; leave it out"),
    "null_word": (0, "there is no null word; leave it out"),
    "trim_rule": (None, "use min_count, max_vocab_size or max_final_vocab"),
    "sorted_vocab": (1, "the vocabulary is always sorted by count"),
    "batch_words": (10_000, "work is cut into slices by itself; leave it out"),
    "comment": (None, "it would change nothing; leave it out"),
}


# Of its methods build_vocab, build_vocab_from_freq and train.
METHODS: dict[str, tuple[Any, str]] = {
    "keep_raw_vocab": (False, "read_corpus(text, min_count=1).vocab has every word's count"),
    "trim_rule": _UNSUPPORTED["trim_rule"],
    "word_count": (0, "the learning rate begins where first_epoch says"),
}
# Pace gensim's threads and logs, which are not there: whatever they are, nothing changes.
_WITHOUT_EFFECT = ("progress_per", "queue_factor", "report_delay")

_ONE_STEP = "build_vocab() counts the words and makes the weights"
WORD2VEC: dict[str, str] = {
    "score": "use heldout_loss(text)",
    "syn1": "it is there with hs=1; with negative sampling use syn1neg",
    "syn1neg": "it is there with negative sampling; with hs=1 use syn1",
    "cum_table": "negatives are drawn from model.model.ns_loss.sampler",
    "make_cum_table": "negatives are drawn from alias tables that build_vocab() makes",
    "scan_vocab": _ONE_STEP,
    "prepare_vocab": _ONE_STEP,
    "prepare_weights": _ONE_STEP,
    "init_weights": _ONE_STEP,
    "update_weights": "use build_vocab(text, update=True)",
    "reset_from": "use build_vocab_from_freq(dict(zip(other.vocab.words, other.vocab.counts)))",
    "raw_vocab": METHODS["keep_raw_vocab"][1],
    "estimate_memory": "the weights take 8 bytes for each word and dimension",
    "total_train_time": "use train_seconds, which is that of the last training",
    "train_count": "use epochs_done",
    "layer1_size": "use vector_size",
    "init_sims": "use wv.get_vector(word, norm=True) or wv.get_normed_vectors()",
    "lifecycle_events": "callbacks and losses tell what happened",
    "effective_min_count": "use min_count; with max_final_vocab, min(vocab.counts)",
    "min_alpha_yet_reached": "the learning rate falls to min_alpha with every train()",
    "random": "random numbers are hashes of the seed alone",
    **{name: advice for name, (_, advice) in _UNSUPPORTED.items()},
}
# Names that a model computes: what setting them in gensim is for, and how it is done here.
COMPUTED: dict[str, str] = {
    "corpus_count": "train() counts the sentences that it reads",
    "corpus_total_words": "train() counts the words that it reads",
    "words_per_second": "it is measured while training",
}
_NO_EVENTS = "nothing is kept but words, vectors, counts and other attributes of words"
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
    "lifecycle_events": _NO_EVENTS,
    "add_lifecycle_event": _NO_EVENTS,
}


_LONGEST_NAME = 100  # of ours; longer ones are close to none


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
        if name.startswith("_") or len(name) >= _LONGEST_NAME:
            return ""
        names = [n for n in dir(self) if not n.startswith("_")]
        close = get_close_matches(name, names, 1)
        return f"; close to it: {close[0]!r}" if close else ""


def check_unsupported(
    what: str, given: Mapping[str, Any], known: Mapping[str, tuple[Any, str]] = _UNSUPPORTED
) -> None:
    """Refuse what cannot be done instead of ignoring it.

    Parameters
    ----------
    what : str
        Class or method, for the message.
    given : dict
        Parameters that it does not know.
    known : dict of str to (default, advice)
        Those of gensim's; by default its constructor's.

    Raises
    ------
    ValueError
        A parameter of gensim's that is not supported, with another value than its default.
    TypeError
        A parameter that gensim does not know either.
    """
    for name, value in given.items():
        if name in _WITHOUT_EFFECT:
            continue
        if name not in known:
            raise TypeError(f"{what} has no parameter {quoted(name)}")
        default, advice = known[name]
        if value is not None and value != default:
            raise ValueError(f"gensim's {name}={quoted(value)} is not supported: {advice}")
