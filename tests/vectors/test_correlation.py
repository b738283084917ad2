"""Correlations and their p-values are scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from w2v.vectors.correlation import pearson, ranks, spearman

values = st.lists(
    st.tuples(st.integers(-5, 5), st.floats(-5, 5).map(lambda x: round(x, 1))),
    min_size=3,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_correlations_and_p_values_are_those_of_scipy(pairs: list[tuple[int, float]]) -> None:
    x, y = np.array(pairs, np.float64).T
    assert ranks(x).tolist() == stats.rankdata(x).tolist()
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert np.isnan(pearson(x, y).statistic) and np.isnan(spearman(x, y).pvalue)
        return
    assert pearson(x, y) == pytest.approx(tuple(stats.pearsonr(x, y)), abs=1e-6)
    assert spearman(x, y) == pytest.approx(tuple(stats.spearmanr(x, y)), abs=1e-6)
