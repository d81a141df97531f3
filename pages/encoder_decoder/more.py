"""What stands below the experiment in the lesson on the encoder-decoder: questions, sources, whose numbers these are."""

from core.experiments import encoder_decoder as lesson
from pages.kit.former import Question, Source
from pages.kit.words import code, count


def questions(reading: lesson.Reading, blend: lesson.Damage) -> list[Question]:
    """Return questions whose right answers come from what was computed."""
    numbers, pieces = len(reading.vector), len(reading.source)
    noise = lesson.hurt(reading.vector, reading.vector, "blend", 0.5)
    same = bool((abs(noise - reading.vector) < 1e-5).all())
    sizes = sorted({numbers, numbers * pieces, 2 * numbers})
    middle = blend.at(0.5)
    new = blend.texts[middle] not in (blend.before, blend.other_before)
    return [
        Question(
            f"Your sentence has {count(pieces, 'subword')} with its end. How many numbers would the decoder get of one twice as "
            "long?",
            tuple(f"{size:,}" for size in sizes),
            sizes.index(numbers),
            f"{numbers}, as for every sentence: the last state of each reader.",
        ),
        Question(
            "The vector is swapped as a whole for another sentence's. What does the decoder write?",
            ("the other's translation", "a mixture of both", "yours, a little worse"),
            0 if blend.texts[-1] == blend.other_before else 1,
            f"{code(blend.texts[-1])}: with the vector it has lost the only thing that it knew of your sentence."
            if blend.texts[-1] == blend.other_before
            else f"Nearly the other's: {code(blend.texts[-1])}.",
        ),
        Question(
            "You blend your sentence's vector with itself, half and half. What changes?",
            ("nothing", "the translation gets shorter", "the translation gets worse"),
            0 if same else 2,
            "Half of it and half of it is the same vector.",
        ),
        Question(
            "Half way between the vectors of two sentences, does the decoder write one of their two translations?",
            ("yes", "no"),
            int(new),
            f"It writes {code(blend.texts[middle])}." if blend.texts[middle] else "It writes nothing.",
        ),
    ]


SOURCES = (
    Source(
        "Cho et al.",
        2014,
        "Learning phrase representations using RNN encoder-decoder for statistical machine translation",
        "https://arxiv.org/abs/1406.1078",
    ),
    Source(
        "Sutskever, Vinyals, Le",
        2014,
        "Sequence to sequence learning with neural networks",
        "https://arxiv.org/abs/1409.3215",
    ),
    Source(
        "Cho et al.",
        2014,
        "On the properties of neural machine translation: encoder-decoder approaches (quality against length)",
        "https://arxiv.org/abs/1409.1259",
    ),
    Source(
        "Bahdanau, Cho, Bengio",
        2014,
        "Neural machine translation by jointly learning to align and translate",
        "https://arxiv.org/abs/1409.0473",
    ),
    Source(
        "Kim, Rush",
        2016,
        "Sequence-level knowledge distillation (how our models were trained)",
        "https://arxiv.org/abs/1606.07947",
    ),
    Source(
        "Bengio et al.", 2015, "Scheduled sampling (teacher forcing and its cost)", "https://arxiv.org/abs/1506.03099"
    ),
    Source(
        "Popović",
        2015,
        "chrF: character n-gram F-score for automatic MT evaluation",
        "https://aclanthology.org/W15-3049",
    ),
    Source(
        "Park, Kim",
        2019,
        "g2p-en 2.1.0, a module for grapheme to phoneme conversion",
        "https://github.com/Kyubyong/g2p",
    ),
    Source(
        "Carnegie Mellon University",
        2015,
        "CMUdict, the CMU Pronouncing Dictionary",
        "https://github.com/cmusphinx/cmudict",
    ),
)


def footer(reading: lesson.Reading, spelling: bool, *, live: bool) -> str:
    """Return whose numbers these are."""
    where = "Computed on this server." if live else "Recorded numbers."
    if spelling:
        return f"g2p-en: one GRU of 256 that reads, one that writes; a public model. {where}"
    return (
        f"The model without attention: {reading.parameters:,} parameters, trained for this page on English sentences and what "
        f"Marian makes of them in Portuguese. {where}"
    )
