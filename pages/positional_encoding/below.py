"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding import results
from core.experiments.positional_encoding.results import (
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KINDS,
    LONGEST,
    OTHER_TEXT,
    OTHER_WORDS,
    TRAINED,
)
from core.figures.positional_encoding.common import tiny
from core.figures.positional_encoding.longer import NAMES, bits_at
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

WORDS = (
    "**Attention** compares every piece with every other and adds up what it finds; a sum has no order. So each piece is marked "
    "with its position before the first layer. The **positional encoding** may be fixed, as sines and cosines of many "
    "frequencies; learned, a vector for each position; or **rotary**: nothing is added, but queries and keys are turned by an "
    "angle that grows with the position. Where a model reads from left to right only, each piece sees only those before it, "
    "and that alone tells something of the order."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.positional_encoding import undoing
    from core.models.positional import LearnedPositions, rotary_angles, rotate, sinusoidal
    from core.pretrained.encoder.layers import Embeddings

    return [
        Line("The encoder adds a learned vector for the position to that of the piece; with positions off, the middle term is "
             "left out.", r"x_t = \mathrm{norm}(E_{w_t} + P_t + s)", Embeddings.forward,
             "E: a vector for each of 30,522 pieces. P: one for each of 512 positions. x, s: 384 numbers."),
        Line("The fixed code: each pair of numbers is one wave, as sine and cosine. The product of two codes is a sum of cosines "
             "of their distance.",
             r"P_{t,2i} = \sin \frac{t}{10000^{2i/d}},\quad P_{t,2i+1} = \cos \frac{t}{10000^{2i/d}}",
             sinusoidal, "t: position, from 0. d: 64 numbers here. i: pair."),
        Line("The learned code: weights like any others, so a position that training never showed has the numbers that it began "
             "with.", r"P_t = W_t", LearnedPositions.forward, "W: a row for each position."),
        Line("Rotary: each pair of numbers of queries and keys is a point in a plane, turned by the position times the pair’s "
             "own speed.", r"\theta_{t,j} = t \, b^{-2j/d}", rotary_angles,
             "t: position. d: 64 numbers of a head of SmolLM2. b: 100,000 in SmolLM2, 10,000 in the paper."),
        Line("After turning, a product depends on the difference of the positions.",
             r"(R_m q) \cdot (R_n k) = q \cdot R_{n-m} k", rotate, "q, k: a query and a key. R: turns pair j by its angle."),
        Line("The Fourier transform is undone by its own inverse, a head’s map by least squares.",
             r"X_k = \tfrac{1}{\sqrt{n}} \sum_t x_t e^{-2\pi i k t/n}, \quad y = A v", undoing.fourier_back,
             "x, v: the head’s values, a row a piece. A: its weights, a row a piece, each with a sum of 1."),
    ]  # fmt: skip


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    orders = ask(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    pairs = dict(zip(ask(lesson.sentence_pairs).texts, ask(lesson.sentence_pairs).cosines.tolist(), strict=True))
    with_positions, without = pairs["hot dog", "dog that is hot"]
    found = ask(lesson.longer_losses)
    far = bits_at(found, LONGEST, False)
    best, worst = (min(range(4), key=lambda n: sign * far[n]) for sign in (1, -1))
    same = without > 0.9999
    return [
        Question("Only the positions of “hot” and “dog” are exchanged, the words stay. What does the encoder make of that?",
                 ("The same as of the exchanged words", "The same as before", "Something else"),
                 0 if orders.as_exchanged < 1e-5 else 2,
                 f"The largest difference is {orders.as_exchanged:.7f}: it gets the same pairs of piece and position."),
        Question("Without positions, is “hot dog” the same as “dog that is hot”?", ("Yes", "No"), 0 if same else 1,
                 f"The order is gone, but not the words: their cosine is {without:.3f} ({with_positions:.3f} with positions)."),
        Question(f"Trained on {TRAINED} characters and given {LONGEST}: which of the four small models needs the most bits a "
                 "character?", tuple(NAMES[kind] for kind in KINDS), worst,
                 f"It needs {far[worst]:.2f}, {NAMES[KINDS[best]]} {far[best]:.2f}."),
    ]  # fmt: skip


def seen() -> str:
    """Return two sentences with the measured numbers."""
    found = ask(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    longer = ask(lesson.longer_losses)
    base, far = bits_at(longer, TRAINED, False), bits_at(longer, LONGEST, False)
    best = min(range(4), key=lambda n: far[n])
    worst = max(range(4), key=lambda n: far[n])
    return (
        f"With “hot” and “dog” exchanged, the vectors of a sentence change by {percent(found.mean[0])} with positions and by "
        f"{tiny(found.mean[2])} without. At four times the length that they were trained on, models need {far[best]:.2f} "
        f"({NAMES[KINDS[best]]}, {base[best]:.2f} before) to {far[worst]:.2f} bits a character ({NAMES[KINDS[worst]]}, "
        f"{base[worst]:.2f} before)."
    )


def try_next() -> list[Try]:
    """Return another sentence, the remark about Fourier, and the four models within their length."""
    first, second = OTHER_WORDS
    bite = {"view": "Shuffle", "text": OTHER_TEXT, "first": first + 1, "second": second + 1, "positions": "words"}
    return [
        Try("Who bit whom?", f"“{results.exchange(OTHER_TEXT, *OTHER_WORDS)}” says the opposite, and is nearly the same to the "
            "encoder even with positions.", bite),
        Try("Is attention a Fourier transform?", "Both are undone: one gives the sentence back.",
            {"view": "The code", "code": "fourier"}),
        Try("Count from 1 again", "Beyond 64 characters, the last 64 alone are read.",
            {"view": "Longer", "length": LONGEST, "last": True}),
    ]  # fmt: skip


SOURCES = (
    Source("Vaswani et al.", 2017, "Attention is all you need (sines and cosines: section 3.5)", "https://arxiv.org/abs/1706.03762"),
    Source("Gehring et al.", 2017, "Convolutional sequence to sequence learning (learned positions)",
           "https://arxiv.org/abs/1705.03122"),
    Source("Devlin et al.", 2019, "BERT: pre-training of deep bidirectional transformers", "https://arxiv.org/abs/1810.04805"),
    Source("Su et al.", 2021, "RoFormer: enhanced transformer with rotary position embedding", "https://arxiv.org/abs/2104.09864"),
    Source("Press, Smith, Lewis", 2022, "Train short, test long: attention with linear biases enables input length extrapolation",
           "https://arxiv.org/abs/2108.12409"),
    Source("Kazemnejad et al.", 2023, "The impact of positional encoding on length generalization in transformers (none at all)",
           "https://arxiv.org/abs/2305.19466"),
    Source("Lee-Thorp et al.", 2022, "FNet: mixing tokens with Fourier transforms (in place of attention)",
           "https://arxiv.org/abs/2105.03824"),
)  # fmt: skip
