// Saves a chart as it stands on the page. Plotly draws it as layers of SVG, one above the other: they are put into one,
// with the ground that lies under them and the font that the page has loaded. Vega draws a single one.

const SVG = "http://www.w3.org/2000/svg";
const SCALE = 2;

async function dataOf(url) {
  const blob = await (await fetch(url)).blob();
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}

async function drawingOf(plot, font) {
  const layers = [...plot.querySelectorAll(".main-svg, svg.marks")];
  const { width, height } = plot.getBoundingClientRect();
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` }))
    drawing.setAttribute(name, value);
  const style = document.createElementNS(SVG, "style");
  style.textContent = `@font-face { font-family: ${font.family}; font-weight: 200 900; src: url(${await dataOf(font.url)}); }`;
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.querySelector(".stApp")).backgroundColor);
  drawing.append(style, ground, ...layers.map((layer) => layer.cloneNode(true)));
  drawing.querySelectorAll(".hoverlayer, .drag, .zoomlayer").forEach((node) => node.remove());
  return { text: new XMLSerializer().serializeToString(drawing), width, height };
}

async function pixelsOf({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const { chart, file, font } = data;
  const save = async (kind) => {
    const place = `.st-key-${CSS.escape(chart)}`;
    const plot = document.querySelector(`${place} .js-plotly-plot, ${place} .chart-wrapper, ${place} [data-testid="stVegaLiteChart"]`);
    if (!plot) return;
    const drawing = await drawingOf(plot, { ...font, url: new URL(font.url, new URL("/", location.href)) });
    const blob = kind === "svg" ? new Blob([drawing.text], { type: "image/svg+xml" }) : await pixelsOf(drawing);
    hand(blob, `${file}.${kind}`);
  };
  if (!root.childElementCount) {
    for (const kind of ["png", "svg"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Picture (${kind.toUpperCase()})`;
      button.kind = kind;
      root.append(button);
    }
  }
  for (const button of root.children) button.onclick = () => save(button.kind);
}
