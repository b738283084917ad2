"""The table of docs/from-gensim.md, by a comparison with the gensim that is installed.

``python -m tests.support.gensim_names_table`` writes it into the page.
"""

from __future__ import annotations

import inspect
import logging
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import gensim
import gensim.models.keyedvectors
import gensim.models.phrases
import gensim.models.word2vec

import w2v.gensim.models as ours_models
from tests.support.signatures import parameters, public
from w2v.gensim_names import REFUSED

PAGE = Path(__file__).parents[2] / "docs" / "from-gensim.md"
BEGIN, END = (
    "<!-- names: made by tests/support/gensim_names_table.py -->\n",
    "<!-- end of names -->",
)
SAME, OTHER, REFUSED_, NOT_HERE = "the same", "different", "refused", "not here"
TEXT = [["the", "king", "rules"], ["the", "queen", "rules"], ["a", "dog", "barks"]] * 20

# What is there and means something else than in gensim, which no comparison of names can tell.
DIFFERENT = {
    "Word2Vec(alpha=)": "CBOW begins at 0.05; skip-gram is the same",
    "Word2Vec(workers=)": "one a core by default",
    "Word2Vec(compute_loss=)": "taken; the loss is always computed",
    "Word2Vec(hashfxn=)": "taken, and changes nothing: the seed alone decides",
    "Word2Vec(batch_words=)": "taken, and changes nothing: work is cut into slices by itself",
    "Word2Vec(max_vocab_size=)": "a bound after counting, which is exact",
    "Word2Vec.alpha": "0.05 for CBOW unless given",
    "Word2Vec.workers": "None is one a core",
    "Word2Vec.train": "counts the text: total_examples, total_words and epochs may be left out",
    "Word2Vec.save": "a folder of plain files",
    "Word2Vec.load": "reads those; of gensim's own: from_gensim(path)",
    "Word2Vec.predict_output_word": "with hs=1 too",
    "Word2Vec.score": "any window, and whole sentences",
    "Word2Vec.get_latest_training_loss": "of the last training, summed in float64",
    "Word2Vec.running_training_loss": "of the last training, summed in float64",
    "Word2Vec.lifecycle_events": "fewer events",
    "Word2Vec.estimate_memory": "of what is kept here",
    "KeyedVectors(count=)": "taken: room is made as words come, and len counts words",
    "KeyedVectors.add_vectors": "a word that stands twice, or of another kind, is an error",
    "KeyedVectors.evaluate_word_analogies": "similarity_function decides",
    "KeyedVectors.most_similar_cosmul": "restrict_vocab restricts",
    "KeyedVectors.get_vecattr": "a count that no file had is an error, not made up",
    "KeyedVectors.index_to_key": "read-only",
    "KeyedVectors.key_to_index": "read-only",
    "KeyedVectors.norms": "always up to date",
    "KeyedVectors.next_index": "the number of words",
    "KeyedVectors.save": "one file, safetensors unless the suffix says another format",
    "KeyedVectors.load": "reads these and word2vec's formats; a pickle is refused",
    "KeyedVectors.save_word2vec_format": "files as a whole: append and total_vec are refused",
    "KeyedVectors.load_word2vec_format": "what a header or a row gets wrong is an error",
    "KeyedVectors.resize_vectors": "nothing to do",
    "KeyedVectors.wmdistance": "through POT: pip install 'w2v[wmd]'",
    "Phrases(max_vocab_size=)": "forgets after counting, which is exact",
    "Phrases(progress_per=)": "taken, and changes nothing",
    "Phrases(scoring=)": "may take some of the parameters, and need not be pickled",
    "Phrases.vocab": "read-only",
    "Phrases.delimiter": "read-only",
    "Phrases.connector_words": "read-only",
    "Phrases.save": "one file, which is no pickle",
    "Phrases.load": "reads that",
    "FrozenPhrases.save": "one file, which is no pickle",
    "FrozenPhrases.load": "reads that",
    "FrozenPhrases.min_count": "read-only",
    "FrozenPhrases.scoring": "read-only",
}
_BEFORE_4 = "older than gensim 4, or its own workings"
# Names of a module that no script for word2vec takes from it.
WITHOUT = {
    "keyedvectors.CompatVocab": _BEFORE_4,
    "keyedvectors.Vocab": _BEFORE_4,
    "keyedvectors.Doc2VecKeyedVectors": _BEFORE_4,
    "keyedvectors.EuclideanKeyedVectors": _BEFORE_4,
    "keyedvectors.prep_vectors": _BEFORE_4,
    "keyedvectors.pseudorandom_weak_vector": _BEFORE_4,
    "word2vec.Heapitem": _BEFORE_4,
    "word2vec.Word2VecTrainables": _BEFORE_4,
    "word2vec.Word2VecVocab": _BEFORE_4,
    "word2vec.CORPUSFILE_VERSION": _BEFORE_4,
    "word2vec.REAL": "numpy.float32",
    "keyedvectors.REAL": "numpy.float32",
    "phrases.NEGATIVE_INFINITY": "-math.inf",
}
Row = tuple[str, str, str]


