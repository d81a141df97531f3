// What all three pictures share: a state per mounted component, lines of tokens that are updated in place, and
// walking along them with the arrow keys. Text is only ever set as text.
// Comments stand on lines of their own: payload.lean leaves them out of what is sent.

const STATES = new WeakMap();

// Streamlit keeps the shadow root from run to run, so nodes, focus and an open panel can stay too.
function stateOf(host, create) {
  if (!STATES.has(host)) STATES.set(host, create(host.querySelector(".root")));
  return STATES.get(host);
}

function make(tag, className, parent) {
  const node = document.createElement(tag);
  node.className = className;
  if (tag === "button") node.type = "button";
  parent?.append(node);
  return node;
}

function label(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

// The text of a token.

function markOf(character) {
  if (character === "\n") return "\u21b5";
  if (character === "\t") return "\u2192";
  if (character === "\u00a0") return "\u237d";
  return character < " " ? String.fromCodePoint(0x2400 + character.codePointAt(0)) : "";
}

// White space keeps its character, for copying, and gets a faint mark from the style sheet, except a single space
// inside a text, which nobody can miss.
function fill(node, text) {
  if (node.filled === text) return;
  node.filled = text;
  node.replaceChildren();
  for (const piece of text.split(/([\0-\x1f\u00a0]|(?<=^|\s) | (?=\s|$))/)) {
    if (!piece) continue;
    const mark = piece.length === 1 ? markOf(piece) : "";
    if (piece !== " " && !mark) {
      node.append(piece);
    } else {
      const span = make("span", mark ? "mark" : "space", node);
      if (mark) span.dataset.mark = mark;
      span.textContent = piece;
    }
  }
  if (!text) make("span", "mark", node).dataset.mark = "\u2205";
}

function spoken(text) {
  if (text.trim()) return text.trim();
  const names = { " ": "space", "\n": "newline", "\t": "tab" };
  return Array.from(text, (c) => names[c] ?? "control character").join(" ") || "empty";
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

// The first letter decides which way a whole strip runs; inside it, each token is isolated.
function direction(text) {
  const letter = text.match(/\p{L}/u);
  return letter && RIGHT_TO_LEFT.test(letter[0]) ? "rtl" : "ltr";
}

// A line of tokens: [text, note, band, weight, details], the tail left out where it is empty. Where tokens are parts
// of characters, `reads` is their text.

function makeLine(parent, tag) {
  return { box: make("div", "line", parent), tag, cells: [], tokens: [], at: 0, reads: "" };
}

function wash(token, weight, signed) {
  const on = typeof weight === "number";
  token.classList.toggle("washed", on);
  if (!on) return;
  token.style.setProperty("--weight", Math.min(Math.abs(weight), 1));
  const side = !signed ? "more" : weight < 0 ? "below" : "above";
  token.style.setProperty("--wash", `var(--${side})`);
  token.style.setProperty("--most", `var(--${side}-most)`);
}

function drawLine(line, tokens, name, chosen, words, root, before = null) {
  const signed = tokens.some((token) => token[3] < 0);
  const plain = line.tag !== "button";
  label(line.box, "dir", direction(line.reads || tokens.map((token) => token[0]).join("")));
  // Letter by letter: letters stand closer, and a line ends between words, or inside one that goes on and on.
  const dense = tokens.length > 1 && tokens.every((token) => token[0].length < 3);
  line.box.classList.toggle("dense", dense);
  let run = 0;
  tokens.forEach((token, i) => {
    run = /\s/.test(token[0]) || run > 24 ? 0 : run + 1;
    const wrap = dense && !run;
    if (!line.cells[i]) {
      const cell = make("bdi", "cell");
      line.cells.push(make(line.tag, "token", cell));
      line.cells[i].index = i;
      line.box.insertBefore(cell, before);
    }
    const node = line.cells[i];
    const drawn = JSON.stringify([token, i === chosen, signed, words, root.bands, wrap]);
    if (node.drawn === drawn) return;
    node.drawn = drawn;
    const [text, note = "", band = -1, weight = null] = token;
    fill(node, text);
    node.parentNode.className = "cell" + (/\n\s*$/.test(text) ? " break-after" : /^\s*\n/.test(text) ? " break-before" : wrap ? " wrap" : "");
    node.className = "token" + (band < 0 ? "" : ` band line${band % 6}`);
    if (band >= 0) node.style.setProperty("--band", `var(--b${band % root.bands})`);
    wash(node, weight, signed);
    if (plain) return;
    label(node, "aria-label", [spoken(text), note, words[band]].filter(Boolean).join(", "));
    label(node, "aria-pressed", String(i === chosen));
  });
  const holder = line.box.getRootNode().activeElement;
  const lost = line.cells.slice(tokens.length).includes(holder);
  line.cells.splice(tokens.length).forEach((node) => node.parentNode.remove());
  line.tokens = tokens;
  if (plain) return;
  if (line.chosen !== chosen && chosen >= 0 && !line.cells.includes(holder)) line.at = chosen;
  line.chosen = chosen;
  line.at = Math.max(0, Math.min(line.at, tokens.length - 1));
  label(line.box, "aria-label", name);
  rove(line);
  if (lost) line.cells[line.at]?.focus();
}

// Keyboard.

function rove(line) {
  line.cells.forEach((node, i) => {
    const index = i === line.at ? 0 : -1;
    if (node.tabIndex !== index) node.tabIndex = index;
  });
}

function goTo(line, index, event) {
  event.preventDefault();
  if (index < 0 || index >= line.cells.length) return;
  line.at = index;
  rove(line);
  line.cells[index].focus({ focusVisible: true });
}

// Left and right follow the reading direction; up and down go to the nearest token of the next line and remember
// the column they started from.
function walk(line, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const forward = line.box.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const steps = { ArrowLeft: -1, ArrowRight: -1, [forward]: 1 };
  if (event.key in steps) goTo(line, line.at + steps[event.key], event);
  else if (event.key === "Home") goTo(line, 0, event);
  else if (event.key === "End") goTo(line, line.cells.length - 1, event);
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const [here, y] = middle(line.cells[line.at].getBoundingClientRect());
    const x = line.column ?? here;
    const sign = event.key === "ArrowUp" ? -1 : 1;
    let best = -1;
    let least = Infinity;
    line.cells.forEach((node, i) => {
      const [cx, cy] = middle(node.getBoundingClientRect());
      const down = (cy - y) * sign;
      const cost = down * 1000 + Math.abs(cx - x);
      if (down > 4 && cost < least) [best, least] = [i, cost];
    });
    goTo(line, best, event);
    line.column = x;
  }
}
