"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT, Choice, Filters, choose
from core.experiments.gpt_sampling.texts import Settings, Text
from pages.kit import language_models
from pages.kit.ask import derive
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import code, percent

WORDS = (
    "The network reads the tokens of your text and ends in one score for each of 49,152 tokens. Divided by the "
    "**temperature** and put through **softmax**, scores become probabilities that add up to 1. Filters then cut the unlikely "
    "ones: **top-k** keeps the k likeliest, **top-p** the likeliest up to a share, **min-p** those not too far below the best. "
    "One token is drawn from what is left, appended to the text, and the network reads on. Greedy drawing takes the likeliest "
    "each time; a **beam search** draws nothing either, but keeps several texts and ends with the likeliest of them."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.generation import drawing, filters

    return [
        Line(
            "Scores become probabilities, the filters cut the unlikely ones, and what is left is scaled back to 1.",
            r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
            filters.next_token_choices,
            "z: scores, one for each of the 49,152 tokens. T: temperature.",
        ),
        Line(
            "A random number from 0 to 1 falls into one token’s share: that token is drawn.",
            r"\text{the first } i \text{ with } p_1 + \ldots + p_i > u",
            drawing.draw,
            "u: a random number that belongs to the seed and the position.",
        ),
        Line(
            "How uncertain is a draw? Entropy counts it in bits; two to that power is how many equally likely tokens would "
            "be as uncertain.",
            r"H = -\sum_i p_i \log_2 p_i",
            filters.entropy_bits,
            "p: probabilities, 49,152 of them. H: bits.",
        ),
    ]


def _choice(temperature: float = 1.0) -> Choice:
    return derive(choose, language_models.ask(DEFAULT_MODEL, lesson.next_token, DEFAULT_PROMPT), Filters(temperature))


def _text(strategy: str) -> Text:
    return language_models.ask(DEFAULT_MODEL, lesson.write, DEFAULT_PROMPT, Settings(strategy=strategy))


def questions() -> list[Question]:
    """Return questions whose right answers come from the recorded distribution."""
    choice, hot = _choice(), _choice(2.0)
    top_ten = float(choice.base[:10].sum())
    sure = f"{choice.effective:,.0f} equal tokens"
    return [
        Question(
            "How much of the model's own probability do the ten likeliest tokens hold, after the default prompt?",
            ("less than a quarter", "a quarter to a half", "more than half"),
            0 if top_ten < 0.25 else 1 if top_ten <= 0.5 else 2,
            f"Together they hold {percent(top_ten)}; the other {choice.vocabulary - 10:,} tokens share the rest.",
        ),
        Question(
            "As uncertain as how many equal tokens is a draw at temperature 0?",
            ("1", sure, f"{hot.effective:,.0f} equal tokens"),
            0,
            "At temperature 0 the likeliest token is certain, and a certain outcome has no uncertainty.",
        ),
        Question(
            "Top-k 1 and temperature 0: how do their texts differ?",
            ("They do not", "Top-k 1 still draws", "Temperature 0 is shorter"),
            0,
            "Both leave one token at every step, the likeliest, so both write the greedy text.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    choice, hot = _choice(), _choice(2.0)
    label, probability = choice.top
    return (
        f"After the default prompt the likeliest token, {code(label)}, has {percent(probability)}, and a draw is as uncertain "
        f"as one of {choice.effective:,.0f} equal tokens; at temperature 2, of {hot.effective:,.0f}. The greedy text’s tokens "
        f"typically have {percent(_text('greedy').typical)}, those of pure sampling {percent(_text('sample').typical)}."
    )


def try_next() -> list[Try]:
    """Return prepared states, and where to go on."""
    return [
        Try(
            "A prompt that leaves little choice",
            "After “The capital of France is” most draws agree.",
            {"view": "Next token", "prompt": "The capital of France is"},
        ),
        Try(
            "The same, with a blank at its end",
            "One blank more, and the likeliest token is no word any more.",
            {"view": "Next token", "prompt": "The capital of France is "},
        ),
        Try(
            "Greedy for 120 tokens",
            "Always the likeliest token: does the text stay alive?",
            {"view": "Text", "strategy": "greedy", "tokens": 120},
        ),
    ]


SOURCES = (
    Source(
        "Holtzman et al.",
        2020,
        "The curious case of neural text degeneration (top-p)",
        "https://arxiv.org/abs/1904.09751",
    ),
    Source(
        "Fan, Lewis, Dauphin", 2018, "Hierarchical neural story generation (top-k)", "https://arxiv.org/abs/1805.04833"
    ),
    Source("Nguyen et al.", 2024, "Turning up the heat: min-p sampling", "https://arxiv.org/abs/2407.01082"),
    Source(
        "Radford et al.",
        2019,
        "Language models are unsupervised multitask learners (GPT-2)",
        "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
    ),
    Source("Ben Allal et al.", 2025, "SmolLM2: when smol goes big", "https://arxiv.org/abs/2502.02737"),
)
