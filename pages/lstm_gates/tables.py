"""The two pictures of the lesson on LSTM gates that show measurements: the recall task against distance, and the speed."""

import math

import numpy as np
import streamlit as st

from core.experiments.lstm_gates import recorded
from core.experiments.lstm_gates.tables import NAMES, Recall, Speed, recall_table
from core.figures import lstm_gates as figures
from pages.kit import cache
from pages.kit.former import Picture, show, verdict
from pages.kit.words import count, percent
from pages.lstm_gates import results, words
from pages.lstm_gates.settings import Settings


def show_recall(found: results.Live | results.Recorded, asked: Settings) -> Picture:
    """Show how far each kind of network remembers, and how an LSTM learns it from two forget biases."""
    table = cache.remember("gates recall table", recall_table)
    live = found.asked()
    picture = cache.remember(
        ("gates recall", asked.task[1:]),
        lambda: Picture(
            figures.recall_curve(table, live),
            figures.describe_curve(table),
            ("network", "steps to the question", "seed", "answered rightly (%)", "steps of training"),
            [
                (NAMES[v], int(d), s, round(100 * float(share), 2), int(table.took[i, s, n]))
                for i, v in enumerate(table.variants)
                for s, each in enumerate(table.of(v))
                for n, (d, share) in enumerate(zip(table.distances, each, strict=True))
                if not math.isnan(share)
            ],
        ),
    )
    start = cache.remember(
        "gates bias",
        lambda: Picture(
            figures.bias_curve(table),
            figures.describe_bias(table),
            ("steps of training", "bias 1 (%)", "bias 0 (%)"),
            [
                (int(n), round(100 * float(a), 2), round(100 * float(b), 2))
                for n, a, b in zip(table.steps, *table.on_the_way.mean(1), strict=True)
            ],
        ),
    )
    show(picture, key="far")
    told = (f"{NAMES[kind]} {percent(float(np.mean([one.share for one in each])))}" for kind, each in live.items())
    st.caption(
        "The task: one of eight symbols, then noise, then the question which it was. A point is the mean of three networks of "
        f"about {round(float(np.mean(table.parameters)), -3):,.0f} parameters, each trained on that distance alone for at most "
        "1,200 steps, a band their range. A kind that failed at two distances in a row was not tried further. Diamonds: "
        f"networks trained on distances from 2 to 200, asked now after {asked.distance} steps: {', '.join(told)}."
    )
    verdict(*recall_verdict(table))
    show(start, key="start")
    one, nought, three = (table.steps_to(f"lstm, forget bias {bias}", 10) for bias in (1, 0, 3))
    st.caption(
        f"Trained at a distance of 10 alone, an LSTM learned it in {nought:.0f} steps from a forget bias of 0, in {one:.0f} "
        f"from 1 and in {three:.0f} from 3."
    )
    return picture


def show_speed(asked: Settings, *, live: bool) -> Picture:
    """Show how fast characters go through each kind of layer; a button measures it on this machine.

    What was measured before stays in sight meanwhile, and when the measuring is stopped.
    """
    number = st.session_state.get("_race", 0)
    measured = cache.shelf().get(("speed", number))
    table = measured or recorded.speed()
    picture = cache.remember(
        ("gates speed", table.where, table.seconds.tobytes(), asked.batch),
        lambda: Picture(
            figures.speed(table, asked.batch),
            figures.describe_speed(table, asked.batch),
            ("layer", "texts at a time", "characters", "seconds", "characters a second"),
            [
                (NAMES[name], batch, int(n), round(float(s), 5), round(float(v)))
                for b, batch in enumerate(table.batches)
                for r, name in enumerate(table.names)
                for n, s, v in zip(table.lengths, table.seconds[b, r], table.of(name, batch), strict=True)
            ],
        ),
    )
    show(picture, key="pace")
    size = round(float(np.mean(table.parameters)), -4)
    st.caption(
        f"One layer each, of about {size:,.0f} parameters, as it stands in this project. "
        f"{'Measured' if measured else 'Recorded'} on {table.where}."
    )
    st.button("Measure it on this machine", on_click=_race_again, disabled=not live)
    if number and live and not measured:
        results.race(number)
        st.rerun()
    verdict(*speed_verdict(table, asked.batch))
    return picture


def _race_again() -> None:
    st.session_state["_race"] = st.session_state.get("_race", 0) + 1


def recall_verdict(table: Recall) -> words.Verdict:
    """Say where each kind of network fails, and that the way of training decides it."""
    ends = sorted((table.fails_at(variant), variant) for variant in table.variants)
    last = int(table.distances[-1])
    numbers = [
        (NAMES[variant], f"past {last}" if math.isinf(end) else f"{end:.0f} steps")
        for end, variant in ends
        if variant != "lstm, forget bias 0"
    ]
    (first, worst), (far, best) = ends[0], ends[-1]
    text = (
        f"Trained on one distance alone, {NAMES[worst]} is the first to fall under a half, after {first:.0f} steps, and "
        f"{NAMES[best]} comes furthest" + (f": past {last}. " if math.isinf(far) else f", {far:.0f} steps. ")
    )
    if table.together.min() > 0.9:
        text += (
            f"Trained on short and long distances at once, none falls under {percent(float(table.together.min()))} up to "
            f"{table.asked[-1]:,} steps, the RNN neither. It can hold a symbol; what fails is finding out which one matters "
            "when it is always far away."
        )
    else:
        text += f"Trained on all distances at once, the worst recalls {percent(float(table.together.min()))} somewhere."
    return text, numbers


def speed_verdict(table: Speed, batch: int) -> words.Verdict:
    """Say who is faster at which length, and what the loop costs."""
    ahead, others = table.ahead(batch), [b for b in table.batches if b != batch]
    ratio = table.of("transformer", batch) / table.of("lstm", batch)
    longest = int(table.lengths[-1])
    step = table.seconds[table.batches.index(batch), table.names.index("lstm"), -1] / longest
    numbers = [
        (f"LSTM, {longest} characters", f"{table.of('lstm', batch)[-1]:,.0f} a second"),
        (f"transformer block, {longest}", f"{table.of('transformer', batch)[-1]:,.0f} a second"),
    ]
    texts = count(batch, "text")
    if len(ahead) == len(table.lengths):
        times = f"{ratio.min():.1f} to {ratio.max():.1f} times"
        text = f"With {texts} at a time the transformer block is {times} as fast as the LSTM. "
    elif ahead:
        text = f"With {texts} at a time the transformer block is faster than the LSTM at {_lengths(ahead)} characters only. "
    else:
        text = f"Not here: with {texts} at a time the transformer block is never faster than the LSTM. "
    text += (
        f"The LSTM's {longest} steps wait for one another, {1000 * step:.2f} ms each. The block takes all characters at once, "
        "but compares each with all before it, so long texts cost it more than in proportion."
    )
    for other in others:
        then = table.ahead(other)
        where = f"at {_lengths(then)}" if then else "at none of these lengths"
        text += f" With {count(other, 'text')} at a time it is ahead {where}."
    return text, numbers


def _lengths(lengths: tuple[int, ...]) -> str:
    return ", ".join(map(str, lengths))
