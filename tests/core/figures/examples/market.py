"""The pictures of the lesson on markets."""

from core.experiments import market as lesson
from core.experiments.market.results import LEAKS, QUESTIONS, WEATHER_DAYS
from core.experiments.recording import find
from core.figures import market as figures
from core.figures.picture import Picture

NAMES = ("always “up”", "as lately", "regression", "GRU")


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends."""
    walk, honest = find(lesson.next_day, 20), find(lesson.leaky, "none", 300)
    skies = {question: find(lesson.weather, question, WEATHER_DAYS) for question in QUESTIONS}
    return {
        "accuracy": figures.accuracy(walk, None, "Right about the next day", NAMES, (48, 54)),
        **{
            f"accuracy, {leak}": figures.accuracy(
                find(lesson.leaky, leak, 300), honest, "With a leak", NAMES, (45, 100)
            )
            for leak in LEAKS[1:]
        },
        **{
            f"accuracy, {question}": figures.accuracy(sky, None, f"Asked: {question}", sky.names, (40, 85))
            for question, sky in skies.items()
        },
        "years": figures.years(walk, NAMES[0]),
        "by share": figures.by_share(walk, NAMES[0]),
        "mechanism": figures.mechanism(walk, "%", "rises"),
        "mechanism, 40 days": figures.mechanism(find(lesson.next_day, 40), "%", "rises"),
        "mechanism, leak": figures.mechanism(find(lesson.leaky, LEAKS[2], 300), "%", "rises", LEAKS[2]),
        "mechanism, weather": figures.mechanism(skies["warmer"], "°C", "warmer"),
    }
