"""Every picture of the lesson: valid, titled, labelled, in the theme's colours, and safe from what a token spells."""

import html
import itertools
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from streamlit.elements.lib.streamlit_plotly_theme import configure_streamlit_plotly_theme

from core.experiments.gpt_sampling import NOTES, SWEEP, Filters, NextToken, choose, recorded, sweep
from core.experiments.gpt_sampling.texts import BeamNode, Text, Word
from core.figures import export, palette
from core.figures import gpt_sampling as figures
from core.figures.style import percent, plain, swatch

HOSTILE = "<b>x</b>&%{y}<script src=//evil.example></script><img src=x onerror=alert(1)><br><a href='http://e'>"

Figure = dict[str, Any]


def hostile_next() -> NextToken:
    logits = np.linspace(4, 0, 30).astype(np.float32)
    return NextToken("made up", (1,), 0, logits, np.arange(30), tuple(f"{n}{HOSTILE}" for n in range(30)))


def text_of(*ranks: int, label: str = "a") -> Text:
    chances = [0.5**n for n in range(1, len(ranks) + 1)]
    words = tuple(
        Word(token=n, label=label, text=label, chance=p, logprob=float(np.log(p)), drawn=p, rank=rank)
        for n, (rank, p) in enumerate(zip(ranks, chances, strict=True))
    )
    return Text(words, label * len(ranks), True)


def tree(label: str = "a") -> tuple[BeamNode, ...]:
    """Two steps of a beam of two, and one pruned text."""
    rows = [(-1, 0, -1.0, True), (-1, 0, -1.5, False), (0, 1, -2.0, True), (0, 1, -2.25, True), (1, 1, -9.0, False)]
    return tuple(
        BeamNode(f"{label}{n}", parent, depth, total, survived, n in (0, 2))
        for n, (parent, depth, total, survived) in enumerate(rows)
    )


def all_figures() -> Iterator[tuple[str, Callable[[], Figure]]]:
    made = recorded.gpt_sampling_next()

    def swept(filters: Filters) -> Figure:
        choice = choose(made, filters)
        return figures.temperature_sweep(sweep(made, filters), filters.temperature, choice.entropy)

    for name, filters in {
        "defaults": Filters(),
        "filtered": Filters(0.7, 40, 0.9, 0.05),
        "cold": Filters(0.0),
        "hot": Filters(2.0),
        "one left": Filters(top_k=1),
    }.items():
        yield f"next, {name}", lambda filters=filters: figures.may_come_next(choose(made, filters))
        yield f"sweep, {name}", lambda filters=filters: swept(filters)
    yield "next, hostile", lambda: figures.may_come_next(choose(hostile_next(), Filters(top_k=5)))
    yield "notes", figures.from_the_notes
    for name in ("sample", "greedy", "beam"):
        yield f"text, {name}", lambda name=name: figures.text_chances(recorded.gpt_sampling_texts()[name])
    yield "text, hostile", lambda: figures.text_chances(text_of(1, 5, 50, 500, label=HOSTILE))
    yield "text, empty", lambda: figures.text_chances(Text((), "", True))
    yield "beam", lambda: figures.beam_tree(recorded.gpt_sampling_ways()[1])
    yield "beam, hostile", lambda: figures.beam_tree(tree(HOSTILE))
    yield "beam, empty", lambda: figures.beam_tree(())


