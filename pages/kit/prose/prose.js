// A paragraph with terms: a bubble with the definition, on hover, on focus and on a tap. Text is only ever set as text.
// The nodes stay from run to run, so focus and an open bubble stay too. The bubble is one popover in the top layer,
// placed beside its term by hand.

const STATES = new WeakMap();
const EDGE = 8;
const GAP = 6;

function create(host) {
  const bubble = document.createElement("div");
  const state = { root: host.querySelector(".root"), bubble, open: null, pinned: null, timer: 0, drawn: "" };
  bubble.className = "bubble";
  bubble.setAttribute("popover", "manual");
  bubble.setAttribute("aria-hidden", "true");
  bubble.addEventListener("pointerenter", () => clearTimeout(state.timer));
  bubble.addEventListener("pointerleave", () => later(state));
  state.root.after(bubble);
  return state;
}

// Above its first line where there is room, else below its last; always whole inside the window.
function place({ open, bubble }) {
  const lines = [...open.getClientRects()];
  const [first, last] = [lines[0], lines.at(-1)];
  const { width, height } = bubble.getBoundingClientRect();
  const edge = document.documentElement.clientWidth - width - EDGE;
  const above = first.top - height - GAP;
  bubble.style.left = `${Math.max(EDGE, Math.min(first.left, edge))}px`;
  bubble.style.top = `${above >= EDGE + 56 ? above : last.bottom + GAP}px`;
}

function show(state, term) {
  clearTimeout(state.timer);
  if (state.open === term) return;
  hide(state);
  state.open = term;
  term.dataset.open = "";
  state.bubble.textContent = term.definition;
  state.bubble.showPopover();
  place(state);
}

function hide(state) {
  clearTimeout(state.timer);
  if (!state.open) return;
  delete state.open.dataset.open;
  state.open = state.pinned = null;
  if (state.bubble.matches(":popover-open")) state.bubble.hidePopover();
}

function later(state) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => hide(state), 150);
}

function termOf(state, text, definition, index) {
  const [term, note] = [document.createElement("button"), document.createElement("span")];
  term.type = "button";
  term.className = "term";
  term.textContent = text;
  const isMouse = (event) => event.pointerType === "mouse";
  term.definition = definition;
  term.setAttribute("aria-describedby", `definition${index}`);
  note.id = `definition${index}`;
  note.hidden = true;
  note.textContent = definition;
  term.addEventListener("pointerenter", (event) => isMouse(event) && show(state, term));
  term.addEventListener("pointerleave", (event) => isMouse(event) && state.pinned !== term && later(state));
  term.addEventListener("focus", () => term.matches(":focus-visible") && show(state, term));
  term.addEventListener("blur", () => hide(state));
  term.addEventListener("click", () => {
    const isPinned = state.pinned === term && state.open === term;
    hide(state);
    if (isPinned) return;
    show(state, term);
    state.pinned = term;
  });
  return [term, note];
}

function draw(state, segments) {
  const drawn = JSON.stringify(segments);
  if (drawn === state.drawn) return;
  state.drawn = drawn;
  hide(state);
  const nodes = segments.flatMap(([text, definition], i) => (definition ? termOf(state, text, definition, i) : [text]));
  state.root.replaceChildren(...nodes);
}

export default function ({ parentElement, data }) {
  if (!STATES.get(parentElement)?.root.isConnected) STATES.set(parentElement, create(parentElement));
  const state = STATES.get(parentElement);
  draw(state, data);
  const away = (event) => !event.composedPath().includes(state.open) && hide(state);
  const escape = (event) => event.key === "Escape" && hide(state);
  const follow = () => hide(state);
  document.addEventListener("pointerdown", away);
  document.addEventListener("keydown", escape);
  addEventListener("scroll", follow, { capture: true, passive: true });
  addEventListener("resize", follow);
  return () => {
    document.removeEventListener("pointerdown", away);
    document.removeEventListener("keydown", escape);
    removeEventListener("scroll", follow, { capture: true });
    removeEventListener("resize", follow);
  };
}
