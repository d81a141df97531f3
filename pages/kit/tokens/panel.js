// The panel beside a token: it opens on hover and on focus, stays while the pointer is in it, and Escape closes it.

// Below its token where there is room; else above, or, where what is above must stay in sight, beside.
function makePanel(root, beside = false) {
  const box = make("div", "panel", root);
  box.id = "panel";
  box.setAttribute("role", "tooltip");
  box.popover = "manual";
  const parts = { word: make("div", "word", box), note: make("div", "note", box), rows: make("div", "rows", box) };
  let anchor = null;
  let onEscape = () => {};
  const place = () => {
    const at = anchor.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const [width, height] = [box.offsetWidth, box.offsetHeight];
    let [left, top] = [at.left, at.bottom + 6];
    if (top + height > innerHeight - 8 && beside && at.right + width + 20 <= wide) {
      [left, top] = [at.right + 12, Math.max(8, innerHeight - 8 - height)];
    } else if (top + height > innerHeight - 8 && at.top - 6 - height >= 8) {
      top = at.top - 6 - height;
    }
    box.style.left = `${Math.max(8, Math.min(left, wide - width - 8))}px`;
    box.style.top = `${top}px`;
  };
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onEscape();
  };
  const away = (event) => event.composedPath().includes(root) || onEscape();
  const hide = () => {
    if (!anchor) return;
    anchor.removeAttribute("aria-describedby");
    anchor = null;
    box.hidePopover();
    removeEventListener("keydown", key, true);
    removeEventListener("pointerdown", away, true);
    removeEventListener("scroll", place, true);
    removeEventListener("resize", place);
  };
  const show = (node, text, note, details) => {
    if (anchor !== node) {
      hide();
      addEventListener("keydown", key, true);
      addEventListener("pointerdown", away, true);
      addEventListener("scroll", place, true);
      addEventListener("resize", place);
      anchor = node;
      label(node, "aria-describedby", "panel");
      box.showPopover();
    }
    const drawn = JSON.stringify([text, note, details]);
    if (box.drawn !== drawn) {
      box.drawn = drawn;
      fill(parts.word, text);
      label(parts.word, "dir", direction(text));
      parts.note.textContent = note;
      parts.rows.replaceChildren();
      for (const [left, right] of details) {
        const row = make("div", "row", parts.rows);
        fill(make("bdi", "left", row), left);
        make("span", "right", row).textContent = right;
        const percent = /^\s*([\d.]+)\s*%$/.exec(right);
        if (percent) row.style.setProperty("--share", `${Math.min(Number(percent[1]), 100)}%`);
      }
    }
    place();
  };
  return { box, show, hide, whenEscaped: (action) => (onEscape = action) };
}

// Ties a line of buttons to a panel. `describe(i)` gives note and details; `settled(i)` hears which token is looked at.
function attend(line, panel, describe, settled, send) {
  const look = { hover: -1, focus: -1, closed: false };
  let timer = 0;
  const current = () => {
    const index = look.hover >= 0 ? look.hover : look.focus;
    return look.closed || index >= line.cells.length ? -1 : index;
  };
  const refresh = () => {
    const i = current();
    const [note, details] = i < 0 ? ["", []] : describe(i);
    if (note || details.length) panel.show(line.cells[i], line.tokens[i][0], note, details);
    else panel.hide();
    settled(i);
  };
  const turn = (change) => {
    clearTimeout(timer);
    Object.assign(look, { closed: false }, change);
    refresh();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => turn({ hover: -1 }), 120);
  };
  const tokenOf = (event) => event.target.closest?.(".token");
  line.box.addEventListener("pointerover", (event) => {
    const node = event.pointerType !== "touch" && tokenOf(event);
    if (node) turn({ hover: node.index });
  });
  line.box.addEventListener("pointerout", (event) => event.pointerType === "touch" || later());
  panel.box.addEventListener("pointerenter", () => clearTimeout(timer));
  panel.box.addEventListener("pointerleave", later);
  line.box.addEventListener("focusin", (event) => {
    line.at = tokenOf(event).index;
    line.column = undefined;
    rove(line);
    if (event.target.matches(":focus-visible")) turn({ focus: line.at });
  });
  line.box.addEventListener("focusout", () => turn({ focus: -1 }));
  line.box.addEventListener("keydown", (event) => walk(line, event));
  line.box.addEventListener("click", (event) => {
    const node = tokenOf(event);
    if (!node) return;
    if (event.pointerType === "touch") turn({ focus: node.index });
    send(node.index);
  });
  panel.whenEscaped(() => {
    Object.assign(look, { hover: -1, closed: true });
    refresh();
  });
  return refresh;
}
