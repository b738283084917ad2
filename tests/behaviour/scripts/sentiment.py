"""Reviews as means of their words' vectors, classified; parameters chosen by a grid search."""

import random
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from gensim.utils import simple_preprocess
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline


class MeanVectors(TransformerMixin, BaseEstimator):
    def __init__(self, vector_size: int = 10, sg: int = 0) -> None:
        self.vector_size = vector_size
        self.sg = sg

    def fit(self, texts: Any, labels: Any = None) -> Any:
        tokens = [simple_preprocess(text) for text in texts]
        self.model_ = Word2Vec(
            tokens, vector_size=self.vector_size, sg=self.sg, min_count=2, epochs=30, workers=1
        )
        return self

    def transform(self, texts: Any) -> Any:
        wv = self.model_.wv
        rows = [
            [wv[word] for word in simple_preprocess(text) if word in wv]
            or [np.zeros(wv.vector_size)]
            for text in texts
        ]
        return np.array([np.mean(row, axis=0) for row in rows])


rng = random.Random(2)
good, bad = [f"good{c}" for c in "abcdefgh"], [f"bad{c}" for c in "abcdefgh"]
neutral = [f"the{c}{d}" for c in "abcd" for d in "efgh"]
reviews, labels = [], []
for i in range(240):
    words = rng.choices(bad if i % 2 else good, k=5) + rng.choices(neutral, k=5)
    rng.shuffle(words)
    reviews.append(" ".join(words).capitalize() + "!")
    labels.append(i % 2)

pipeline = Pipeline([("vectors", MeanVectors()), ("classes", LogisticRegression(C=1000))])
search = GridSearchCV(
    pipeline, {"vectors__vector_size": [6, 12], "vectors__sg": [1]}, cv=2, n_jobs=2
)
search.fit(reviews, labels)
answers = {"accuracy": search.best_score_, "of all": search.score(reviews, labels)}
