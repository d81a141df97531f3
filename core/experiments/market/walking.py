"""Walking forward: models learn from the days before a date and forecast those after it, again and again."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from core.data.daily import load_shares, load_weather
from core.experiments.market.results import GRU, LOGISTIC, MAJORITY, MOMENTUM, SEASON, Example, Walk
from core.models.classifier import SequenceClassifier
from core.models.logistic import newton
from core.progress import Steps
from core.training.loop import train
from core.training.recipes import seed_dropout

PAST = 250  # days, a year of trading, whose mean square makes the scale of a share's changes
HIDDEN, STEPS, EVERY, RATE = 16, 300, 10, 5e-3
BATCH, FEW = 1024, 128
FOLDS = (2003, 2007, 2011, 2015, 2019)
LEAK_FROM, TESTED = 2011, 0.2
PENALTY = 1e-4
NEAR = 10  # days of the year on either side that make the season's mean


@dataclass(frozen=True)
class Table:
    """Examples: x, what is read; up, what is asked; day, the number of the last day that is read; group, whose it is.

    `rules` are forecasts that need no training. `shown` is what an example's sketch draws of x, in its own unit.
    """

    x: Float[np.ndarray, "rows days features"]
    up: Bool[np.ndarray, "rows"]
    day: Int[np.ndarray, "rows"]
    group: Int[np.ndarray, "rows"]
    rules: dict[str, Bool[np.ndarray, "rows"]]
    shown: Float[np.ndarray, "rows days"]


Fold = tuple[Bool[np.ndarray, "rows"], Bool[np.ndarray, "rows"]]  # which rows train, which are tested


def next_day(days: int) -> Steps[Walk]:
    """Return how often each forecaster is right on 2003 to 2022, trained anew every four years."""
    dates, names, changes = _changes()
    table = windows(changes, scaled(changes), days)
    years = np.array([day.year for day in dates])
    folds = [_forward(table, years, first, 4) for first in FOLDS]
    return (yield from _walk(table, folds, names, [day.isoformat() for day in dates], STEPS, BATCH, 0.0))


def leaky(leak: str, steps: int) -> Steps[Walk]:
    """Return how often each forecaster is right on 2011 to 2022 with a leak from the future, or with "none".

    random split: a fifth of these years' windows are tested, the windows around them are trained on. smoothed prices:
    each day's change is the mean of its own, the day before's and the day after's. scaled with tomorrow: each window is
    standardised by mean and deviation of its days and the day to be forecast.
    """
    dates, names, changes = _changes()
    seen = changes
    if leak == "smoothed prices":
        seen = changes.copy()
        seen[1:-1] = (changes[:-2] + changes[1:-1] + changes[2:]) / 3
    table = windows(changes, scaled(seen), 20)
    if leak == "scaled with tomorrow":
        table = replace(table, x=_with_tomorrow(table, changes))
    years = np.array([day.year for day in dates])
    forward = _forward(table, years, LEAK_FROM, 12)
    if leak == "random split":
        picked = forward[1] & (np.random.default_rng(0).random(len(table.up)) < TESTED)
        forward = (~picked, picked)
    return (yield from _walk(table, [forward], names, [day.isoformat() for day in dates], steps, BATCH, 0.0))


def weather(question: str, days: int) -> Steps[Walk]:
    """Return how often each forecaster is right on 2014 and 2015, trained on the years before each."""
    daily = load_weather()
    rain, high = daily.values[:, 0], daily.values[:, 1]
    angle = np.array([day.timetuple().tm_yday for day in daily.days]) * (2 * np.pi / 365.25)
    seen = np.column_stack([np.log1p(rain), daily.values[:, 1:], np.sin(angle), np.cos(angle)])
    last = np.arange(days - 1, len(seen) - 1)
    up = high[last + 1] > high[last] if question == "warmer" else rain[last + 1] > 0
    lately = high[last] > high[last - 1] if question == "warmer" else rain[last] > 0
    years = np.array([day.year for day in daily.days])
    known = seen[years < 2014]
    x = _gather((seen - known.mean(0)) / known.std(0), last, days).astype(np.float32)
    season = np.zeros(len(last), bool)
    for year in (2014, 2015):
        mean = _season(angle, years < year, high if question == "warmer" else (rain > 0).astype(float))
        above = mean[last + 1] > (high[last] if question == "warmer" else 0.5)
        season[years[last + 1] == year] = above[years[last + 1] == year]
    table = Table(
        x, up, last, np.zeros(len(last), int), {MOMENTUM: lately, SEASON: season}, _gather(high[:, None], last, days)[..., 0]
    )  # fmt: skip
    folds = [_forward(table, years, year, 1) for year in (2014, 2015)]
    names = [day.isoformat() for day in daily.days]
    return (yield from _walk(table, folds, ("Seattle",), names, STEPS, FEW, 0.3))


def scaled(changes: Float[np.ndarray, "days shares"]) -> Float[np.ndarray, "days shares"]:
    """Return each change over the share's root mean square of the last 250 days, that day included, cut at 5; NaN before."""
    summed = np.concatenate([np.zeros((1, changes.shape[1])), (changes**2).cumsum(0)])
    found = np.full_like(changes, np.nan)
    found[PAST - 1 :] = changes[PAST - 1 :] / np.sqrt((summed[PAST:] - summed[:-PAST]) / PAST)
    return np.asarray(found.clip(-5, 5))


