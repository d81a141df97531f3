"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import word_vectors as lesson
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import STAGES, Learned
from core.figures.word_vectors.sensing import moved
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "The vectors begin as random numbers. A text is read many times, word by word. For each word and a neighbour of it, "
    "training moves both vectors so that their product grows; for the word and a few words drawn at random (**negative "
    "samples**) it moves them so that it shrinks. Words with the same neighbours are moved the same way, so they end up near "
    "each other. How near is told by the **cosine**: 1 for the same direction, 0 for nothing in common. **GloVe** comes by "
    "its vectors in another way, from counts of which words stand near which, to the same end."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.word_vectors import asking, sensing
    from core.models import skip_gram
    from core.pretrained.word_vectors import WordVectors

    return [
        Line("Skip-gram: the true neighbour’s product is to be large, those of drawn words small. p is the probability that a "
             "word is a true neighbour.",
             r"L = -\log \sigma(u_c \cdot v_o) - \sum_{k} \log \sigma(-u_c \cdot v_k)", skip_gram.loss,
             "u: 50 numbers a word as the middle one. v: 50 as a neighbour. o: the neighbour; k: 5 words drawn."),
        Line("Each step moves u against its gradient: to v of the neighbour, away from those that were drawn. The same for v.",
             r"\frac{\partial L}{\partial u_c} = \sum_j (p_j - y_j)\, v_j", skip_gram.gradients,
             "p: one probability a word. y: 1 for the neighbour, 0 for the others."),
        Line("An analogy is a sum: what leads from a to b is added to c, and the nearest word is the answer.",
             r"\arg\max_w \cos(w,\; b - a + c)", WordVectors.analogy,
             "a, b, c, w: vectors of length 1. All 100,000 words are searched."),
        Line("The map is the plane on which the words’ vectors differ most: principal components.",
             r"X - \bar{x} = U S V^\top", asking.plane, "X: a row a word, 50 numbers. Drawn: the first two columns of U S."),
        Line("Which sense is nearer: the cosine with one cue, less that with the other.",
             r"\cos(h, k_1) - \cos(h, k_2)", sensing.read,
             "h: 384 numbers, MiniLM’s vector of the word in its sentence. k: that of each cue."),
    ]  # fmt: skip


def _run(shuffled: bool) -> Learned:
    return ask(lesson.learn, "", results.DEFAULT_WINDOW, results.DEFAULT_NEGATIVES, results.DEFAULT_WIDTH, shuffled)


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    in_order, shuffled = _run(False), _run(True)
    judged, study = ask(lesson.judged), ask(lesson.study)
    related, alike = judged.sets
    return [
        Question("What tells skip-gram that two spellings are one word?",
                 ("Their letters", "The words beside them", "How often they occur"),
                 1 if shuffled.met(STAGES) < in_order.met(STAGES) else 2,
                 f"With the words in order {in_order.met(STAGES)} of {len(in_order.split)} met; shuffled, with the same letters "
                 f"and counts, {shuffled.met(STAGES)}."),
        Question("With which judgement of people does GloVe agree better?",
                 ("How related two words are", "How alike they are in meaning"), 0 if related.rho > alike.rho else 1,
                 f"The rank correlation is {related.rho:.2f} for the one, {alike.rho:.2f} for the other: what goes together "
                 "shares its company."),
        Question("A word has two senses, and each sentence means one. In how many of the sentences can GloVe’s vector be "
                 "nearer to the one that is meant?", ("In all", "In half", "In none"),
                 1 if 2 * study.glove_right == study.asked else 0,
                 f"One vector leans one way, so it is right in one of each two: {study.glove_right} of {study.asked}. MiniLM: "
                 f"{study.right()}."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    learned, study = _run(False), ask(lesson.study)
    split, first, met = len(learned.split), learned.first(STAGES), learned.met(STAGES)
    glove, encoder = percent(study.glove_right / study.asked), percent(study.right() / study.asked)
    return (
        f"Written in two ways at random, {first} of {split} words became their own nearest neighbour of {learned.words - 1:,}, "
        f"and {met} came among the ten nearest. One vector a word cannot follow the sentence: GloVe’s was nearer to the right "
        f"sense in {glove} of {study.asked} sentences, MiniLM’s in {encoder}, and it moved the right way for {moved(study)} of "
        f"{len(study.glove)} words."
    )


def try_next() -> list[Try]:
    """Return a word with one vector, opposites, and what comes next."""
    return [
        Try("The one vector of “bank”", "Ten neighbours, and none of them is at a river.",
            {"view": "GloVe", "ask": "words", "words": "bank"}),
        Try("What the vectors say of occupations", "Nobody told GloVe who nurses and who manages.",
            {"view": "GloVe", "ask": "jobs"}),
        Try("From words to a sentence", "Vectors of words are not yet a sequence: one network reads them in order.",
            {}, "encoder_decoder"),
    ]  # fmt: skip


SOURCES = (
    Source("Mikolov, Chen, Corrado, Dean", 2013, "Efficient estimation of word representations in vector space (the analogies)",
           "https://arxiv.org/abs/1301.3781"),
    Source("Mikolov, Sutskever, Chen, Corrado, Dean", 2013, "Distributed representations of words and phrases and their "
           "compositionality (skip-gram with negative sampling)", "https://arxiv.org/abs/1310.4546"),
    Source("Pennington, Socher, Manning", 2014, "GloVe: global vectors for word representation", "https://aclanthology.org/D14-1162/"),
    Source("Finkelstein et al.", 2002, "Placing search in context: the concept revisited (WordSim-353)",
           "https://doi.org/10.1145/503104.503110"),
    Source("Hill, Reichart, Korhonen", 2015, "SimLex-999: evaluating semantic models with genuine similarity estimation",
           "https://aclanthology.org/J15-4004/"),
    Source("Bolukbasi et al.", 2016, "Man is to computer programmer as woman is to homemaker? Debiasing word embeddings",
           "https://arxiv.org/abs/1607.06520"),
    Source("Caliskan, Bryson, Narayanan", 2017, "Semantics derived automatically from language corpora contain human-like biases",
           "https://arxiv.org/abs/1608.07187"),
    Source("Wang et al.", 2020, "MiniLM: deep self-attention distillation", "https://arxiv.org/abs/2002.10957"),
)  # fmt: skip
