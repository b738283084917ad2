"""The transformer for scikit-learn's pipelines and searches."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from w2v.sklearn import W2VTransformer

SEA, WINE = ["a calm deep sea", "the rough sea", "a ship at sea"], ["red wine", "a glass of wine"]
TEXTS = (SEA + WINE) * 10
KINDS = ([0] * 3 + [1] * 2) * 10
SMALL: dict[str, Any] = {"vector_size": 8, "min_count": 1, "sample": 0, "workers": 1}

# Those that know nothing of what the input is; all others give arrays of numbers, which
# are no text: documents are lists of words, or strings.
OF_ANY_INPUT = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
]


def test_scikit_learns_checks_hold_where_they_apply() -> None:
    with pytest.warns(SkipTestWarning, match="requires input"):
        check_estimator(W2VTransformer())
    for name in OF_ANY_INPUT:
        getattr(estimator_checks, name)("W2VTransformer", W2VTransformer())


def test_documents_become_means_of_their_words_as_lists_and_as_strings() -> None:
    fitted = W2VTransformer(**SMALL).fit(TEXTS)
    wv = fitted.wv_
    found = fitted.transform(["calm sea sea zzz", "", "zzz"])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], (wv["calm"] + 2 * wv["sea"]) / 3, atol=1e-6)
    assert not found[1:].any()
    lists = W2VTransformer(**SMALL).fit([text.split() for text in TEXTS])
    assert (lists.transform([["calm", "sea", "sea", "zzz"]]) == found[:1]).all()
    assert (lists.transform(np.array(["calm sea sea"])) == found[:1]).all()
    assert fitted.transform([]).shape == (0, 8)


def test_words_are_found_in_any_normal_form_and_of_the_models_kind_alone() -> None:
    for idf in (False, True):
        fitted = W2VTransformer(**SMALL, negative=1, idf=idf).fit(["caf\u00e9 au lait"] * 5)
        composed, apart = fitted.transform(["caf\u00e9 zzz lait", "cafe\u0301 zzz lait"])
        assert composed.any() and (composed == apart).all()
    of_items = W2VTransformer(**SMALL, negative=1).fit([[1, 2, 3]] * 5)
    assert of_items.transform([[1], [9]]).any(axis=1).tolist() == [True, False]
    for model, wrong in (
        (fitted, [[1, 2]]), (fitted, [[b"au"]]), (fitted, [["au", 1]]), (fitted, [[["au"]]]),
        (fitted, [["au", None]]), (of_items, ["1"]), (of_items, [[True]]), (of_items, [[1.0]]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"^(documents are of words|the documents have words)"):
            model.transform(wrong)
    fitted.wv_.add_vectors(["new"], np.ones((1, 8)))
    with pytest.raises(ValueError, match=r"idf_ has weights of 3 words, and wv_ has 4: fit again"):
        fitted.transform(["new"])


def test_rare_words_weigh_more_with_idf() -> None:
    fitted = W2VTransformer(idf=True, **SMALL).fit(TEXTS)
    weights = {w: np.log(51 / (1 + 10 * df)) + 1 for w, df in {"calm": 1, "a": 3}.items()}
    expected = weights["calm"] * fitted.wv_["calm"] + weights["a"] * fitted.wv_["a"]
    expected /= sum(weights.values())
    np.testing.assert_allclose(fitted.transform(["calm a"])[0], expected, atol=1e-6)


def test_it_goes_through_pipelines_searches_clones_and_pickles() -> None:
    transformer = W2VTransformer(**SMALL, epochs=30, alpha=0.1)
    pipe = make_pipeline(transformer, LogisticRegression(C=100))
    search = GridSearchCV(pipe, {"w2vtransformer__window": [2, 5]}, n_jobs=2, cv=2)
    search.fit(TEXTS, KINDS)
    assert search.best_score_ > 0.9
    assert search.predict(["deep sea", "wine"]).tolist() == [0, 1]
    fitted = search.best_estimator_[0]
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.transform(TEXTS) == fitted.transform(TEXTS)).all()
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        fresh.transform(TEXTS)


def test_names_of_features_are_those_of_a_data_frame() -> None:
    series = pandas.Series(TEXTS, index=[f"t{i}" for i in range(len(TEXTS))])
    fitted = W2VTransformer(**SMALL).set_output(transform="pandas").fit(series)
    frame = fitted.transform(series)
    names = [f"w2vtransformer{i}" for i in range(8)]
    assert fitted.get_feature_names_out().tolist() == names
    assert frame.columns.tolist() == names
    assert frame.index.tolist() == series.index.tolist()


def test_weights_of_samples_count_and_what_is_no_text_is_refused() -> None:
    plain, weighted = (W2VTransformer(**SMALL) for _ in range(2))
    plain.fit(TEXTS)
    weighted.fit(TEXTS, sample_weight=np.arange(len(TEXTS)))
    assert (plain.transform(SEA) != weighted.transform(SEA)).any()
    frame = pandas.DataFrame({"text": TEXTS})
    for wrong, said in (
        ("a text", "got a str"),
        (frame, "choose a column"),
        ([3], "document 0 is 3"),
    ):
        with pytest.raises(ValueError, match=said):
            plain.fit(wrong)
    with pytest.raises(ValueError, match="vector_size must be 1 or more"):
        W2VTransformer(vector_size=0).fit(TEXTS)
