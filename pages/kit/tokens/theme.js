// The theme's colours, as the style sheet needs them.

function themeColours(style, name) {
  const found = style.getPropertyValue(name).match(/[^,(]+(\([^)]*\))?/g) ?? [];
  return found.map((colour) => colour.trim()).filter((colour) => colour && colour !== "unset");
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => (v <= 10.3 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

// Sets --b0, --b1, ... (the categorical order) and the washes for weights: the strong ends of the sequential
// and the diverging scale, each as strong as leaves the text on it a contrast of 6.
function paint(root) {
  const style = getComputedStyle(root);
  const names = ["categorical", "sequential", "diverging"].map((kind) => `--st-chart-${kind}-colors`);
  const key = [...names, "--st-text-color", "--st-background-color"].map((n) => style.getPropertyValue(n)).join("|");
  if (root.paintedWith === key) return;
  root.paintedWith = key;
  const probe = make("i", "", root);
  const rgb = (colour) => {
    probe.style.color = "";
    probe.style.color = colour;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  const ground = rgb("var(--st-background-color)");
  const text = rgb("var(--st-text-color)");
  const [bands, sequential, diverging] = names.map((name) => themeColours(style, name));
  root.bands = Math.max(bands.length, 1);
  if (!bands.length) bands.push("var(--st-primary-color)");
  bands.forEach((colour, i) => root.style.setProperty(`--b${i}`, colour));
  const wash = (name, colour) => {
    let strength = 0.66;
    const mixed = () => rgb(colour).map((v, i) => v * strength + ground[i] * (1 - strength));
    while (strength > 0.06 && contrast(text, mixed()) < 6) strength -= 0.03;
    root.style.setProperty(`--${name}`, colour);
    root.style.setProperty(`--${name}-most`, `${Math.round(strength * 100)}%`);
  };
  const ends = [sequential[0], sequential.at(-1)].map((colour) => colour ?? "var(--st-primary-color)");
  ends.sort((a, b) => contrast(rgb(b), ground) - contrast(rgb(a), ground));
  wash("more", ends[0]);
  wash("below", diverging[0] ?? "var(--st-red-color)");
  wash("above", diverging.at(-1) ?? "var(--st-blue-color)");
  probe.remove();
}
