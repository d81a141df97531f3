"""Reading and clicking the token pictures in an AppTest, which knows own components only as raw messages."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from markdown_it import MarkdownIt
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from pages.kit import cache

PAGES = Path(__file__).parents[2] / "pages"
PATIENCE = 60.0


def fresh(lesson: str, **link: Any) -> AppTest:
    """A new visit to a lesson, not begun, through a link with these parameters."""
    at = AppTest.from_file(str(PAGES / lesson / "page.py"), default_timeout=PATIENCE)
    at.query_params.update({key: str(value) for key, value in link.items()})
    return at


def computed(lesson: str, **link: Any) -> AppTest:
    """A new visit through a link with these parameters, and nothing that went wrong; nothing recorded is shown."""
    assert cache.workshop().wait(PATIENCE)
    return sound(fresh(lesson, **link).run())


def token_keys(at: AppTest) -> list[str | None]:
    """The keys of all token pictures (strip, linked, tree) on the page, in order."""
    found = at.get("bidi_component")
    return [e.key for e in found if e.proto.component_name.split("_")[-1] in ("strip", "linked", "tree")]


def token_proto(at: AppTest, key: str) -> Any:
    """The message that was sent for the picture under `key`: `.id`, `.component_name`, `.json`."""
    found = [element.proto for element in at.get("bidi_component") if element.key == key]
    assert found, f"no token picture under {key!r}, only {token_keys(at)}"
    return found[-1]


def token_data(at: AppTest, key: str) -> dict[str, Any]:
    """What the browser shows for the picture under `key` (`pages.kit.tokens.payload` says in which form), grown as it is."""
    data: dict[str, Any] = json.loads(token_proto(at, key).json)
    for piece in pieces(at, data["feed"]) if data.get("feed") else []:
        data["tokens"][piece["from"] :] = piece["tokens"]
        data |= {name: piece[name] for name in ("busy", "reads", "meter")}
    return data


def pieces(at: AppTest, feed: str) -> list[dict[str, Any]]:
    """The pieces of a text that were sent after its strip, in order."""
    elements = [element.proto for element in at.get("bidi_component") if (element.key or "").startswith(f"{feed}_")]
    found: list[dict[str, Any]] = [json.loads(proto.json) for proto in elements]
    assert [piece["n"] for piece in found] == list(range(len(found)))
    return found


def token_texts(at: AppTest, key: str) -> list[str]:
    """The texts of a strip, of the target of a linked pair, or of the rows of a tree."""
    data = token_data(at, key)
    rows = next(data[name] for name in ("tokens", "target", "branches") if name in data)
    return [row[0] for row in rows]


def click_token(at: AppTest, key: str, index: Any, *, timeout: float | None = None) -> AppTest:
    """Run the page again as if the reader had clicked number `index` of the picture under `key`."""
    states = at._tree.get_widget_states()
    trigger = _make_trigger_id(token_proto(at, key).id, "events")
    value = json.dumps([{"event": "chosen", "value": index}])
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=value))
    return at._run(states, timeout=timeout)


def sound(at: AppTest) -> AppTest:
    """The same page, on which nothing went wrong."""
    assert not at.exception, [error.value for error in at.exception]
    assert not at.error, [error.value for error in at.error]
    return at


def open_drawer(at: AppTest, name: str) -> AppTest:
    """Run the page again as if the reader had opened that expander (AppTest has no click for it)."""
    at.session_state[f"_drawer_{name}"] = True
    return at.run()


def widget(at: AppTest, key: str) -> Any:
    """The one widget under `key`."""
    found = [element for element in at if getattr(element, "key", None) == key]
    assert len(found) == 1, f"{len(found)} widgets under {key!r}"
    return found[0]


def choose(at: AppTest, **values: Any) -> AppTest:
    """Run the page again with these controls moved, all at once."""
    for key, value in values.items():
        widget(at, key).set_value(value)
    return at.run()


def charts(at: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures on the page, in order."""
    return [json.loads(element.proto.spec) for element in at.get("plotly_chart")]


def main(at: AppTest) -> dict[str, Any]:
    """The view's picture: the first Plotly figure with a title, which a mechanism has not."""
    return next(chart for chart in charts(at) if chart["layout"]["title"].get("text"))


def said(at: AppTest) -> str:
    """The verdict, with a plain blank where one must not break."""
    return str(at.header[0].value).replace("\u00a0", " ")


def metrics(at: AppTest) -> dict[str, str]:
    """The large numbers on the page."""
    return {metric.label: metric.value for metric in at.metric}


def notices(at: AppTest) -> list[str]:
    """The lines that say what of the link or of a text could not be."""
    signs = ("The link's", "of them are read", "too long for a link")
    return [caption.value for caption in at.caption if any(sign in caption.value for sign in signs)]


def check_refused(
    at: AppTest, raw: str, said: str, numbers: Mapping[str, tuple[float, float]], choices: Iterable[str]
) -> None:
    """Every control whose link said `raw` has a value that it can have, and `said` names each that could not be `raw`."""
    for key, (low, high) in numbers.items():
        value = widget(at, key).value
        assert low <= value <= high
        try:
            taken = float(raw) == value
        except ValueError:
            taken = False
        assert (f"The link's {key} cannot be" in said) is not taken
    for key in choices:
        assert f"The link's {key} cannot be" in said


# No Markdown in these.
SHOWN_AS_IT_IS = ("code", "text", "text_area", "plotly_chart", "bidi_component", "latex", "html")
NOT_SHOWN = ("id", "key", "form_id", "element_id", "user_key", "url", "page_script_hash")


def markdown_on(at: AppTest) -> list[str]:
    """Every string on the page that the browser reads as Markdown: bodies, labels, options, cells of tables."""
    found: list[str] = []
    for element in at:
        if element.type in SHOWN_AS_IT_IS:
            found += [element.label] if element.type == "text_area" else []
        elif element.type == "table":
            found += [str(cell) for cell in [*element.value.columns, *element.value.to_numpy().ravel()]]
        elif (proto := getattr(element, "proto", None)) is not None:
            found += _strings(MessageToDict(proto, preserving_proto_field_name=True))
    return found


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, inner in value.items() if name not in NOT_SHOWN for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def outside_code(markdown: str) -> str:
    """What of a Markdown text stands outside code spans, where markup would act."""
    blocks = MarkdownIt("commonmark").parse(markdown)
    pieces = [child for block in blocks for child in block.children or () if child.type != "code_inline"]
    html = [block.content for block in blocks if block.type == "html_block"]
    return " ".join([*html, *(str(piece.attrs) + piece.content for piece in pieces)])
