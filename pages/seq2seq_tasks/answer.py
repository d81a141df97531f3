"""Answer: thirty questions with their text and without, beside the sentence that shares most words with the question."""

from functools import partial

from core.data.short_texts import QUESTIONS, TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import ANSWER_TOKENS, MAX_QUESTION, MAX_TEXT, MODEL, Written
from core.figures import seq2seq_tasks as figures
from pages.kit import controls, language_models
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.seq2seq_tasks.shared import prompt_of, script_values, strip_of

NAMES = {"with": "with the text", "without": "without the text"}
TOTAL = len(QUESTIONS)


def show(stage: Stage) -> Shown | Nothing:
    """Show how many of thirty answers are right, and one of them."""
    with stage.decide:
        given = controls.choice("SmolLM2 is asked", tuple(NAMES), "with", key="given", names=NAMES.__getitem__)
    with stage.more:
        place = int(controls.slider("Which question", 1, TOTAL, 1, 1, key="question_number")) - 1
        about = controls.text_area("Or a text of your own", "", key="about", height=98, max_chars=MAX_TEXT).strip()
        question = controls.text_area("and a question", "", key="question", height=68, max_chars=MAX_QUESTION)
    question, with_text = " ".join(question.split()), given == "with"
    found = language_models.ask(MODEL, lesson.answers, with_text)
    number, asked = QUESTIONS[place]
    source, wanted, written, number_note = TEXTS[number].text, asked.question, found[place], f"right: {asked.answer}"
    if question:
        source, wanted, number_note = about or source, question, "your question"
        written = language_models.ask(MODEL, lesson.answer, source if with_text else "", question)
    elif about:
        stage.note("Your text needs a question: type one under it. Until then one of the thirty is shown.")
    strip_of(stage, written.text, source, key="answer", label="what it wrote")
    prompt_of(stage, written, ANSWER_TOKENS)
    right, rule, own_words, rule_words = derive(_counted, found)
    return Shown(
        verdict=judge(right, rule, with_text),
        picture=draw(figures.answers, found, with_text),
        mechanism=draw(
            figures.mechanism,
            (("text", source if with_text else "(left out)"), ("question", wanted), ("answer", written.text)),
            ("one prompt", "decoder alone, token by token"),
            0,
            number_note,
        ),
        bet=bet(with_text),
        numbers=[
            ("right answers", f"{right} of {TOTAL}"),
            ("words in its answer, mean", f"{own_words:.1f}"),
            ("words in the rule’s sentence, mean", f"{rule_words:.1f}"),
        ],
        caption="An answer is right where the wanted words stand in it, one after the other: “12” does not count for “twelve”, "
        "and a long answer has more room to be right. The rule answers with a whole sentence, which is easier; it needs the "
        "text and no model. The first fifteen questions are about the world, the others about things that we made up.",
        values=script_values(
            REQUEST=results.answer_request(source if with_text else "", wanted),
            ANSWERS=[(asked.answer, one.text) for one, (_, asked) in zip(found, QUESTIONS, strict=True)],
        ),
    )


def _counted(found: tuple[Written, ...]) -> tuple[int, int, float, float]:
    """Return how many answers are right, of the model and of the rule, and the mean number of words of each one's answers."""
    own = [len(results.words(one.text)) for one in found]
    rule = [len(results.words(results.nearest_sentence(TEXTS[n].text, asked.question))) for n, asked in QUESTIONS]
    return sum(results.correct(found)), sum(results.baseline()), sum(own) / TOTAL, sum(rule) / TOTAL


def judge(right: int, rule: int, with_text: bool) -> str:
    """Say how many answers are right, and which of model and rule finds more."""
    how = "With the text" if with_text else "Without the text"
    than = "more than" if right > rule else "as many as" if right == rule else "fewer than"
    return (
        f"{how}, SmolLM2 gives {right} of {TOTAL} right answers, {than} a rule, which finds {rule}: "
        "it takes the sentence that shares most words with the question."
    )


NONE, SOME, MANY = "at most 3", "4 to 10", "more than 10"


def bet(with_text: bool) -> Bet:
    """Ask what is left without the text, or with it."""
    answers, other = (
        ((NONE, SOME, MANY), "without") if with_text else (("at most 10", "11 to 20", "more than 20"), "with")
    )
    return Bet(
        question=f"Ask the same {TOTAL} questions {NAMES[other]}. How many answers will be right?",
        answers=answers,
        change={"given": other},
        moved=f"asked {NAMES[other]}",
        judge=partial(_outcome, other == "with", answers),
    )


def _outcome(with_text: bool, answers: tuple[str, ...]) -> tuple[str, str]:
    right = sum(results.correct(language_models.ask(MODEL, lesson.answers, with_text)))
    ends = (10, 20) if with_text else (3, 10)
    return answers[sum(right > end for end in ends)], f"{right} of {TOTAL} are right."


IDEA = (
    "SmolLM2, a small chat model, is a **decoder** alone: it is given a text and a question in one go, and writes "
    "on word by word. We count its right answers, with the text and without it, and what a rule without a model "
    "finds."
)
VIEW = View("Answer", show, IDEA)
