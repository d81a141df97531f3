"""What stands below the experiment in the lesson on GPT sampling: how it works, questions, sources."""

from core.experiments import gpt_sampling as lesson
from core.generation import filters as maths
from pages.kit.former import Line, Question, Source
from pages.kit.words import percent


def questions(choice: lesson.Choice) -> list[Question]:
    """Return questions whose right answers come from this distribution."""
    top_ten = float(choice.base[:10].sum())
    tens = ("less than a quarter", "a quarter to a half", "more than half")
    right = 0 if top_ten < 0.25 else 1 if top_ten <= 0.5 else 2
    limits = ("0 bits", f"{maths.entropy_bits(choice.base / choice.base.sum()):.1f} bits", "15.6 bits")
    return [
        Question(
            "How much of the model's own chance do its ten likeliest tokens hold, before any filter?",
            tens,
            right,
            f"Together they hold {percent(top_ten)}; the other {choice.vocabulary - 10:,} tokens share the rest.",
        ),
        Question(
            "What would the entropy be at temperature 0?",
            limits,
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


HOW = (
    Line(
        "The model ends in one score a token. Divided by the temperature and put through softmax they are chances; the "
        "filters then cut the unlikely ones, and what is left is scaled back to 1.",
        r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}",
        maths.next_token_choices,
        "z: scores, one for each of the 49,152 tokens. T: temperature.",
    ),
    Line(
        "How uncertain is a draw? Entropy counts it in bits; two to that power is how many equally likely tokens would be "
        "as uncertain.",
        r"H = -\sum_i p_i \log_2 p_i",
        maths.entropy_bits,
        "p: chances, 49,152 of them. H: bits.",
    ),
)
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
