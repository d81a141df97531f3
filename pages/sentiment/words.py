"""Word by word: what four models believe after each word, as written and with one word moved, left out or negated."""

from functools import partial

from core.experiments import sentiment as lesson
from core.experiments.sentiment import results
from core.experiments.sentiment.results import BAG, MAX_WORDS, MODELS, Read, What, change, turned
from core.figures import sentiment as figures
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent
from pages.sentiment.shared import script

NAMES = tuple(MODELS.values())
UNKNOWN = ((3, "not known to the models: in too few of the snippets that they learned from"),)
GRU = NAMES.index(MODELS["gru"])
MORE, LESS, SAME = "more positive", "more negative", "exactly the same"
LABELS: dict[str, What] = {"moved": "moved", "left out": "left out", "negated": "negated"}
EMPTY = "Type something under “More”: with no word at all there is nothing to read."


def show(stage: Stage) -> Shown | Nothing:
    """Show both readings."""
    with stage.decide:
        what = LABELS[
            controls.choice("The word is", tuple(LABELS), "moved", key="what", help="Negated: “not” is put before it.")
        ]
    with stage.more:
        typed = controls.text_area("Your review", results.DEFAULT_TEXT, key="text", height=98, max_chars=2_000)
        words, dropped = results.fit(typed)
        word = controls.position("Which word", len(words), results.DEFAULT_WORD + 1, key="word") - 1
        to = controls.position("Moved to position", len(words), results.DEFAULT_TO + 1, key="to") - 1
    if not words:
        return Nothing(EMPTY)
    if dropped:
        stage.note(f"Your review is longer than {MAX_WORDS} words and signs: the last {dropped:,} are left out.")
    changed, at = change(words, what, word, to)
    before, after = ask(lesson.read, words), ask(lesson.read, changed)
    if what == "left out" and changed == words:
        stage.note("The only word there is can’t be left out.")
    if what == "moved" and changed == words:
        stage.note("The word is where it was: choose another position under “More”.")
    _strip(stage, before, word)
    said = {"moved": "“{}” moved", "left out": "“{}” left out", "negated": "“not” before “{}”"}[what].format(
        words[word]
    )
    sums = [(b, a) for b, a in zip(before.ends, after.ends, strict=True)]
    return Shown(
        verdict=judge(before, after, what, words[word]),
        picture=draw(figures.beliefs, before, after, said, at),
        mechanism=draw(figures.mechanism, after, _weights(after), len(changed) - 1 if at is None else at),
        bet=bet(words, what, word, to),
        numbers=[
            (f"{NAMES[m]}, before and after", " → ".join(percent(float(p)) for p in sums[m])) for m in (1, 2, BAG)
        ],
        caption="Each column is one word, each number the probability of “positive” (%) when that word has just been read. The "
        "last column is the verdict. Click a word below the picture to choose it.",
        further=[draw(figures.worth, ask(lesson.worth, words))] if len(words) > 1 else [],
        **script(words, changed),
    )


def _weights(read: Read) -> tuple[float, ...]:
    """Return what each word adds in the bag, from its running probabilities and what it had before the first word."""
    return results.weights(read)


def _strip(stage: Stage, read: Read, word: int) -> None:
    row = [
        tokens.Token(text=f"{text} ", note=f"word {at + 1}" + ("" if known else "; not known"), band=-1 if known else 3)
        for at, (text, known) in enumerate(zip(read.words, read.known, strict=True))
    ]
    with stage.under:
        legend = () if all(read.known) else UNKNOWN
        clicked = tokens.strip(row, key="strip", label="your review: click a word", chosen=word, legend=legend)
    if clicked is not None and clicked != word:
        controls.move_to("word", clicked + 1)


def judge(before: Read, after: Read, what: What, word: str) -> str:
    """Say which models change their verdict, and by how much, from the picture's last columns."""
    done = {
        "moved": f"Move {code(word)}",
        "left out": f"Leave out {code(word)}",
        "negated": f"Put `not` before {code(word)}",
    }[what]
    other = turned(before, after)
    pairs = [f"{percent(float(a))} → {percent(float(b))}" for a, b in zip(before.ends, after.ends, strict=True)]
    bag = f"the bag of words stays at {percent(float(before.ends[BAG]))}"
    if abs(float(after.ends[BAG] - before.ends[BAG])) > 5e-4:
        bag = f"the bag of words goes {pairs[BAG]}"
    if not other:
        most = max(range(BAG), key=lambda m: abs(float(after.ends[m] - before.ends[m])))
        return f"{done}: no verdict changes. The {NAMES[most]} moves most, {pairs[most]}; {bag}."
    in_order = [m for m in range(BAG) if NAMES[m] in other]
    if not in_order:
        return f"{done}: only the bag of words changes its verdict, {pairs[BAG]}."
    lead = max(in_order, key=lambda m: abs(float(after.ends[m] - before.ends[m])))
    who = (
        "all three networks change"
        if len(in_order) == 3
        else f"{count(len(in_order), 'network')} of 3 {'changes' if len(in_order) == 1 else 'change'}"
    )
    return f"{done}: {who} the verdict (the {NAMES[lead]} goes {pairs[lead]} positive); {bag}."


def bet(words: tuple[str, ...], what: What, word: int, to: int) -> Bet:
    """Ask what another what-if does to the GRU: what it does to the bag can be read off the words' weights."""
    other: What = "left out" if what != "left out" else "moved"
    label = next(name for name, value in LABELS.items() if value == other)
    done = f"leave {code(words[word])} out" if other == "left out" else f"move {code(words[word])} to position {to + 1}"
    return Bet(
        question=f"Now {done}. Compared with the review as written, the {NAMES[GRU]} will find it…",
        answers=(MORE, LESS, SAME),
        change={"what": label},
        moved=f"the word is {label}",
        judge=partial(_outcome, words, other, word, to),
    )


def _outcome(words: tuple[str, ...], what: What, word: int, to: int) -> tuple[str, str]:
    before, after = (ask(lesson.read, each) for each in (words, change(words, what, word, to)[0]))
    a, b = float(before.ends[GRU]), float(after.ends[GRU])
    right = SAME if abs(a - b) < 5e-4 else MORE if b > a else LESS
    others = ", ".join(f"{NAMES[m]} {percent(float(after.ends[m]))}" for m in range(len(NAMES)) if m != GRU)
    return right, f"It goes from {percent(a)} to {percent(b)}. The others end at: {others}."


VIEW = View("Word by word", show)