FIGURES = dict(all_figures())
every_figure = pytest.mark.parametrize("name", FIGURES)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def colours(value: Any, key: str = "") -> Iterator[Any]:
    """Yield what stands under every key that names a colour."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from colours(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from colours(part, key)
    elif "color" in key.lower():
        yield value


# What holds for all of them


@every_figure
def test_plotly_takes_it(name: str) -> None:
    figure = FIGURES[name]()
    valid = go.Figure(figure)
    assert len(valid.data) == len(figure["data"]) > 0
    assert json.loads(json.dumps(figure)) == figure  # plain values only, no array and no nan


@every_figure
def test_it_says_what_it_shows(name: str) -> None:
    title = FIGURES[name]()["layout"]["title"]["text"]
    assert len(title.split()) >= 2
    assert title[0].isupper()


WITHOUT_UNIT = {"temperature", "token", "step"}


@every_figure
def test_axes_are_labelled_with_units(name: str) -> None:
    figure = FIGURES[name]()
    for axis in ("xaxis", "yaxis"):
        settings = figure["layout"][axis]
        if not settings.get("visible", True):
            continue
        spelled = "ticktext" in settings or any(isinstance(x, str) for x in figure["data"][0][axis[0]])
        title = settings.get("title", {}).get("text", "")
        # An axis whose ticks are tokens shows them; every other one has a name, and a unit unless it is a bare number.
        assert spelled or title in WITHOUT_UNIT or re.fullmatch(r"[a-z ]+ \((%|bits|nats)\)", title), (axis, title)


@every_figure
def test_what_can_be_pointed_at_reads_as_words(name: str) -> None:
    for trace in FIGURES[name]()["data"]:
        if trace.get("hoverinfo") == "skip":
            continue
        template = trace["hovertemplate"]
        assert template.endswith("<extra></extra>")  # no second box with the trace's name
        if template.startswith("%{customdata}"):
            assert len(trace["customdata"]) == len(trace["x"])
            assert all(isinstance(line, str) and len(line.split()) >= 4 for line in trace["customdata"])
        else:
            assert len(re.sub(r"%\{[^}]*\}|<extra></extra>", "", template).split()) >= 3


MARKS = {
    *palette.CATEGORY,
    *palette.SEQUENTIAL,
    *palette.DIVERGING,
    palette.TEXT,
    palette.FAINT,
    palette.GROUND,
}
LITERAL = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl)a?\(", re.IGNORECASE)


@every_figure
def test_colours_are_the_themes(name: str) -> None:
    figure = FIGURES[name]()
    used = list(colours(figure))
    assert used
    assert set(used) <= MARKS
    rest = [re.sub("|".join(map(swatch, MARKS)), "", text) for text in strings(figure)]
    assert [text for text in rest if LITERAL.search(text) and text not in MARKS] == []


@every_figure
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_that_leaves_has_no_mark_left(name: str, theme: str) -> None:
    found = palette.concrete(FIGURES[name](), theme)
    assert not re.search(r"#0000\d\d", json.dumps(found))
    go.Figure(found)


def test_what_a_stranger_writes_is_no_mark() -> None:
    written = plain("<span style='color:#000001'> #000001 color:#000006")
    assert palette.concrete({"text": written, "color": "#000001"})["text"] == written


@pytest.mark.parametrize("name", [name for name in FIGURES if "hostile" in name])
def test_a_token_is_text_and_nothing_else(name: str) -> None:
    shown = [text for text in strings(FIGURES[name]()) if "script" in text]
    assert shown
    for text in shown:
        assert not re.search(r"<(?!extra></extra>)", text)
        assert "%{" not in text
        assert "<b>x</b>&%\u200b{y}<script" in html.unescape(text)


# plain and percent


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("<b>x</b>&%{y}", "&lt;b&gt;x&lt;/b&gt;&amp;%\u200b{y}"),
        ("·the", "·the"),
        ("&lt;", "&amp;lt;"),
        ("100 %", "100 %"),
        ("%%{x}", "%%\u200b{x}"),
    ],
)
def test_plain(token: str, shown: str) -> None:
    assert plain(token) == shown
    assert html.unescape(shown).replace("\u200b", "") == token


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0.00 %"),
        (1e-9, "under 0.01 %"),
        (0.00009999, "under 0.01 %"),
        (0.0001, "0.01 %"),
        (0.0037, "0.37 %"),
        (0.078, "7.8 %"),
        (1.0, "100.0 %"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words


# What each shows


def test_temperature_0_is_no_filter() -> None:
    drawn, _ = figures.may_come_next(choose(recorded.gpt_sampling_next(), Filters(0.0, top_k=6)))["data"]
    assert drawn["text"] == ["100.0 %"] + ["left out"] * 12
    assert all(words.endswith("never drawn at temperature 0") for words in drawn["customdata"][1:])


def test_next_shows_the_choice() -> None:
    choice = choose(recorded.gpt_sampling_next(), Filters(0.7, top_k=6))
    drawn, base = figures.may_come_next(choice)["data"]
    assert drawn["x"] == pytest.approx([100 * p for p in choice.probs])
    assert base["x"] == pytest.approx([100 * p for p in choice.base])
    layout = figures.may_come_next(choice)["layout"]
    assert layout["yaxis"]["ticktext"] == list(choice.labels)
    assert layout["xaxis"]["range"][1] > max(drawn["x"])
    assert drawn["text"][5:] == [f"{100 * choice.probs[5]:.1f} %"] + ["cut"] * 7
    assert drawn["customdata"][0] == (
        f"·Albert: the model gives it {100 * choice.base[0]:.2f} %; drawn {100 * choice.probs[0]:.2f} % of the time"
    )
    assert drawn["customdata"][6].endswith("the filters cut it")


@pytest.mark.parametrize("filters", [Filters(), Filters(0.5, top_k=7), Filters(0.0)])
def test_next_in_words(filters: Filters) -> None:
    choice = choose(recorded.gpt_sampling_next(), filters)
    words = figures.describe_next(choice)
    for part in (
        "13",
        "·Albert",
        percent(choice.probs[0]),
        f"{choice.kept_count:,} of 49,152",
        percent(choice.removed_mass),
    ):
        assert part in words


def test_the_sweep_shows_both_lines_and_the_readers_place() -> None:
    made, filters = recorded.gpt_sampling_next(), Filters(1.3, top_k=20)
    swept = sweep(made, filters)
    plain_line, filtered, here = figures.temperature_sweep(swept, 1.3, 3.21)["data"]
    assert plain_line["x"] == filtered["x"] == pytest.approx(SWEEP)
    assert plain_line["y"] == pytest.approx(swept.plain.tolist())
    assert filtered["y"] == pytest.approx(swept.filtered.tolist())
    assert (here["x"], here["y"]) == ([1.3], [3.21])
    assert plain_line["line"]["dash"] != filtered["line"]["dash"]  # told apart without colour too


def test_the_notes_are_shown() -> None:
    (bars,) = figures.from_the_notes()["data"]
    assert list(zip(bars["y"], bars["x"], strict=True)) == list(NOTES)


def test_text_chances_by_rank() -> None:
    figure = figures.text_chances(text_of(1, 2, 10, 11, 100, 101, 1))
    assert [bar["x"] for bar in figure["data"]] == [[1, 7], [2, 3], [4, 5], [6]]
    assert [bar["y"] for bar in figure["data"]][3] == pytest.approx([100 / 64])
    assert len({bar["marker"]["color"] for bar in figure["data"]}) == 4
    assert figure["data"][3]["customdata"] == ["token 6, a: rank 101, 1.6 %"]


def test_text_in_words() -> None:
    words = figures.describe_text(text_of(1, 2, 10, 11, 100, 101, 1, 4000))
    assert "8 tokens" in words
    assert "2 were the likeliest" in words
    assert "2 were beyond rank 100" in words


def grown(beams: int, steps: int, label: str = "·immunosuppressants") -> tuple[BeamNode, ...]:
    """A beam search that goes on from places drawn by lot; its last step's first text is the one that is kept."""
    rng = np.random.default_rng(beams)
    drawn = [[-1] * beams][:steps] + [
        ((d - 1) * beams + rng.integers(0, beams, beams)).tolist() for d in range(1, steps)
    ]
    parents = [parent for level in drawn for parent in level]
    kept, last = set(), beams * (steps - 1)
    while last >= 0:
        kept.add(last)
        last = parents[last]
    rows = enumerate(parents)
    return tuple(BeamNode(f"{n}{label}", up, n // beams, -float(n), n in kept, n in kept) for n, up in rows)


def tokens_of(figure: Figure) -> dict[str, dict[str, Any]]:
    """The tree's labels, each under its token as the hover text has it whole."""
    notes = [note for note in figure["layout"]["annotations"] if "hovertext" in note]
    return {note["hovertext"].split(": log-prob")[0]: note for note in notes}


def paths(trace: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """The lines of a trace, one list of points each."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [path for path in found if path]


def test_the_tree_joins_every_token_to_its_parent() -> None:
    nodes = tree()
    pruned_edges, kept_edges, pruned, kept = figures.beam_tree(nodes)["data"]
    notes = tokens_of(figures.beam_tree(nodes))
    place = {name: (note["x"], note["y"]) for name, note in notes.items()}
    assert [line.split(":")[0] for line in kept["customdata"]] == ["a0", "a2", "a3"]
    assert list(zip(kept["x"], kept["y"], strict=True)) == [place["a0"], place["a2"], place["a3"]]
    assert [line.split(":")[0] for line in pruned["customdata"]] == ["a1", "a4"]
    assert len(set(place.values())) == 5
    for trace, children in ((kept_edges, (0, 2, 3)), (pruned_edges, (1, 4))):
        prompt = (-0.3, 0.5)
        begins = [place[f"a{nodes[n].parent}"] if nodes[n].parent >= 0 else prompt for n in children]
        assert [(path[0], path[-1]) for path in paths(trace)] == list(
            zip(begins, [place[f"a{n}"] for n in children], strict=True)
        )
    assert kept["customdata"][1] == "a2: log-probability so far -2.00 nats, kept"
    assert pruned["customdata"][1].endswith("-9.00 nats, pruned")


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 24])
@pytest.mark.parametrize("beams", range(2, 9))
def test_every_label_of_the_tree_can_be_read_on_a_phone(beams: int, steps: int) -> None:
    figure = figures.beam_tree(grown(beams, steps))
    axes, margin = figure["layout"], figure["layout"]["margin"]
    low, high = axes["xaxis"]["range"]
    wide = (356 - margin["l"] - margin["r"]) / (high - low)  # px a step, of a picture on a screen of 390 px
    bottom, top = axes["yaxis"]["range"]
    tall = (axes["height"] - margin["t"] - margin["b"]) / (bottom - top)
    assert tall >= 20
    assert axes["height"] <= 700
    edges = [path for trace in figure["data"][:2] for path in paths(trace) if len(path) == 3]
    (bend,) = {round(middle[0] % 1, 9) for _, middle, _ in edges}
    notes = tokens_of(figure)
    for name, note in notes.items():
        letters = len(note["text"])
        assert note["text"] == (name if letters == len(name) else name[: letters - 1] + "…")
        assert letters >= min(8, len(name))
        assert note["xshift"] + 7.3 * letters + 2 * note["borderpad"] < wide * bend
        assert note["bgcolor"] == palette.GROUND
        assert low <= note["x"] < high
    places = {(note["x"], note["y"]) for note in notes.values()}
    assert len(places) == len(notes) == beams * min(steps, 4 * max(2, 18 // (beams + 1)))


@pytest.mark.parametrize("beams", [2, 5, 8])
def test_no_two_edges_of_the_tree_cross(beams: int) -> None:
    figure = figures.beam_tree(grown(beams, 30))
    edges = [path for trace in figure["data"][:2] for path in paths(trace) if len(path) == 3]
    for (_, left, child), (_, other_left, other) in itertools.combinations(edges, 2):
        if child[0] == other[0] and child[1] // (beams + 1) == other[1] // (beams + 1):
            assert (left[1] - other_left[1]) * (child[1] - other[1]) >= 0


def test_the_tree_goes_on_in_the_next_line_at_the_same_height() -> None:
    figure = figures.beam_tree(grown(3, 8))
    leaving = {path[0] for trace in figure["data"][:2] for path in paths(trace) if path[-1][0] == 4}
    coming = {path[0] for trace in figure["data"][:2] for path in paths(trace) if path[0][0] < 0 and path[0][1] >= 4}
    assert leaving
    assert {y + 4 for _, y in leaving} == {y for _, y in coming}
    assert {x for x, _ in leaving} == {3}


@pytest.mark.parametrize(
    ("beams", "steps", "title"),
    [
        (4, 0, "No step of the beam yet"),
        (4, 1, "The first step of the beam"),
        (4, 3, "The first 3 steps of the beam"),
        (4, 60, "The first 12 steps of the beam"),
        (8, 60, "The first 8 steps of the beam"),
    ],
)
def test_only_the_first_steps_of_a_long_beam(beams: int, steps: int, title: str) -> None:
    figure = figures.beam_tree(grown(beams, steps))
    assert figure["layout"]["title"]["text"] == title
    heads = [note["text"] for note in figure["layout"]["annotations"] if "hovertext" not in note]
    assert heads == [f"step {n + 1}" for n in range(len(heads))]
    assert sum(len(trace["x"]) for trace in figure["data"][2:]) == beams * len(heads)


def corners(figure: Figure) -> list[float]:
    """How far the mark is from each side of the picture of the sweep, as shares of the axes."""
    (x,), (y,) = figure["data"][2]["x"], figure["data"][2]["y"]
    (left, right), (low, high) = figure["layout"]["xaxis"]["range"], figure["layout"]["yaxis"]["range"]
    return [
        (x - left) / (right - left),
        (right - x) / (right - left),
        (y - low) / (high - low),
        (high - y) / (high - low),
    ]


@pytest.mark.parametrize("filters", [Filters(0.0), Filters(2.0), Filters(1.0, top_k=1), Filters(0.0, top_k=1)])
def test_the_readers_place_is_whole_at_the_ends_of_the_sweep(filters: Filters) -> None:
    made = recorded.gpt_sampling_next()
    figure = figures.temperature_sweep(sweep(made, filters), filters.temperature, choose(made, filters).entropy)
    assert min(corners(figure)) > 0.02  # half of a diamond of 13 px, in a plot of 270 px by 300


def test_the_beam_in_words() -> None:
    words = figures.describe_beam(tree())
    assert "5 tokens" in words
    assert "3 belong" in words


# A page of its own


class Page(HTMLParser):
    """What a browser would fetch, and every element that it would make."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [
            f"{tag} {name}={value}" for name, value in attributes if name in ("src", "href", "data", "srcset")
        ]


@pytest.mark.parametrize("template", ["plotly", "streamlit"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_needs_nothing_else(theme: str, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the app, importing Streamlit makes its own template the default: its marks mean nothing outside."""
    configure_streamlit_plotly_theme()
    monkeypatch.setattr(plotly.io.templates, "default", template)
    figure = figures.may_come_next(choose(hostile_next(), Filters()))
    text = export.page(figure, theme)
    page = Page(text)
    assert page.fetched == []
    assert set(page.tags) <= {"html", "head", "meta", "style", "body", "div", "script"}
    assert "Plotly.newPlot(" in text
    own = text[text.rindex("Plotly.newPlot(") :]
    assert "What may come next" in own
    assert len(text) > 3_000_000  # plotly.js itself
    assert not re.search(r"#0000\d\d|https?://", own.replace("https://plot.ly", ""))
    for mark, key in ((palette.ACCENT, "color"), (palette.GROUND, "paper_bgcolor"), (palette.GROUND, "plot_bgcolor")):
        assert f'"{key}":"{palette.concrete({"color": mark}, theme)["color"]}"' in own
    assert "e5ecf6" not in own.lower()  # the ground that Plotly itself paints


@pytest.mark.parametrize("axis", ["xaxis", "yaxis"])
def test_a_page_makes_room_for_its_ticks_and_titles(axis: str) -> None:
    """In the app Streamlit's theme does; the figures' own margins hold neither."""
    text = export.page(figures.text_chances(text_of(1, 2)))
    template = json.loads(text[text.rindex('"template":') + len('"template":') :].split(',"title":{"text"')[0])
    assert template["layout"][axis]["automargin"] is True


def test_warming_up_makes_a_figure() -> None:
    assert export.warm_up() is None
