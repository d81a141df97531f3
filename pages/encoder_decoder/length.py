"""Quality against length, on held-out sentences: where one vector is no longer enough."""

import streamlit as st

from core.assets.own import ONE_WAY
from core.experiments.encoder_decoder import lengths
from core.experiments.encoder_decoder.lengths import Evaluation, Metric, Row, Sentences
from core.figures import encoder_decoder as figures
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, count

KINDS: dict[str, Sentences] = {"controlled": "controlled", "natural": "natural", "verses": "verse"}
METRICS: dict[str, Metric] = {"BLEU": "bleu", "chrF": "chrf"}
LONG = 20  # words
TAUGHT = (
    "The reference is Marian's translation, from which all these models learned; that is why Marian itself has no line."
)
ABOUT: dict[Sentences, str] = {
    "controlled": "Controlled: sentences of a small grammar of our own, so that a small model can learn them at all. None of "
    f"them was trained on. {TAUGHT}",
    "natural": "Natural: sentences from film and product reviews and editorials, which are hard for models of this size at "
    f"any length. None of them was trained on. {TAUGHT}",
    "verse": "Verses of the World English Bible; the reference is a human's, Almeida's Portuguese. Ours were not trained on "
    "verses. Marian comes so near to Almeida's words that it probably was.",
}


def show_lengths(kind: Sentences, metric: Metric) -> Picture | None:
    """Show the measurements; None where there are none."""
    try:
        evaluation = lengths.read()
    except OSError:
        st.info("The measurements by length are not here. They are made together with the models' weights.")
        return None
    names = [name for name in lengths.LOOKS if evaluation.has((name,), kind)]
    if not names:
        st.info(f"No model was measured on {'verses' if kind == 'verse' else f'{kind} sentences'}.")
        return None
    title = "Quality against the length of the sentence"
    picture = _picture(evaluation, names, kind, metric, title)
    show(picture, key="lengths")
    st.caption(ABOUT[kind])
    verdict(*judge(evaluation, names, kind, metric))
    if kind == "controlled":
        show_one_way(evaluation, metric)
    over = [
        f"{_said(name)} {evaluation.overall[name][kind][0]:.1f}"
        for name in names
        if kind in evaluation.overall.get(name, {})
    ]
    whole = f"Over all lengths, in BLEU: {', '.join(over)}. " if over else ""
    ours = [name for name in names if name != "marian"]
    steps = ", ".join(f"{lengths.steps(name):,}" for name in ours)
    st.caption(
        f"{whole}{'All' if ours == names else 'All but Marian'} have as many parameters and learned from the same pairs, for "
        f"{steps} steps. Measured ({evaluation.where}) by {code(evaluation.command)}."
    )
    return picture


def _picture(evaluation: Evaluation, names: list[str], kind: Sentences, metric: Metric, title: str) -> Picture:
    columns = ("model", "words", "sentences", f"{metric} (with 95 % interval)")
    rows = []
    for name in names:
        for row in evaluation.models[name][kind]:
            score, low, high = row.of(metric)
            words = f"{row.first} to {row.last}"
            rows.append((lengths.NAMES[name], words, row.sentences, f"{score:.1f} ({low:.1f} to {high:.1f})"))
    figure = figures.by_length(evaluation, names, kind, metric, title)
    return Picture(figure, figures.describe_lengths(evaluation, names, kind, metric), columns, rows)


def judge(
    evaluation: Evaluation, names: list[str], kind: Sentences, metric: Metric
) -> tuple[str, list[tuple[str, str]]]:
    """Say at which length each model falls to half of its best, from the numbers shown."""
    numbers, parts = [], []
    for name in names:
        rows = evaluation.models[name][kind]
        fallen, top = lengths.half(rows, metric), lengths.best(rows, metric)
        numbers.append((lengths.NAMES[name], f"{fallen.words} words" if fallen else "not here"))
        score = top.of(metric)[0]
        parts.append(
            f"{_said(name)} is best at {top.words} words ({score:.0f}) and "
            + (
                f"at half of that or less from {fallen.words} words on"
                if fallen
                else f"never at half of that up to {rows[-1].last}"
            )
        )
    text = f"Where the score has fallen to half of its best: {'; '.join(parts)}. "
    return text + _ahead(evaluation, names, kind, metric), numbers


def _ahead(evaluation: Evaluation, names: list[str], kind: Sentences, metric: Metric) -> str:
    """Say whether attention is ahead on long sentences by more than the intervals."""
    if not {"none_en_pt", "additive_en_pt"} <= set(names):
        return ""
    pairs: list[tuple[Row, Row]] = [
        (one, other)
        for one, other in zip(*(evaluation.models[n][kind] for n in ("none_en_pt", "additive_en_pt")), strict=False)
        if one.first > LONG
    ]
    if not pairs:
        return ""
    clear = sum(other.of(metric)[1] > one.of(metric)[2] for one, other in pairs)
    if clear == len(pairs):
        return f"Beyond {LONG} words attention is ahead at every length, and by more than the intervals."
    if clear:
        return f"Beyond {LONG} words attention is ahead by more than the intervals at {clear} of {len(pairs)} lengths."
    return f"Not here: beyond {LONG} words the intervals overlap, so attention is not clearly ahead."


def show_one_way(evaluation: Evaluation, metric: Metric) -> None:
    """Show what reading the sentence from its end does, where two such models were measured; else say why not."""
    if not evaluation.has(ONE_WAY, "controlled"):
        st.caption(
            "Sutskever et al. (2014) fed the source backwards, so that its beginning is fresh when the decoder begins. Our "
            "encoder reads from both sides, so the question does not arise here."
        )
        return
    st.markdown("**The source read backwards** (Sutskever et al. 2014)")
    names = list(ONE_WAY)
    title = "One reader, from one side"
    show(_picture(evaluation, names, "controlled", metric, title), key="one_way")
    forwards, backwards = (evaluation.models[name]["controlled"] for name in names)
    pairs = [(one.of(metric), two.of(metric)) for one, two in zip(forwards, backwards, strict=True)]
    ahead = sum(two[1] > one[2] for one, two in pairs)
    behind = sum(one[1] > two[2] for one, two in pairs)
    if ahead == behind == 0:
        said = f"At none of the {len(pairs)} lengths are they apart by more than the intervals."
    else:
        said = (
            f"By more than the intervals, backwards is ahead at {ahead} of {count(len(pairs), 'length')} and behind at "
            f"{behind}."
        )
    st.markdown(
        f"{_over_all(evaluation, names)}{said} These are two smaller models without attention, with a single reader each, "
        f"trained and measured on controlled sentences of at most {forwards[-1].last} words. Read backwards, the first words "
        "are the last to be read, next to where the translation begins."
    )


def _over_all(evaluation: Evaluation, names: list[str]) -> str:
    found = [kinds["controlled"] for name in names if "controlled" in (kinds := evaluation.overall.get(name, {}))]
    if len(found) < len(names):
        return ""
    one, two = found
    if two[1] > one[2]:
        said = "Over all lengths backwards is ahead, by more than the intervals"
    elif one[1] > two[2]:
        said = "Not here: over all lengths forwards is ahead, by more than the intervals"
    else:
        said = "Not here: over all lengths they are not apart by more than the intervals"
    ends = "BLEU {:.1f} ({:.1f} to {:.1f})".format
    return f"{said}: {ends(*two)} against {ends(*one)}. "


def _said(name: str) -> str:
    return lengths.NAMES[name] if name == "marian" else lengths.NAMES[name].lower()
