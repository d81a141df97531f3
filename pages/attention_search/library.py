"""The search in the library: sixty descriptions, found by what their titles mean, and the mixture that comes out."""

from functools import partial

from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import results
from core.experiments.attention_search.results import MATCHES, TITLES, Attention, Settings, search
from core.figures import attention_search as figures
from pages.attention_search.shared import EMPTY, say_what_was_read, script_values, sketch
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent

TOP = 3  # items whose text is shown
FEW, SOME, MANY = "1 or 2", "3 to 20", "more than 20"


def show(stage: Stage) -> Shown | Nothing:
    """Show scores and weights of the best titles for a query, and the mixture that comes out."""
    with stage.decide:
        temperature = controls.slider("Temperature", 0.01, 1.0, 0.1, 0.01, key="temperature")
    with stage.more:
        typed = controls.text_area("Your query", results.DEFAULT_QUERY, key="query", height=80, max_chars=2_000)
        match = controls.choice("How to match", tuple(MATCHES), next(iter(MATCHES)), key="match")
    text, dropped = results.fit_words(typed)
    if not text.strip():
        return Nothing(EMPTY)
    query, shelf = ask(lesson.read_query, text), ask(lesson.library)
    say_what_was_read(stage, "query", query.tokens, dropped, query.is_cut)
    found = search(query, shelf, Settings(*MATCHES[match], temperature))
    best, dial = [int(item) for item in found.order[:TOP]], f"temperature {temperature:g}"
    return Shown(
        verdict=judge(found),
        picture=draw(figures.library, query, shelf, match, temperature),
        mechanism=sketch(found, best, "yours", TITLES, dial, f"the best three of {len(TITLES)} are drawn"),
        bet=bet(text, match, temperature),
        numbers=[
            ("weight of the best match", percent(float(found.weights[found.best]))),
            ("descriptions that share it", f"{found.effective:.1f} of {len(TITLES)}"),
            ("cosine of mixture and best value", f"{found.closeness[found.best]:.3f}"),
        ],
        caption=what_comes_out(found),
        further=[draw(figures.temperatures, query, shelf, match)],
        values=script_values(QUERY=text, MATCH=MATCHES[match][0], SCALED=MATCHES[match][1], TEMPERATURE=temperature),
    )


def judge(found: Attention) -> str:
    """Say whether what comes out is one item, a mixture, or the mean of all, from the numbers shown."""
    best, second = (int(item) for item in found.order[:2])
    share, next_share = float(found.weights[best]), float(found.weights[second])
    if found.kind == "one":
        return f"So cold, it is a plain search: {percent(share)} of what comes out is “{TITLES[best]}”."
    if found.kind == "all":
        return (
            f"Hardly a search: the weights are nearly even, and what comes out is {found.even:.3f} like the mean of all "
            f"{len(TITLES)} values, whatever was asked."
        )
    return (
        f"A hard search returns “{TITLES[best]}”. Attention mixes {percent(share)} of it, {percent(next_share)} of "
        f"“{TITLES[second]}” and {percent(1 - share - next_share)} of {len(TITLES) - 2} others."
    )


def what_comes_out(found: Attention) -> str:
    """Return the beginnings of what is mixed."""
    items = [(LIBRARY[int(n)], percent(float(found.weights[n]))) for n in found.order[:TOP]]
    parts = [f"- {share} of “{one.title}”: {one.content.partition('. ')[0].rstrip('.')}." for one, share in items]
    left = percent(float(found.weights[found.order[TOP:]].sum()))
    first = "What is mixed is not text but vectors, 384 numbers a description. Titles are found by what they mean.\n"
    return "\n".join([first, *parts, f"- {left} of the other {len(LIBRARY) - TOP}.", ""])


def bet(text: str, match: str, temperature: float) -> Bet:
    """Ask how many items share what comes out at another temperature."""
    other = 1.0 if temperature < 0.5 else 0.02
    return Bet(
        question=f"Turn the library’s temperature {'up' if other > temperature else 'down'} to {other:g}. How many of the "
        f"{len(TITLES)} descriptions will share what comes out?",
        answers=(FEW, SOME, MANY),
        change={"temperature": other},
        moved=f"temperature {other:g}",
        judge=partial(_outcome, text, match, other),
    )


def _outcome(text: str, match: str, temperature: float) -> tuple[str, str]:
    found = search(ask(lesson.read_query, text), ask(lesson.library), Settings(*MATCHES[match], temperature))
    count = found.effective
    right = FEW if count < 2.5 else SOME if count < 20.5 else MANY
    return right, f"{count:.1f} share it; the best match gives {percent(float(found.weights[found.best]))}."


VIEW = View("Library", show)
