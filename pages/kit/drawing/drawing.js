// A square of side x side pixels, each with a level of ink from 0 to 3. What is drawn is sent at the end of a stroke.

const SCALE = 14; // screen pixels of the canvas for a pixel; it is shown at half of that
const MOST = 3; // the level of full ink
const BRUSH = 1.9; // pixels from the middle of a stroke to where its ink ends
const PAUSE = 500; // milliseconds after the last key until what it drew is sent
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function packed(ink) {
  if (!ink.some((level) => level)) return "";
  let bytes = "";
  for (let i = 0; i < ink.length; i += 4)
    bytes += String.fromCharCode((ink[i] << 6) | (ink[i + 1] << 4) | (ink[i + 2] << 2) | ink[i + 3]);
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function unpacked(drawn, count) {
  const ink = new Uint8Array(count);
  const bytes = atob(drawn.replaceAll("-", "+").replaceAll("_", "/"));
  for (let i = 0; i < count && i >> 2 < bytes.length; i += 1)
    ink[i] = (bytes.charCodeAt(i >> 2) >> (6 - 2 * (i % 4))) & 3;
  return ink;
}

function show({ canvas, ink, side, cursor }) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  const style = getComputedStyle(canvas);
  context.fillStyle = style.getPropertyValue("--st-text-color");
  ink.forEach((level, i) => {
    context.globalAlpha = level / MOST;
    if (level) context.fillRect((i % side) * SCALE, Math.floor(i / side) * SCALE, SCALE, SCALE);
  });
  context.globalAlpha = 1;
  if (!canvas.matches(":focus-visible")) return;
  context.strokeStyle = style.getPropertyValue("--st-primary-color");
  context.lineWidth = 3;
  context.strokeRect(cursor[0] * SCALE, cursor[1] * SCALE, SCALE, SCALE);
}

// Inks all pixels near the line from one point to another, in pixels.
function stroke({ ink, side }, [x0, y0], [x1, y1]) {
  const long = Math.hypot(x1 - x0, y1 - y0) ** 2;
  ink.forEach((level, i) => {
    const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5];
    const along = long ? Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / long)) : 0;
    const far = Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
    ink[i] = Math.max(level, Math.round(MOST * Math.min(1, Math.max(0, BRUSH - far))));
  });
}

function make(root) {
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const clear = document.createElement("button");
  clear.type = "button";
  clear.textContent = "Clear";
  root.append(canvas, clear);
  const state = { canvas, clear, cursor: [14, 14], sent: [], at: null, send: () => {} };
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((v) => (v / box.width) * state.side);
  };
  const finish = () => {
    clearTimeout(state.waiting);
    const drawn = packed(state.ink);
    if (drawn === state.sent.at(-1)) return;
    state.sent = drawn ? [...state.sent, drawn] : [""];
    state.send(drawn);
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    state.at = point(event);
    stroke(state, state.at, state.at);
    show(state);
  };
  canvas.onpointermove = (event) => {
    if (!state.at) return;
    const now = point(event);
    stroke(state, state.at, now);
    state.at = now;
    show(state);
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (state.at) finish();
    state.at = null;
  };
  canvas.onkeydown = (event) => {
    const by = ARROWS[event.key];
    if (!by && event.key !== " ") return;
    event.preventDefault();
    const middle = () => state.cursor.map((v) => v + 0.5);
    const before = middle();
    if (by) state.cursor = state.cursor.map((v, i) => Math.min(state.side - 1, Math.max(0, v + by[i])));
    if (!by || event.shiftKey) {
      stroke(state, before, middle());
      clearTimeout(state.waiting);
      state.waiting = setTimeout(finish, PAUSE);
    }
    show(state);
  };
  canvas.onfocus = canvas.onblur = () => show(state);
  clear.onclick = () => {
    state.ink.fill(0);
    show(state);
    finish();
  };
  return state;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  root.state ??= make(root);
  const { state } = root;
  const { drawn, side, label } = data;
  state.send = (word) => setTriggerValue("drawn", word);
  state.side = side;
  state.canvas.width = state.canvas.height = side * SCALE;
  state.canvas.setAttribute("aria-label", label);
  // What comes back while the next stroke is being drawn is older than what stands here.
  if (!state.ink || (drawn !== state.sent.at(-1) && (!drawn || !state.sent.includes(drawn)))) {
    state.ink = unpacked(drawn, side * side);
    state.sent = [drawn];
  }
  show(state);
}
