"""A reader without a browser: opens a page over Streamlit's web socket, moves its controls and waits for the reruns.

    async with session(port, "gpt_sampling", "temperature=0.7") as reader:
        seconds = await reader.set("temperature", 1.2)

Knows as much of the protocol as that takes: the server sends `ForwardMsg`s (elements, each widget with its id and the
key that its script gave it, then `script_finished`), the browser sends `BackMsg`s (the state of every widget, and the
query string, which the browser keeps in step with the controls).
"""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

HOST = "127.0.0.1"
# Which field of WidgetState holds a widget's value, by the name of the widget in an Element or Block.
FIELDS = {
    "slider": "double_array_value",
    "text_area": "string_value",
    "text_input": "string_value",
    "number_input": "double_value",
    "checkbox": "bool_value",
    "button_group": "string_array_value",
    "multiselect": "string_array_value",
    "selectbox": "string_value",
    "radio": "string_value",
    "expandable": "bool_value",
    "button": "trigger_value",
}


@dataclass(frozen=True)
class Widget:
    """A control as the server described it.

    `parameter` is its name in the link, empty when it is not in it; `options` are what one picks from, as shown.
    """

    id: str
    kind: str
    parameter: str
    options: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the key that the page's script gave it ("$$ID-hash-key")."""
        return self.id.split("-", 2)[2]


@dataclass
class Reader:
    """One visit to one page. `widgets` and `elements` (name of the kind, message) are those of the last run."""

    socket: ClientConnection
    page: str
    query: dict[str, str]
    widgets: dict[str, Widget] = field(default_factory=dict)
    elements: list[tuple[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    began: float = 0.0
    pictured: float = 0.0  # seconds of the last run until its last chart was here
    received: int = 0  # bytes, of all runs

    async def set(self, key: str, value: Any) -> float:
        """Give the control `key` a value and return how many seconds the rerun took, until its last message was here."""
        widget = self.widgets[key]
        if widget.parameter:
            self.query[widget.parameter] = str(value[0] if isinstance(value, list) else value)
        if widget.kind != "button":
            self.values[key] = value
            return await self.rerun()
        return await self.rerun(clicked=widget.id)

    async def pick(self, key: str, number: int) -> float:
        """Choose option `number` of the control `key`: as `set`, whatever the page calls it."""
        widget = self.widgets[key]
        option = widget.options[number]
        return await self.set(key, [option] if FIELDS[widget.kind].endswith("array_value") else option)

    async def rerun(self, clicked: str = "") -> float:
        """Send the state of all controls and return how many seconds the rerun took."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = urlencode(self.query), self.page
        state.context_info.url = f"http://{HOST}/{self.page}"
        for key, value in self.values.items():
            if key in self.widgets:
                state.widget_states.widgets.append(_state(self.widgets[key], value))
        if clicked:
            state.widget_states.widgets.append(WidgetState(id=clicked, trigger_value=True))
        self.began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await self._finished()
        return time.perf_counter() - self.began

    async def _finished(self) -> None:
        """Take in what the server sends until a run has come to its end (not one that was cut short for another)."""
        while True:
            raw = await self.socket.recv(decode=False)
            self.received += len(raw)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.widgets, self.elements = {}, []
            elif kind == "delta":
                self._take(message.delta)
            elif kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise RuntimeError(f"the page {self.page!r} does not compile")

    def _take(self, delta: Any) -> None:
        """Remember an element or block, and its id when it is a control."""
        part = delta.new_element if delta.HasField("new_element") else delta.add_block
        kind = part.WhichOneof("type")
        if not kind:
            return
        content = getattr(part, kind)
        self.elements.append((kind, content))
        if kind == "plotly_chart":
            self.pictured = time.perf_counter() - self.began
        if kind == "exception":
            raise RuntimeError(f"the page {self.page!r} failed: {content.type}: {content.message}")
        if kind in FIELDS and content.id.count("-") >= 2:
            options = tuple(getattr(option, "content", option) for option in getattr(content, "options", ()))
            widget = Widget(content.id, kind, getattr(content, "query_param_key", ""), options)
            self.widgets[widget.key] = widget


def _state(widget: Widget, value: Any) -> WidgetState:
    """Return the state as the browser would send it."""
    state, name = WidgetState(id=widget.id), FIELDS[widget.kind]
    if name.endswith("array_value"):
        getattr(state, name).data.extend(value if isinstance(value, list) else [value])
    else:
        setattr(state, name, value)
    return state


@contextlib.asynccontextmanager
async def session(port: int, page: str = "", query: str = "") -> AsyncIterator[Reader]:
    """Open `page` with a query string, and give the reader once its first run is over."""
    address = f"ws://{HOST}:{port}/_stcore/stream"
    protocol = [Subprotocol("streamlit")]
    async with connect(address, subprotocols=protocol, max_size=None, compression=None, proxy=None) as socket:
        reader = Reader(socket, page, dict(parse_qsl(query)))
        await reader.rerun()
        yield reader
