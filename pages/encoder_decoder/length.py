"""Quality against length, on held-out sentences: from where on one vector is too little."""

from functools import partial

from core.assets import evaluation as measurements
from core.assets.evaluation import FILE, Evaluation, Row, Sentences
from core.assets.own import ONE_WAY, TRAINED, facts
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import lengths
from core.experiments.encoder_decoder.lengths import NAMES
from core.figures import encoder_decoder as figures
from pages.encoder_decoder import text
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.export import Download
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code

KINDS: dict[str, Sentences] = {"controlled": "controlled", "natural": "natural", "verses": "verse"}
ONE, OTHER = "none_en_pt", "additive_en_pt"
LONG = 20  # words
SHORTEST, LONGEST, DEFAULT = 3, 40, 36
TAUGHT = (
    "none of them trained on. The reference is what Marian writes, a larger translator from which these models learned."
)
ABOUT: dict[Sentences, str] = {
    "controlled": f"Sentences of a small grammar of our own, {TAUGHT}",
    "natural": f"Sentences from reviews and editorials, hard for models of this size at any length, {TAUGHT}",
    "verse": "Verses of the World English Bible; the reference is a human's, Almeida's Portuguese. Ours were not trained on "
    "verses. Marian comes so near to Almeida's words that it probably was.",
}


def show(stage: Stage) -> Shown | Nothing:
    """Show the measurements by length, and a held-out sentence of the chosen length on its way through the vector."""
    with stage.decide:
        words = controls.slider("Words in the sentence", SHORTEST, LONGEST, DEFAULT, 1, key="words")
    with stage.more:
        kind = KINDS[controls.choice("Sentences", tuple(KINDS), "controlled", key="sentences")]
    try:
        evaluation = measurements.read()
    except OSError:
        return Nothing("The measurements by length are not here. They are made together with the models' weights.")
    if not evaluation.has((ONE, OTHER), kind):
        return Nothing("No model was measured on such sentences.")
    one, two = (lengths.group(evaluation.models[name][kind], words) for name in (ONE, OTHER))
    examples = ask(lesson.examples, kind) or ask(lesson.examples, "controlled")
    names = lengths.measured(evaluation, kind)
    return Shown(
        verdict=judge(evaluation.models[ONE][kind][0], one, two),
        picture=draw(figures.by_length, evaluation, kind, words),
        mechanism=draw(figures.through, next((each for each in examples if words <= each.last), examples[-1])),
        bet=bet(evaluation.models[ONE][kind], kind, one),
        numbers=[(f"half its best: {NAMES[n]}", _half(evaluation.models[n][kind])) for n in (*names[:2], names[-1])],
        caption=about(evaluation, kind, names),
        values=text.values("Length", SENTENCES=kind),
        downloads=[Download("Measurements (JSON)", FILE, (TRAINED / FILE).read_bytes, "application/json")],
    )


def judge(first: Row, one: Row, two: Row) -> str:
    """Say how much of the quality is left at this length, without and with a second look, from the numbers shown."""
    start = f"Through one vector, sentences of {one.words} words score {one.bleu[0]:.0f} (BLEU"
    end = f"a decoder that may look back scores {two.bleu[0]:.0f}."
    if one.first == first.first:
        return f"{start}, 100 is the same text); {end}"
    return f"{start}), {100 * one.bleu[0] / first.bleu[0]:.0f} % of what {first.words} words score; {end}"


NEAR, HALF, LESS = "at least 90 % of it", "50 to 90 % of it", "less than half of it"


def bet(rows: tuple[Row, ...], kind: Sentences, one: Row) -> Bet:
    """Ask how near the one vector comes to attention on short sentences, or on long ones from there."""
    words = 5 if one.first != rows[0].first else DEFAULT
    return Bet(
        question=f"Take sentences of {lengths.group(rows, words).words} words instead. How much of the score of a decoder that "
        "looks back does the one vector reach?",
        answers=(NEAR, HALF, LESS),
        change={"words": words},
        moved=f"sentences of {words} words",
        judge=partial(_outcome, kind, words),
    )


def _outcome(kind: Sentences, words: int) -> tuple[str, str]:
    one, two = (lengths.group(measurements.read().models[name][kind], words).bleu[0] for name in (ONE, OTHER))
    right = NEAR if one >= 0.9 * two else HALF if one >= two / 2 else LESS
    return right, f"{one:.0f} of {two:.0f}, {100 * one / two:.0f} %."


def about(evaluation: Evaluation, kind: Sentences, names: tuple[str, ...]) -> str:
    """Return what was measured, on what, and whether attention is ahead by more than the intervals."""
    over = [f"{NAMES[n]} {evaluation.overall[n][kind][0]:.1f}" for n in names if kind in evaluation.overall.get(n, {})]
    steps = ", ".join(f"{facts(name)['steps']:,}" for name in names if name != "marian")
    return (
        f"{ahead(evaluation, kind)} {ABOUT[kind]} BLEU compares runs of one to four words with the reference; whiskers are "
        f"95 % intervals, a ring marks half of a model's best. Over all lengths: {', '.join(over)}. "
        f"{'All but Marian' if 'marian' in names else 'All'} have as many parameters and learned from the same pairs, for "
        f"{steps} steps.{one_way(evaluation) if kind == 'controlled' else ''} In the sketch, words are struck through "
        f"whose Portuguese (Marian's) was not written. Measured ({evaluation.where}) by {code(evaluation.command)}."
    )


def ahead(evaluation: Evaluation, kind: Sentences) -> str:
    """Say whether attention is ahead on long sentences by more than the intervals."""
    both = zip(*(evaluation.models[name][kind] for name in (ONE, OTHER)), strict=False)
    clear = [other.bleu[1] > one.bleu[2] for one, other in both if one.first > LONG]
    if clear and all(clear):
        return f"Beyond {LONG} words attention is ahead at every length, by more than the intervals."
    if any(clear):
        return f"Beyond {LONG} words attention is ahead by more than the intervals at {sum(clear)} of {len(clear)} lengths."
    return f"Not here: beyond {LONG} words the intervals overlap, so attention is not clearly ahead."


def one_way(evaluation: Evaluation) -> str:
    """Say what reading the sentence from its end does (Sutskever et al. 2014), where two such models were measured."""
    if not all("controlled" in evaluation.overall.get(name, {}) for name in ONE_WAY):
        return ""
    one, two = (evaluation.overall[name]["controlled"] for name in ONE_WAY)
    said = "ahead" if two[1] > one[2] else "behind" if one[1] > two[2] else "not apart"
    ends = "{:.1f} ({:.1f} to {:.1f})".format
    return (
        f" Read backwards (Sutskever et al. 2014), by smaller models with one reader, sentences are {said} by more than the "
        f"intervals: {ends(*two)} against {ends(*one)} forwards."
    )


def _half(rows: tuple[Row, ...]) -> str:
    fallen = lengths.half(rows)
    return f"from {fallen.words} words" if fallen else f"not up to {rows[-1].last}"


VIEW = View("Length", show)
