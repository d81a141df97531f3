// A tree of texts, one button a row, each row [text, depth, note, pruned, name] in the order they are read, the tail
// left out where it is empty.

function makeTree(root) {
  const state = { root, line: { box: make("div", "tree", root), cells: [], at: 0 }, rows: [], send: () => {} };
  state.line.box.setAttribute("role", "tree");
  state.line.box.addEventListener("keydown", (event) => step(state, event));
  state.line.box.addEventListener("focusin", (event) => {
    state.line.at = event.target.index;
    rove(state.line);
  });
  state.line.box.addEventListener("click", (event) => {
    const row = event.target.closest(".branch");
    if (row) state.send(row.index);
  });
  return state;
}

// Up and down visit every row; left goes to the parent, right to the first child.
function step({ line, rows }, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const depth = rows[line.at][1];
  const parent = rows.findLastIndex((row, i) => i < line.at && row[1] < depth);
  const child = rows[line.at + 1]?.[1] > depth ? line.at + 1 : -1;
  const targets = { ArrowUp: line.at - 1, ArrowDown: line.at + 1, Home: 0, End: rows.length - 1 };
  const to = { ...targets, ArrowLeft: parent, ArrowRight: child }[event.key];
  if (to !== undefined) goTo(line, to, event);
}

// A rail for each level above a row: "tee" or "end" at its own, "pass" where an ancestor has siblings to come.
function rails(rows, i) {
  const depth = rows[i][1];
  return Array.from({ length: depth }, (_, k) => {
    const rest = rows.slice(i + 1).find((row) => row[1] <= k + 1);
    const more = rest !== undefined && rest[1] === k + 1;
    if (k === depth - 1) return more ? "tee" : "end";
    return more ? "pass" : "";
  });
}

function drawBranch(node, row, kinds, chosen) {
  const drawn = JSON.stringify([row, kinds, chosen]);
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  const [text, depth, note = "", pruned = false, name = ""] = row;
  node.replaceChildren();
  for (const kind of kinds) make("span", `rail ${kind}`, node);
  const what = make("span", "what", node);
  make("span", "name", what).textContent = name;
  const words = make("bdi", "words", what);
  words.dir = direction(text);
  fill(words, text);
  make("span", "figure", what).textContent = note;
  node.className = "branch" + (pruned ? " pruned" : "") + (name ? " named" : "");
  label(node, "aria-level", String(depth + 1));
  label(node, "aria-selected", String(chosen));
  label(node, "aria-label", [name, spoken(text), note, pruned ? "pruned" : ""].filter(Boolean).join(", "));
}

export default function ({ parentElement, data, setTriggerValue }) {
  const state = stateOf(parentElement, makeTree);
  const { line } = state;
  state.send = (index) => setTriggerValue("chosen", index);
  state.rows = data.branches;
  line.box.style.setProperty("--deepest", Math.max(1, ...state.rows.map((row) => row[1])));
  label(line.box, "aria-label", data.label);
  const lost = line.cells.slice(state.rows.length).includes(parentElement.activeElement);
  line.cells.splice(state.rows.length).forEach((node) => node.remove());
  state.rows.forEach((row, i) => {
    if (!line.cells[i]) {
      line.cells.push(make("button", "branch", line.box));
      line.cells[i].index = i;
      line.cells[i].setAttribute("role", "treeitem");
    }
    drawBranch(line.cells[i], row, rails(state.rows, i), i === data.chosen);
  });
  if (line.chosen !== data.chosen && data.chosen >= 0 && !parentElement.activeElement) line.at = data.chosen;
  line.chosen = data.chosen;
  line.at = Math.max(0, Math.min(line.at, state.rows.length - 1));
  rove(line);
  if (lost) line.cells[line.at]?.focus();
}
