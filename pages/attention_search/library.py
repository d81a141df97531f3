"""The search in the library: three steps over sixty items, and what a hard and a soft search return."""

import streamlit as st

from core.data.library import LIBRARY
from core.experiments import attention_search as lesson
from core.experiments.attention_search import Look, Query, Settings, recorded
from core.figures import attention_search as figures
from pages.attention_search import results
from pages.kit import cache
from pages.kit.former import Picture, show, verdict
from pages.kit.words import count, percent

TOP = 3  # items whose text is shown
COLUMNS = (
    "title",
    "similarity",
    "share (%)",
    "the mixture is like its value (cosine)",
    "a hard search's result is (cosine)",
)


def show_search(asked: Query, settings: Settings) -> Picture:
    """Show the three steps of a search, and what comes out."""
    look = results.search(asked, settings)
    picture = cache.remember(
        ("search picture", asked.vector.tobytes(), settings),
        lambda: Picture(
            figures.three_steps(
                look, results.TITLES, f"A search in {len(LIBRARY)} titles", match_words(settings, "384")
            ),
            figures.describe_steps(look, results.TITLES, "titles"),
            COLUMNS,
            rows(look, results.TITLES),
        ),
    )
    show(picture, key="steps")
    verdict(*judge(look))
    if settings.match == "additive":
        st.caption(say_additive())
    elif settings.match == "cosine":
        st.caption(
            "A cosine lies between −1 and 1 whatever the width, so √d is left out; it wants a temperature of its own."
        )
    _what_comes_out(look)
    _against_temperature(asked, settings, look)
    return picture


def match_words(settings: Settings, width: str) -> str:
    """Return what the axis of the similarity says."""
    if settings.match == "cosine":
        return "cosine"
    if settings.match == "additive":
        return "vᵀ tanh(Wq+Uk)"
    return f"q · k / √{width}" if settings.scaled else "q · k"


def rows(look: Look, labels: tuple[str, ...]) -> list[tuple[str, float, float, float, float]]:
    """Return the table of a look, the largest share first."""
    return [
        (
            labels[item],
            round(float(look.scores[item]), 4),
            round(100 * float(look.weights[item]), 4),
            round(float(look.closeness[item]), 4),
            round(float(look.hard[item]), 4),
        )
        for item in map(int, look.order)
    ]


def judge(look: Look) -> tuple[str, list[tuple[str, str]]]:
    """Say whether what comes out is one item, a mixture, or the mean of all, from the numbers shown."""
    best, share = LIBRARY[look.best].title, float(look.weights[look.best])
    like = float(look.closeness[look.best])
    numbers = [
        ("on the best match", percent(share)),
        ("items that share it", f"{look.effective:.1f} of {len(LIBRARY)}"),
        ("entropy of the mask", f"{look.entropy:.2f} bits"),
        ("likeness to it", f"{like:.3f}"),
    ]
    if look.kind == "one":
        text = (
            f"Not here: “{best}” has {percent(share)} of the mask. What comes out is its value alone, as in any search."
        )
    elif look.kind == "all":
        text = (
            f"Hardly a search: the shares are nearly even, and what comes out is {look.even:.3f} like the plain mean of all "
            f"{len(LIBRARY)} values, whatever was asked."
        )
    else:
        second = int(look.order[1])
        text = (
            f"A hard search returns “{best}” and nothing else. Attention takes {percent(share)} from it and "
            f"{percent(1 - share)} from others: the result is {like:.2f} like its value, {look.closeness[second]:.2f} like that "
            f"of “{LIBRARY[second].title}”, and equal to none."
        )
    return text, numbers


def _against_temperature(asked: Query, settings: Settings, look: Look) -> None:
    swept = results.swept(asked)
    ways = tuple(lesson.WAYS)
    curve = cache.remember(
        ("search curve", asked.vector.tobytes(), settings),
        lambda: Picture(
            figures.entropy_curve(swept, settings, look.entropy),
            figures.describe_entropy(swept, settings, look.entropy),
            ("temperature", *(f"{way} (bits)" for way in ways)),
            [
                (t, *swept.entropy[:, n].round(4).tolist())
                for n, t in enumerate(lesson.TEMPERATURES)
            ],
        ),
    )  # fmt: skip
    show(curve, key="temperatures")


def _what_comes_out(look: Look) -> None:
    hard, soft = st.columns(2)
    with hard.container(border=True):
        st.markdown("**Hard: the best alone**")
        st.markdown(f"100 % of “{LIBRARY[look.best].title}”: {LIBRARY[look.best].content}")
    with soft.container(border=True):
        st.markdown("**Soft: all, each by its share**")
        for item in map(int, look.order[:TOP]):
            st.markdown(f"{percent(float(look.weights[item]))} of “{LIBRARY[item].title}”: {first_sentence(item)}")
        left = float(look.weights[look.order[TOP:]].sum())
        st.caption(
            f"… and {percent(left)} of the other {len(LIBRARY) - TOP}. What is added up is not text but vectors of 384 numbers, "
            "one for each content."
        )


def first_sentence(item: int) -> str:
    """Return the beginning of an item's content."""
    return LIBRARY[item].content.partition(". ")[0].rstrip(".") + "."


def say_what_was_read(asked: Query, dropped: int) -> None:
    """Say when the query was cut, or holds what the encoder does not know."""
    if dropped:
        st.caption(
            f"Your query is longer than {lesson.MAX_WORDS} words: the last {count(dropped, 'word')} are left out."
        )
    if asked.is_cut:
        st.caption(f"Your query has too many pieces for the encoder: it reads the first {len(asked.tokens)}.")
    if asked.is_empty:
        st.caption("The encoder finds nothing to read in your query: it searches with an empty text.")
    elif asked.unknown:
        st.caption(
            f"The encoder does not know {count(asked.unknown, 'piece')} of your query: each is read as “unknown”."
        )


def say_additive() -> str:
    """Say what the additive match was fitted to, and what it is worth elsewhere."""
    fitting = recorded.fitting()
    among = len(LIBRARY) // fitting.folds
    return (
        f"An additive match needs weights. These were fitted for this page, to let {fitting.sentences} sentences of the contents "
        f"find their titles: it finds {percent(fitting.own)} of those. That is learned by heart: of sentences kept apart it "
        f"finds {percent(fitting.apart)} among {among} titles, where guessing finds {percent(1 / among)} and the dot product, "
        f"with nothing fitted, {percent(fitting.dot)}. So few pairs are too few for it; a translator learns it from many "
        "thousands."
    )
