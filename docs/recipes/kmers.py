"""Measure vectors of 6-mers on generated DNA: ``python docs/recipes/kmers.py``.

Forty random genes of 600 letters have a hundred copies each, in which one letter in twenty is
another.  A copy is read from a random place on, 200 letters long.
"""

import sys
import time
import warnings

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from w2v import Word2Vec

QUICK = "--quick" in sys.argv
LETTERS = np.array(list("ACGT"))
SETTINGS = {
    "sg": 1, "vector_size": 50, "window": 10, "min_count": 5, "sample": 0, "epochs": 5,
    "workers": 1, "seed": 1,
}  # fmt: skip


def reads(genes=40, copies=100, seed=1):
    """Return sequences of letters, and which gene each was copied from."""
    rng = np.random.default_rng(seed)
    original = rng.integers(0, 4, (genes, 600))
    gene = rng.permutation(np.repeat(np.arange(genes), copies))
    letters = original[gene]
    changed = rng.random(letters.shape) < 0.05
    letters = np.where(changed, (letters + rng.integers(1, 4, letters.shape)) % 4, letters)
    begin = rng.integers(0, 400, len(gene))
    cut = zip(letters, begin, strict=True)
    return ["".join(LETTERS[row[at : at + 200]]) for row, at in cut], gene


def main():
    """Print the table of the page."""
    from gensim.models import Word2Vec as Gensim

    sequences, gene = reads(5, 40) if QUICK else reads()
    sentences = [[s[i : i + 6] for i in range(len(s) - 5)] for s in sequences]
    print(f"{len(sequences):,} reads, {sum(map(len, sentences)):,} k-mers\n")
    print("| | gene told, 1 in 40 labelled | 1 in 5 labelled | training, s |\n|---|---:|---:|---:|")
    words = CountVectorizer(analyzer=list).fit_transform(sentences)
    print(f"| counts of k-mers | {told(words, gene, 40):.3f} | {told(words, gene, 5):.3f} | |")
    Word2Vec([["compiled", "once"] * 5] * 20, **SETTINGS)
    for name, library in (("w2v", Word2Vec), ("gensim", Gensim)):
        begin = time.perf_counter()
        wv = library(sentences, **SETTINGS).wv
        seconds = time.perf_counter() - begin
        vectors = wv.get_normed_vectors()
        rows = [[wv.key_to_index[x] for x in s if x in wv.key_to_index] for s in sentences]
        means = np.stack([vectors[each].mean(axis=0) for each in rows])
        print(f"| {name} | {told(means, gene, 40):.3f} | {told(means, gene, 5):.3f} "
              f"| {seconds:.1f} |", flush=True)  # fmt: skip


def told(features, gene, one_in):
    """Return how many reads a logistic regression knows the gene of, taught by one in so many."""
    known = np.arange(len(gene)) % one_in == 0
    model = LogisticRegression(C=100, max_iter=500).fit(features[known], gene[known])
    return model.score(features[~known], gene[~known])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
