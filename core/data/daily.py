"""One number a day: prices of twenty American shares, 1990 to 2022, and the weather of Seattle, 2012 to 2015."""

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from jaxtyping import Float

from core.assets.fetch import ensure

SHARES, SEATTLE = "sp500-shares", "seattle-weather"
WEATHER = ("rain", "high", "low", "wind")


@dataclass(frozen=True)
class Daily:
    """A table with a row for each day: values (days, columns), and the name of each column."""

    days: tuple[date, ...]
    names: tuple[str, ...]
    values: Float[np.ndarray, "days columns"]

    @property
    def months(self) -> tuple[str, ...]:
        """Return the month of each day, as "1990-01"."""
        return tuple(day.isoformat()[:7] for day in self.days)


def load_shares(file: Path | None = None) -> Daily:
    """Return closing prices in dollars, adjusted for splits and dividends: 8,313 days of 20 shares.

    These are survivors: all twenty belonged to the index in 2022. Source: skfolio's sp500_dataset. `file` is that of
    the asset, fetched when None; raises `AssetError` where it can't be had.
    """
    with gzip.open(file or ensure(SHARES), "rt", encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    days = tuple(date.fromisoformat(row[0]) for row in rows)
    return Daily(days, tuple(head[1:]), np.array([row[1:] for row in rows], dtype=np.float64))


def load_weather(file: Path | None = None) -> Daily:
    """Return what was measured each day: rain in mm, highest and lowest temperature in degrees Celsius, wind in m/s.

    Source: National Oceanic and Atmospheric Administration, by way of vega_datasets: 1,461 days without a gap. `file`
    is that of the asset, fetched when None; raises `AssetError` where it can't be had.
    """
    with Path(file or ensure(SEATTLE)).open(encoding="utf-8", newline="") as lines:
        _, *rows = csv.reader(lines)
    days = tuple(date.fromisoformat(row[0].replace("/", "-")) for row in rows)
    return Daily(days, WEATHER, np.array([row[1:5] for row in rows], dtype=np.float64))
