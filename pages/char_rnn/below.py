"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.data.texts_to_learn import TEXTS
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import DEFAULT_TEXT, KINDS, MEASURES, Setting, rounded
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "A character model reads a text and, after every character, gives each that may come next a probability. The loss is how "
    "surprised it was by the one that came, in **bits**: 1 bit is one toss of a coin, so at 2 bits a character it is as "
    "unsure as between four equal choices. The gradient of that loss goes back through a **window** of characters and no "
    "further (truncated **backpropagation through time**); the state goes on. The baseline only counts: an **n-gram** gives a "
    "character the probability with which it followed the last n − 1 in the text. To write, the model draws a character from "
    "its probabilities, reads it, and goes on."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.char_rnn.measures import Inventory
    from core.experiments.rnn.features import correlations
    from core.models.character_ngrams import CharacterNGrams
    from core.training import characters
    from core.training.lanes import Lanes

    return [
        Line("The loss: how many bits the characters that came cost, on average.",
             r"L = -\frac{1}{T} \sum_t \log_2 p(x_{t+1} \mid x_1 \ldots x_t)", characters.held_out_bits,
             "T: 50,000 characters that nobody trained on."),
        Line("Training: pieces of the text, many side by side. The state goes on to the next piece, the gradient does not.",
             r"h_0^{(k+1)} = \mathrm{stop\_gradient}(h_W^{(k)})", Lanes.loss,
             "W: the window. 16 places of the text are read side by side."),
        Line("Counting: an n-gram is blended with the next shorter one; the more different characters followed, the more.",
             r"P_n(c \mid h) = \frac{N(hc) + T(h)\, P_{n-1}(c \mid h')}{N(h) + T(h)}", CharacterNGrams.probabilities,
             "N: counts. T(h): how many different characters followed h. h′: h without its first character."),
        Line("Writing: draw from the probabilities, read what was drawn, go on.",
             r"x_{t+1} \sim p(\cdot \mid x_1 \ldots x_t)", characters.write,
             "Temperature 1; the sign for an unknown character is never drawn."),
        Line("What of the writing is in the text: letter triples, words, pairs of words.",
             r"\frac{\#\{w \in \mathrm{written} : w \in \mathrm{text}\}}{\#\,\mathrm{written}}", Inventory.shares,
             "A word is a run of letters; its beginning and end count as letters in a triple."),
        Line("A unit follows something when both rise and fall together.",
             r"r = \frac{\mathrm{cov}(u, f)}{\sigma_u \sigma_f}", correlations,
             "u: a unit after each character. f: a feature of the text, such as the place in the line."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    run, counts = ask(lesson.full, DEFAULT_TEXT), ask(lesson.counts, DEFAULT_TEXT)
    half = {words: run.reached(measure, counts.real) for measure, words in MEASURES.items()}
    first = min(half, key=lambda words: half[words] if half[words] == half[words] else float("inf"))
    minutes = {name: ask(lesson.minute, DEFAULT_TEXT, Setting(name)).last.bits for name in KINDS}
    best = min(minutes, key=lambda name: minutes[name])
    return [
        Question("What comes to look like the text first?", tuple(MEASURES.values()), list(half).index(first),
                 "Halfway to real text: " + ", ".join(
                     f"{words} after {rounded(at)} characters" if at == at else f"{words} not yet" for words, at in half.items()
                 ) + "."),
        Question("Which model predicts the novel best, after equally many characters at the same width?",
                 tuple(KINDS.values()), list(KINDS).index(best),
                 ", ".join(f"{KINDS[name]}: {bits:.2f} bits" for name, bits in minutes.items())
                 + ". In seconds it is another race."),
        Question("A model needs 2 bits a character. As unsure as between how many equal choices is it?", ("2", "4", "8"), 1,
                 "Each bit doubles them: 2 × 2."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    run, counts = ask(lesson.full, DEFAULT_TEXT), ask(lesson.counts, DEFAULT_TEXT)
    last = run.last
    return (
        f"From nothing, and told nothing but which character comes next, an LSTM came to {last.bits:.2f} bits a character of "
        f"{TEXTS[DEFAULT_TEXT]} ({counts.grams[-1]:.2f} by counting five together), and {percent(last.shares.words)} of the "
        "words that it writes are words of the book. Of its pairs of neighbouring words "
        f"{percent(last.shares.pairs)} stand together in the book, of real text’s {percent(counts.real.pairs)}."
    )


def try_next() -> list[Try]:
    """Return states that are worth a look."""
    return [
        Try("The same, on presidents’ speeches", "Another text, another style, the same order.",
            {"view": "Watch", "text": "the speeches"}),
        Try("Where is it in the line?", "A unit that counts the line’s characters: nobody told the model how long lines are.",
            {"view": "One unit", "follows": "line"}),
        Try("What the next word takes", "Letters are not enough: which word comes next depends on much more of the text.", {},
            lesson="gpt_sampling"),
    ]  # fmt: skip


SOURCES = (
    Source("Karpathy", 2015, "The unreasonable effectiveness of recurrent neural networks",
           "https://karpathy.github.io/2015/05/21/rnn-effectiveness/"),
    Source("Karpathy, Johnson, Fei-Fei", 2015, "Visualizing and understanding recurrent networks", "https://arxiv.org/abs/1506.02078"),
    Source("Graves", 2013, "Generating sequences with recurrent neural networks", "https://arxiv.org/abs/1308.0850"),
    Source("Witten, Bell", 1991, "The zero-frequency problem (how n-grams are blended)", "https://doi.org/10.1109/18.87000"),
    Source("Mosteller, Wallace", 1964, "Inference and disputed authorship: The Federalist (the judge of style)",
           "https://www.jstor.org/stable/2283270"),
)  # fmt: skip
