// Two lines of tokens joined by curves: the source, which only lights up, and the target, which is chosen from.
// Wide, the lines lie one above the other; where there is no room for that, they become two columns.

const SVG = "http://www.w3.org/2000/svg";

function makeLinked(root) {
  const body = make("div", "linked", root);
  const state = { root, body, active: -1, paths: [], send: () => {} };
  state.source = makeLine(body, "span");
  state.source.box.classList.add("source");
  state.source.box.setAttribute("role", "group");
  state.svg = document.createElementNS(SVG, "svg");
  state.svg.setAttribute("aria-hidden", "true");
  body.append(state.svg);
  state.target = makeLine(body, "button");
  state.target.box.classList.add("target");
  state.target.box.setAttribute("role", "group");
  state.panel = makePanel(root, true);
  const describe = (i) => {
    const [, note = "", , , details = []] = state.target.tokens[i];
    return [note, [...details, ...strongest(state, i)]];
  };
  const settled = (i) => {
    state.active = i;
    drawLinks(state);
  };
  state.refresh = attend(state.target, state.panel, describe, settled, (i) => state.send(i));
  state.watch = new ResizeObserver(() => arrange(state));
  state.watch.observe(root);
  return state;
}

// At most five links, none of them under a twentieth unless it is the strongest.
function strongest(state, i) {
  const pairs = state.weights[i].map((weight, j) => [weight, j]);
  pairs.sort(([a], [b]) => Math.abs(b) - Math.abs(a));
  return pairs.slice(0, 5).filter(([weight], k) => k === 0 || Math.abs(weight) >= 0.05).map(([weight, j]) => [state.source.tokens[j][0], percent(weight)]);
}

function percent(weight) {
  return `${(weight * 100).toFixed(Math.abs(weight) < 0.1 ? 1 : 0)} %`;
}

function arrange(state) {
  state.body.classList.toggle("columns", state.root.clientWidth < 560);
  drawLinks(state);
}

function drawLinks({ root, body, source, target, svg, weights, active, chosen, paths }) {
  const only = active >= 0 ? active : chosen;
  const origin = body.getBoundingClientRect();
  if (!weights || !origin.width) return;
  const columns = body.classList.contains("columns");
  const boxes = (line) => line.cells.map((node) => node.getBoundingClientRect());
  const from = boxes(source);
  const to = boxes(target);
  let used = 0;
  weights.forEach((row, i) => {
    if (only >= 0 && i !== only) return;
    row.forEach((weight, j) => {
      const share = Math.min(Math.abs(weight), 1);
      if (share < (only >= 0 ? 0.01 : 0.05)) return;
      const [a, b] = [from[j], to[i]];
      const x = (box) => (box.left + box.right) / 2 - origin.left;
      const y = (box) => (box.top + box.bottom) / 2 - origin.top;
      const [ax, ay] = columns ? [a.right - origin.left + 4, y(a)] : [x(a), a.bottom - origin.top + 2];
      const [bx, by] = columns ? [b.left - origin.left - 4, y(b)] : [x(b), b.top - origin.top - 2];
      const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
      const bend = columns ? `${mx} ${ay} ${mx} ${by}` : `${ax} ${my} ${bx} ${my}`;
      const path = paths[used] ?? svg.appendChild(document.createElementNS(SVG, "path"));
      paths[used++] = path;
      path.setAttribute("d", `M${ax} ${ay}C${bend} ${bx} ${by}`);
      path.style.opacity = (only >= 0 ? 0.25 : 0.12) + 0.65 * share;
      path.style.strokeWidth = 0.75 + 2.5 * share;
    });
  });
  paths.splice(used).forEach((path) => path.remove());
  source.cells.forEach((node, j) => wash(node, only >= 0 ? weights[only][j] : source.tokens[j][3], false));
  root.dataset.only = only;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const state = stateOf(parentElement, makeLinked);
  state.send = (index) => setTriggerValue("chosen", index);
  state.weights = data.weights;
  state.chosen = data.chosen;
  paint(state.root);
  drawLine(state.source, data.source, "", -1, {}, state.root);
  label(state.source.box, "aria-label", `${data.label}: ${data.names[0]}`);
  drawLine(state.target, data.target, `${data.label}: ${data.names[1]}`, data.chosen, {}, state.root);
  state.target.cells.forEach((node, i) => {
    const links = strongest(state, i).map(([text, share]) => `${spoken(text)} ${share}`);
    const [text, note = ""] = data.target[i];
    label(node, "aria-label", [spoken(text), note, ...links].filter(Boolean).join(", "));
  });
  arrange(state);
  state.refresh();
  document.fonts.ready.then(() => drawLinks(state));
  return () => {
    state.panel.hide();
    state.watch.disconnect();
  };
}
