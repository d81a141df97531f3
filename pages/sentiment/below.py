"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import sentiment as lesson
from core.experiments.sentiment.results import (
    BAG,
    DEFAULT_TEXT,
    DEFAULT_TO,
    DEFAULT_WORD,
    FILM,
    MODELS,
    RULE,
    TWEETS,
    Read,
    change,
    fit,
    rows,
)
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "Each word becomes a vector, at first GloVe’s. A **recurrent network** mixes it with its **hidden state**, 64 numbers that "
    "the words before left behind, and after the last word two scores are made of that state; the **softmax** turns them into "
    "probabilities. To see what it believes on the way, the same scores are made after every word. The **bag of words** is a "
    "logistic regression: one weight a word, added up, so the order cannot matter. All four learned from the same 7,010 film "
    "snippets with people’s verdicts."
)


def _pair() -> tuple[Read, Read]:
    usual = fit(DEFAULT_TEXT)[0]
    return ask(lesson.read, usual), ask(lesson.read, change(usual, "moved", DEFAULT_WORD, DEFAULT_TO)[0])


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.classifier import SequenceClassifier
    from core.models.gru import GRU
    from core.pretrained.readers import Readers
    from core.training.sentiment import bag_of_words

    return [
        Line(
            "The bag adds up a weight for each word; the logistic function makes a probability of the sum.",
            r"p = \frac{1}{1 + e^{-(b + w_1 + \dots + w_T)}}",
            Readers.beliefs,
            "w: one number a word; b: one number. Shuffle the words and the sum is the same.",
        ),
        Line(
            "Its weights have the least loss on the training snippets, and stay small.",
            r"\min_{w, b} \; -\sum_i \ln p_i(\text{verdict}_i) + \tfrac{\lambda}{2} |w|^2",
            bag_of_words,
            "5,389 weights and a bias; λ is chosen on snippets of their own.",
        ),
        Line(
            "A GRU keeps some of its state and writes some anew, word by word, so what came before decides what a word does.",
            r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
            GRU.step,
            "h: 64 numbers; z: how much of each is kept; n: what the new word offers.",
        ),
        Line(
            "From the state after the last word come two scores, and a softmax.",
            r"p = \mathrm{softmax}(W h_T + b)",
            SequenceClassifier.forward,
            "W: 2 × 64.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from the models."""
    before, after = _pair()
    held = ask(lesson.held_out)
    film, shuffled = rows(held.film)[2], rows(held.shuffled)[2]
    tweets = rows(held.tweets)
    best = max(range(len(tweets)), key=lambda n: tweets[n].right)
    return [
        Question(
            "You move one word of a review. By how much does the bag of words change its probability?",
            ("not at all", "a little", "it depends on the word"),
            0 if abs(before.ends[BAG] - after.ends[BAG]) < 1e-9 else 2,
            "A sum is the same in any order.",
        ),
        Question(
            "All words of every test review are shuffled. How many points of accuracy does the GRU lose?",
            ("under 5", "5 to 20", "more than 20"),
            0 if film.share - shuffled.share < 0.05 else 1 if film.share - shuffled.share < 0.2 else 2,
            f"It gets {percent(shuffled.share)} right instead of {percent(film.share)}: single words tell most of it.",
        ),
        Question(
            "Who is right most often on tweets?",
            tuple(row.name for row in tweets),
            best,
            f"{tweets[best].name}, with {percent(tweets[best].share)}. The others learned the words of film reviews.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    before, after = _pair()
    held = ask(lesson.held_out)
    film, mixed = rows(held.film), rows(held.shuffled)
    tweets = {row.name: row.share for row in rows(held.tweets)}
    return (
        f"One word moved took the GRU from {percent(float(before.ends[2]))} to {percent(float(after.ends[2]))} positive and left "
        f"the bag of words at {percent(float(after.ends[BAG]))}. Yet over {film[0].asked:,} reviews order is worth little "
        f"({percent(film[2].share)} in order, {percent(mixed[2].share)} shuffled, {percent(film[BAG].share)} for the bag), and "
        f"on tweets people’s word scores win: {percent(tweets[RULE])} against {percent(tweets['GRU'])}."
    )


def try_next() -> list[Try]:
    """Return prepared states, each with its measured line."""
    held = ask(lesson.held_out)
    film, mixed, tweets = rows(held.film), rows(held.shuffled), rows(held.tweets)
    before, _ = _pair()
    out = ask(lesson.read, change(fit(DEFAULT_TEXT)[0], "left out", DEFAULT_WORD, DEFAULT_TO)[0])
    return [
        Try(
            "Leave “not” out",
            f"It should turn worse: the GRU goes from {percent(float(before.ends[2]))} to {percent(float(out.ends[2]))}, the "
            f"bag from {percent(float(before.ends[BAG]))} to {percent(float(out.ends[BAG]))}. None of them reads it as we do.",
            {"view": "Word by word", "what": "left out"},
        ),
        Try(
            "What order is worth",
            f"With all words shuffled the GRU still gets {percent(mixed[2].share)} right, in order {percent(film[2].share)}.",
            {"view": "Held out", "set": FILM},
        ),
        Try(
            "Tweets: the baseline wins",
            f"{tweets[4].name} {percent(tweets[4].share)}, {list(MODELS.values())[2]} {percent(tweets[2].share)}.",
            {"view": "Held out", "set": TWEETS},
        ),
    ]


SOURCES = (
    Source(
        "Hutto, Gilbert", 2014,
        "VADER: a parsimonious rule-based model for sentiment analysis of social media text (the snippets and the word scores)",
        "https://doi.org/10.1609/icwsm.v8i1.14550",
    ),
    Source("Pang, Lee", 2005, "Seeing stars (film snippets for sentiment)", "https://aclanthology.org/P05-1015/"),
    Source("Cho et al.", 2014, "Learning phrase representations using RNN encoder–decoder (the GRU)", "https://aclanthology.org/D14-1179/"),
    Source("Pennington, Socher, Manning", 2014, "GloVe: global vectors for word representation", "https://aclanthology.org/D14-1162/"),
    Source("Socher et al.", 2013, "Recursive deep models for semantic compositionality over a sentiment treebank", "https://aclanthology.org/D13-1170/"),
)  # fmt: skip
