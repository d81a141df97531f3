"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

import numpy as np

from core.experiments import language_model as lesson
from core.experiments.language_model import results
from core.experiments.language_model.results import DEFAULT_TEXT, DEFAULT_WORDS, KEPT, LAST, MODEL, MODELS, units_in
from pages.kit import language_models
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent
from pages.language_model.far_back import measured

WORDS = (
    "All small models learned from the same 1.5 million words: presidential speeches since 1900, a novel, film reviews and "
    "editorials. "
    "An **n-gram** model counts which word came after the last one, two, three or four words; where it has counted little it "
    "mixes in "
    "what shorter runs say (**smoothing**). RNN and LSTM have equally many weights, about a million, and hand a **hidden "
    "state** from "
    "word to word. SmolLM2, a public **Transformer** with 135 million weights that read two trillion tokens, lets every word "
    "take from "
    "all before it. **Perplexity** says among how many equally likely words the choice would be as hard."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.language_model import word_by_word
    from core.models.lstm import LSTM
    from core.models.ngram import NGrams
    from core.models.word_lm import WordLM

    return [
        Line("The probability of a text is that of each word after all before it, multiplied. So nothing may be left out, in "
             "principle.",
             r"p(w_1, \ldots, w_T) = \prod_t p(w_t \mid w_1, \ldots, w_{t-1})", results.perplexity,
             "The perplexity is e to the mean of −ln p over the words that are asked for."),
        Line("An n-gram leaves out all but the last n − 1 words and counts. From each count a part D is taken, and given to "
             "what the "
             "shorter run says (Kneser and Ney).",
             r"p(w \mid r) = \frac{\max(c(r\,w) - D, 0)}{c(r)} + \frac{D\,N(r)}{c(r)}\; p(w \mid r')", NGrams.distribution,
             "r: the last n − 1 words; r′ without its first. c: how often. N(r): how many different words followed r."),
        Line("A recurrent network keeps a state; the same table of vectors reads a word and scores the next one.",
             r"h_t = \mathrm{layer}(E x_t, h_{t-1}), \qquad z = E\,(P h_t + b_P) + b", WordLM.read,
             "E: 96 numbers for each of 8,000 words. h: 180 numbers in the LSTM, 378 in the RNN."),
        Line("The step of the LSTM, which may keep what it read long ago.",
             r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh c_t", LSTM.step,
             "f, i, o: gates from 0 to 1, one for each of the 180 cells."),
        Line("SmolLM2 reads and writes tokens. A word’s probability is that of its tokens, and that then a new word begins.",
             r"p(w \mid \text{text}) = p(t_1 \ldots t_n \mid \text{text})\; "
             r"\frac{p(\text{end} \mid \text{text}, t_1 \ldots t_n)}{p(\text{end} \mid \text{text})}",
             word_by_word.log_probability,
             "t: the tokens of a blank and the word. end: the next token begins with no letter and no digit."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    found, units = measured(), units_in(DEFAULT_TEXT)
    grams = found.perplexity[0]
    all_words, last = (
        ask(lesson.guess, DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities[:4] for kept in (len(units), LAST)
    )
    is_same = np.allclose(all_words, last)
    lstm, rnn = (float(found.perplexity[found.models.index(name), -1]) for name in ("LSTM", "RNN"))
    names = ("the RNN", "the LSTM")
    return [
        Question(f"A 5-gram gets {len(units)} words in place of the last four. What changes in what it says?",
                 ("nothing", "it gets surer", "it gets less sure"), 0 if is_same else 1,
                 f"It counts runs of five words, the next one among them. Its perplexity is {grams[KEPT.index(LAST)]:.0f} with "
                 f"{LAST} words and with {KEPT[-1]}."),
        Question("RNN and LSTM have equally many weights and read the same text. Which has the lower perplexity with 64 words?",
                 names, 0 if rnn < lstm else 1, f"RNN {rnn:.0f}, LSTM {lstm:.0f}."),
        Question("A perplexity of 50: how hard is the choice of the next word?",
                 ("as among 50 equally likely words", "50 words are wrong", "the right word has 50 %"), 0,
                 f"SmolLM2’s, with {KEPT[-1]} words kept, is {found.perplexity[-1, -1]:.0f}: the typical probability of the "
                 "right word is "
                 f"{percent(1 / float(found.perplexity[-1, -1]))}."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    units = units_in(DEFAULT_TEXT)
    rows = [
        language_models.ask(MODEL, lesson.guess_large, DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities[0]
        for kept in (len(units), LAST)
    ]
    at = int(rows[0].argmax())
    small = ask(lesson.guess, DEFAULT_TEXT, len(units), DEFAULT_WORDS).probabilities[:, at]
    found = measured()
    gains = [percent(max(0.0, found.gain(row, LAST, KEPT[-1])[0])) for row in range(1, len(found.models))]
    return (
        f"SmolLM2 gives “{DEFAULT_WORDS[at]}” {percent(float(rows[0][at]))} after {len(units)} words and "
        f"{percent(float(rows[1][at]))} after "
        f"the last four, the LSTM {percent(float(small[MODELS.index('LSTM')]))} after all of them. Over {found.words:,} "
        f"words, {KEPT[-1]} in "
        f"place of {LAST} words of context lower the perplexity of the RNN by {gains[0]}, the LSTM’s by {gains[1]} and "
        f"SmolLM2’s by {gains[2]}."
    )


def try_next() -> list[Try]:
    """Return prepared states: another far word, a phrase of the speeches, always the likeliest word."""
    return [
        Try("Italy in place of Germany", "One word is another, six before the blank; the last five are the same.",
            {"view": "The blank", "text": "I am from Italy and I love to drink"}),
        Try("Where counting is enough", "A phrase that the speeches repeat: the 5-gram is surer of it than SmolLM2.",
            {"view": "The blank", "text": "I come before you to speak of the United States of"}),
        Try("Almost always the likeliest word", "At a low temperature the models fall back on what they know by heart.",
            {"view": "Write on", "temperature": 0.2}),
    ]  # fmt: skip


SOURCES = (
    Source("Shannon", 1951, "Prediction and entropy of printed English (people guess the next letter)",
           "https://doi.org/10.1002/j.1538-7305.1951.tb01366.x"),
    Source("Kneser, Ney", 1995, "Improved backing-off for m-gram language modeling", "https://doi.org/10.1109/ICASSP.1995.479394"),
    Source("Chen, Goodman", 1999, "An empirical study of smoothing techniques for language modeling",
           "https://doi.org/10.1006/csla.1999.0128"),
    Source("Mikolov et al.", 2010, "Recurrent neural network based language model",
           "https://www.isca-archive.org/interspeech_2010/mikolov10_interspeech.html"),
    Source("Press, Wolf", 2017, "Using the output embedding to improve language models", "https://arxiv.org/abs/1608.05859"),
    Source("Khandelwal et al.", 2018, "Sharp nearby, fuzzy far away: how neural language models use context",
           "https://arxiv.org/abs/1805.04623"),
    Source("Pimentel, Meister", 2024, "How to compute the probability of a word", "https://arxiv.org/abs/2406.14561"),
    Source("Allal et al.", 2025, "SmolLM2: when smol goes big", "https://arxiv.org/abs/2502.02737"),
)  # fmt: skip
