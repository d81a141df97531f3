"""Understand or write: two equal models on equal text, what each writes, and the encoder as a search engine."""

from functools import partial

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import PairFacts
from core.figures import gpt_vs_bert as figures
from core.figures.picture import Picture
from pages.gpt_vs_bert.shared import script_values
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.course import LESSONS
from pages.kit.language_models import DEFAULT
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, escape

READ, WRITE, SEARCH = "Read", "Write", "Search"
CAUSAL, BOTH_SIDED = "the causal one", "the bidirectional one"
LONGEST_PROMPT = 40  # words
TEXTS = tuple(f"{entry.title}. {entry.claim} {entry.finding}" for entry in LESSONS)


def show(stage: Stage) -> Shown | Nothing:
    """Show what the chosen task says of both kinds of model."""
    with stage.decide:
        task = controls.choice("Task", (READ, WRITE, SEARCH), READ, key="task")
    with stage.more:
        typed = controls.text_area(
            "Beginning, for “Write”", results.DEFAULT_PROMPT, key="prompt", height=68, max_chars=600
        )
        asked = controls.text_area(
            "Question, for “Search”", results.DEFAULT_QUESTION, key="question", height=68, max_chars=600
        )
    facts = ask(lesson.pair_facts)
    if task == SEARCH:
        return search(asked, facts)
    prompt = " ".join(typed.split()[-LONGEST_PROMPT:])
    return write(stage, prompt, facts) if task == WRITE else read(facts)


def read(facts: PairFacts) -> Shown:
    """Show the perplexity of a held-out token to both models."""
    both = f"a bidirectional model leaves a hidden token as uncertain as {facts.left:.1f} equal ones from the left side, as "
    both += f"{facts.both:.1f} with both sides"
    if facts.both < facts.causal:
        verdict = (
            f"Equal models, equal text: from the left side the causal one leaves {facts.causal:.1f} equal tokens, with "
        )
        verdict += f"both sides the bidirectional one {facts.both:.1f}, {facts.causal / facts.both:.1f} times fewer."
    else:
        verdict = f"Equal text, equal steps: {both}. The causal one, which learns from every token, leaves {facts.causal:.1f}."
    return Shown(
        verdict=verdict,
        picture=draw(figures.perplexities, facts),
        mechanism=sketch(facts, READ),
        bet=bet(READ),
        numbers=[
            ("parameters, each", f"{facts.parameters / 1e6:.1f} million"),
            ("first answer correct, causal", f"{100 * facts.top_causal:.1f} %"),
            ("first answer correct, both sides", f"{100 * facts.top_both:.1f} %"),
        ],
        caption=f"Both models have the same layers, began with the same numbers and read the same {facts.tokens:,} tokens in "
        f"{facts.steps:,} steps, from speeches, a novel, reviews and editorials. A token is one of 1,024 pieces, about three "
        f"letters. Measured on {facts.measured:,} tokens of texts that were kept apart, each in the middle half of 64. In "
        "training the causal model is asked for every token, the other for the 30 % that are masked. With its right side hidden "
        "the bidirectional model is asked for what it was hardly trained for.",
        further=[draw(figures.curves, facts), draw(figures.time_line)],
        values=script_values(),
    )


def write(stage: Stage, prompt: str, facts: PairFacts) -> Shown | Nothing:
    """Show what both models write after a beginning, and how a larger model judges it."""
    if not prompt:
        return Nothing("Type how the text begins under “More”.")
    written = ask(lesson.write, prompt)
    causal, both = (language_models.ask(DEFAULT, lesson.judge, prompt, text) for text in (written.causal, written.both))
    with stage.under:
        for name, text in (("causal", written.causal), ("bidirectional", written.both)):
            stage.under.markdown(f"**The {name} model’s first text:** {escape(prompt)} {code(text[0])}")
    better = causal.perplexity < both.perplexity
    return Shown(
        verdict=f"Of two equal models, {CAUSAL if better else BOTH_SIDED} writes what a larger model finds more like English: "
        f"perplexity {min(causal.perplexity, both.perplexity):,.0f} against {max(causal.perplexity, both.perplexity):,.0f}.",
        picture=draw(figures.judged, causal, both),
        mechanism=sketch(facts, WRITE),
        bet=bet(WRITE),
        caption="To write is to be asked, again and again, for the token after the last one. The causal model was trained for "
        "just that, at every position. The bidirectional one gets a mask behind the text, with nothing on its right, which it "
        f"met only where a window happened to end. Each wrote {len(written.causal)} texts, with the same random numbers and a "
        "temperature of 0.8. These are small models, trained for minutes: neither writes sense.",
        values=script_values(),
    )


