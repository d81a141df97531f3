// One strip of tokens, with its key above it and, while text is still coming, a caret behind it. Beneath it stands
// the text as it reads, where the tokens are only parts of its characters.

function makeStrip(root) {
  const state = { root, legend: make("ul", "legend", root), send: () => {} };
  state.line = makeLine(root, "button");
  state.line.box.setAttribute("role", "group");
  state.caret = make("span", "caret", state.line.box);
  state.whole = make("div", "whole", root);
  make("bdi", "name", state.whole).textContent = "as text";
  state.reads = make("bdi", "", state.whole);
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

export default function ({ parentElement, data, setTriggerValue }) {
  const state = stateOf(parentElement, makeStrip);
  state.send = (index) => setTriggerValue("chosen", index);
  paint(state.root);
  drawLegend(state, data.legend);
  drawReads(state, data.reads);
  drawLine(state.line, data.tokens, data.label, data.chosen, Object.fromEntries(data.legend), state.root, state.caret);
  state.caret.hidden = !data.busy;
  label(state.line.box, "aria-busy", String(data.busy));
  state.refresh();
  return state.panel.hide;
}
