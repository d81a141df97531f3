"""What a unit follows: one number of the trained model's state, coloured over a text."""

from functools import partial

from core.data.texts_to_learn import parts_of
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.features import FEATURES
from core.experiments.char_rnn.results import PASSAGE, PASSAGES, Coloured
from core.experiments.rnn.features import strength
from core.figures import char_rnn as figures
from pages.char_rnn.shared import choose_text, files, script_values
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Shown, Stage, View
from pages.kit.words import signed

CLOSER, LESS = "more closely", "less closely"


def show(stage: Stage) -> Shown:
    """Colour a passage by the unit that follows a feature best."""
    with stage.decide:
        names = tuple(feature.name for feature in FEATURES)
        chosen = controls.choice("The unit that best follows", names, names[0], key="follows")
    with stage.more:
        name = choose_text()
        text = controls.text_area("Your own passage", "", key="passage", height=120, max_chars=PASSAGE)
    feature = [each.name for each in FEATURES].index(chosen)
    read = ask(lesson.coloured, name, text if text.strip() else passage(name))
    if read.unknown:
        stage.note(f"{read.unknown} of these characters the model never learned: it reads them as unknown.")
    return Shown(
        verdict=judge(read, feature),
        picture=draw(figures.coloured, read, feature),
        mechanism=draw(figures.unit, read, feature, chosen),
        bet=bet(read, name, read.text, feature),
        numbers=[
            ("correlation, held-out text", signed(float(read.held_out[feature]), 2)),
            ("correlation, this passage", _own(read, feature)),
            ("units in the state", f"{read.units:,}"),
        ],
        caption="The model is the LSTM of “Watch” at its end; its units are the hidden ones and the cells (a cell’s "
        f"scale is squeezed by arsinh). The unit was chosen on {read.characters:,} characters of held-out text, the "
        "correlation (0: none, 1: in full step) from as many others. Where a unit falls as the feature rises, its sign is "
        "turned. Nobody told the model what a line or a quotation is.",
        further=[draw(figures.followed, read, feature)],
        values=script_values(None, f"writer_{name}.safetensors", name),
        downloads=files(name),
    )


def passage(name: str) -> str:
    """Return the passage that is shown first: of held-out text, so that there is a quotation in it where there is one."""
    start = PASSAGES[name]
    return parts_of(name).held_out[start : start + PASSAGE]


def _own(read: Coloured, feature: int) -> str:
    own = float(read.own[feature])
    return "none: it never changes here" if own != own else signed(own, 2)


def judge(read: Coloured, feature: int) -> str:
    """Say how closely the unit follows, on text that it was not chosen by."""
    r, words, name = float(read.held_out[feature]), FEATURES[feature].words, read.labels[feature]
    how = strength(r)
    if how == "not here":
        return f"Not here: {name} hardly goes with “{words}”: a correlation of {signed(r, 2)} on other text."
    return (
        f"{name.capitalize()} {how} “{words}”, though nobody told it to: a correlation of {signed(r, 2)} on other text."
    )


def bet(read: Coloured, name: str, text: str, feature: int) -> Bet:
    """Ask whether the best unit for another feature follows it more closely."""
    other = (feature + 1) % len(FEATURES)
    one, two = (FEATURES[each].words for each in (feature, other))
    return Bet(
        question=f"Now look for “{two}”. Does its best unit follow that more closely than “{one}” is followed?",
        answers=(CLOSER, LESS),
        change={"follows": FEATURES[other].name},
        moved=f"the unit that best follows “{two}”",
        judge=partial(_outcome, name, text, feature, other),
    )


def _outcome(name: str, text: str, feature: int, other: int) -> tuple[str, str]:
    read = ask(lesson.coloured, name, text)
    one, two = (abs(float(read.held_out[each])) for each in (feature, other))
    return CLOSER if two > one else LESS, f"A correlation of {two:.2f} against {one:.2f} (its size)."


IDEA = (
    "The state of this **LSTM** is 512 numbers, and nobody told them what to mean. We look for the **unit**, the "
    "one number, that best follows something that can be named, and colour the text by its value."
)
VIEW = View("One unit", show, IDEA)
