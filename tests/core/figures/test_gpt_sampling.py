"""Every picture of the lesson: valid, titled, labelled, in the theme's colours, and safe from what a token spells."""

import html
import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import plotly.io
import pytest
from streamlit.elements.lib.streamlit_plotly_theme import configure_streamlit_plotly_theme

from core.experiments.gpt_sampling.results import NOTES, TEMPERATURES, Filters, choose, sweep
from core.experiments.gpt_sampling.texts import BeamNode, measure
from core.figures import export, palette
from core.figures import gpt_sampling as figures
from core.figures.gpt_sampling.beam import odds
from core.figures.style import percent, plain
from tests.core.figures.examples.gpt_sampling import hostile_next, pictures, recorded_next, text_of, tree
from tests.core.figures.hostile import HOSTILE as HOSTILE

Figure = dict[str, Any]


PICTURES = pictures()
every_picture = pytest.mark.parametrize("name", PICTURES)


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


MARKS = {
    *palette.CATEGORY,
    *palette.SEQUENTIAL,
    *palette.DIVERGING,
    palette.TEXT,
    palette.FAINT,
    palette.GROUND,
}
LITERAL = re.compile(r"#[0-9a-f]{3,8}\b|\b(rgb|hsl)a?\(", re.IGNORECASE)


def test_what_a_stranger_writes_is_no_mark() -> None:
    written = plain("<span style='color:#000001'> #000001 color:#000006")
    assert palette.concrete({"text": written, "color": "#000001"})["text"] == written


@every_picture
def test_what_a_reader_types_changes_no_colour(name: str) -> None:
    """Streamlit replaces a mark wherever it stands in a figure's JSON, so none may stand there but as a colour."""
    found = []

    def look(value: Any, is_colour: bool) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                look(part, "color" in key)
        elif isinstance(value, list | tuple):
            for part in value:
                look(part, is_colour)
        elif isinstance(value, str) and not is_colour:
            rest = re.sub(r"<span style='color:#0000\d\d;font-size:17px'>([■●◆×]|– –)</span>", "", value)  # of a key
            found.extend(re.findall(r"#0000\d\d", rest))

    look(PICTURES[name].spec, False)
    assert found == []


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
    drawn, _ = figures.next_token(choose(recorded_next(), Filters(0.0, top_k=6))).spec["data"]
    assert drawn["text"] == ["100.0 %"] + ["left out"] * 9
    assert all(words.endswith("never drawn at temperature 0") for words in drawn["customdata"][1:])


def test_next_shows_the_choice() -> None:
    choice = choose(recorded_next(), Filters(0.7, top_k=6))
    picture = figures.next_token(choice)
    drawn, base = picture.spec["data"]
    assert drawn["x"] == pytest.approx([100 * p for p in choice.probs])
    assert base["x"] == pytest.approx([100 * p for p in choice.base])
    assert picture.spec["layout"]["yaxis"]["ticktext"] == list(choice.labels)
    assert drawn["text"][5:] == [f"{100 * choice.probs[5]:.1f} %"] + ["cut"] * 4
    assert drawn["customdata"][0] == (
        f"·Albert: the model gives it {100 * choice.base[0]:.2f} %; drawn {100 * choice.probs[0]:.2f} % of the time"
    )
    assert drawn["customdata"][6].endswith("the filters cut it")
    for part in (
        "10",
        "·Albert",
        percent(choice.probs[0]),
        f"{choice.kept_count:,} of 49,152",
        percent(choice.removed_mass),
    ):
        assert part in picture.alt


def test_the_models_own_bars_are_drawn_where_they_differ() -> None:
    made = recorded_next()
    assert len(figures.next_token(choose(made, Filters())).spec["data"]) == 1
    for filters in (Filters(0.95), Filters(top_k=5), Filters(top_p=0.9), Filters(min_p=0.1)):
        assert len(figures.next_token(choose(made, filters)).spec["data"]) == 2


