"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import why_order as lesson
from core.experiments.why_order.results import (
    DEFAULT_MODEL,
    DEFAULT_SHUFFLE,
    HALF_A_YEAR,
    LEARNED,
    NEW,
    PAIRS,
    TESTED,
    distance,
)
from pages.kit import language_models
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "A bag of words writes a text as a list of counts: how often each word occurs. Two texts with the same words have the "
    "same list, so whatever is computed from it is the same for both. A reader in order takes one step after another and "
    "keeps what it has read in a **hidden state**, a list of numbers that the next step changes. Its answer depends on "
    "what came when. The price: it has to learn the order, and in one that it has never seen it is lost."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.data.written_digits import reading_order
    from core.experiments.why_order.kinds import removed
    from core.experiments.why_order.pixels import scores
    from core.generation.filters import softmax
    from core.models.classifier import SequenceClassifier
    from core.models.gru import GRU

    return [
        Line("How far apart are two bags? Count each word in both, and take the length of the difference.",
             r"d = \sqrt{\sum_w (n_w - m_w)^2}", distance, "n, m: one count for each word."),
        Line("A language model gives each possible next word a score; these become probabilities.",
             r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}", softmax,
             "z, p: 49,152 numbers, one for each piece of a word that it knows."),
        Line("The reader of digits takes one pixel at a step, and scores the ten digits from its state after the last one.",
             r"h_t = \mathrm{GRU}(x_t, h_{t-1}), \quad z = W h_{784} + b", SequenceClassifier.forward,
             "x: 784 steps of one number. h: 64 numbers. z: 10."),
        Line("So that it can learn over 784 steps, its units begin by forgetting slowly, each at a pace of its own.",
             r"b_z = \ln u, \quad u \sim \mathcal{U}(1, 783)", GRU.set_time_scales,
             "b: 64 numbers, one a unit. z is the share of the old state that a step keeps."),
        Line("An order is a list of pixels: the same one for every picture.", r"x'_k = x_{\pi(k)}", reading_order,
             "π: 784 different numbers."),
        Line("A dense network adds up all pixels at once. To shuffle them is to shuffle the columns of W, and nothing else.",
             r"z = V \max(0, W x + b) + c", scores, "x: 784 pixels. W: 64 rows. V: 10 rows. z: 10."),
        Line("What an item k steps back says about the next: mutual information over entropy, from counts of all pairs.",
             r"\frac{I}{H} = \frac{\sum_{a,b} p(a, b) \log_2 \frac{p(a, b)}{p(a)\, p(b)}}{-\sum_b p(b) \log_2 p(b)}", removed,
             "p(a, b): 27 × 27 shares for letters, 10 × 10 for days, 16 × 16 for samples."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    found = ask(lesson.accuracies, DEFAULT_SHUFFLE)
    apart = [distance("a hot dog", "a dog that is hot"), distance("dog bites man", "man bites dog")]
    rows, learned, new = (found.of(order) / TESTED for order in ("row by row", LEARNED, NEW))
    return [
        Question("Which two texts have the same bag of words?",
                 ("“a hot dog” and “a dog that is hot”", "“dog bites man” and “man bites dog”", "neither"),
                 1 if apart[1] == 0 else 2, f"The first two are {apart[0]:.2f} apart, the others {apart[1]:.0f}."),
        Question("A network was trained on digits whose pixels are shuffled, always in the same way. How many can it read?",
                 ("As many as row by row", "Fewer, but more than by guessing", "No more than by guessing"),
                 0 if learned > 0.95 * rows else 1 if learned > 0.15 else 2,
                 f"{percent(learned)} are correct, {percent(rows)} row by row. In a shuffle that it was not trained on: "
                 f"{percent(new)}."),
        Question("Which of these gives the same answer in every order, even one that it has never met?",
                 ("A network that reads in order", "A dense network", "A bag"),
                 2 if len(set(map(int, found.bag))) == 1 else 0,
                 f"The bag: {percent(int(found.bag[0]) / TESTED)} are correct in all three orders. It pays for it in accuracy."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    guess = language_models.ask(DEFAULT_MODEL, lesson.guess, *next(iter(PAIRS.values())))
    found = ask(lesson.accuracies, DEFAULT_SHUFFLE)
    up, _ = guess.told_apart
    return (
        f"Two sentences of the same words had bags {guess.distance:.0f} apart, but read in order they gave “{guess.words[up]}” "
        f"{percent(float(guess.in_order[0, up]))} and {percent(float(guess.in_order[1, up]))}. Of {TESTED:,} digits, "
        f"{percent(found.of('row by row') / TESTED)} were read correctly row by row, {percent(found.of(NEW) / TESTED)} in a "
        f"new shuffle, and from a bag of shades {percent(int(found.bag[0]) / TESTED)} in any order."
    )


def try_next() -> list[Try]:
    """Return another pair of sentences, the new shuffle, and the lesson on the state."""
    return [
        Try("A film, good or bad", "“Not bad, it was good” against “not good, it was bad”: the same seven words.",
            {"view": "Words", "pair": "A film"}),
        Try("A new shuffle", "The network that learned rows is given the pixels in an order that it has never met.",
            {"view": "Pixels", "order": NEW}),
        Try("Half a year back", "A day’s warmth 183 days ago still tells of today’s; a letter 183 back does not.",
            {"view": "Kinds", "back": HALF_A_YEAR}),
        Try("A digit of your own", "Draw one in the square under the picture: it is read pixel by pixel.", {"view": "Pixels"}),
        Try("What such a reader remembers", "The hidden state is all that it carries from one step to the next.",
            {}, lesson="rnn"),
    ]  # fmt: skip


SOURCES = (
    Source("Salton, Wong, Yang", 1975, "A vector space model for automatic indexing (texts as counts of words)",
           "https://doi.org/10.1145/361219.361220"),
    Source("Shannon", 1948, "A mathematical theory of communication (entropy and mutual information)",
           "https://doi.org/10.1002/j.1538-7305.1948.tb01338.x"),
    Source("Elman", 1990, "Finding structure in time (why order needs a state)", "https://doi.org/10.1207/s15516709cog1402_1"),
    Source("LeCun, Bottou, Bengio, Haffner", 1998, "Gradient-based learning applied to document recognition (MNIST)",
           "https://doi.org/10.1109/5.726791"),
    Source("Le, Jaitly, Hinton", 2015, "A simple way to initialize recurrent networks of rectified linear units (digits as "
           "sequences of pixels, in order and in a fixed shuffle)", "https://arxiv.org/abs/1504.00941"),
    Source("Tallec, Ollivier", 2018, "Can recurrent neural networks warp time? (units that start out forgetting slowly)",
           "https://arxiv.org/abs/1804.11188"),
    Source("Lin, Tegmark", 2017, "Critical behavior in physics and probabilistic formal languages (mutual information by "
           "distance, in texts and elsewhere)", "https://arxiv.org/abs/1606.06737"),
)  # fmt: skip
