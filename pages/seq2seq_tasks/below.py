"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.data.short_texts import QUESTIONS, SENTENCES, TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import MODEL, first_sentence, mean_counts
from pages.kit import language_models
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.seq2seq_tasks.summarise import counted, leading

WORDS = (
    "All three jobs are many to many: a text comes in and another one goes out. It takes two machines here, not one. Marian "
    "reads the whole sentence with its **encoder**; its **decoder** then writes and looks back at what was read. SmolLM2 is a "
    "decoder alone: request and text stand before the answer, in a **chat template** that says who speaks, and it goes on "
    "**token** by token. It was taught English, and has 135 million weights: far larger models of "
    "its kind do all three jobs. **chrF** compares two texts without a reader."
)


def how() -> list[Line]:
    """Return each measure with the code that computes it."""
    from core.experiments.seq2seq_tasks import writing

    return [
        Line("chrF: the share of runs of 1 to 6 characters that both texts have, once of each text’s own runs (P, R).",
             r"\mathrm{chrF} = 100 \cdot \frac{(1 + \beta^2)\, P R}{\beta^2 P + R}, \quad \beta = 2", writing.chrf,
             "P, R: means over the six lengths. With β = 2 what is missing weighs more than what is added."),
        Line("Copied and new: a word is copied where four in a row stand so in the source; a content word is new where its stem "
             "does not stand there at all.",
             r"\text{copied} = \frac{|\{w : w \in \text{a shared run of} \geq 4\}|}{|\text{summary}|}", results.marked,
             "A summary’s words in order, each with a mark."),
        Line("The chat model writes the likeliest token, reads it, and goes on until its mark for the end or the limit.",
             r"x_{t+1} = \arg\max_x \, p(x \mid \text{template}, x_1, \ldots, x_t)", writing.write,
             "At most 80 tokens for a summary, 40 for an answer, 60 for a translation; 2,048 with the prompt."),
        Line("The rule that answers without a model: the sentence that shares most content words with the question.",
             r"\arg\max_s \, |\text{content}(s) \cap \text{content}(q)|", results.nearest_sentence,
             "s: a sentence of the text, q: the question. Of equals the first."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    chat, marian = language_models.ask(MODEL, lesson.chat_drift), ask(lesson.drift)
    apart = chat.chrf[:, 0].mean() < marian.unrelated
    last = marian.changed(6) - marian.changed(1)
    return [
        Question(
            "SmolLM2 is asked to translate to Portuguese, Marian translates back. How near is that to the original?",
            ("As near as with Marian alone", "About half as near", "No nearer than an unrelated sentence"),
            2 if apart else 1,
            f"{chat.chrf.mean():.0f} of 100, where unrelated sentences have {marian.unrelated:.0f}: a model can only do the jobs "
            "that it was taught.",
        ),
        Question(
            "Why does a sentence hardly change after the second round?",
            ("It has come to words that translate to themselves", "The translator remembers it"),
            0 if last <= 5 else 1,
            f"After round 1 {marian.changed(1)} of {len(SENTENCES)} differ from the original, after 6 {marian.changed(6)}. "
            "The same input gives the same output, and the models keep nothing between rounds.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    found, chat = ask(lesson.drift), language_models.ask(MODEL, lesson.chat_drift)
    model, lead = mean_counts(counted("plain")), mean_counts(leading("plain"))
    right, rule = sum(results.correct(language_models.ask(MODEL, lesson.answers, True))), sum(results.baseline())
    return (
        f"Translated by Marian and back, {len(SENTENCES)} sentences agreed with themselves to {found.mean()[0][0]:.0f} of 100, "
        f"by SmolLM2 to {chat.chrf.mean():.0f}. Its summaries kept {100 * model.kept:.0f} % of the key words, as many first "
        f"words {100 * lead.kept:.0f} %; {right} of its {len(QUESTIONS)} answers were right; a rule found {rule}."
    )


def try_next() -> list[Try]:
    """Return prepared states: a sentence that goes wrong, a summary that is none, and an answer that is made up."""
    late = next(sentence for sentence in SENTENCES if "seven minutes late" in sentence)
    parrot = next(n for n, text in enumerate(TEXTS, 1) if first_sentence(text.text).startswith("A grey parrot"))
    return [
        Try("A clock that stops being late", "Six times there and back, “seven minutes late” becomes “postponed”.",
            {"view": "Translate", "sentence": late, "rounds": 6}),
        Try("A summary that is none", "Asked for its own words, SmolLM2 tells how well it has summarised.",
            {"view": "Summarise", "style": "own", "text_number": parrot}),
        Try("How many have walked on the Moon?", "The text says it; SmolLM2 says something else.",
            {"view": "Answer", "question_number": 8}),
    ]  # fmt: skip


SOURCES = (
    Source("Sutskever, Vinyals, Le", 2014, "Sequence to sequence learning with neural networks", "https://arxiv.org/abs/1409.3215"),
    Source("Popović", 2015, "chrF: character n-gram F-score for automatic MT evaluation", "https://aclanthology.org/W15-3049/"),
    Source("See, Liu, Manning", 2017, "Get to the point: summarization with pointer-generator networks (copied and novel words)",
           "https://arxiv.org/abs/1704.04368"),
    Source("Grusky, Naaman, Artzi", 2018, "Newsroom: a dataset of 1.3 million summaries (coverage of copied spans)",
           "https://arxiv.org/abs/1804.11283"),
    Source("Rajpurkar et al.", 2016, "SQuAD: 100,000+ questions for machine comprehension of text (and a rule of shared words)",
           "https://arxiv.org/abs/1606.05250"),
    Source("Allal et al.", 2025, "SmolLM2: when Smol goes big", "https://arxiv.org/abs/2502.02737"),
)  # fmt: skip