def test_the_sweep_shows_its_lines_and_the_readers_setting() -> None:
    made, filters = recorded_next(), Filters(1.3, top_k=20)
    swept = sweep(made, filters)
    plain_line, filtered, here = figures.sweep(swept, 1.3, 3.21).spec["data"]
    assert plain_line["x"] == filtered["x"] == pytest.approx(TEMPERATURES)
    assert plain_line["y"] == pytest.approx((2**swept.plain).tolist())
    assert filtered["y"] == pytest.approx((2**swept.filtered).tolist())
    assert (here["x"], here["y"]) == ([1.3], [pytest.approx(2**3.21)])
    assert plain_line["line"]["dash"] != filtered["line"]["dash"]  # told apart without colour too
    alone = figures.sweep(sweep(made, Filters(0.3)), 0.3, 1.0).spec["data"]
    assert [trace["name"] for trace in alone] == ["temperature alone", "you are here"]  # no entry for a hidden line


def test_the_notes_are_shown() -> None:
    (bars,) = figures.notes().spec["data"]
    assert bars["x"] == [value for _, value in NOTES]


def test_the_mechanism_holds_the_numbers_of_the_picture() -> None:
    made = recorded_next()
    for filters in (Filters(), Filters(0.5), Filters(0.0)):
        choice = choose(made, filters)
        words = [note["text"] for note in figures.mechanism(made, choice).spec["layout"]["annotations"]]
        assert f"{choice.logits[0]:.1f}" in words
        assert [percent(float(p)) for p in choice.probs[:3]] == [w for w in words if w.endswith("%")]
        assert ("the largest wins" in words) is (filters.temperature == 0)
        assert "·time" in words


def test_text_by_rank() -> None:
    picture = figures.text(text_of(1, 2, 10, 11, 100, 101, 1))
    bars = picture.spec["data"]
    assert [bar["x"] for bar in bars] == [[1, 7], [2, 3], [4, 5], [6]]
    assert bars[3]["y"] == pytest.approx([100 / 64])
    assert len({bar["marker"]["color"] for bar in bars}) == 4
    assert bars[3]["customdata"] == ["token 6, a: rank 101, 1.6 %"]
    assert "7 tokens" in picture.alt
    assert "1 were beyond rank 100" in picture.alt


def test_the_four_methods_are_compared_by_their_numbers() -> None:
    found = [measure(f"m{n}", text_of(*[1] * n)) for n in (1, 4, 7)]
    spec = figures.methods(found).spec
    typical, repeated = spec["data"]
    assert typical["x"] == pytest.approx([100 * one.typical for one in found])
    assert repeated["x"] == pytest.approx([100 * one.repeated_3grams for one in found])
    assert spec["layout"]["yaxis"]["ticktext"] == [one.name for one in found]


@pytest.mark.parametrize(
    ("logprob", "words"),
    [(0.0, "100.0 %"), (np.log(0.078), "7.8 %"), (np.log(1 / 12_300), "1 in 12,300"), (-14 * np.log(10), "1 in 10^14")],
)
def test_odds(logprob: float, words: str) -> None:
    assert odds(logprob) == words


def grown(beams: int, steps: int, label: str = "·immunosuppressants") -> tuple[BeamNode, ...]:
    """A beam search that goes on from places drawn at random; its last step's first text is the one that is kept."""
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
    pruned_edges, pruned, kept_edges, kept = figures.beam(nodes).spec["data"]
    told = [*zip(kept["customdata"], kept["x"], kept["y"], strict=True)]
    told += zip(pruned["customdata"], pruned["x"], pruned["y"], strict=True)
    place = {line.split(":")[0]: (x, y) for line, x, y in told}
    assert len(set(place.values())) == len(place) == 5
    for trace, children in ((kept_edges, (0, 2, 3)), (pruned_edges, (1, 4))):
        for path, n in zip(paths(trace), children, strict=True):
            assert path[-1] == place[f"a{n}"]
            parent = nodes[n].parent
            assert path[0][1] == (place[f"a{parent}"][1] if parent >= 0 else 0.5)
    assert kept["customdata"][1] == f"a2: {percent(np.exp(-2.0))} so far, kept"
    assert pruned["customdata"][1].endswith("1 in 8,103 so far, pruned")


