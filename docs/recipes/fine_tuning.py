"""Measure what pretrained vectors bring to a small text: ``python docs/recipes/fine_tuning.py``.

The small text is a tenth of pydocs, the documentation of your own Python.  The pretrained vectors
are of a text of English given as an argument, such as books, or else of most of the rest.
"""

import sys
import time
import warnings

from w2v import Word2Vec
from w2v.data import pydocs

QUICK = "--quick" in sys.argv
GIVEN = [word for word in sys.argv[1:] if not word.startswith("-")]
SETTINGS = {"sg": 1, "vector_size": 100, "workers": 1, "seed": 1}
WORDS = ("thread", "string", "class", "file")


def main():
    """Print the tables of the page."""
    lines = [line.split() for line in pydocs().read_text(encoding="utf-8").splitlines()]
    lines = lines[: 2_000 if QUICK else None]
    domain, held_out = lines[::10], lines[5::10]
    general = GIVEN[0] if GIVEN else [line for i, line in enumerate(lines) if i % 10 not in (0, 5)]
    pretrained = Word2Vec(general, epochs=1 if QUICK else 3, **SETTINGS).wv
    print(
        f"{len(pretrained):,} pretrained words, {sum(map(len, domain)):,} words of the small text"
    )

    tuned = {"alone": {}, "init": {"init": pretrained}}
    tuned["init, frozen"] = {"init": pretrained, "freeze": "known"}
    print("\n| begun with | epochs | held-out loss | training, s |")
    print("|---|---:|---:|---:|")
    near = {"pretrained": pretrained}
    for epochs in (1,) if QUICK else (2, 5, 10, 20):
        for name, how in tuned.items():
            begin = time.perf_counter()
            model = Word2Vec(domain, min_count=3, epochs=epochs, **how, **SETTINGS)
            seconds = time.perf_counter() - begin
            near[f"{name}, {epochs} epochs"] = model.wv
            print(f"| {name} | {epochs} | {model.heldout_loss(held_out):.3f} "
                  f"| {seconds:.1f} |", flush=True)  # fmt: skip
    print("\n| | " + " | ".join(WORDS) + " |\n|" + "---|" * (len(WORDS) + 1))
    for name, wv in near.items():
        found = [", ".join(w for w, _ in wv.most_similar(x, topn=3)) if x in wv else "–"
                 for x in WORDS]  # fmt: skip
        print(f"| {name} | {' | '.join(found)} |")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
