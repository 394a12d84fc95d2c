// The parts of the page that Django words: fetched again after a status changed, put in only where they differ.
import { byId } from "./dom.js";

const address = byId("run").dataset.parts;
const seen = new Map();
let timer = null;

/** Soon, once for many changes; not at the same instant in every browser that looks. */
export function refresh() {
  timer ??= setTimeout(load, 250 + Math.random() * 750);
}

async function load() {
  timer = null;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { html, rows, facts } = await answer.json();
  for (const [name, text] of Object.entries(html)) put(name, text);
  byId("run").dispatchEvent(new CustomEvent("facts", { detail: { rows, facts } }));
}

function put(name, html) {
  const place = document.querySelector(`[data-part="${name}"]`);
  if (seen.get(name) === html || (name === "ask" && busy(place, html))) return;
  seen.set(name, html);
  const open = new Set([...place.querySelectorAll("details[open][data-keep]")].map((d) => d.dataset.keep));
  place.innerHTML = html;
  place.querySelectorAll("details[data-keep]").forEach((d) => { if (open.has(d.dataset.keep)) d.open = true; });
  place.dispatchEvent(new CustomEvent("put", { bubbles: true }));
}

/** Somebody is writing an answer, and the question is still the same: leave it alone. */
function busy(place, html) {
  const typed = [...place.querySelectorAll("textarea, input")].some((input) => input.value);
  const same = (text) => /formaction="([^"]*\/answer\/[^"]*)"/.exec(text)?.[1];
  return typed && same(place.innerHTML) === same(html);
}
