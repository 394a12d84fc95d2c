// The same steps as a graph: layers from left to right, each after what it needs.
import { byId, svg, symbol } from "./dom.js";
import { look, steps } from "./steps.js";

const W = 142, H = 46, GAP_X = 36, GAP_Y = 14;
const box = byId("graph");
let nodes = new Map(), edges = [];

function layers() {
  const depth = new Map(), found = [];
  for (const step of steps.values()) {
    const at = 1 + Math.max(-1, ...step.needs.map((need) => depth.get(need) ?? -1));
    depth.set(step.key, at);
    (found[at] ??= []).push(step.key);
  }
  return found;
}

/** Orders each layer by the middle of what it needs, so that fewer lines cross. */
function places() {
  const found = new Map(), all = layers();
  all.forEach((layer, x) => {
    const middle = (key) => {
      const ys = steps.get(key).needs.map((need) => found.get(need)?.y).filter((y) => y !== undefined);
      return ys.length ? ys.reduce((a, b) => a + b, 0) / ys.length : 0;
    };
    layer.sort((a, b) => middle(a) - middle(b)).forEach((key, y) => found.set(key, { x: x * (W + GAP_X), y: y * (H + GAP_Y) }));
  });
  return found;
}

const cut = (text) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);

function node(key, { x, y }) {
  const [colour, name, word] = look(steps.get(key));
  return svg("g", { class: `node n-${colour}`, "data-key": key, tabindex: "0", role: "button", "aria-label": `${key}, ${word}`, transform: `translate(${x} ${y})` },
    svg("rect", { width: W, height: H, rx: 6 }), svg("use", { class: "icon", href: symbol(name), x: 10, y: 14, width: 18, height: 18 }),
    svg("text", { x: 36, y: 20 }, cut(key)), svg("text", { class: "word", x: 36, y: 36 }, word), svg("title", {}, key));
}

function edge(need, key, a, b) {
  const x1 = a.x + W, y1 = a.y + H / 2, x2 = b.x, y2 = b.y + H / 2, bend = (x2 - x1) / 2;
  return svg("path", { "data-from": need, "data-to": key, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
}

export function draw() {
  const at = places(), all = [...at.values()];
  edges = [...steps.values()].flatMap((s) => s.needs.filter((need) => at.has(need)).map((need) => edge(need, s.key, at.get(need), at.get(s.key))));
  nodes = new Map([...at].map(([key, place]) => [key, node(key, place)]));
  const width = Math.max(...all.map((p) => p.x), 0) + W + 4, height = Math.max(...all.map((p) => p.y), 0) + H + 4;
  const picture = svg("svg", { width, viewBox: `-2 -2 ${width} ${height}` }, ...edges, ...nodes.values());
  picture.style.minWidth = `${width * 0.75}px`;
  box.replaceChildren(picture);
}

export function patch(key) {
  const made = nodes.get(key);
  if (!made) return;
  const [colour, name, word] = look(steps.get(key));
  made.setAttribute("class", `${made.classList.contains("sel") ? "sel " : ""}node n-${colour}`);
  made.setAttribute("aria-label", `${key}, ${word}`);
  made.querySelector(".icon").setAttribute("href", symbol(name));
  made.querySelector(".word").textContent = word;
}

export function light(key, near) {
  for (const [name, made] of nodes) {
    made.classList.toggle("sel", name === key);
    made.classList.toggle("off", Boolean(key) && !near.has(name));
  }
  for (const path of edges) path.classList.toggle("on", path.dataset.from === key || path.dataset.to === key);
}
