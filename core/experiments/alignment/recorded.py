"""The calls of the lesson on alignment whose results ship with the app: what its views show first."""

from core.experiments import alignment
from core.experiments.alignment import results
from core.experiments.recording import Call, call

_LONG = "it hides every word of 100 sentences; test_the_recorded_study_is_what_is_measured takes the first ones anew"
_COMPARED = (*results.STUDIED, results.FRENCH_MODEL)

CALLS: tuple[Call, ...] = (
    *(call(alignment.aligned, model, results.default_text(model)) for model in _COMPARED),
    *(call(alignment.hidden, results.DEFAULT_MODEL, results.DEFAULT_TEXT, position) for position in range(13)),
    *(call(alignment.hidden, model, results.default_text(model), results.DEFAULT_HIDE) for model in _COMPARED[1:]),
    call(alignment.inside, results.DEFAULT_MODEL, results.DEFAULT_TEXT),
    *(call(alignment.study, model, costly=_LONG) for model in results.STUDIED),
)