def windows(changes: Float[np.ndarray, "days shares"], seen: Float[np.ndarray, "days shares"], days: int) -> Table:
    """Return a row for each share and day after which its price moved; read are the share's changes and all shares' mean."""
    count = changes.shape[1]
    last = np.arange(PAST + 40, len(changes) - 1)  # the same days whatever is read
    both = np.stack([seen, np.repeat(seen.mean(1, keepdims=True), count, 1)], -1).astype(np.float32)
    x = _gather(both, last, days).swapaxes(1, 2).reshape(-1, days, 2)
    shown = _gather(100 * np.expm1(changes), last, days).swapaxes(1, 2).reshape(-1, days)
    lately = _gather(changes, last, days).sum(1) > 0
    after = changes[last + 1].ravel()
    moved = after != 0
    day, group = np.repeat(last, count), np.tile(np.arange(count), len(last))
    return Table(x[moved], after[moved] > 0, day[moved], group[moved], {MOMENTUM: lately.ravel()[moved]}, shown[moved])


def fit_gru(
    table: Table, rows: Int[np.ndarray, "chosen"], steps: int, batch: int, dropout: float
) -> Generator[int, None, SequenceClassifier]:
    """Train a GRU of 16 units on these rows; yields the steps done and returns the network."""
    with torch.random.fork_rng(devices=[]):  # torch.nn's layers draw weights that are then replaced
        model = SequenceClassifier("gru", 2, features=table.x.shape[-1], hidden=(HIDDEN,), dropout=dropout, seed=0)
    x, up, chosen = torch.from_numpy(table.x), torch.from_numpy(table.up).long(), torch.from_numpy(rows)
    generator = torch.Generator().manual_seed(0)

    def loss(step: int) -> torch.Tensor:
        picked = chosen[torch.randint(len(chosen), (batch,), generator=generator)]
        return torch.nn.functional.cross_entropy(model(x[picked]), up[picked])

    training = train(model, loss, steps=steps, rate=RATE, warm_up=20, every=EVERY)
    for done in range(0, steps + 1, EVERY):
        # Dropout draws from torch's one generator: seeded in a fork, so that nobody else's draws are moved.
        with torch.random.fork_rng(devices=[]):
            seed_dropout(done)
            progress = next(training, None)
        if progress:
            yield progress.step
    return model.eval()


@torch.no_grad()
def probabilities(model: SequenceClassifier, x: Float[np.ndarray, "rows days features"]) -> Float[np.ndarray, "rows"]:
    """Return the network's probability of "up" for each row."""
    parts = [model(part).softmax(-1)[:, 1] for part in torch.from_numpy(x).split(8192)]
    return np.asarray(torch.cat(parts).numpy())


