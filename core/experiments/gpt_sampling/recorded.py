"""The calls of the lesson on GPT sampling whose results ship with the app: what its views and bets show first."""

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT, Filters
from core.experiments.gpt_sampling.texts import Settings
from core.experiments.recording import Call, call

_AT = (DEFAULT_MODEL, DEFAULT_PROMPT)

_SAME = "a whole text; the same call with the usual temperature, above, is written again by this test"

CALLS: tuple[Call, ...] = (
    call(lesson.next_token, *_AT),
    *(call(lesson.write, *_AT, Settings(strategy=strategy)) for strategy in ("sample", "greedy", "beam")),
    *(
        call(lesson.write, *_AT, Settings(Filters(temperature)), costly=_SAME) for temperature in (0.5, 2.0)
    ),  # of the bets
)