@pytest.mark.parametrize("beams", [2, 4, 8])
def test_every_label_of_the_tree_can_be_read_on_a_phone(beams: int) -> None:
    spec = figures.beam(grown(beams, 24)).spec
    axes, margin = spec["layout"], spec["layout"]["margin"]
    low, high = axes["xaxis"]["range"]
    wide = (356 - margin["l"] - margin["r"]) / (high - low)  # px a step, of a picture on a screen of 390 px
    bottom, top = axes["yaxis"]["range"]
    assert (axes["height"] - margin["t"] - margin["b"]) / (bottom - top) >= 30
    labels = [note for note in axes["annotations"] if "step" not in note["text"]]
    assert len(labels) == 5 * beams
    assert all(8.5 * len(note["text"]) < wide for note in labels)


@pytest.mark.parametrize("beams", [2, 5, 8])
def test_no_two_edges_of_the_tree_cross(beams: int) -> None:
    figure = figures.beam(grown(beams, 30)).spec
    edges = [path for trace in figure["data"] if trace["mode"] == "lines" for path in paths(trace)]
    for (_, left, child), (_, other_left, other) in itertools.combinations(edges, 2):
        if child[0] == other[0]:
            assert (left[1] - other_left[1]) * (child[1] - other[1]) >= 0


@pytest.mark.parametrize("filters", [Filters(0.0), Filters(2.0), Filters(1.0, top_k=1), Filters(0.0, top_k=1)])
def test_the_readers_setting_is_whole_at_the_ends_of_the_sweep(filters: Filters) -> None:
    made = recorded_next()
    picture = figures.sweep(sweep(made, filters), filters.temperature, choose(made, filters).entropy)
    mark, axes = picture.spec["data"][-1], picture.spec["layout"]
    (left, right), (low, high) = axes["xaxis"]["range"], axes["yaxis"]["range"]
    x, y = mark["x"][0], np.log10(mark["y"][0])
    shares = [
        (x - left) / (right - left),
        (right - x) / (right - left),
        (y - low) / (high - low),
        (high - y) / (high - low),
    ]
    assert min(shares) > 0.02  # half of a diamond of 14 px, in a plot of 270 px by 300


def test_the_beam_in_words() -> None:
    picture = figures.beam(tree())
    assert "5 tokens" in picture.alt
    assert "3 belong" in picture.alt
    assert picture.rows[2] == (2, "a2", "a0", percent(np.exp(-2.0)), "yes")


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
    figure = figures.next_token(choose(hostile_next(), Filters())).spec
    text = export.page(figure, theme)
    page = Page(text)
    assert page.fetched == []
    assert set(page.tags) <= {"html", "head", "meta", "style", "body", "div", "script"}
    assert "Plotly.newPlot(" in text
    own = text[text.rindex("Plotly.newPlot(") :]
    assert "likeliest of 30 next tokens" in own
    assert len(text) > 3_000_000  # plotly.js itself
    assert not re.search(r"#0000\d\d|https?://", own.replace("https://plot.ly", ""))
    for mark, key in ((palette.ACCENT, "color"), (palette.GROUND, "paper_bgcolor"), (palette.GROUND, "plot_bgcolor")):
        assert f'"{key}":"{palette.concrete({"color": mark}, theme)["color"]}"' in own
    assert "e5ecf6" not in own.lower()  # the ground that Plotly itself paints


@pytest.mark.parametrize("axis", ["xaxis", "yaxis"])
def test_a_page_makes_room_for_its_ticks_and_titles(axis: str) -> None:
    """In the app Streamlit's theme does; the figures' own margins hold neither."""
    text = export.page(figures.text(text_of(1, 2)).spec)
    template, _ = json.JSONDecoder().raw_decode(text[text.rindex('"template":') + len('"template":') :])
    assert template["layout"][axis]["automargin"] is True


def test_warming_up_makes_a_figure() -> None:
    assert export.warm_up() is None
