"""The lesson on markets: its counts against plain loops, its leaks, and its claim's own numbers."""

import numpy as np
import pytest
import torch

from core.data.daily import load_shares, load_weather
from core.experiments import market as lesson
from core.experiments.market import walking
from core.experiments.market.results import (
    DAYS,
    GRU,
    LEAKS,
    LOGISTIC,
    MAJORITY,
    MOMENTUM,
    WEATHER_DAYS,
    Example,
    Walk,
    ahead,
    by_year,
    naive,
    shares,
)
from core.experiments.recording import find, run

pytestmark = pytest.mark.real_weights


def of(walk: Walk, name: str) -> float:
    return next(row.share for row in shares(walk) if row.name == name)


def test_windows_end_before_the_day_that_is_asked() -> None:
    daily = load_shares()
    changes = np.diff(np.log(daily.values), axis=0)
    table = walking.windows(changes, walking.scaled(changes), 5)
    for row in (0, 777, len(table.up) - 1):
        day, group = int(table.day[row]), int(table.group[row])
        scale = np.sqrt((changes[day - 249 : day + 1, group] ** 2).mean())
        assert table.x[row, -1, 0] == pytest.approx(np.clip(changes[day, group] / scale, -5, 5), abs=1e-5)
        assert table.up[row] == (daily.values[day + 2, group] > daily.values[day + 1, group])
        assert table.rules[MOMENTUM][row] == (daily.values[day + 1, group] > daily.values[day - 4, group])


def test_nothing_from_the_future_is_in_an_honest_window() -> None:
    changes = np.random.default_rng(0).normal(0, 0.01, (400, 20))
    other = changes.copy()
    other[350:] *= -3
    a, b = (walking.windows(each, walking.scaled(each), 20) for each in (changes, other))
    assert np.array_equal(a.x[a.day < 350], b.x[b.day < 350])
    assert not np.array_equal(a.up[a.day == 349], b.up[b.day == 349])


def test_folds_learn_from_days_before_those_they_forecast() -> None:
    daily = load_weather()
    years = np.array([day.year for day in daily.days])
    last = np.arange(13, len(years) - 1)
    blank = np.zeros(len(last), bool)
    table = walking.Table(
        np.zeros((len(last), 1, 1), np.float32), blank, last, np.zeros(len(last), int), {}, np.zeros((len(last), 1))
    )
    learn, test = walking._forward(table, years, 2015, 1)
    assert last[learn].max() + 1 < last[test].min() + 1
    assert test.sum() == 365


def test_the_rules_agree_with_a_plain_count() -> None:
    """Majority and momentum, over all of the recorded twenty years, from the prices alone."""
    walk, daily = find(lesson.next_day, 20), load_shares()
    prices, years = daily.values, np.array([day.year for day in daily.days])
    after = prices[1:] - prices[:-1]
    asked = momentum = majority = 0
    for today in range(len(prices) - 1):
        if years[today + 1] < 2003:
            continue
        moved = after[today] != 0
        asked += int(moved.sum())
        up = after[today] > 0
        momentum += int((((prices[today] > prices[today - 20]) == up) & moved).sum())
        majority += int((up & moved).sum())
    counts = {row.name: row.right for row in shares(walk)}
    assert walk.asked.sum() == asked
    assert counts[MAJORITY] == majority  # "up" is the more frequent answer in every fold
    assert counts[MOMENTUM] == pytest.approx(momentum, abs=5)  # rounded prices that come back to the same


def test_a_short_walk_is_the_recorded_one_again() -> None:
    """The weather's walk is computed anew, the market's rules and regression with few steps of the network."""
    now, kept = run(lesson.weather, "warmer", WEATHER_DAYS), find(lesson.weather, "warmer", WEATHER_DAYS)
    assert np.array_equal(now.right[:-2], kept.right[:-2])
    assert of(now, LOGISTIC) == pytest.approx(of(kept, LOGISTIC), abs=0.003)
    assert of(now, GRU) == pytest.approx(of(kept, GRU), abs=0.02)
    for leak in LEAKS[2:]:
        short, whole = run(lesson.leaky, leak, 60), find(lesson.leaky, leak, 300)
        assert np.array_equal(short.right[:2], whole.right[:2])
        assert np.array_equal(short.asked, whole.asked)
        assert of(short, LOGISTIC) == pytest.approx(of(whole, LOGISTIC), abs=0.001)
        assert of(short, GRU) > 0.6  # without the leak no training gets above 0.53


def test_training_leaves_nobody_elses_draws_moved() -> None:
    torch.randn(3)
    before = torch.get_rng_state()
    run(lesson.weather, "rain", 3)
    assert torch.equal(before, torch.get_rng_state())


def test_the_claim() -> None:
    for days in DAYS:
        walk = find(lesson.next_day, int(days))
        assert ahead(walk, GRU, MAJORITY)[1] <= 0, f"with {days} days the GRU beats the majority"
    for leak in LEAKS[2:]:
        assert of(find(lesson.leaky, leak, 300), GRU) > 0.85
    sky = find(lesson.weather, "warmer", WEATHER_DAYS)
    assert ahead(sky, GRU, MAJORITY)[1] > 0
    assert ahead(sky, GRU, MOMENTUM)[1] > 0
    assert of(sky, GRU) > naive(sky).share


def test_intervals_take_months_as_they_come() -> None:
    """Where all shares of a month are right or wrong together, the interval is that of months, not of forecasts."""
    rng = np.random.default_rng(1)
    together = np.repeat(rng.random(240) < 0.5, 20).reshape(240, 20).T.astype(np.int32) * 20
    right = np.stack([together, np.full_like(together, 10)])
    months = tuple(f"{2003 + m // 12}-{m % 12 + 1:02}" for m in range(240))
    one = Example("A", "2022-12-28", np.zeros(5, np.float32), 0.5, True)
    walk = Walk((GRU, MAJORITY), tuple("ABCDEFGHIJKLMNOPQRST"), months, right, np.full((20, 240), 20, np.int32), 1, one)
    row = shares(walk)[0]
    assert row.high - row.low == pytest.approx(2 * 1.96 * 0.5 / 240**0.5, rel=0.1)
    assert sum(asked for _, _, asked in by_year(walk, GRU)) == walk.asked.sum()
    assert ahead(walk, GRU, MAJORITY)[0] == pytest.approx(row.share - 0.5)
