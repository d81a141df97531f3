// Writes what the page's controls say into the browser's address, and never makes a history entry.
// Nor may Streamlit make one that no reader asked for: a push to the page that is open already, or for a page that Back
// has passed through, only replaces.
// `page` is the page that `query` is of: what arrives late, when another page is open already, is dropped.
// `texts` are the controls that are committed by leaving them. Who leaves one by clicking on another page gets the
// text into the address of the page that is left, which the server can't reach any more.

const EMBED = /^embed(_options)?$/i;

function quieten() {
  if (window.unrolledHistory) return;
  window.unrolledHistory = true;
  const push = history.pushState;
  let isBack = false;
  addEventListener("popstate", () => (isBack = true), true);
  for (const kind of ["click", "keydown"]) addEventListener(kind, () => (isBack = false), true);
  history.pushState = function (state, unused, url) {
    const isHere = new URL(url ?? "", location).pathname === location.pathname;
    (isBack || isHere ? history.replaceState : push).call(history, state, unused, url);
  };
}

function write(query) {
  const kept = [...new URLSearchParams(location.search)].filter(([key]) => EMBED.test(key));
  const search = [new URLSearchParams(kept).toString(), query].filter(Boolean).join("&");
  const wanted = search ? `?${search}` : "";
  if (wanted !== location.search) history.replaceState(history.state, "", location.pathname + wanted + location.hash);
}

export default function ({ data }) {
  const { page, query, texts, most } = data;
  const isOpen = () => location.pathname.split("/").filter(Boolean).at(-1) === page;
  quieten();
  if (isOpen()) write(query);
  const entered = ({ target }) => {
    if (target.tagName === "TEXTAREA") Object.assign(target, { valueThen: target.value, pathThen: location.pathname });
  };
  const left = ({ target }) => {
    const isHere = target.tagName === "TEXTAREA" && target.pathThen === location.pathname && isOpen();
    if (!isHere || target.value === target.valueThen) return;
    const key = texts.find((text) => target.closest(`.st-key-${text}`));
    if (!key || encodeURIComponent(target.value).length > most) return;
    const now = new URLSearchParams(location.search);
    now.set(key, target.value);
    write(new URLSearchParams([...now].filter(([name]) => !EMBED.test(name))).toString());
  };
  document.addEventListener("focusin", entered);
  document.addEventListener("focusout", left);
  return () => {
    document.removeEventListener("focusin", entered);
    document.removeEventListener("focusout", left);
  };
}
