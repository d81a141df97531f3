// Copies the address that the browser shows, and asks for the page alone. Text is only ever set as text.

const STATES = new WeakMap();
const SECONDS = 2;

function make(tag, className, parent, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  if (tag === "button") node.type = "button";
  parent.append(node);
  return node;
}

function create(host) {
  const root = host.querySelector(".root");
  const copy = make("button", "copy", root);
  const labels = [make("span", "", copy, "Copy link"), make("span", "off", copy, "Copied")];
  labels[1].setAttribute("aria-hidden", "true");
  const said = make("span", "said", root);
  said.setAttribute("role", "status");
  said.setAttribute("aria-live", "polite");
  const field = make("input", "", root);
  field.hidden = true;
  field.readOnly = true;
  field.setAttribute("aria-label", "The link to this page: copy it from here");
  field.addEventListener("blur", () => (field.hidden = true));
  field.addEventListener("keydown", (event) => event.key === "Escape" && copy.focus());
  let timer = 0;
  const say = (words) => {
    clearTimeout(timer);
    said.textContent = words;
    labels[0].classList.toggle("off", Boolean(words));
    labels[1].classList.toggle("off", !words);
    if (words) timer = setTimeout(say, SECONDS * 1000, "");
  };
  copy.addEventListener("click", async () => {
    const link = location.href;
    try {
      await navigator.clipboard.writeText(link);
      say("Copied");
    } catch {
      // Without https or permission: the reader copies it by hand.
      field.value = link;
      field.hidden = false;
      field.focus();
      field.select();
    }
  });
  return { present: make("button", "present", root) };
}

export default function ({ parentElement, data, setTriggerValue }) {
  if (!STATES.has(parentElement)) STATES.set(parentElement, create(parentElement));
  const { present } = STATES.get(parentElement);
  present.textContent = data.presenting ? "Leave presenting" : "Present";
  present.onclick = () => setTriggerValue("present", true);
}
