"""GloVe: vectors learned from six billion words, asked for neighbours and analogies, judged, and looked at for prejudice."""

from functools import partial

from core.experiments import word_vectors as lesson
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import Judged, Leaning, Near
from core.figures import word_vectors as figures
from core.figures.word_vectors.asking import question
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import escape, percent
from pages.word_vectors.shared import script_values

YOURS, GROUPS, PEOPLE, JOBS = "words", "questions", "people", "jobs"
KINDS = (YOURS, GROUPS, PEOPLE, JOBS)
OPPOSITES = "possible impossible known"
HIT, NEAR_HIT, MISS = "“unknown”", "“unknown” among ten", "ten others"


def show(stage: Stage) -> Shown | Nothing:
    """Show what GloVe answers to the reader's words, or what was measured on many."""
    with stage.decide:
        kind = controls.choice("GloVe on", KINDS, YOURS, key="ask")
    with stage.more:
        typed = controls.text_area(
            "One word, or three: a is to b as c is to …", results.DEFAULT_WORDS, key="words", height=80, max_chars=200
        )
    judged = ask(lesson.judged)
    if kind == GROUPS:
        return _groups(judged)
    if kind == PEOPLE:
        return _people(judged)
    if kind == JOBS:
        return _jobs(ask(lesson.leaning))
    asked = results.read_words(typed)
    if len(asked) not in (1, 3):
        return Nothing(
            "Type one word under “More”, or three: “man king woman” asks what is to “woman” as “king” is to “man”."
        )
    found = ask(lesson.near, asked)
    if found.unknown:
        words = ", ".join(f"“{escape(word)}”" for word in found.unknown)
        return Nothing(f"GloVe has no vector for {words}: only the 100,000 most frequent words of its text are here.")
    return _words(found, judged)


def _words(found: Near, judged: Judged) -> Shown:
    (best, value), total = found.found[0], judged.right / judged.asked
    middle = ("its row", "50 numbers")
    if len(found.asked) == 3:
        middle = ("sum of rows", f"{found.asked[1]}\n− {found.asked[0]}\n+ {found.asked[2]}")
    parts = [("asked", "\n".join(found.asked)), middle, ("nearest", f"{best}\n{value:.2f}")]
    return Shown(
        verdict=judge(found, judged),
        picture=draw(figures.near, found),
        mechanism=draw(figures.chain, tuple(parts), 0),
        bet=_bet(),
        numbers=[
            ("cosine of the nearest", f"{value:.2f}"),
            ("words searched, none skipped", f"{found.searched:,}"),
            ("time of this search", f"{found.milliseconds:.0f} ms"),
        ],
        caption="GloVe was trained on six billion words of Wikipedia and news. The words that are asked for never count as an "
        "answer: without that rule, the nearest to a sum is often one of them. The map shows only what a plane can hold of "
        f"50 numbers. The rule a − b + c finds {percent(total)} of {judged.asked:,} public questions; see “{GROUPS}”.",
        values=script_values(ASKED=found.asked),
    )


def judge(found: Near, judged: Judged) -> str:
    """Say what comes out nearest, and how far it can be trusted."""
    (best, value), asked = found.found[0], tuple(escape(word) for word in found.asked)
    if len(asked) == 1:
        others = ", ".join(f"“{escape(word)}”" for word, _ in found.found[1:4])
        return f"Of {found.searched:,} words, “{escape(best)}” is nearest to “{asked[0]}” (cosine {value:.2f}), then {others}."
    return (
        f"“{asked[0]}” is to “{asked[1]}” as “{asked[2]}” is to “{escape(best)}”, says GloVe. It is right in "
        f"{percent(judged.right / judged.asked)} of {judged.asked:,} such questions."
    )


