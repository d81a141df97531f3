"""How the encoder-decoder works: each equation beside the code that computes it."""

from core.experiments import encoder_decoder as lesson
from pages.kit.former import Line


def how(reading: lesson.Reading) -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.encoder_decoder import reading as _bottleneck_reading
    from core.models.gru import GRU
    from core.models.seq2seq import Seq2Seq
    from core.pretrained.translation.recurrent import beam

    wide = len(reading.vector)
    half = wide // 2
    return [
        Line(
            "Two recurrent networks read the sentence, one from each side. What is left of it are the last states of both: one "
            "vector, as long for three words as for thirty.",
            r"\overrightarrow{h}_j = \mathrm{GRU}(x_j, \overrightarrow{h}_{j-1}), \quad "
            r"v = [\overrightarrow{h}_T ; \overleftarrow{h}_1]",
            Seq2Seq.encode,
            f"x: an embedding for each of T subwords. h: {half} numbers for each reader. v: {wide}.",
        ),
        Line(
            "Both readers and the writer make their steps alike: an update gate z decides how much of the old state stays.",
            r"h_t = (1 - z_t)\, n_t + z_t\, h_{t-1}",
            GRU.step,
            f"h, z, n: {half} numbers each.",
        ),
        Line(
            "The decoder's first state comes from the vector, through one matrix.",
            r"s_0 = \tanh(W \overleftarrow{h}_1 + b)",
            Seq2Seq.start,
            f"s: {half} numbers. Without attention the whole of v stands beside every step, too.",
        ),
        Line(
            "At each step the decoder reads the subword before and the vector. With attention, a mixture of the encoder's states "
            "takes the vector's place, a new one at every step: that is the next lesson.",
            r"s_t = \mathrm{GRU}([y_{t-1} ; v], s_{t-1})",
            Seq2Seq.step,
            f"y: an embedding. v: {wide} numbers, the same at every step.",
        ),
        Line(
            "A step's state, the vector and the subword before are turned into one score for each subword, and these by softmax "
            "into chances.",
            r"p_t = \mathrm{softmax}(E \tanh(W [s_t ; v ; y_{t-1}] + u) + b)",
            Seq2Seq.score,
            "E: one row for each subword, the same numbers as its embedding.",
        ),
        Line(
            "To damage the vector is to change these numbers between the encoder and the decoder, and nothing else.",
            r"v' = v + a \|v\| \frac{e}{\|e\|}, \quad v' = (1 - a)\, v + a\, w",
            lesson.hurt,
            "a: the amount. e: drawn from a normal distribution. w: the other sentence's vector.",
        ),
        Line(
            "Greedy takes the likeliest subword at each step. A beam keeps several beginnings alive, and at the end the text "
            "with the best log-probability a subword.",
            r"\frac{1}{n} \sum_{t=1}^{n} \ln p_t(y_t)",
            beam,
            "n: subwords of a text, with its end.",
        ),
        Line(
            "How good a translation is, is measured by runs of up to six letters that it shares with a reference.",
            r"\mathrm{chrF} = 5 \frac{P R}{4 P + R}",
            _bottleneck_reading.agreement,
            "P, R: shares of the runs in the translation and in the reference that the other has, in per cent.",
        ),
    ]
