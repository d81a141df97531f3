"""One to many: what is in this picture?"""

from functools import partial

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_KIND,
    FRENCH_AND_ENGLISH,
    OTHER_ARTIST,
    OTHER_KIND,
    PICTURES,
    SHOWN,
    Caption,
    Captioned,
)
from core.figures import four_shapes as figures
from pages.four_shapes.shared import between, compared, named, script
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.export import Download
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import count, percent

BRIEF = {DEFAULT_KIND: "pair", OTHER_KIND: "thing", OTHER_ARTIST: "artist"}
TITLES = {
    DEFAULT_KIND: "A new pair: never trained on together",
    OTHER_KIND: "A new thing: never trained on",
    OTHER_ARTIST: "A known name, by another artist",
}
FEW, SOME, MANY = "under 10 %", "10 to 50 %", "over 50 %"


def show(stage: Stage) -> Shown:
    """Show how the name of a picture is written, word by word."""
    with stage.decide:
        kind = controls.choice("Picture", tuple(BRIEF), DEFAULT_KIND, key="kind", names=BRIEF.__getitem__)
    with stage.more:
        number = controls.slider("Which one", 1, SHOWN, 1, 1, key="number") - 1
        language = controls.choice("Language", tuple(FRENCH_AND_ENGLISH), "English", key="language")
    found = ask(lesson.caption, kind, number, FRENCH_AND_ENGLISH[language])
    measured = named(kind, FRENCH_AND_ENGLISH[language])
    (_, near), _ = measured.scores.others
    taken = script("captions.safetensors", "captions.json", LANGUAGE=FRENCH_AND_ENGLISH[language])
    return Shown(
        verdict=judge(found),
        picture=draw(figures.caption, found, language, TITLES[kind]),
        mechanism=draw(figures.mechanism, "one to many", "1 picture", count(len(found.written), "word")),
        bet=bet(kind, FRENCH_AND_ENGLISH[language]),
        numbers=[
            ("names wholly correct", percent(measured.scores.network.share)),
            ("95 % interval", between(measured.scores.network)),
            ("nearest picture’s name", percent(near.share)),
        ],
        caption=caption(measured),
        further=[
            draw(figures.captioned, tuple(named(each, FRENCH_AND_ENGLISH[language]) for each in PICTURES)),
            compared(),
        ],
        values=taken["values"],
        downloads=[
            *taken["downloads"],
            Download("Picture (emoji.png)", "emoji.png", partial(figures.png, found.picture), "image/png"),
        ],
    )


def judge(found: Caption) -> str:
    """Say what came out, and whether it is the picture's name."""
    written, name = " ".join(found.written), " ".join(found.name)
    out = f"One picture in, {count(len(found.written), 'word')} out: “{written}”"
    return f"{out}, which is its name." if written == name else f"{out}. Its name is “{name}”."


def caption(measured: Captioned) -> str:
    """Say what was trained, how good it is on this kind, what is simpler, and what it can't do."""
    scores, shares = measured.scores, {who: each for who, *each in measured.shares}
    (_, copied), _ = scores.others
    right, near = shares["network"], shares["nearest picture"]
    order = "more than the network" if near[0] > right[0] else "less than the network"
    enough = "all" if measured.writable == scores.network.asked else f"{measured.writable:,} of"
    one_word = " (in French a person and what they do are often one word, which may be new)"
    new_words = one_word if (measured.kind, measured.language) == (DEFAULT_KIND, "fr") else ""
    return (
        "Pictures are Google’s Noto emoji (another artist’s are Twemoji), 32 x 32 pixels; names are Unicode’s. A new pair is "
        "somebody and what they do: each was trained on, but never these two together, in any skin tone. Four **convolutions**, "
        "small filters that slide over the picture, make the first state of it; then a GRU writes, and each word "
        "is what goes in next. It was trained on 3,012 pictures; its layers were chosen in short trials by new pairs and the "
        "other artist’s pictures, which flatters it there a little. "
        f"Of {scores.network.asked:,} pictures of this kind it names {percent(scores.network.share)} wholly correctly "
        f"({between(scores.network)}), and it shares {percent(right[0])} of the words with the names ({100 * right[1]:.1f} to "
        f"{100 * right[2]:.1f} %). **A simpler way**: take the name of the training picture whose pixels are nearest. It is "
        f"wholly correct for {percent(copied.share)}, and shares {percent(near[0])} of the words ({100 * near[1]:.1f} to "
        f"{100 * near[2]:.1f} %), {order}. The network can only write words of its training names: enough for "
        f"{enough} these {scores.network.asked:,} names{new_words}. A photograph means nothing to it, so your own can’t be named "
        "here: captioners of photographs are to be had from model hubs alone, and this lesson does without one."
    )


def bet(kind: str, language: str) -> Bet:
    """Ask how many pictures of another kind it names."""
    other = OTHER_KIND if kind != OTHER_KIND else OTHER_ARTIST
    what = (
        "Now things that were not in training. How many of their pictures does it name exactly right?"
        if other == OTHER_KIND
        else "Now pictures of known things by another artist. How many does it name exactly right?"
    )
    return Bet(what, (FEW, SOME, MANY), {"kind": other}, f"picture: {BRIEF[other]}", partial(_outcome, other, language))


def _outcome(kind: str, language: str) -> tuple[str, str]:
    found = named(kind, language).scores.network
    right = FEW if found.share < 0.1 else SOME if found.share <= 0.5 else MANY
    return right, f"{found.right:,} of {found.asked:,} names are wholly correct, {percent(found.share)}."


VIEW = View("Emoji", show)
