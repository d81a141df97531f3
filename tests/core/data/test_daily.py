"""The daily series: whole, in order, and read as they are written."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.data.daily import load_shares, load_weather


def test_small_files_are_read_as_written(tmp_path: Path) -> None:
    prices, sky = tmp_path / "p.csv.gz", tmp_path / "w.csv"
    prices.write_bytes(gzip.compress(b"Date,A,B\n1990-01-02,1.5,2\n1990-01-03,1.25,3\n"))
    sky.write_text("date,precipitation,temp_max,temp_min,wind,weather\n2012/01/01,0.5,12.8,5.0,4.7,rain\n", "utf-8")
    shares, weather = load_shares(prices), load_weather(sky)
    assert (shares.names, shares.months) == (("A", "B"), ("1990-01", "1990-01"))
    np.testing.assert_array_equal(shares.values, [[1.5, 2], [1.25, 3]])
    assert weather.days == (date(2012, 1, 1),)
    np.testing.assert_array_equal(weather.values, [[0.5, 12.8, 5.0, 4.7]])


@pytest.mark.real_weights
def test_the_assets_are_what_the_lesson_says() -> None:
    shares, weather = load_shares(), load_weather()
    assert shares.values.shape == (8313, 20)
    assert (shares.values > 0).all()
    assert list(shares.days) == sorted(set(shares.days))
    assert weather.values.shape == (1461, 4)
    assert {b - a for a, b in zip(weather.days, weather.days[1:], strict=False)} == {timedelta(1)}
    assert (weather.values[:, 1] >= weather.values[:, 2]).all()
