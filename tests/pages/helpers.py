"""Reading and clicking the token pictures in an AppTest, which knows own components only as raw messages."""

import json
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest


def token_keys(at: AppTest) -> list[str | None]:
    """The keys of all token pictures (strip, linked, tree) on the page, in order."""
    return [element.key for element in at.get("bidi_component")]


def token_proto(at: AppTest, key: str) -> Any:
    """The message that was sent for the picture under `key`: `.id`, `.component_name`, `.json`."""
    found = [element.proto for element in at.get("bidi_component") if element.key == key]
    assert found, f"no token picture under {key!r}, only {token_keys(at)}"
    return found[-1]


def token_data(at: AppTest, key: str) -> dict[str, Any]:
    """What the browser gets for the picture under `key` (`pages.kit.tokens.payload` says in which form)."""
    data: dict[str, Any] = json.loads(token_proto(at, key).json)
    return data


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
