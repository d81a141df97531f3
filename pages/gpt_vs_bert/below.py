"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import Moved
from pages.kit import language_models
from pages.kit.ask import ask
from pages.kit.language_models import DEFAULT
from pages.kit.lesson import Line, Question, Source, Try

WORDS = (
    "Both kinds of model are stacks of **self-attention**; what differs is a table that says which words a word may take "
    "from. In a **causal** model everything to the right is cut off, so the vector at the end of a text can be trained "
    "to name the next "
    "**token**, and the model can write. A **bidirectional** model has no such cut: its vectors describe words in their whole "
    "context, but the next token would be in plain sight. So it is trained on blanks: a **masked** token has to be "
    "named from both "
    "sides. How well a model does is its **perplexity**. GPT and BERT are the first large models of the two kinds; here SmolLM2 "
    "stands for the one, MiniLM for the other."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.attention import scaled_dot_product
    from core.pretrained.encoder.masked import MaskedHead
    from core.training.pair import loss_of

    return [
        Line("Who sees what is a mask inside attention: scores of what may not be seen become minus infinity, their weights 0. "
             "Causal: position i sees j only where j is not after i. Bidirectional: everything is seen.",
             r"a_{ij} = \frac{e^{s_{ij}}\,[\,j \le i\,]}{\sum_{k \le i} e^{s_{ik}}}", scaled_dot_product,
             "s: a score for each pair of positions. mask: True where position i may see j."),
        Line("Two ways to train: the causal model names every next token, the bidirectional one those that were masked.",
             r"-\sum_t \log p(x_t \mid x_{<t}) \qquad -\sum_{t \in M} \log p(x_t \mid x_{\setminus M})", loss_of,
             "rows: windows of 16, 32 or 64 tokens. M: the masked positions, 30 % of them here, 15 % in BERT."),
        Line("BERT’s head turns the vector of a blank into a score for each word piece, by comparing it with the model’s own "
             "table of pieces. MiniLM was published without it; this one was trained here on a MiniLM that stayed as it was.",
             r"z = \mathrm{norm}(\mathrm{gelu}(W h + b)), \quad \mathrm{score}_v = E_v \cdot z + c_v", MaskedHead.forward,
             "h: 384 numbers. E: 30,522 pieces of 384 numbers each. W, b, c: trained here."),
        Line("Perplexity: as uncertain as a choice among so many equally likely tokens.",
             r"e^{-\frac{1}{N} \sum_n \log p_n}", results.perplexity, "p: probability of each of N tokens."),
    ]  # fmt: skip


def _moved(place: int) -> tuple[Moved, Moved]:
    at = (results.DEFAULT_TEXT, place, results.DEFAULT_WORD)
    return language_models.ask(DEFAULT, lesson.change_causal, *at), ask(lesson.change_both, *at)


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    last = len(results.DEFAULT_TEXT.split()) - 1
    causal, both = _moved(last)
    facts = ask(lesson.pair_facts)
    return [
        Question("The last word of the sentence is changed. Whose vectors move in a causal model?",
                 ("Only that word’s own", "Those before it", "All"),
                 0 if causal.before[0] == 0 else 2,
                 f"Measured: {causal.before[0]} of {causal.before[1]} words before it move in SmolLM2, {both.before[0]} "
                 "in MiniLM."),
        Question("Why is a bidirectional model not simply trained to name the next token?",
                 ("It would see it", "It is too small", "It has no vectors"), 0,
                 "The next token stands on the right, in plain sight: the model would copy it. Masked, it has to be "
                 "named from the "
                 f"rest; with its right side hidden the small one here falls from {facts.both:.1f} to {facts.left:.1f} "
                 "equal tokens."),
        Question("Two equal models, equal text. Which is less uncertain of a token in the middle of a text?",
                 ("The causal one", "The bidirectional one", "Neither"),
                 1 if facts.both < facts.causal else 0,
                 f"Perplexity {facts.causal:.1f} from the left side, {facts.both:.1f} with both sides. In the middle of a text "
                 "the right side is there to be read; at its end it is not, and that is where a writer stands."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    causal, both = _moved(results.DEFAULT_POSITION)
    facts = ask(lesson.pair_facts)
    return (
        f"Of {causal.before[1]} words before a changed one, {causal.before[0]} moved in a causal model and {both.before[0]} in "
        f"a bidirectional one. Two equal models on equal text left a token as uncertain as {facts.causal:.1f} equal "
        "ones from the "
        f"left side and {facts.both:.1f} with both sides."
    )


def try_next() -> list[Try]:
    """Return prepared states, and where to go on."""
    return [
        Try("A blank that grammar fills", "Here the left side is enough for most readers: is it for the models?",
            {"view": "Fill the blank", "blank": f"She opened the door {results.GAP} the house and went in.",
             "candidates": "of, to, with, from, the, and"}),
        Try("Let both write", "The same beginning, the same random numbers, two equal models.",
            {"view": "Uses", "task": "Write"}),
        Try("Search this course", "Type a question and find the lesson that answers it.",
            {"view": "Uses", "task": "Search"}),
    ]  # fmt: skip


SOURCES = (
    Source("Radford, Narasimhan, Salimans, Sutskever", 2018, "Improving language understanding by generative pre-training (GPT: "
           "117 million parameters, about 7,000 books; June 2018)",
           "https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf"),
    Source("Devlin, Chang, Lee, Toutanova", 2018, "BERT: pre-training of deep bidirectional Transformers (110 and 340 million "
           "parameters, 3.3 billion words; October 2018)", "https://arxiv.org/abs/1810.04805"),
    Source("Radford et al.", 2019, "Language models are unsupervised multitask learners (GPT-2: up to 1,542 million parameters, "
           "40 GB of web pages; February 2019)",
           "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf"),
    Source("Wang, Cho", 2019, "BERT has a mouth, and it must speak (writing with a masked model)", "https://arxiv.org/abs/1902.04094"),
    Source("Wang et al.", 2020, "MiniLM: deep self-attention distillation", "https://arxiv.org/abs/2002.10957"),
    Source("Wettig, Gao, Zhong, Chen", 2023, "Should you mask 15 % in masked language modeling?", "https://arxiv.org/abs/2202.08005"),
    Source("Ben Allal et al.", 2025, "SmolLM2: when smol goes big", "https://arxiv.org/abs/2502.02737"),
)  # fmt: skip