def search(question: str, facts: PairFacts) -> Shown | Nothing:
    """Show which lessons of the course lie nearest to a question."""
    if not question.strip():
        return Nothing("Type a question under “More”.")
    found = ask(lesson.search, " ".join(question.split()), TEXTS)
    best = LESSONS[int(found.cosines.argmax())]
    return Shown(
        verdict=f"MiniLM understands the question well enough to search: nearest is the lesson “{best.title}”, with a cosine of "
        f"{float(found.cosines.max()):.2f}.",
        picture=draw(figures.search, found, tuple(entry.title for entry in LESSONS)),
        mechanism=sketch(facts, SEARCH),
        bet=bet(SEARCH),
        caption=f"The question and each of {len(LESSONS)} lessons (title, claim and finding) become one vector each, the mean "
        f"over all pieces, which have seen both sides. Open it: [{escape(best.title)}](/{best.name}). A search engine needs no "
        "next word, so nothing is lost by reading both sides.",
        values=script_values(),
    )


def sketch(facts: PairFacts, task: str) -> Picture:
    """Return the two machines at this task, with what stands on either side of what they are asked for."""
    answers = (f"perplexity {facts.causal:.1f}", f"perplexity {facts.both:.1f}")
    if task == READ:
        return draw(figures.blank, 8, 8, 8, answers, ("Causal", "Bidirectional"))
    if task == WRITE:
        return draw(figures.blank, 12, 0, 0, ("trained for it", "hardly so"), ("Causal", "Bidirectional"))
    return draw(figures.blank, 6, 6, 6, ("a vector of the left", "a vector of the whole"), ("Causal", "Bidirectional"))


def bet(task: str) -> Bet:
    """Ask which of the equal models does better at the other task."""
    then = WRITE if task != WRITE else READ
    does = "writes what SmolLM2 finds more like English" if then == WRITE else "is less uncertain of a hidden token"
    return Bet(
        question=f"The two equal models at another task: which one {does}?",
        answers=(CAUSAL, BOTH_SIDED),
        change={"task": then, "prompt": results.DEFAULT_PROMPT} if then == WRITE else {"task": then},
        moved=f"task “{then}”" + (", with the usual beginning" if then == WRITE else ""),
        judge=partial(_outcome, then),
    )


def _outcome(task: str) -> tuple[str, str]:
    facts = ask(lesson.pair_facts)
    if task == READ:
        return (BOTH_SIDED if facts.both < facts.causal else CAUSAL), (
            f"Perplexity {facts.causal:.1f} from the left side, {facts.both:.1f} with both."
        )
    written = ask(lesson.write, results.DEFAULT_PROMPT)
    causal, both = (
        language_models.ask(DEFAULT, lesson.judge, results.DEFAULT_PROMPT, text).perplexity
        for text in (written.causal, written.both)
    )
    return (CAUSAL if causal < both else BOTH_SIDED), (
        f"To SmolLM2 the causal model’s text has perplexity {causal:,.0f}, the bidirectional one’s {both:,.0f}."
    )


IDEA = (
    "Two **Transformers** of the same size learned from the same text: one **causal**, one **bidirectional**. We "
    "ask which guesses a hidden **token** better, which of them can write, and what a model that sees both sides "
    "is good for."
)
VIEW = View("Uses", show, IDEA)
