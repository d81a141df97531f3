"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import market as lesson
from core.experiments.market.results import GRU, LEAKS, LOGISTIC, MAJORITY, WEATHER_DAYS, Walk, naive, shares
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent
from pages.market.shared import points

WORDS = (
    "A share’s change of each day is divided by its usual size in the year before, so that calm and wild times look alike. A "
    "**GRU** of 16 units reads these numbers one day after the other, together with the mean of all twenty shares, and ends with "
    "a probability of “up”. **Walking forward** means: learn from everything before a date, forecast the years after it, move "
    "the date on. A **leak** is anything by which what is forecast gets into what is read or learned from."
)


def _shares(walk: Walk) -> dict[str, float]:
    return {row.name: row.share for row in shares(walk)}


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.market.walking import scaled, windows
    from core.models.gru import GRU as Layer

    return [
        Line(
            "A change is measured in units of the share’s own size of change over the 250 days before.",
            r"z_t = r_t \Big/ \sqrt{\tfrac{1}{250}\textstyle\sum_{i=0}^{249} r_{t-i}^2}",
            scaled,
            "r: the change of the logarithm of the price, 8,312 days × 20 shares; z is cut at ±5.",
        ),
        Line(
            "A window of days is read; the answer is whether the day after it was up.",
            r"x = (z_{t-n+1}, \dots, z_t), \qquad y = [\, r_{t+1} > 0 \,]",
            windows,
            "x: n days × 2 numbers, the share’s and the mean of all.",
        ),
        Line(
            "The GRU keeps some of its state and writes some anew, day by day.",
            r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
            Layer.step,
            "h: 16 numbers; here z is the gate.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from the results."""
    walk, smooth = ask(lesson.next_day, 20), ask(lesson.leaky, LEAKS[2], 300)
    row = shares(walk)[walk.names.index(MAJORITY)]
    return [
        Question(
            "Why are whole months drawn for the intervals, and not single forecasts?",
            ("It is faster", "Shares of one day move together", "Months have equal length"),
            1,
            f"{row.asked:,} forecasts sound like much, but the twenty of one day rise and fall together.",
        ),
        Question(
            "A model is right about tomorrow in 88 % of cases. What should you suspect first?",
            ("a good model", "a leak", "luck"),
            1,
            f"Averaging each day with its neighbours was enough for {percent(_shares(smooth)[GRU])}.",
        ),
        Question(
            "Who was right more often about the next day?",
            ("the GRU", "“always up”"),
            int(_shares(walk)[MAJORITY] >= _shares(walk)[GRU]),
            f"The GRU’s lead in points is {points(walk, MAJORITY)}.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    walk, smooth = ask(lesson.next_day, 20), ask(lesson.leaky, LEAKS[2], 300)
    sky = ask(lesson.weather, "warmer", WEATHER_DAYS)
    market, warm, best = _shares(walk), _shares(sky), naive(sky)
    return (
        f"From 20 days of a share a GRU foretold {percent(market[GRU])} of the next days and “always up” "
        f"{percent(market[MAJORITY])}; with prices smoothed over tomorrow it seemed to get {percent(_shares(smooth)[GRU])}. The "
        f"same network said whether Seattle would be warmer in {percent(warm[GRU])} of cases, the best plain rule in "
        f"{percent(best.share)}, logistic regression in {percent(warm[LOGISTIC])}."
    )


def try_next() -> list[Try]:
    """Return prepared states, each with its measured line."""
    scaled_, rain = ask(lesson.leaky, LEAKS[3], 300), ask(lesson.weather, "rain", WEATHER_DAYS)
    return [
        Try(
            "A leak in the scale",
            f"Standardised together with tomorrow, 20 days give {percent(_shares(scaled_)[GRU])}.",
            {"view": "Leak", "leak": LEAKS[3]},
        ),
        Try(
            "Rain: the rule is not beaten",
            f"“As today” {percent(naive(rain).share)}, the GRU {percent(_shares(rain)[GRU])}.",
            {"view": "Weather", "question": "rain"},
        ),
    ]


SOURCES = (
    Source("Fama", 1970, "Efficient capital markets: a review of theory and empirical work", "https://doi.org/10.2307/2325486"),
    Source("Jegadeesh", 1990, "Evidence of predictable behavior of security returns", "https://doi.org/10.1111/j.1540-6261.1990.tb05110.x"),
    Source("Künsch", 1989, "The jackknife and the bootstrap for general stationary observations", "https://doi.org/10.1214/aos/1176347265"),
    Source("Kapoor, Narayanan", 2023, "Leakage and the reproducibility crisis in machine-learning-based science", "https://doi.org/10.1016/j.patter.2023.100804"),
    Source("Cho et al.", 2014, "Learning phrase representations using RNN encoder–decoder (the GRU)", "https://aclanthology.org/D14-1179/"),
)  # fmt: skip
