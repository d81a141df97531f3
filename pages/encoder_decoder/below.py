"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.assets import evaluation
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.results import DEFAULT_OTHER, DEFAULT_TEXT, damage_of
from core.training.evaluate_spelling import KNOWN
from pages.encoder_decoder.length import ONE, OTHER
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import code, count

WORDS = (
    "Two recurrent networks read the sentence in **subwords**, one from each side, and each ends with a list of 300 numbers. "
    "Side by side they are the **vector**: 600 numbers for three words as for forty. The decoder, a third network, starts "
    "from it, sees it at every step, and writes one subword after another, each by the probabilities that it gives to all of "
    "them. It never sees the sentence. The longer that is, the more has to share the same numbers: the **encoding bottleneck**. "
    "**Attention**, the next lesson, lets the decoder look back at every position instead."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.seq2seq import Seq2Seq

    wide = len(ask(lesson.read, DEFAULT_TEXT).vector)
    half = wide // 2
    return [
        Line(
            "What is left of the sentence are the last states of both readers.",
            r"v = [\overrightarrow{h}_T ; \overleftarrow{h}_1], \quad "
            r"\overrightarrow{h}_j = \mathrm{GRU}(x_j, \overrightarrow{h}_{j-1})",
            Seq2Seq.encode,
            f"x: an embedding for each of T subwords. h: {half} numbers for each reader. v: {wide}.",
        ),
        Line(
            "The decoder starts from the vector, through one matrix, and reads it again with every subword that it wrote.",
            r"s_0 = \tanh(W \overleftarrow{h}_1 + b), \quad s_t = \mathrm{GRU}([y_{t-1} ; v], s_{t-1})",
            Seq2Seq.step,
            f"s: {half} numbers. y: the embedding of the subword before. v: {wide} numbers, the same at every step.",
        ),
        Line(
            "State, vector and subword become one score for each subword, and softmax makes probabilities of the scores.",
            r"p_t = \mathrm{softmax}(E \tanh(W [s_t ; v ; y_{t-1}] + u) + b)",
            Seq2Seq.score,
            "E: one row for each subword, the same numbers as its embedding.",
        ),
        Line(
            "To damage the vector is to change these numbers between the encoder and the decoder, and nothing else.",
            r"v' = (1 - a)\, v + a\, w, \quad v' = v + a \|v\| \frac{e}{\|e\|}",
            damage_of,
            "a: the amount. w: the other sentence's vector (blend). e: drawn from a normal distribution (noise).",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from what was computed."""
    reading, blend = ask(lesson.read, DEFAULT_TEXT), ask(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, "blend")
    numbers, pieces = len(reading.vector), len(reading.source)
    sizes = sorted({numbers, numbers * pieces, 2 * numbers})
    middle = blend.at(0.5)
    new = blend.texts[middle] not in (blend.before, blend.other_before)
    return [
        Question(
            f"{code(DEFAULT_TEXT)} has {count(pieces, 'subword')} with its end. How many numbers does the decoder get of a "
            "sentence twice as long?",
            tuple(f"{size:,}" for size in sizes),
            sizes.index(numbers),
            f"{numbers}, as for every sentence: the last state of each reader.",
        ),
        Question(
            "Half way between the vectors of two sentences, does the decoder write one of their two translations?",
            ("yes", "no"),
            int(new),
            f"It writes {code(blend.texts[middle])}." if blend.texts[middle] else "It writes nothing.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    swapped = ask(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, "swap")
    letter = "to the letter" if swapped.texts[-1] == swapped.other_before else "nearly"
    return f"{finding()} With its vector swapped, a sentence comes out as the other one, {letter}."


def finding() -> str:
    """Return what the lesson measured, in one sentence."""
    one, two = (evaluation.read().models[name]["controlled"] for name in (ONE, OTHER))
    shares = [100 * rows[-1].bleu[0] / rows[0].bleu[0] for rows in (one, two)]
    return (
        f"Through one vector, sentences of {one[-1].words} words score {shares[0]:.0f} % of what {one[0].words} words score "
        f"(BLEU); with attention, {shares[1]:.0f} %."
    )


def try_next() -> list[Try]:
    """Return prepared states worth a look, and where the remedy is."""
    known = ask(lesson.spelling_errors)[KNOWN]
    return [
        Try(
            "The same with a public model",
            f"g2p-en spells words as sounds through one vector: {known[0].rate:.0f} % wrong at {known[0].letters} letters, "
            f"{known[-1].rate:.0f} % at {known[-1].letters}.",
            {"view": "Spelling"},
        ),
        Try("Look back instead", "The next lesson lets the decoder choose what it looks at.", {}, lesson="alignment"),
    ]


SOURCES = (
    Source(
        "Cho et al.",
        2014,
        "Learning phrase representations using RNN encoder-decoder",
        "https://arxiv.org/abs/1406.1078",
    ),
    Source("Sutskever, Vinyals, Le", 2014, "Sequence to sequence learning", "https://arxiv.org/abs/1409.3215"),
    Source("Cho et al.", 2014, "On the properties of neural machine translation", "https://arxiv.org/abs/1409.1259"),
    Source("Bahdanau, Cho, Bengio", 2014, "Jointly learning to align and translate", "https://arxiv.org/abs/1409.0473"),
    Source("Kim, Rush", 2016, "Sequence-level knowledge distillation", "https://arxiv.org/abs/1606.07947"),
    Source("Popović", 2015, "chrF: character n-gram F-score", "https://aclanthology.org/W15-3049"),
    Source("Park, Kim", 2019, "g2p-en 2.1.0", "https://github.com/Kyubyong/g2p"),
    Source(
        "Carnegie Mellon University", 2015, "The CMU Pronouncing Dictionary", "https://github.com/cmusphinx/cmudict"
    ),
)