def _walk(
    table: Table, folds: Sequence[Fold], groups: tuple[str, ...], dates: Sequence[str], steps: int, batch: int, dropout: float
) -> Steps[Walk]:  # fmt: skip
    names = (MAJORITY, *table.rules, LOGISTIC, GRU)
    tested = np.zeros(len(table.up), bool)
    said = {name: np.zeros(len(table.up), bool) for name in names}
    flat = table.x.reshape(len(table.x), -1).astype(np.float64)
    belief = np.zeros(len(table.up), np.float32)
    yield 0, steps * len(folds)
    for number, (learn, test) in enumerate(folds):
        tested |= test
        said[MAJORITY][test] = table.up[learn].mean() > 0.5
        weights, bias = newton(flat[learn], table.up[learn], PENALTY)
        said[LOGISTIC][test] = flat[test] @ weights + bias > 0
        training = fit_gru(table, np.flatnonzero(learn), steps, batch, dropout)
        while True:
            try:
                done = next(training)
            except StopIteration as end:
                model: SequenceClassifier = end.value
                break
            yield number * steps + done, steps * len(folds)
        belief[test] = probabilities(model, table.x[test])
    said.update(table.rules)
    said[GRU] = belief > 0.5
    rows = np.flatnonzero(tested)
    # A month is the one of the day that is forecast.
    months = sorted({dates[table.day[row] + 1][:7] for row in rows})
    at = np.array([months.index(dates[day][:7]) if dates[day][:7] in months else 0 for day in range(len(dates))])
    place = (table.group[rows], at[table.day[rows] + 1])
    right = np.zeros((len(names), len(groups), len(months)), np.int32)
    asked = np.zeros(right.shape[1:], np.int32)
    np.add.at(asked, place, 1)
    for number, name in enumerate(names):
        np.add.at(right[number], place, said[name][rows] == table.up[rows])
    last = rows[-len(groups)] if len(groups) > 1 else rows[-1]  # of the last day
    example = Example(
        groups[table.group[last]],
        dates[table.day[last] + 1],
        table.shown[last].astype(np.float32),
        float(belief[last]),
        bool(table.up[last]),
    )
    trained = int(folds[-1][0].sum())
    return Walk(names, groups, tuple(months), right, asked, trained, example)


def _changes() -> tuple[tuple[date, ...], tuple[str, ...], Float[np.ndarray, "days shares"]]:
    daily = load_shares()
    return daily.days[1:], daily.names, np.diff(np.log(daily.values), axis=0)


def _forward(table: Table, years: Int[np.ndarray, "days"], first: int, count: int) -> Fold:
    """Return which rows are forecast in years from `first`, and which have their answer before that."""
    asked = years[table.day + 1]
    return asked < first, (asked >= first) & (asked < first + count)


def _with_tomorrow(table: Table, changes: Float[np.ndarray, "days shares"]) -> Float[np.ndarray, "rows window 1"]:
    days = table.x.shape[1]
    every = np.stack([changes[table.day - days + 1 + at, table.group] for at in range(days + 1)], 1)
    every = (every - every.mean(1, keepdims=True)) / (every.std(1, keepdims=True) + 1e-9)
    return np.asarray(every[:, :days, None].astype(np.float32))


def _gather(
    values: Float[np.ndarray, "days *features"], last: Int[np.ndarray, "rows"], days: int
) -> Float[np.ndarray, "rows window *features"]:
    return np.stack([values[last - days + 1 + at] for at in range(days)], 1)


def _season(
    angle: Float[np.ndarray, "days"], known: Bool[np.ndarray, "days"], values: Float[np.ndarray, "days"]
) -> Float[np.ndarray, "days"]:
    """Return for each day the mean of the known days at most 10 days of the year away."""
    apart = np.abs((angle[:, None] - angle[known] + np.pi) % (2 * np.pi) - np.pi)
    near = apart <= (NEAR + 0.5) * 2 * np.pi / 365.25
    return np.asarray((near @ values[known]) / near.sum(1))