def _bet() -> Bet:
    return Bet(
        question="Ask for an opposite: “possible” is to “impossible” as “known” is to … Which answer comes?",
        answers=(HIT, NEAR_HIT, MISS),
        change={"ask": YOURS, "words": OPPOSITES},
        moved=f"words “{OPPOSITES}”",
        judge=partial(_outcome, OPPOSITES, "unknown"),
    )


def _outcome(words: str, wanted: str) -> tuple[str, str]:
    found, judged = ask(lesson.near, results.read_words(words)), ask(lesson.judged)
    answers = [word for word, _ in found.found]
    right = HIT if answers[0] == wanted else NEAR_HIT if wanted in answers else MISS
    opposites = next(group for group in judged.groups if group.name == "opposites")
    return right, (
        f"Nearest to {question(found.asked)} is “{escape(answers[0])}”. Opposites keep much the same company: of "
        f"{opposites.asked} such questions {percent(opposites.share)} are right."
    )


def _groups(judged: Judged) -> Shown:
    order = sorted(judged.groups, key=lambda group: group.share)
    best, worst = order[-1], order[0]
    return Shown(
        verdict=f"GloVe answers {percent(judged.right / judged.asked)} of {judged.asked:,} analogies: of {best.name} "
        f"{percent(best.share)}, of {worst.name} {percent(worst.share)}.",
        picture=draw(figures.groups, judged),
        mechanism=draw(
            figures.chain,
            (("asked", "athens\ngreece\noslo"), ("sum", "greece\n− athens\n+ oslo"), ("nearest", "norway?")),
            0,
        ),
        numbers=[(group.name, f"{percent(group.share)}") for group in (best, order[len(order) // 2], worst)],
        caption="A question counts as right if the one wanted word comes first of 100,000; one with a word that has no vector "
        "counts as wrong. Guessing would be right once in 100,000. The questions came with word2vec (2013).",
        values=script_values(),
    )


def _people(judged: Judged) -> Shown:
    related, alike = judged.sets
    return Shown(
        verdict=f"GloVe ranks pairs somewhat as people do, by how related they are (rank correlation {related.rho:.2f} of 1), "
        f"and less by how alike they are in meaning ({alike.rho:.2f}).",
        picture=draw(figures.people, judged),
        mechanism=draw(figures.chain, (("a pair", "coffee\ncup"), ("people", "0 to 10"), ("GloVe", "cosine")), 2),
        numbers=[
            (f"{one.name}, {one.known} pairs", f"{one.rho:.2f} ({one.low:.2f} to {one.high:.2f})")
            for one in judged.sets
        ],
        caption="A rank correlation of 1 means the same order, 0 none in common; in brackets 95 % intervals. Company tells what "
        "goes together more than what means the same: a cup goes with coffee and is not like it, and opposites such as "
        "“old” and “new” share their company.",
        values=script_values(),
    )


def _jobs(found: Leaning) -> Shown:
    he, she = found.outside
    low, high = found.band
    first, last = found.jobs[-1], found.jobs[0]
    return Shown(
        verdict=f"Of {len(found.jobs)} occupations {she} lie nearer to “she” than neutral words do, “{first[0]}” most, and {he} "
        f"nearer to “he”, “{last[0]}” most.",
        picture=draw(figures.leaning, found),
        mechanism=draw(
            figures.chain,
            (
                ("six pairs", "she − he\nher − his\n…"),
                ("mean", "a direction"),
                ("on it", f"{first[0]}\n{first[1]:+.2f}"),
            ),
            2,
        ),
        numbers=[
            (first[0], f"{first[1]:+.2f}"),
            ("neutral words (95 %)", f"{low:+.2f} to {high:+.2f}"),
            (last[0], f"{last[1]:+.2f}"),
        ],
        caption="No word of these says whether a man or a woman does the work. The vectors hold what the text said beside them: "
        "who was written about, in which role. “secretary” leans to “he” because the news writes of ministers by that name. "
        "What a model does with such vectors, in a search or a choice of applicants, it does with this in them.",
        values=script_values(),
    )


VIEW = View("GloVe", show)
