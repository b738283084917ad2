"""What rounds come to: spreads, and ratios taken within them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.bench.rounds import Spread, ratio


@given(st.lists(st.floats(1e-3, 1e6), min_size=1), st.floats(1.1, 100))
def test_a_ratio_within_rounds_does_not_see_what_slows_a_whole_round(
    slowness: list[float], times: float
) -> None:
    spread = ratio([times * x for x in slowness], slowness)
    assert spread.lowest == pytest.approx(times)
    assert spread.highest == pytest.approx(times)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_spread_is_in_order_and_survives_json(values: list[float]) -> None:
    spread = Spread.of(values)
    lower, upper = spread.quartiles
    assert spread.lowest <= lower <= spread.median <= upper <= spread.highest
    again = Spread(**json.loads(json.dumps(spread.figures())))
    assert again.text() == spread.text()