def rows() -> list[Row]:
    """Return each name of gensim's, how it is here, and what to know of it."""
    logging.getLogger("gensim").setLevel(logging.CRITICAL)
    small: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours: dict[str, Any] = {}
        theirs: dict[str, Any] = {}
        for home, of in ((ours_models, ours), (gensim.models, theirs)):
            of["Word2Vec"] = home.Word2Vec(TEXT, **small)
            of["KeyedVectors"] = of["Word2Vec"].wv
            of["Phrases"] = home.Phrases(TEXT, min_count=1, threshold=1)
            of["FrozenPhrases"] = of["Phrases"].freeze()
        found = _modules()
        for kind, thing in theirs.items():
            found += _constructor(kind, type(ours[kind]), type(thing))
            found += _members(kind, ours[kind], thing)
    return found


def _modules() -> list[Row]:
    found = []
    for module in (
        gensim.models.word2vec,
        gensim.models.keyedvectors,
        gensim.models.phrases,
    ):
        short = module.__name__.rpartition(".")[2]
        here = getattr(ours_models, short)
        own = {
            name
            for name, value in vars(module).items()
            if not name.startswith("_")
            and (getattr(value, "__module__", "") == module.__name__ or name.isupper())
        } - {"CYTHON", "FAST"}
        for name in sorted(own):
            label = f"{short}.{name}"
            if hasattr(here, name):
                thing, other = getattr(here, name), getattr(module, name)
                if inspect.isclass(other) and name in ("Word2Vec", "KeyedVectors"):
                    continue  # in detail below
                same = not callable(other) or parameters(other) == parameters(thing)[:9]
                found.append((label, SAME if same or name in _DETAILED else OTHER, ""))
            else:
                found.append((label, NOT_HERE, WITHOUT.get(label, "?")))
    return found


_DETAILED = {"Phrases", "FrozenPhrases", "Phraser", "Word2VecKeyedVectors", "load_word2vec_format"}


def _constructor(kind: str, ours: Any, theirs: Any) -> list[Row]:
    found = []
    here = parameters(public_class(ours).__init__)
    for name in parameters(theirs.__init__):
        label = f"{kind}({name}=)"
        if name in REFUSED:
            default, why = REFUSED[name]
            found.append((label, REFUSED_, f"{default} alone: {why}"))
        elif label in DIFFERENT:
            found.append((label, OTHER, DIFFERENT[label]))
        elif name in here or (kind == "FrozenPhrases" and len(here) == 1):
            found.append((label, SAME, ""))
        else:
            found.append((label, NOT_HERE, "?"))
    return found


def public_class(kind: Any) -> Any:
    """Return the public class of what may be the vectors of a model."""
    return ours_models.KeyedVectors if issubclass(kind, ours_models.KeyedVectors) else kind


def _members(kind: str, ours: Any, theirs: Any) -> list[Row]:
    found = []
    for name in sorted(public(theirs)):
        label = f"{kind}.{name}"
        try:
            there = getattr(ours, name)
        except AttributeError as error:
            says = str(error).partition(": ")[2]
            found.append((label, REFUSED_ if says else NOT_HERE, says or "?"))
            continue
        method = getattr(type(theirs), name, None)
        same = True
        if inspect.isfunction(method) and name not in ("save", "word_vec", "load"):
            wanted = [{"word1": "key1", "word2": "key2"}.get(p, p) for p in parameters(method)]
            same = parameters(there)[: len(wanted)] == wanted
        about = DIFFERENT.get(label, "" if same else f"takes {', '.join(parameters(there))}")
        found.append((label, OTHER if about else SAME, about))
    return found


def table() -> str:
    """Return the counts and the table, as Markdown."""
    found = rows()
    counts = {
        group: Counter(how for name, how, _ in found if _group(name) == group)
        for group in dict.fromkeys(_group(name) for name, _, _ in found)
    }
    ways = (SAME, OTHER, REFUSED_, NOT_HERE)
    lines = [f"| of gensim {gensim.__version__} | {' | '.join(ways)} |", "|---|" + "---:|" * 4]
    for group, count in counts.items():
        lines.append(f"| {group} | {' | '.join(str(count[way]) for way in ways)} |")
    total = sum(counts.values(), Counter())
    lines += [f"| **all {len(found)}** | {' | '.join(str(total[way]) for way in ways)} |", ""]
    lines += ["| name | | what to know, or do |", "|---|---|---|"]
    lines += [f"| `{name}` | {how} | {about.replace('|', '/')} |" for name, how, about in found]
    return "\n".join(lines) + "\n"


def _group(name: str) -> str:
    if "(" in name:
        return f"parameters of `{name.partition('(')[0]}`"
    owner = name.partition(".")[0]
    return f"module `{owner}`" if owner.islower() else f"members of `{owner}`"


def updated(page: str) -> str:
    """Return the page with its table as it is now."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
