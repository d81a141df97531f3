// One strip of tokens, with its key above it and, while text is still coming, a caret behind it and a line that says
// how far it is. Beneath it stands the text as it reads, where the tokens are only parts of its characters.

function makeStrip(root) {
  const state = { root, legend: make("ul", "legend", root), send: () => {} };
  state.line = makeLine(root, "button");
  state.line.box.setAttribute("role", "group");
  state.caret = make("span", "caret", state.line.box);
  state.whole = make("div", "whole", root);
  make("bdi", "name", state.whole).textContent = "as text";
  state.reads = make("bdi", "", state.whole);
  state.meter = make("div", "meter", root);
  state.panel = makePanel(root);
  const describe = (i) => {
    const [, note = "", , , details = []] = state.line.tokens[i];
    return [note, details];
  };
  state.refresh = attend(state.line, state.panel, describe, () => {}, (i) => state.send(i));
  return state;
}

function drawLegend(state, legend) {
  const drawn = JSON.stringify([legend, state.root.bands]);
  if (state.legend.drawn === drawn) return;
  state.legend.drawn = drawn;
  state.legend.hidden = !legend.length;
  state.legend.replaceChildren();
  for (const [band, words] of legend) {
    const item = make("li", "", state.legend);
    const sample = make("span", `sample band line${band % 6}`, item);
    sample.style.setProperty("--band", `var(--b${band % state.root.bands})`);
    item.append(words);
  }
}

function drawReads(state, reads) {
  state.line.reads = reads;
  state.whole.hidden = !reads;
  label(state.whole, "dir", direction(reads));
  if (state.reads.textContent !== reads) state.reads.textContent = reads;
}

// What was written since the strip was sent, in pieces that each stand for all from `from` on (see feed.js).
function grown(data) {
  let { tokens, busy, reads, meter = "" } = data;
  const pieces = globalThis.unrolledFeeds?.get(data.feed) ?? [];
  for (let n = 0; pieces[n]; n += 1) {
    tokens = [...tokens.slice(0, pieces[n].from), ...pieces[n].tokens];
    ({ busy, reads, meter } = pieces[n]);
  }
  return { ...data, tokens, busy, reads, meter };
}

function draw(state) {
  const data = grown(state.data);
  paint(state.root);
  drawLegend(state, data.legend);
  drawReads(state, data.reads);
  drawLine(state.line, data.tokens, data.label, data.chosen, Object.fromEntries(data.legend), state.root, state.caret);
  state.caret.hidden = !data.busy;
  state.meter.hidden = !data.meter;
  state.meter.textContent = data.meter;
  label(state.line.box, "aria-busy", String(data.busy));
  state.refresh();
}

export default function ({ parentElement, data, setTriggerValue }) {
  const state = stateOf(parentElement, makeStrip);
  state.send = (index) => setTriggerValue("chosen", index);
  state.data = data;
  const more = (event) => event.detail === state.data.feed && draw(state);
  if (data.feed) addEventListener("unrolled-feed", more);
  draw(state);
  return () => {
    removeEventListener("unrolled-feed", more);
    state.panel.hide();
  };
}
