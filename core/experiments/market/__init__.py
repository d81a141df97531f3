"""Market: will a share rise tomorrow? A GRU, a regression and two rules are walked forward through real days.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy. Each yields (training steps, training steps in all).
"""

from core.experiments.market.results import Walk
from core.progress import Steps, doing


@doing("Training the network anew for every four years", "step")
def next_day(days: int) -> Steps[Walk]:
    """Forecast for 2003 to 2022 whether each share rises tomorrow, from its last `days` days.

    Every four years all models learn anew from all that lies before. Raises `core.assets.fetch.AssetError`
    where the prices can't be had.
    """
    from core.experiments.market import walking

    return walking.next_day(days)


@doing("Training the network with the leak", "step")
def leaky(leak: str, steps: int) -> Steps[Walk]:
    """Forecast 2011 to 2022 from 20 days with one of `results.LEAKS` in the data; raises as `next_day` does."""
    from core.experiments.market import walking

    return walking.leaky(leak, steps)


@doing("Training the network on the weather", "step")
def weather(question: str, days: int) -> Steps[Walk]:
    """Forecast for 2014 and 2015 whether tomorrow is warmer than today ("warmer") or has rain ("rain").

    Raises `core.assets.fetch.AssetError` where the weather can't be had.
    """
    from core.experiments.market import walking

    return walking.weather(question, days)
