"""The calls of the lesson on markets whose results ship with the app: every setting of every view."""

from core.experiments import market as lesson
from core.experiments.market.results import DAYS, LEAKS, QUESTIONS, TRAININGS, WEATHER_DAYS
from core.experiments.recording import Call, call

_TRAINS = "it trains for up to a minute; tests/core/experiments/market trains a short one and checks the counts"

CALLS: tuple[Call, ...] = (
    *(call(lesson.next_day, int(days), costly=_TRAINS) for days in DAYS),
    *(call(lesson.leaky, leak, steps, costly=_TRAINS) for leak in LEAKS for steps in TRAININGS.values()),
    *(call(lesson.weather, question, WEATHER_DAYS, costly=_TRAINS) for question in QUESTIONS),
)
